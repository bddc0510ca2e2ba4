"""Words that name days in seven languages: months, weekdays, "yesterday", and words by which a clause looks ahead."""

from __future__ import annotations

import re
from functools import cache

_MONTHS = {
    "en": (
        r"jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sept?(?:ember)? oct(?:ober)? "
        r"nov(?:ember)? dec(?:ember)?"
    ),
    "ru": (
        r"январ[яе] феврал[яе] март[ае]? апрел[яе] ма[яе] июн[яе] июл[яе] август[ае]? сентябр[яе] октябр[яе] ноябр[яе] "
        r"декабр[яе]"
    ),
    "uk": (
        r"січн[яі] лютого березн[яі] квітн[яі] травн[яі] червн[яі] липн[яі] серпн[яі] вересн[яі] жовтн[яі] листопада? "
        r"грудн[яі]"
    ),
    "az": (
        r"yanvar\w* fevral\w* mart\w* aprel\w* may\w{0,4} iyun\w* iyul\w* avqust\w* sentyabr\w* oktyabr\w* noyabr\w* "
        r"dekabr\w*"
    ),
    "tr": (
        r"ocak\w* şubat\w* mart\w* nisan\w* mayıs\w* haziran\w* temmuz\w* ağustos\w* eylül\w* ekim\w* kasım\w* "
        r"aralık\w*"
    ),
    "hy": (
        r"հունվար\w* փետրվար\w* մարտ(?:ի|ին)? ապրիլ\w* մայիս\w* հունիս\w* հուլիս\w* օգոստոս\w* սեպտեմբեր\w* "
        r"հոկտեմբեր\w* նոյեմբեր\w* դեկտեմբեր\w*"
    ),
    "ka": (
        r"იანვ\w+ თებერვ\w+ მარტ\w* აპრილ\w* მაის\w* ივნის\w* ივლის\w* აგვისტ\w+ სექტემბ\w+ ოქტომბ\w+ ნოემბ\w+ "
        r"დეკემბ\w+"
    ),
}
_WEEKDAYS = {
    "en": r"monday tuesday wednesday thursday friday saturday sunday",
    "ru": r"понедельник\w{0,2} вторник\w{0,2} сред[уаые] четверг\w{0,2} пятниц\w{1,2} суббот\w{1,2} воскресень\w{1,2}",
    "uk": r"понеділ\w+ вівтор\w+ серед[уаи] четвер\w{0,2} п[’']ятниц\w{1,2} субот\w{1,2} неділ\w{1,2}",
    "az": r"bazar_ertəsi çərşənbə_axşamı çərşənbə(?!_axşamı) cümə_axşamı cümə(?!_axşamı) şənbə bazar(?=_günü|_gecə)",
    "tr": r"pazartesi salı çarşamba perşembe cuma cumartesi pazar(?=_günü|_gecesi|_sabah|_akşam)",
    "hy": r"երկուշաբթի երեքշաբթի չորեքշաբթի հինգշաբթի ուրբաթ շաբաթ(?=_օր|_երեկոյան|_առավոտ|_գիշեր) կիրակի",
    "ka": r"ორშაბათ\w* სამშაბათ\w* ოთხშაბათ\w* ხუთშაბათ\w* პარასკევ\w* შაბათ\w* კვირას",
}
_RELATIVE: dict[str, dict[int, str]] = {
    "en": {
        0: "today this_morning this_afternoon this_evening tonight earlier_today at_dawn_today",
        -1: "yesterday late_last_night last_night last_evening overnight",
        1: "tomorrow",
    },
    "ru": {
        0: "сегодня нынче_утром этим_утром",
        -1: "вчера накануне_ночью накануне минувшей_ночью прошлой_ночью",
        1: "завтра",
        2: "послезавтра",
        -2: "позавчера",
    },
    "uk": {0: "сьогодні", -1: "вчора учора напередодні", 1: "завтра"},
    "az": {0: "bu_gün bu_səhər bu_axşam bugün", -1: "dünən ötən_gecə", 1: "sabah sabahkı"},
    "tr": {0: "bugün(?!e) bu_sabah bu_akşam bu_gece", -1: "dün dünkü önceki_gece", 1: "yarın yarınki"},
    "hy": {0: "այսօր այս_առավոտ այս_երեկո", -1: "երեկ(?!ո) երեկվա", 1: "վաղը"},
    "ka": {0: "დღეს", -1: "გუშინ", 1: "ხვალ"},
}
_AGO = {
    "en": "days?_(?:ago|earlier)",
    "ru": "(?:дня|дней|день)_(?:назад|тому_назад)",
    "uk": "(?:дні|днів|день)_тому",
    "az": "gün_(?:əvvəl|öncə)",
    "tr": "gün_önce",
    "hy": "օր_առաջ",
    "ka": "დღის_წინ",
}
_AHEAD = re.compile(
    r"\b(?:"
    r"will|would|shall|is to|are to|was to|were to|due|set for|scheduled|planned|plans?|expected|target|prepar\w+|"
    r"to (?:be|send|release|free|hand|return|exchange|give|let|swap|deliver|bring|cross|dock)|aims?|ready|should|"
    r"pencilled|будет|будут|заплан\w+|намеч\w+|намерен\w*|назнач\w+|планир\w+|ожида\w+|должн\w+|готов\w+|пройдет|"
    r"состоится|верн[её]т\w*|переда[дс]\w+|отпустит|буде|будуть|\w+(?:acaq|əcək|acağ|əcəy|acak|ecek|acağ|eceğ)\w*|"
    r"planlaşdır\w*|gözlənil\w*|planlan\w*|bekleni\w*|öngörül\w*|կկ\w+|կվ\w+|կհ\w+|կազ\w+|կլին\w+|կփոխ\w+|կտեղ\w+|"
    r"նախատեսվ\w+|պլանավոր\w+|սպասվ\w+"
    r")\b"
)
_SAYING = re.compile(
    r"(?:"
    r"said|says|told|announced|stated|declared|reported|wrote|confirmed|denied|according to|statement|asked|published|"
    r"сообщ\w+|заяв\w+|объяв\w+|сказал\w*|рассказ\w+|подтверд\w+|написал\w*|отмет\w+|уточн\w+|опроверг\w*|bildir\w+|"
    r"açıqla\w+|de(?:di|yib|miş)\w*|bəyan\w*|duyur\w+|söyle\w+|belirt\w+|xəbər ver\w+|təsdiq\w*|ասաց\w*|ասել\w*|"
    r"հայտն\w+|հայտարար\w+|հաստատ\w+|հերք\w+|повідом\w+|заяв\w+"
    r")"
)
_SAID_BEFORE = re.compile(_SAYING.pattern + r"(?:[ \u00a0][^\W\d_]{1,5}){0,2}[ \u00a0]$")
_SAID_AFTER = re.compile(r"[ \u00a0]*(?:[^\W\d_]+[ \u00a0]){0,1}" + _SAYING.pattern)
_HANDOVER = re.compile(
    r"(?:"
    r"releas|freed|free\b|frees|return|hand(?:ed|s|ing)? over|handed|handover|hand-over|exchang|swap|traded|came home|"
    r"come home|came back|brought|crossed|turned over|transferr|arriv|landed|walked|reached|let go|let out|given back|"
    r"carried|flown|set free|обмен|верну|возвра|переда|освобо|отпус|отда|выда|доставл|прибы|менял|пересек|прош[её]л|"
    r"приземл|состоя|вышл|обмін|поверн|звільн|переда|mübadilə|dəyiş|qayt|qayıt|azad|təhvil|buraxıl|buraxa|gətiril|"
    r"verib|veril|keçib|çatıb|enib|takas|değiş|teslim|serbest|iade|döndü|getiril|geçti|bırak|kavuş|ulaştı|indi\b|"
    r"փոխանակ|վերադար|հանձն|ազատ|բերվ|ժաման|տեղափոխ|կայաց|անցա|վայրէջք|გაცვ|დაბრუნ|გათავისუფლ|გაათავისუფლ|გადასც|"
    r"გადაეც|გადმო"
    r")"
)


