"""What the shipped model answers: the order of its outputs, shared by training and by the taggers.

One pass of the encoder over title and text gives three kinds of answer.
* document: is it an exchange, is it worth an alert, do both sides release, which phase, what of mediators;
* token: for every channel whether a token begins (B), continues (I) or is outside (O) a span of that kind;
* relation: for a span, which of the candidate mentions stands in a relation to it (or the stand-in: nobody, the
  author, the deal itself).
"""

from __future__ import annotations

from typing import Final

from models.records import CaptiveStatus, ClaimType, MediationStatus, ReportPhase

YES_NO: Final = ("is_exchange", "alert_worthy", "two_way")
PHASES: Final = tuple(ReportPhase)
MEDIATION: Final = (MediationStatus.NAMED, MediationStatus.EXPLICITLY_NONE, MediationStatus.UNSTATED)
CLAIM_CHANNELS: Final = tuple(f"claim:{kind}" for kind in ClaimType)
CHANNELS: Final = (*CLAIM_CHANNELS, "captives", "party", "speaker", "mediator", "favor", "against", "place")
OUTSIDE, BEGIN, INSIDE = 0, 1, 2
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

DOCUMENT_SIZE: Final = len(YES_NO) + len(PHASES) + len(MEDIATION)
MAX_TOKENS: Final = 512
