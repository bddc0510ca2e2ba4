"""ISO 3166-1 alpha-2: the codes that a source's country may have.

Source: ISO 3166-1, officially assigned codes; XK (user-assigned, Kosovo) and ZZ (user-assigned, here: an international
body without a seat of its own state) besides.
"""

from __future__ import annotations

from typing import Final

COUNTRIES: Final = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW ZZ
    """.split()  # noqa: SIM905 - a table of 251 codes reads better than a list of as many strings
)
_OFTEN_MEANT: Final = {"UK": "GB", "EN": "GB", "EL": "GR", "SU": "RU", "UN": "ZZ", "EU": "ZZ", "INT": "ZZ"}


def probably_meant(code: str) -> str:
    """The country that a wrong code probably stands for; "" when nothing is near."""
    upper = code.upper()
    return upper if upper in COUNTRIES else _OFTEN_MEANT.get(upper, "")
