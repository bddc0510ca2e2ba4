"""Words beside a number that say how exact it is and what it is a number of, in seven languages."""

from __future__ import annotations

import re
from functools import cache

from models.records import CountKind, CountRole

# An underscore stands for a space inside one expression; a bar parts the languages.
_LEFT = {
    CountKind.APPROXIMATE: (
        "about around some roughly nearly almost approximately close_to an_estimated up_towards|"
        "около примерно порядка почти приблизительно близко_к близько приблизно майже|"
        "təxminən az_qala|yaklaşık neredeyse|"
        "մոտ շուրջ մոտավորապես գրեթե|დაახლოებით"
    ),
    CountKind.AT_LEAST: (
        "at_least no_(?:fewer|less)_than not_(?:fewer|less)_than more_than above upwards_of "
        "(?<!hand_)(?<!hands_)(?<!handed_)(?<!handing_)(?<!turn_)(?<!turned_)(?<!give_)(?<!gave_)over "
        "in_excess_of|"
        "не_менее не_меньше более больше свыше как_минимум минимум хотя_бы щонайменше "
        "понад більш_ніж не_менш_як|"
        "azı ən_azı|en_az en_azından|առնվազն ավելի_քան|სულ_მცირე"
    ),
    CountKind.AT_MOST: (
        "up_to at_most no_more_than not_more_than fewer_than less_than under a_maximum_of|"
        "до не_более не_больше менее максимум не_більше|ən_çoxu|en_fazla en_çok|մինչև մինչեւ առավելագույնը"
    ),
}
_RIGHT = {
    CountKind.APPROXIMATE: "or[ ]so|[’'-]?(?:[yn]?[aəe])?[ ](?:yaxın|yakın|qədər|kadar)|-მდე",
    CountKind.AT_LEAST: (
        "or[ ]more|[’'-]?(?:d[aəe]n|t[aəe]n|n[dt][aəe]n)[ ](?:çox|artıq|fazla)|[ ](?:и|или)[ ]более|-ից[ ]ավելի"
    ),
    CountKind.AT_MOST: "[’'-]?(?:d[aəe]k|[yn]?[aəe][ ]d[aəe]k)\\b|or[ ](?:fewer|less)",
}
_VAGUE = {
    "en": (("dozens", 24), ("scores", 40), ("hundreds", 200), ("thousands", 2000), ("tens of thousands", 20000)),
    "ru": (("десятк(?:и|ов|ам|ами|ах)", 20), ("сот(?:ни|ен|ням|нями|нях)", 200)),
    "uk": (("десятк(?:и|ів)", 20), ("сот(?:ні|ень)", 200)),
    "az": (("onlarla", 20), ("yüzlərlə", 200), ("minlərlə", 2000)),
    "tr": (("onlarca", 20), ("yüzlerce", 200), ("binlerce", 2000)),
    "hy": (("տասնյակ(?:ավոր|ներ)\\w*", 20), ("հարյուրավոր\\w*", 200), ("հազարավոր\\w*", 2000)),
    "ka": (("ათეულობით", 20), ("ასობით", 200)),
}
_ROLES: dict[str, dict[CountRole, str]] = {
    "en": {
        CountRole.EXCLUDED: (r"left out|not on the list|excluded|stay(?:ed|s)? behind|not included|refused to return"),
        CountRole.REMAINING: (
            r"remain(?:ing|s|ed)?|still (?:held|in|missing|unaccounted|there|behind)|others? (?:are|is|still)|yet to"
        ),
        CountRole.KILLED: r"kill(?:ed|s)?|died|dead|deaths|fell in|lost their lives|perished",
        CountRole.DEMANDED: (
            r"demand(?:s|ed|ing)?|asks? for|asked for|calls? for|called for|wants?|insist\w*|seek\w*|sought"
        ),
        CountRole.TOTAL: (
            r"in all|in total|a total of|altogether|since (?:the|january|\d)|so far|overall|the total|total"
        ),
        CountRole.HELD: (
            r"(?:is|are|were|being|been) held|hold(?:s|ing)?|detained|in captivity|in custody|captured|seized|"
            r"kidnapped|abducted|taken|imprisoned|missing|serving|jailed"
        ),
        CountRole.RELEASED: (
            r"releas\w*|freed?|free(?:s|ing)|return\w*|hand(?:ed|s|ing)? over|handover|exchang\w*|swap\w*|traded?|"
            r"came home|home|brought back|gave up|given up|turned over|received?|back|transferred|crossed|let go|"
            r"repatriat\w*|deliver\w*"
        ),
    },
    "ru": {
        CountRole.EXCLUDED: r"не вошл\w*|не включ\w*|вычеркнул\w*|вне списк\w*|отказал\w+ возвращ\w*",
        CountRole.REMAINING: r"оста(?:л|ю|ё)\w*|остальн\w*|оставш\w*|по-прежнему|до сих пор",
        CountRole.KILLED: r"погиб\w*|убит\w*|уби(?:л|ты)\w*|скончал\w*|умер\w*|жертв\w*",
        CountRole.DEMANDED: r"требу\w*|потребова\w*|требова\w*|просит\w*|просят|добива\w*",
        CountRole.TOTAL: r"всего|в общей сложности|итого|общ\w+ числ\w*|с начала",
        CountRole.HELD: (
            r"удержива\w*|содерж\w*|в плену|в тюрьм\w*|находятся в|захва\w*|задержал\w*|похи(?:т|щ)\w*|сид(?:ит|ят)|"
            r"пропавш\w*|без вести"
        ),
        CountRole.RELEASED: (
            r"обмен\w*|обменя\w*|верн\w*|возвра\w*|переда\w*|освобо\w*|отпус\w*|отда\w*|выда\w*|получ\w*|доставл\w*|"
            r"домой|дома|принял\w*|менять|приеха\w*|взамен|вышл\w*|помилова\w*"
        ),
    },
    "az": {
        CountRole.EXCLUDED: r"siyahıya düşmə\w*|daxil deyil|imtina ed\w*",
        CountRole.REMAINING: r"qal(?:an|ır|ıb|mış)\w*|hələ də|geri qayıtmayıb",
        CountRole.KILLED: r"həlak ol\w*|öldür\w*|öl(?:üb|ən|dü)\w*|şəhid\w*",
        CountRole.DEMANDED: r"tələb ed\w*|istəy\w*|xahiş\w*",
        CountRole.TOTAL: r"ümumilikdə|cəmi|ümumi",
        CountRole.HELD: r"saxlanıl\w*|saxlayır|əsirlikdə|həbsdə|tutul\w*|girov götür\w*|qaçır\w*|itkin",
        CountRole.RELEASED: (
            r"azad\w*|qayt\w*|qayıt\w*|təhvil\w*|dəyişdir\w*|mübadilə\w*|ver(?:ib|il|ir|ər|əc|məl|di)\w*|buraxıl\w*|"
            r"buraxa\w*|göndər\w*|gətiril\w*|qəbul ed\w*|al(?:ıb|ındı|dı)\w*|əfv\w*"
        ),
    },
    "tr": {
        CountRole.EXCLUDED: r"liste dışı\w*|dahil değil|reddet\w*",
        CountRole.REMAINING: r"kal(?:an|dı|ıyor|mış)\w*|hâlâ|hala|halen",
        CountRole.KILLED: r"öl(?:dü|en|üm|müş)\w*|öldürül\w*|şehit\w*|hayatını kaybe\w*",
        CountRole.DEMANDED: r"talep\w*|istiyor\w*|istedi\w*|çağrı\w*",
        CountRole.TOTAL: r"toplam\w*|bugüne kadar|toplamda",
        CountRole.HELD: (r"tutul\w*|tutuyor\w*|elinde\w*|gözaltı\w*|esaret\w*|cezaevi\w*|kaçırıl\w*|alıkon\w*|kayıp"),
        CountRole.RELEASED: (
            r"serbest\w*|bırak\w*|iade\w*|teslim\w*|takas\w*|değiş\w*|dön(?:dü|ecek|üyor|en|müş)\w*|geri\w*|verdi|"
            r"verecek|verildi|gönder\w*|kavuş\w*|aldı|getiril\w*"
        ),
    },
    "hy": {
        CountRole.EXCLUDED: r"չի ներառ\w*|չեն ներառ\w*|հրաժար\w*",
        CountRole.REMAINING: r"մնաց\w*|մնում\w*|դեռ\w*",
        CountRole.KILLED: r"զոհվ\w*|սպանվ\w*|մահաց\w*",
        CountRole.DEMANDED: r"պահանջ\w*|խնդր\w*",
        CountRole.TOTAL: r"ընդհանուր\w*|ընդամենը|մինչ օրս",
        CountRole.HELD: r"պահվ\w*|պահում\w*|գերության մեջ|կալանավորված\w*|առևանգվ\w*|անհայտ կորած",
        CountRole.RELEASED: (
            r"ազատ\w*|վերադար\w*|հանձն\w*|փոխանակ\w*|տուն\w*|ստաց\w*|բերվ\w*|դիմաց|փոխարեն\w*|կազատ\w*|կվերադար\w*|"
            r"արձակ\w*"
        ),
    },
    "uk": {
        CountRole.REMAINING: r"залиш\w*|досі|решт\w*",
        CountRole.KILLED: r"загин\w*|загибл\w*|вбит\w*|убит\w*",
        CountRole.DEMANDED: r"вимага\w*|просить",
        CountRole.TOTAL: r"загалом|усього|всього|від початку",
        CountRole.HELD: r"утриму\w*|в полоні|захопл\w*|зникл\w*",
        CountRole.RELEASED: r"обмін\w*|поверн\w*|переда\w*|звільн\w*|вдома|додому|визвол\w*",
    },
    "ka": {
        CountRole.HELD: r"დაკავებ\w*|ჰყავ\w*|იმყოფებ\w*",
        CountRole.KILLED: r"დაიღუპ\w*|მოკლ\w*",
        CountRole.RELEASED: (
            r"გაათავისუფლ\w*|გათავისუფლ\w*|გადასც\w*|გადაეც\w*|დაბრუნ\w*|გაცვ\w*|გადმოსც\w*|გადმოეც\w*"
        ),
    },
}
_PART_BEHIND = {
    "en": r"\s*of (?:them|whom|those|these|the (?:\w+ )?\w+|our|whose)\b",
    "ru": r"\s*из (?:них|этих|\w+)\b",
    "uk": r"\s*із? них\b",
}
_PART_BEFORE = {
    "en": r"(?:^|\W)(?:including|among them|of whom|of them)\s+$",
    "ru": r"(?:из них|в том числе|включая|среди них|из которых)\s*(?:\w+\s+){0,1}$",
    "uk": r"(?:з них|у тому числі|серед них)\s*$",
    "az": r"(?:onlardan|bunlardan|o cümlədən|aralarında|onların|n[əa]f[əe]rd[əa]n|l[əa]rd[əa]n)\s*$",
    "tr": r"(?:bunlardan|onlardan|aralarında|içlerinden|bunların)\s*$",
    "hy": r"(?:նրանցից|որոնցից|այդ թվում|ներառյալ|\w+ից)\s*$",
    "ka": r"(?:მათგან|მათ შორის)\s*$",
}
_NOWHERE = r"(?!)"
_EXCHANGE = re.compile(
    r"releas|freed|free(?:s|ing)?\b|return|hand(?:ed|over| over)|exchang|swap|prison|captiv|hostage|detain|held\b"
    r"|bodies|remains\b|repatriat|handed|g[ai]ven? up|let go|trade|jail|pow\b|crossed|pardon|home\b"
    r"|обмен|плен|верну|возвра|переда|освобо|отпус|заложн|заключ|задержан|тела\b|взамен|домой|помилов"
    r"|обмін|полон|поверн|звільн"
    r"|mübadilə|dəyiş|əsir|azad|qayt|qayıt|təhvil|girov|saxlan|məhbus|buraxıl|verib|verilib"
    r"|takas|esir|serbest|iade|teslim|rehine|tutuk|tutsak|tutul|cenaze|değiş"
    r"|փոխանակ|գերի|գերու|ազատ|վերադար|հանձն|պատանդ|պահվ|մարմին|աճյուն|ռազմագեր"
    r"|გაცვ|ტყვე|გათავისუფლ|გაათავისუფლ|გადასც|დაბრუნ|დაკავებ"
)
_GOES_BACK = re.compile(
    r"\b(?:opposite direction|other (?:way|direction)|in return|in exchange|for (?:them|these|those|whom|which)\b|"
    r"взамен|в обмен|в обратн\w+|навстречу|в ответ|натомість|əvəzində|qarşılığında|müqabilində|karşılığında|"
    r"buna karşılık|փոխարեն|դիմաց|სანაცვლოდ)"
)
_NEAR_EACH = 60  # code points to either side of a number, on its line
_EACH = re.compile(
    r"\b(?:each|apiece|a side|(?:per|from each|on each|both) sides?|с каждой стороны|кажд(?:ая|ой) из сторон|"
    r"по с обеих|с обеих сторон|hər tərəfdən|hər iki tərəf\w*|karşılıklı|her iki taraf\w*|її кожна|з кожної сторони)\b|"
    r"յուրաքանչյուր կողմ|երկու կողմ|\b(?P<as_many>\d[\d,. ]*)[ -](?:for|на)[ -](?P=as_many)(?!\d)",
    re.IGNORECASE,
)


