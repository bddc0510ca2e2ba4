"""Conditional polls: how a source is asked for what is new only, and what its answer says of that."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from scrapy.http import Response

from models.records import FailureClass, PollEvent, PollFailure, Source, Validators
from spiders.failures import of_status, wait_of
from spiders.middlewares import header

_LONGEST_VALIDATOR: Final = 500  # characters; a longer one is not sent back


def conditions(known: Validators) -> dict[str, bytes]:
    """The headers by which an answer that has not changed is left out."""
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value.encode("latin-1") for name, value in asked.items() if value}


def validators(response: Response) -> Validators:
    """What the next question for the same may refer to."""
    digest = hashlib.sha256(response.body).hexdigest() if response.status == HTTPStatus.OK else None
    return Validators(
        etag=_validator(response, "ETag"), last_modified=_validator(response, "Last-Modified"), body_sha256=digest
    )


def _validator(response: Response, name: str) -> str | None:
    value = header(response, name).strip()
    return value if value.isprintable() and len(value) <= _LONGEST_VALIDATOR and value else None


def failure(source: Source, response: Response, known: Validators) -> PollFailure | None:
    """Why an answer is none; None when it is one."""
    if response.status == HTTPStatus.OK:
        return None
    if response.status == HTTPStatus.NOT_MODIFIED:
        why = "HTTP 304, though nothing was known to be unchanged"
        return None if conditions(known) else PollFailure(source_id=source.id, kind=FailureClass.SOFT, reason=why)
    return of_status(
        source.id, response.status, wait_of(response.status, header(response, "Retry-After"), now=datetime.now(UTC))
    )


def unchanged(response: Response, known: Validators, newest: Validators) -> PollEvent | None:
    """How an answer says that nothing has changed; None when it does not."""
    if response.status == HTTPStatus.NOT_MODIFIED:
        return PollEvent.NOT_MODIFIED
    is_same = known.body_sha256 is not None and newest.body_sha256 == known.body_sha256
    return PollEvent.SAME_BODY if is_same else None
