"""How far an attribution reaches: who can be the claimer of a clause at all.

Annotation guide, section 7: an attribution covers its own sentence and what follows it to the end of the paragraph;
into the next paragraph it goes only by a word that takes it up again ("it said", "he added"). Whoever stands elsewhere
in the text does not vouch for the clause, however often he is quoted.
"""

from __future__ import annotations

import re
from typing import Final

from nlp.clauses import Span, sentences
from nlp.inflection import fold

_SAYING: Final = re.compile(
    r"\b(?:"
    r"sa(?:id|ys|ying)|tells?|told|announc\w+|stat(?:ed|es|ing|ement)\w*|declar\w+|report(?:s|ed|ing)?\b|wrote|writes?|"
    r"confirm\w+|den(?:y|ies|ied|ying)|according|asked|published|add(?:s|ed)|accus\w+|insist\w*|warn\w*|thank\w*|"
    r"credit\w*|prais\w+|acknowledg\w+|claim\w*|maintain\w*|complain\w*|spoke|speak\w*|called|calls|hop(?:e|es|ed)|"
    r"promis\w+|expect\w*|put|puts|estimat\w+|count(?:s|ed)\b|list\w*|disput\w+|reject\w*|refus\w*|blam\w+|welcom\w+|"
    r"quot\w+|cit(?:ed|es|ing)\b|explain\w*|argu\w+|recall\w*|describ\w+|mention\w*|note[sd]?\b|post(?:ed|s)\b|comment\w*|"
    r"demand\w*|urg\w+|appeal\w*|vow\w*|pledg\w+|admit\w*|stress\w*|suggest\w*|agree[sd]?\b|"
    r"сообщ\w+|заяв\w+|объяв\w+|сказа\w*|говор\w+|рассказ\w+|подтверд\w+|написа\w*|пишет|отмет\w+|отмеча\w+|уточн\w+|"
    r"опроверг\w*|по (?:словам|данным|информации|мнению|версии)|согласно|добав\w+|подчеркн\w+|"
    r"поблагодар\w+|благодар\w+|"
    r"обвин\w+|утвержда\w+|призва\w+|потребова\w+|отказа\w+|назва\w+|пояснил\w*|напомн\w+|переда[её]т\b|обеща\w+|счита\w+|"
    r"повідом\w+|заяв\w+|за (?:словами|даними)|розпов\w+|підтверд\w+|подяк\w+|зазнач\w+|"
    r"bildir\w+|açıqla\w+|de(?:di|yib|miş|yir|yən)\w*|bəyan\w*|qeyd\w*|vurğula\w+|söylə\w+|xəbər\w*|məlumat\w*|təsdiq\w*|"
    r"təkzib\w*|görə|təşəkkür\w*|minnətdar\w*|ittiham\w*|iddia\w*|çağır\w+|yaz(?:ıb|dı|ır)\w*|"
    r"duyur\w+|söyle\w+|belirt\w+|aktar\w+|kaydet\w+|ifade\w*|göre|doğrula\w+|yalanla\w+|teşekkür\w*|suçla\w+|vurgula\w+|"
    r"açıkla\w+|çağrı\w*|yazdı|ekle(?:di|yen)\w*|"
    r"ասաց\w*|ասել\w*|ասում\w*|հայտն\w+|հայտարար\w+|հաստատ\w+|հերք\w+|նշել\w*|նշեց\w*|նշում\w*|ըստ|տեղեկաց\w+|հաղորդ\w+|"
    r"գրել\w*|գրեց\w*|շնորհակալ\w+|մեղադր\w+|պնդ\w+|ընդգծ\w+|ավելացր\w+|խոսքով|տվյալներով|"
    r"განაცხად\w*|თქვ\w+|ცნობ\w+|იტყობინ\w+|დაადასტურ\w+|უარყო\w*|თანახმად\w*|აღნიშნ\w+|მადლობ\w+"
    r")|[«“„\"]"
)
_TAKEN_UP: Final = re.compile(
    r"(?:[«“\"„'’]|it\b|he\b|she\b|they\b|the (?:statement|ministry|spokes\w+|office|commission|communiqu\w+|minister|"
    r"president|group|source|official)\b|both\b|он[аио]?\b|в (?:ведомстве|министерстве|заявлении)|там\b|ведомство|"
    r"o\b|onlar\b|məlumat\w*|nazirlik\w*|bakanlık\w*|açıklamada|"
    r"նա\b|նրանք\b|նախարարություն\w*|հաղորդագրություն\w*)"
)
_GOES_ON: Final = re.compile(  # somebody who was named before goes on speaking, wherever it stands in the sentence
    r"\b(?:(?:it|he|she|they) (?:also |further )?(?:said|added|says|adds|noted|stressed|told)|"
    r"(?:said|added) (?:he|she|they)\b|"
    r"по (?:его|ее|её|их) словам|(?:он|она|они|там) (?:также )?(?:сказал|добавил|заявил|отметил|уточнил|подчеркнул)\w*|"
    r"за (?:його|її|їх) словами|onun sözlərinə görə|(?:o|onlar) (?:əlavə|bildir|de)\w*|ona göre|sözlerine|"
    r"նրա խոսքով|նրա խօսքով|նա (?:ասել|ասաց|նշել|նշեց|ավելացր)\w*|მისი თქმით)"
)
_TAG: Final = re.compile(r"\s[-–—]\s[^.!?]{3,60}$")  # "115 CAPTIVES RETURNED – DEFENCE MINISTRY"


class Reach:
    """The sentences and paragraphs of one text, for asking who can vouch for a clause."""

    def __init__(self, text: str) -> None:
        """Cut the text; title and body are paragraphs of their own."""
        self.folded = fold(text)
        self.sentences = sentences(text)
        self.paragraphs = [self.folded.count("\n", 0, start) for start, _ in self.sentences]
        self.saying = [
            _SAYING.search(self.folded, *span) is not None or _TAG.search(self.folded[slice(*span)]) is not None
            for span in self.sentences
        ]

    def covers(self, clause: Span, speaker: Span) -> bool:
        """Whether an attribution to this mention can reach the clause; offsets are code points of the text."""
        told, by = self._sentence(clause), self._sentence(speaker)
        if told is None or by is None or by > told:
            return False
        if self.paragraphs[by] == self.paragraphs[told]:
            return self.saying[by]
        return self.saying[by] and self._takes_up(told) and self._is_paragraph_before(by, told)

    def _sentence(self, span: Span) -> int | None:
        return next((i for i, (start, end) in enumerate(self.sentences) if start <= span[0] < end), None)

    def _takes_up(self, number: int) -> bool:
        """Whether the sentence says, by its first word or by a pronoun, that somebody goes on speaking."""
        start, end = self.sentences[number]
        if _GOES_ON.search(self.folded, start, end):
            return True
        return self.saying[number] and _TAKEN_UP.match(self.folded, start) is not None

    def _is_paragraph_before(self, number: int, other: int) -> bool:
        before = [p for p in self.paragraphs[: other + 1] if p < self.paragraphs[other]]
        return bool(before) and self.paragraphs[number] == max(before)
