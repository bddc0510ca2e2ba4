"""What the shipped model answers: the order of its outputs, shared by training and by the taggers.

One pass of the encoder over title and text; then the heads answer about
* the document: is it an exchange, is it worth an alert, do both sides release, which phase, what of mediators;
* every token: does it begin (B), continue (I) or stand outside (O) a name that no list knows, or a place;
* spans that rules propose (clauses, numbers of people): what kind of claim or judgement, is it the count of a flow;
* mentions of actors: is this a mediator;
* pairs of span and mention: who releases, receives, says, is judged, judges (or the stand-in: nobody, the author, the
  deal itself). The opening token asks for the document as a whole.
"""

from __future__ import annotations

from typing import Final

from models.records import CaptiveStatus, ClaimType, MediationStatus, ReportPhase

YES_NO: Final = ("is_exchange", "alert_worthy", "two_way")
PHASES: Final = tuple(ReportPhase)
MEDIATION: Final = (MediationStatus.NAMED, MediationStatus.EXPLICITLY_NONE, MediationStatus.UNSTATED)
DOCUMENT_SIZE: Final = len(YES_NO) + len(PHASES) + len(MEDIATION)

CHANNELS: Final = ("party", "speaker", "place")
OUTSIDE, BEGIN, INSIDE = 0, 1, 2

RELEASED: Final = "released"
KINDS: Final = (*(kind.value for kind in ClaimType), "favor", "against", RELEASED)
STATUSES: Final = tuple(CaptiveStatus)

# relation → what stands in when no mention does
RELATIONS: Final = {
    "releasing": "nobody",
    "receiving": "nobody",
    "claimer": "author",
    "target": "deal",
    "holder": "author",
}
STAND_INS: Final = ("nobody", "author", "deal")
DISTANCES: Final = (-64, -32, -16, -8, -4, -1, 0, 1, 4, 8, 16, 32, 64)  # tokens, bucket edges
MAX_TOKENS: Final = 320  # of one pass: the encoder takes 512, but the heads were taught on passes of this length
