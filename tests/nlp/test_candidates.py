"""One party, one name: the forms of a name that no list knows meet under the plainest of them."""

from __future__ import annotations

from models.records import Actor, Mention
from nlp.candidates import _one_name
from nlp.parties import slug


def named(*names: str) -> list[tuple[str, str]]:
    mentions = [
        Mention(start=i, end=i + 1, actor=Actor(code=f"x-{slug(name)}", name=name), words=name)
        for i, name in enumerate(names)
    ]
    return [(mention.actor.code, mention.actor.name) for mention in _one_name(mentions)]


def test_a_people_and_its_adjective_stand_under_the_name_of_their_state() -> None:
    assert named("Kestovans", "Kestova", "Kestovan") == [("x-kestova", "Kestova")] * 3


def test_a_people_alone_is_named_in_the_singular() -> None:
    assert named("Dravanians", "Norlanders") == [("x-dravanian", "Dravanian"), ("x-norlander", "Norlander")]


def test_names_that_only_look_alike_stay_apart() -> None:
    assert named("Orro Front", "Orrovia Pass") == [("x-orro-front", "Orro Front"), ("x-orrovia-pass", "Orrovia Pass")]