@cache
def months(language: str) -> tuple[re.Pattern[str], ...]:
    """Twelve patterns, January first, each for one folded word."""
    return tuple(re.compile(word) for word in _MONTHS.get(language[:2], _MONTHS["en"]).split())


@cache
def month_pattern(language: str) -> str:
    """One pattern for any month."""
    return "|".join(_MONTHS.get(language[:2], _MONTHS["en"]).split())


@cache
def weekdays(language: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """Patterns by weekday number, Monday = 0."""
    words = _WEEKDAYS.get(language[:2], _WEEKDAYS["en"]).split()
    return tuple((number, _phrase(word)) for number, word in enumerate(words))


@cache
def relative_days(language: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """Patterns by offset from the day of publication."""
    table = _RELATIVE.get(language[:2], _RELATIVE["en"])
    return tuple((offset, _phrase("|".join(words.split()))) for offset, words in table.items())


@cache
def days_ago(language: str) -> re.Pattern[str]:
    """What stands behind a number of days: "days ago"."""
    return re.compile("[ \u00a0]" + _spaced(_AGO.get(language[:2], _AGO["en"])))


def looks_ahead(clause: str) -> bool:
    """Whether a folded clause speaks of what is to come."""
    return _AHEAD.search(clause) is not None


def says(clause: str) -> bool:
    """Whether a folded clause has a word of saying in it."""
    return _SAYING.search(clause) is not None


def dates_a_statement(before: str, after: str) -> bool:
    """Whether a word of saying stands right before a day, or right behind it (folded texts)."""
    return _SAID_BEFORE.search(before) is not None or _SAID_AFTER.match(after) is not None


def hands_over(clause: str) -> bool:
    """Whether a folded clause has a word of release, return or exchange in it."""
    return _HANDOVER.search(clause) is not None


def _phrase(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_spaced(words)})(?!\w{{4}})\w{{0,3}}")


def _spaced(words: str) -> str:
    return words.replace("_", "[ \u00a0]")
