"""TAG: stories → findings, each story read once by the encoder and answered by every tagger."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from models.records import Findings, Outlet, Story
from nlp.read_story import body_mentions, body_quantities, read_story
from nlp.taggers import Taggers


def tag(stories: Sequence[Story], taggers: Taggers, *, outlets: Sequence[Outlet | None] = ()) -> tuple[Findings, ...]:
    """The findings of each story, in the order of the stories.

    Claims and stances are asked only of stories that report an exchange: elsewhere their heads were never taught.

    Args:
        stories: what to read.
        taggers: who reads.
        outlets: whose paper each story stands in, as far as that is known; may be shorter than `stories`.
    """
    read = [
        read_story(taggers.encoder, taggers.gazetteer, story, outlet)
        for story, outlet in zip_longest(stories, outlets[: len(stories)])
    ]
    reports = taggers.exchange.tag(read)
    asked = [one for one, report in zip(read, reports, strict=True) if report.is_exchange]
    claims, stances = iter(taggers.claims.tag(asked)), iter(taggers.stance.tag(asked))
    return tuple(
        Findings(
            report=report,
            claims=next(claims) if report.is_exchange else (),
            stances=next(stances) if report.is_exchange else (),
            mentions=body_mentions(one),
            quantities=body_quantities(one),
            stamps=taggers.stamps(),
        )
        for one, report in zip(read, reports, strict=True)
    )
