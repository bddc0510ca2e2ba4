"""Lines that belong to the page and not to the story: invitations, legal tails, story codes.

Known by structure (the whole line, its opening, its length) in English, Russian, Ukrainian, Azerbaijani, Turkish, Armenian
and Georgian; a sentence that merely contains such words stays.
"""

from __future__ import annotations

import re

_LINE = 240  # characters; a longer line is a paragraph
_LEGAL = 900  # characters of the longest legal notice that is looked at

# the line is nothing but these words
_ALONE = re.compile(
    r"(?:read (?:more|the full (?:story|article)|full (?:story|article)|on)|continue reading|see (?:also|more)|learn more|more|share|share (?:this|on|via)\b.{0,30}"
    r"|tweet|print|e-?mail|save|copy link|listen|comments?(?: \(\d+\))?|\d+ comments?|leave a (?:comment|reply)|advertisement|ad|sponsored(?: content)?|loading\W*"
    r"|related(?: (?:articles?|stories|news|posts|topics))?|most (?:read|viewed|popular)|trending(?: now)?|recommended(?: for you)?|latest news|top stories"
    r"|back to top|next|previous|home|menu|search|close|skip to (?:main )?content|follow us(?: on .{0,60})?|subscribe(?: now)?|sign (?:up|in)|log in"
    r"|(?:the )?legal disclaimer|disclaimer"
    r"|читать (?:далее|дальше|полностью)|подробнее|далее|читайте также|поделиться|реклама|комментарии|подписаться|распечатать|на правах рекламы|новости по теме"
    r"|материалы по теме|главное|популярное|читати далі|читайте також|поділитися|коментарі|детальніше"
    r"|daha (?:çox|ətraflı)|ətraflı(?: oxu)?|davamını oxu|həmçinin oxuyun|paylaş|reklam|şərhlər|abunə ol(?:un)?|ən çox oxunanlar|oxşar xəbərlər"
    r"|devamını oku|daha fazla(?:sı)?|haberin devamı|ayrıca okuyun|ilgili haberler|yorumlar|abone ol(?:un)?|en çok okunanlar|bizi takip edin"
    r"|կարդալ ավելին|ավելին|կարդացեք նաև|կիսվել|տարածել|գովազդ|մեկնաբանություններ|բաժանորդագրվել|հետևեք մեզ|կարդացեք նաեւ"
    r"|წაიკითხეთ (?:მეტი|ასევე)|სრულად|გაზიარება|გააზიარეთ|რეკლამა|კომენტარები|გამოიწერეთ)",
    re.IGNORECASE,
)
# the line opens with these words and is no longer than _LINE
_OPENING = re.compile(
    r"(?:(?:read (?:more|also|next)|also read|see also|related(?: (?:story|article|stories))?|more on this|watch(?: now)?|listen now|in pictures|don't miss|editor's picks?)\s*[:>|»–—-]"
    r"|(?:photo|image|picture|video|file photo|illustration|credit|tags?|topics?|filed under|keywords?|share this)\s*:"
    r"|follow (?:us|our|[@#]\w)|(?:join|find|like) us on |subscribe to |sign up (?:for|to) |get (?:the|our) (?:latest|daily|best) |click here |download (?:our|the) app"
    r"|enjoying our |support (?:our|independent) journalism|for more (?:information|news|stories|coverage)[, ]|thank you for reading|story code\s*:"
    r"|читайте (?:также|ещ[её]|по теме|нас|подробнее)|подписывайтесь |подпишитесь |следите за |присоединяйтесь к |фото\s*:|видео\s*:|теги?\s*:|иллюстрация\s*:|смотрите также|наш (?:телеграм|telegram)-?\s?канал"
    r"|читайте (?:також|нас|ще)|підпи(?:суйтесь|шіться|суйтеся) |слідкуйте за |стежте за |приєднуйтесь |теги\s*:"
    r"|həmçinin (?:oxuyun|bax)|bizi (?:sosial|facebook|instagram|telegram|youtube|izləyin)|abunə olun|foto\s*:|açar sözlər\s*:|teqlər\s*:|kanalımıza "
    r"|(?:ayrıca|bunu da|şunu da) okuyun|bizi .{0,40}takip ed|abone olun|fotoğraf\s*:|etiketler\s*:|ilgili haber\s*:|haberin devamı"
    r"|կարդացեք (?:նաև|նաեւ)|հետևե՛?ք (?:մեզ|մեր)|բաժանորդագրվեք |միացեք մեր|լուսանկարը?\s*[։:՝]|պիտակներ\s*[։:՝]|տես նաև"
    r"|(?:წაიკითხეთ|იხილეთ) ასევე|გამოგვყევით|გამოიწერეთ|ფოტო\s*:|თეგები\s*:)",
    re.IGNORECASE,
)
_LEGAL_WORDS = re.compile(
    r"all rights reserved|[\"“”']as[ -]is[\"“”']|without (?:any )?warrant|may not be (?:re)?(?:published|produced|distributed|broadcast|written|used)"
    r"|provided by (?:a )?third part|accepts? no (?:responsibility|liability)|not (?:be )?(?:responsible|liable) for (?:the )?(?:content|accuracy|any)"
    r"|(?:complaints|copyright issues) (?:related|relating) to this|contact the (?:provider|author) above|reproduction .{0,60}(?:prohibited|forbidden)"
    r"|terms (?:of use|and conditions)|views? expressed .{0,80}(?:do(?:es)? not|are those of)|does not (?:necessarily )?reflect the (?:views|opinions?|position)"
    r"|все права защищены|при (?:использовании|перепечатке|копировании|цитировании) |перепечатка .{0,60}(?:запрещен|только)|мнение редакции может не совпадать|учредитель|свидетельство о регистрации"
    r"|(?:усі|всі) права захищен|при використанні матеріалів|передрук .{0,60}заборонен"
    r"|(?:bütün|müəllif) hüquqlar[ıi]? (?:qorunur|müdafiə)|müəllif hüquqları|istinad (?:zəruridir|mütləqdir|vacibdir)|materiallardan istifadə"
    r"|tüm hakları saklıdır|izinsiz (?:kopyalan|kullanıla|yayınlan)|kaynak gösteril"
    r"|բոլոր իրավունքները պաշտպանված են|հղումը (?:պարտադիր|կայքին)|նյութերի (?:օգտագործման|արտատպման)"
    r"|ყველა უფლება დაცულია",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright\b|авторские права)\s*(?:©\s*)?[\w\d]", re.IGNORECASE)
