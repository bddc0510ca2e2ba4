"""What an author calls the captives: from words to the neutral status code."""

from __future__ import annotations

import re
from typing import Final

from models.records import CaptiveStatus

# In order: the first that stands in the words decides; what a person is weighs more than what holds him.
_WORDS: Final[tuple[tuple[CaptiveStatus, str], ...]] = (
    (
        CaptiveStatus.BODIES,
        (
            r"bod(?:y|ies)|remains|corpses?|coffins?|the dead|fallen|тел(?:о|а|у|ом|ами)?\b|останк|погибш|meyit|"
            r"cənazə|nəş|"
            r"cesed|ceset|cenaze|naaş|մարմին|մարմն|աճյուն|դի(?:եր|ակ)|тіл\b|тіла|загибл|ცხედ|ნეშტ"
        ),
    ),
    (
        CaptiveStatus.CHILDREN,
        (r"child(?:ren)?|minors|дет(?:ей|и|ям|ьми)\b|ребен|ребён|uşaq|çocu[kğ]|երեխա|дітей|діти|ბავშვ"),
    ),
    (CaptiveStatus.HOSTAGE, r"hostage|заложни|girov|rehine|պատանդ|заручник|მძევ"),
    (CaptiveStatus.WOUNDED_SICK, r"wounded|sick|injured|ill\b|ранен|больн|yaralı|xəstə|hasta|վիրավոր|հիվանդ|поранен"),
    (CaptiveStatus.ELDERLY, r"elderly|old men|pensioner|пожил|стари|yaşlı|տարեց"),
    (
        CaptiveStatus.POLITICAL_PRISONER,
        (
            r"political (?:prisoner|detainee)|politically|dissident|activist|политзаключ|политзэк|политическ\w+ заключ|"
            r"siyasi (?:məhbus|dustaq|tutuklu|mahkum)|քաղբանտարկյալ|քաղաքական բանտարկյալ|політв"
        ),
    ),
    (
        CaptiveStatus.POW,
        (
            r"prisoners? of war|\bpows?\b|war prisoner|военнопленн|пленн|hərbi əsir|əsir|savaş esir|esir|"
            r"ռազմագերի|գերի|полонен|ტყვე"
        ),
    ),
    (
        CaptiveStatus.CONVICT,
        (r"convict|sentenced|осужд|осуждён|məhkum|mahk[uû]m|hökümlü|դատապարտյալ|დამნაშავ"),
    ),
    (
        CaptiveStatus.MILITARY,
        (
            r"servicem[ae]n|servicewom[ae]n|soldier|troops|military|fighter|sailor|marine|officer|airm[ae]n|pilot|defender|"
            r"военнослужащ|солдат|военных|боец|бойц|защитник|моряк|пограничник|hərbçi|hərbi|əsgər|sərhədçi|asker|savaşçı|"
            r"denizci|զինծառայող|զինվոր|զինվորական|военн|військов|захисник|прикордон|სამხედრო|ჯარისკაც|combatant|militant"
        ),
    ),
    (
        CaptiveStatus.CIVILIAN,
        (
            r"civilian|villager|shepherd|fisherm[ae]n|worker|nurse|doctor|teacher|driver|journalist|farmer|resident|wom[ae]n|"
            r"гражданск|мирн|жител|рыбак|чабан|пастух|журналист|mülki|sakin|çoban|balıqçı|balıkçı|sivil|köylü|gazeteci|"
            r"քաղաքացիական|հովիվ|ձկնորս|цивільн|მოქალაქე|мещан"
        ),
    ),
    (
        CaptiveStatus.DETAINEE,
        (
            r"detainee|detained|prisoner|inmate|captive|held|arrested|задержанн|заключ[её]нн|арестованн|удерживаем|узник|"
            r"saxlanılan|həbs|məhbus|dustaq|tutuklu|tutsak|gözaltı|պահվող|կալանավոր|ձերբակալ|ազատազրկ|в'язн|პატიმ|დაკავ"
        ),
    ),
)
_PATTERNS: Final = tuple((status, re.compile(r"(?<!\w)(?:" + words + ")", re.IGNORECASE)) for status, words in _WORDS)


def named_status(words: str) -> CaptiveStatus | None:
    """The status that the words name; None when they name none ("32 people")."""
    found = [status for status, pattern in _PATTERNS if pattern.search(words)]
    if not found:
        return None
    soldiers = {CaptiveStatus.MILITARY, CaptiveStatus.POW} & set(found)
    return CaptiveStatus.MIXED if soldiers and CaptiveStatus.CIVILIAN in found else found[0]
