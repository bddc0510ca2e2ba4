"""The tables of the three files in watch/, as analysts write them; the head of each file says what its keys mean."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wirewatch.field_types import Country, Id, Language, Name, Table, WebAddress

PhaseName = Literal[
    "called_for", "rumoured", "planned", "announced", "agreed", "under_way", "completed", "stalled", "denied"
]


class SourceTable(Table):
    """One [[source]]."""

    id: Id
    outlet: Name
    kind: Literal["rss", "atom", "rdf", "json", "sitemap"]
    url: WebAddress
    language: Language
    country: Country
    owner: Name
    role: Literal["outlet", "agency", "official", "humanitarian", "syndicator"]
    side: Name | None = None
    verified: bool = False
    flash: bool = False


class SourcesFile(Table):
    """watch/sources.toml."""

    source: list[SourceTable] = Field(default_factory=list)


class ActorTable(Table):
    """One [[actor]]."""

    code: Name
    name: str
    kind: Literal["state", "armed_group", "body", "office", "person", "place"]
    aliases: list[Name] = Field(default_factory=list)
    loaded: list[Name] = Field(default_factory=list)
    principal: Name | None = None


class ActorsFile(Table):
    """watch/actors.toml."""

    actor: list[ActorTable] = Field(default_factory=list)


class RuleTable(Table):
    """One [[rule]]."""

    id: Id
    parties: list[str] = Field(default_factory=list)
    phases: list[PhaseName] = Field(default_factory=list)
    min_independent: int = Field(default=1, ge=1)
    severity: Literal["info", "notice", "urgent"] = "urgent"
    max_age_h: int = Field(default=72, gt=0)
    to: list[str] = Field(default_factory=list)


class RulesFile(Table):
    """watch/rules.toml."""

    rule: list[RuleTable] = Field(default_factory=list)