_STORY_CODE = re.compile(r"[A-Z]{1,10}-?\d{5,}[A-Z0-9-]*(?:\s*[|·]\s*(?P<rest>.*))?")
_LABELLED_LEGAL = re.compile(r"(?:legal |news |important )?(?:disclaimer|notice)\s*[:.–—-]", re.IGNORECASE)
_CLOSING = re.compile(
    r"(?<=[.!?…»”\"։)])\s+(?:read more|continue reading|see more|читать (?:далее|дальше|полностью)|подробнее|читати далі|ətraflı|davamını (?:oxu|oku)|haberin devamı|կարդալ ավելին)\s*[.…>»→]*$",
    re.IGNORECASE,
)
_TRIM = " \t\r\n.…:!?»>→|•*-–—[]"


def is_furniture(line: str) -> bool:
    """Whether a whole line, wherever it stands, is an invitation or a label and no part of a story."""
    line = line.strip()
    if len(line) > _LINE:
        return False
    bare = line.strip(_TRIM)
    return not bare or bool(_ALONE.fullmatch(bare) or _OPENING.match(line))


def is_closing_matter(line: str) -> bool:
    """Whether a line at the end of a text is a legal notice, a copyright line or a story code."""
    line = line.strip()
    if is_furniture(line):
        return True
    if len(line) > _LEGAL:
        return False
    code = _STORY_CODE.fullmatch(line)
    if code:
        return not code["rest"] or is_closing_matter(code["rest"])
    return bool(
        _LEGAL_WORDS.search(line) or _LABELLED_LEGAL.match(line) or (len(line) < _LINE and _COPYRIGHT.match(line))
    )


def split_leading(line: str) -> str:
    """The line without furniture that hangs at its end ("Name Read more" → "Name"); the line itself when there is none."""
    words = line.split(" ")
    for size in range(4, 0, -1):
        if len(words) > size and _ALONE.fullmatch(" ".join(words[-size:]).strip(_TRIM)):
            return " ".join(words[:-size])
    return line


def closing_start(paragraph: str) -> int:
    """Where furniture hung behind the last sentence of a paragraph begins; its length when there is none."""
    match = _CLOSING.search(paragraph)
    return match.start() if match else len(paragraph)