def goes_back(sentence: str) -> bool:
    """Whether a folded sentence tells of what is given for something else ("in return")."""
    return _GOES_BACK.search(sentence) is not None


def counts_each_side(text: str, start: int, end: int) -> bool:
    """Whether the words around a number say that both sides give as many ("115 each", "1,000-for-1,000")."""
    before = text[max(0, start - _NEAR_EACH) : start].rpartition("\n")[2]
    behind = text[end : end + _NEAR_EACH].partition("\n")[0]
    return _EACH.search(before + text[start:end] + behind) is not None


def speaks_of_captives(sentence: str) -> bool:
    """Whether a folded sentence has a word of captivity, release or exchange in it, in any of the seven languages."""
    return _EXCHANGE.search(sentence) is not None


@cache
def left_kinds() -> tuple[tuple[CountKind, re.Pattern[str]], ...]:
    """What stands right before a number and says how exact it is; matched at the end of the folded text before it."""
    return tuple(
        (kind, re.compile(rf"(?<!\w)(?:{_alternatives(words)})\s+(?:the\s+)?$")) for kind, words in _LEFT.items()
    )


@cache
def right_kinds() -> tuple[tuple[CountKind, re.Pattern[str]], ...]:
    """What stands right behind a number or its noun and says how exact it is."""
    return tuple((kind, re.compile(rf"\s*(?:{words})")) for kind, words in _RIGHT.items())


def _alternatives(words: str) -> str:
    return "|".join(word.replace("_", " ") for language in words.split("|") for word in language.split())


@cache
def vague(language: str) -> tuple[tuple[re.Pattern[str], int], ...]:
    """Words like "hundreds", with the least they can mean."""
    return tuple((re.compile(rf"\b(?:{word})\b"), low) for word, low in _VAGUE.get(language[:2], _VAGUE["en"]))


@cache
def role_cues(language: str) -> tuple[tuple[CountRole, re.Pattern[str]], ...]:
    """Words that say what the people of a number have gone through, for one folded sentence."""
    table = _ROLES.get(language[:2], _ROLES["en"])
    return tuple((role, re.compile(rf"\b(?:{words})")) for role, words in table.items())


@cache
def part_behind(language: str) -> re.Pattern[str]:
    """Words for "of them" right behind a number, to be matched where it ends."""
    return re.compile(_PART_BEHIND.get(language[:2], _NOWHERE))


@cache
def part_before(language: str) -> re.Pattern[str]:
    """Words for "of them" right before a number, to be searched in what stands before it."""
    return re.compile(_PART_BEFORE.get(language[:2], _NOWHERE))
