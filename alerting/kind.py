"""What a delivery carries, by the schema that its payload names."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Final

from models.records import Delivery

ALERT_SCHEMA: Final = "wirewatch.alert.v1"  # of each, a field may be added; a new number when one goes or changes
DIGEST_SCHEMA: Final = "wirewatch.digest.v1"
TEST_SCHEMA: Final = "wirewatch.test.v1"
NOTICE_SCHEMA: Final = "wirewatch.notice.v1"


class Kind(StrEnum):
    """The kinds of message."""

    ALERT = "alert"
    DIGEST = "digest"
    TEST = "test"
    NOTICE = "operator"


_KINDS: Final = {
    ALERT_SCHEMA: Kind.ALERT,
    DIGEST_SCHEMA: Kind.DIGEST,
    TEST_SCHEMA: Kind.TEST,
    NOTICE_SCHEMA: Kind.NOTICE,
}


def kind_of(delivery: Delivery) -> Kind:
    """What a delivery carries; an alert where its payload names no schema."""
    return _KINDS[json.loads(delivery.payload).get("schema", ALERT_SCHEMA)]
