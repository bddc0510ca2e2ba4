"""Words that praise and words that blame, in the languages we read: the tone in which a writer tells of a release.

The words are common ones of approval and of reproach. One rule asks them (`nlp/stance.py`); which way a judgement leans
is the model's to say.
"""

from __future__ import annotations

import re
from typing import Final

VERSION: Final = "2"
_PRAISE: Final = re.compile(
    r"\b(?:"
    r"good\s?will|humane\w*|humanis\w+|humanitarian|mutual trust|trust|noble\w*|wise\w*|wisdom|generous\w*|generosity|"
    r"mercy|merciful|compassion\w*|courag\w+|brave\w*|hero(?:es|ic)?\b|honou?r\w*|dignity|relief|welcom\w+|"
    r"prais\w+|thank\w*|grateful\w*|gratitude|credit\w*|admir\w+|historic|breakthrough|progress|success\w*|"
    r"cares?\b|(?:kept|keeps?) (?:his|her|its|their) word|faithful|tireless\w*|joy\w*|triumph\w*|victor(?:y|ious)|"
    r"steps? towards?|peace\b|right (?:step|thing)|"
    r"гуман\w+|благород\w+|мудр\w+|доверi?\w*|добр\w+ вол\w+|милосерд\w+|великодуш\w+|благодар\w+|спасибо|приветств\w+|"
    r"достойн\w+|геро\w+|успе[хш]\w*|историческ\w+|прорыв\w*|забот\w+|честн\w+|дяку\w+|вдячн\w+|"
    r"humanist\w*|humanizm\w*|xoşməram\w*|etimad\w*|müdrik\w*|alicənab\w*|mərhəmət\w*|təşəkkür\w*|minnətdar\w*|qəhrəman\w*|"
    r"uğur\w*|tarixi|alqışla\w*|qayğı\w*|insanpərvər\w*|teşekkür\w*|minnettar\w*|iyi niyet\w*|güven\w*|insani|bilge\w*|"
    r"cömert\w*|kahraman\w*|başarı\w*|memnuniyet\w*|övgü\w*|onur\w*|"
    r"մարդասիր\w+|բարի կամք\w*|վստահությ\w+|իմաստ\w+|"
    r"շնորհակալ\w+|երախտ\w+|հերոս\w*|ողջուն\w+|պատմական|հաջող\w+|վեհանձն\w*|"
    r"მადლობ\w+|ჰუმან\w+|ნდობ\w+"
    r")",
    re.IGNORECASE,
)
_BLAME: Final = re.compile(
    r"\b(?:"
    r"so-called|regime|terror\w*|separatis\w+|bandit\w*|puppet\w*|junta|criminals?|crimes?|thug\w*|aggress\w+|"
    r"occup(?:ier|ant|ation)\w*|treacher\w*|betray\w*|perfid\w*|cruel\w*|brutal\w*|barbar\w+|savage\w*|tortur\w+|shame\w*|"
    r"humiliat\w+|sham\b|cynical\w*|hypocri\w+|blackmail\w*|ransom\w*|hostage-tak\w+|lie[sd]?\b|lying|liar\w*|fail\w*|"
    r"refus\w+|accus\w+|blam\w+|breach\w*|violat\w+|bad faith|sabotag\w+|condemn\w*|denounc\w+|disgrac\w+|unworthy|"
    r"slaughter\w*|massacr\w+|nothing but|failed|weak\w*|surrender\w*|mock\w+|scandal\w*|"
    r"так называем\w+|режим\w*|террорист\w*|сепаратист\w*|боевик\w*|марионет\w+|преступ\w+|агресс\w+|оккупант\w*|"
    r"вероломн\w*|"
    r"предател\w+|жесток\w+|варвар\w*|пытк\w+|позор\w*|унизи\w+|цинич\w+|лицемер\w+|шантаж\w*|лж[иёе]\w*|срыв\w*|сорва\w+|"
    r"обвин\w+|нарушен\w+|осуди\w+|звинуват\w+|зрив\w*|"
    r"qondarma|rejim\w*|terrorçu\w*|separatçı\w*|cinayət\w*|işğal\w*|xəyanət\w*|vəhşi\w*|işgəncə\w*|riyakar\w*|ittiham\w*|"
    r"pozu\w+|qınay\w*|sözde|terörist\w*|terör|ayrılıkçı\w*|işgalci\w*|ihanet\w*|zalim\w*|vahşi\w*|işkence\w*|utanç\w*|"
    r"suçla\w*|ihlal\w*|kınad\w*|"
    r"այսպես կոչված|ահաբեկ\w+|անջատողական\w*|հանցագործ\w*|ագրես\w+|օկուպանտ\w*|"
    r"դավաճան\w*|դաժան\w*|խոշտանգ\w+|ամոթ\w*|մեղադր\w+|"
    r"խախտ\w+|դատապարտ\w+|կեղծ\w*|ბრალ\w+|რეჟიმ\w*"
    r")",
    re.IGNORECASE,
)


def leaning(words: str) -> int:
    """Words of praise less words of blame."""
    return len(_PRAISE.findall(words)) - len(_BLAME.findall(words))
