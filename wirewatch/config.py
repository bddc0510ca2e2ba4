"""The files that people edit, checked: what is wrong, in which line, and what was probably meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from models.errors import ConfigError
from models.records import Phase, Rule, Severity, Source

_SECRET: Final = re.compile(r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)")
File = TypeVar("File", bound="_Table")


class _Table(BaseModel):
    """A table in which no unknown key may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no http or https address")
    return value


def _reference(value: str) -> str:
    if value and not _SECRET.fullmatch(value):
        raise ValueError("is no reference: write env:NAME or file:PATH, never the secret itself")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
Reference = Annotated[str, AfterValidator(_reference)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


# ---------------------------------------------------------------- wirewatch.toml


class WarehouseTable(_Table):
    """Where the warehouse is."""

    url: str = ""


class PagesTable(_Table):
    """Where the pages are, for links in messages."""

    url: WebAddress = "http://127.0.0.1:8080"


class CrawlTable(_Table):
    """Limits of a crawl; units as in `models.records.CrawlLimits`."""

    body_bytes: Annotated[int, Field(gt=0)] = 10 * 1024 * 1024
    request_s: Annotated[float, Field(gt=0)] = 30.0
    redirects: Annotated[int, Field(ge=0)] = 5
    concurrent: Annotated[int, Field(gt=0)] = 8
    concurrent_per_host: Annotated[int, Field(gt=0)] = 2
    gap_s: Annotated[float, Field(ge=0)] = 1.0
    crawl_s: Annotated[float, Field(gt=0)] = 1800.0
    pages_per_source: Annotated[int, Field(gt=0)] = 200
    feed_parse_s: Annotated[float, Field(gt=0)] = 10.0
    feed_parse_mib: Annotated[int, Field(gt=0)] = 512


class LimitsTable(_Table):
    """Limits of the other steps; units as in `wirewatch.settings.Settings`."""

    lease_s: Annotated[int, Field(gt=0)] = 300
    attempts: Annotated[int, Field(gt=0)] = 3
    batch: Annotated[int, Field(gt=0)] = 16
    page_s: Annotated[float, Field(gt=0)] = 10.0
    page_mib: Annotated[int, Field(gt=0)] = 512


class FileChannelTable(_Table):
    """Alerts appended to a file below `var`."""

    kind: Literal["file"]
    path: str = Field(min_length=1)


class WebhookTable(_Table):
    """Alerts posted to an address, signed."""

    kind: Literal["webhook"]
    url: str = Field(min_length=1)
    secret: Reference = Field(min_length=1)


ChannelTable = Annotated[FileChannelTable | WebhookTable, Field(discriminator="kind")]


class MainFile(_Table):
    """wirewatch.toml."""

    contact: str = ""  # address that stands in our user agent
    var: str = "var"
    watch: str = "watch"
    warehouse: WarehouseTable = WarehouseTable()
    pages: PagesTable = PagesTable()
    crawl: CrawlTable = CrawlTable()
    limits: LimitsTable = LimitsTable()
    channel: dict[Id, ChannelTable] = {"duty-file": FileChannelTable(kind="file", path="alerts.jsonl")}

    def channel_tables(self) -> dict[str, dict[str, str]]:
        """The channels as plain tables, by name."""
        return {name: table.model_dump() for name, table in self.channel.items()}


def read_main(path: Path, *, must_exist: bool) -> MainFile:
    """The main file; its defaults when it is absent and need not exist.

    Raises:
        ConfigError: it is wrong, or absent though named.
    """
    if not path.exists() and not must_exist:
        return MainFile()
    return _read(path, MainFile)


# ---------------------------------------------------------------- watch/sources.toml


class SourceTable(_Table):
    """One [[source]]."""

    id: Id
    outlet: str = Field(min_length=1)
    kind: Literal["rss", "atom", "rdf", "json"]
    url: WebAddress
    language: str = Field(pattern=r"^[a-z]{2,3}$")
    country: Country
    owner: str = Field(min_length=1)
    role: Literal["outlet", "agency", "official", "humanitarian", "syndicator"]
    side: str | None = None
    verified: bool = False
    flash: bool = False


class SourcesFile(_Table):
    """watch/sources.toml."""

    source: list[SourceTable] = []


def read_sources(path: Path) -> tuple[Source, ...]:
    """The sources, in the order of the file.

    Raises:
        ConfigError: the file is wrong.
    """
    file = _read(path, SourcesFile)
    _refuse_twins(path, "source", [table.id for table in file.source])
    return tuple(Source(**table.model_dump()) for table in file.source)


# ---------------------------------------------------------------- watch/rules.toml


class RuleTable(_Table):
    """One [[rule]]."""

    id: Id
    parties: list[str] = []
    phases: list[
        Literal[
            "called_for",
            "rumoured",
            "planned",
            "announced",
            "agreed",
            "under_way",
            "completed",
            "stalled",
            "denied",
        ]
    ] = []
    min_independent: Annotated[int, Field(ge=1)] = 1
    severity: Literal["info", "notice", "urgent"] = "urgent"
    max_age_h: Annotated[int, Field(gt=0)] = 72
    to: list[str] = []


class RulesFile(_Table):
    """watch/rules.toml."""

    rule: list[RuleTable] = []


def read_rules(path: Path, *, channels: Sequence[str]) -> tuple[Rule, ...]:
    """The rules, in the order of the file.

    Args:
        path: the file.
        channels: names a rule may send to.

    Raises:
        ConfigError: the file is wrong, or a rule sends to a channel that does not exist.
    """
    file = _read(path, RulesFile)
    _refuse_twins(path, "rule", [table.id for table in file.rule])
    for number, table in enumerate(file.rule):
        for name in table.to:
            if name not in channels:
                place = _place(path, ("rule", number, "to"))
                raise ConfigError(place, f"no channel is named {name!r}", hint=_meant(name, channels))
    return tuple(
        Rule(
            id=table.id,
            parties=tuple(table.parties),
            phases=tuple(Phase(phase) for phase in table.phases),
            min_independent=table.min_independent,
            severity=Severity(table.severity),
            max_age_h=table.max_age_h,
            to=tuple(table.to),
        )
        for table in file.rule
    )


# ---------------------------------------------------------------- errors that help


def _read(path: Path, kind: type[File]) -> File:
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}", hint="is the path right?") from error
    except ValueError as error:
        raise ConfigError(str(path), f"is no TOML: {error}", hint="a quote or bracket may be missing") from error
    try:
        return kind.model_validate(held)
    except ValidationError as error:
        said = [_said(path, kind, dict(problem)) for problem in error.errors()]
        subject, problem, hint = said[0]
        more = "".join(f"\n{s}: {p} ({h})" if h else f"\n{s}: {p}" for s, p, h in said[1:])
        raise ConfigError(subject, problem + more if not hint else problem, hint=hint + more) from None


def _said(path: Path, kind: type[BaseModel], problem: dict[str, Any]) -> tuple[str, str, str]:
    """Where, what and what to do, of one of pydantic's problems."""
    where = tuple(part for part in problem["loc"] if part not in ("file", "webhook"))
    place = _place(path, where)
    if problem["type"] == "extra_forbidden":
        return place, f"unknown key {where[-1]!r}", _meant(str(where[-1]), _keys(kind, where[:-1]))
    if problem["type"] == "literal_error":
        allowed = re.findall(r"'([^']+)'", str(problem["ctx"]["expected"]))
        return place, f"{problem['input']!r} is not one of {', '.join(allowed)}", _meant(str(problem["input"]), allowed)
    if problem["type"] == "missing":
        return place, f"{where[-1]!r} is missing", f"add {where[-1]} = …"
    words = str(problem["msg"]).removeprefix("Value error, ")
    shown = "what stands there" if where[-1] == "secret" else repr(problem["input"])
    return place, f"{shown}: {words[:1].lower()}{words[1:]}", ""


def _keys(kind: type[BaseModel], where: Sequence[object]) -> list[str]:
    """Keys that may stand in the table at a place."""
    for part in where:
        if isinstance(part, str) and part in kind.model_fields:
            inner = _table_of(kind.model_fields[part].annotation)
            kind = inner or kind
    return list(kind.model_fields)


def _table_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_table_of(part) for part in getattr(annotation, "__args__", ()))
    return next((table for table in found if table), None)


def _meant(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"


def _place(path: Path, where: Sequence[object]) -> str:
    """`file:line key` of an entry, as far down as it can be found."""
    lines = path.read_text(encoding="utf-8").splitlines()
    line = 0
    for part, after in zip(where, [*where[1:], None], strict=True):
        found = _line_of(lines, line, part, after)
        line = line if found is None else found
    shown = ".".join(str(part) for part in where if not isinstance(part, int))
    return f"{path}:{line + 1} {shown}".rstrip()


def _line_of(lines: Sequence[str], start: int, part: object, after: object) -> int | None:
    if isinstance(part, int):
        return None
    if isinstance(after, int):
        headers = [i for i, text in enumerate(lines) if text.strip().startswith(f"[[{part}]]")]
        return headers[after] if after < len(headers) else None
    key = re.compile(rf"\s*(?:\[(?:.*\.)?{re.escape(str(part))}\]|{re.escape(str(part))}\s*=)")
    return next((i for i in _until_next(lines, start) if key.match(lines[i])), None)


def _until_next(lines: Sequence[str], start: int) -> Iterator[int]:
    """Line numbers from a header to the next array entry."""
    for i in range(start, len(lines)):
        if i > start and lines[i].strip().startswith("[["):
            return
        yield i


def _refuse_twins(path: Path, table: str, ids: Sequence[str]) -> None:
    for number, name in enumerate(ids):
        if name in ids[:number]:
            raise ConfigError(_place(path, (table, number, "id")), f"{name!r} is used twice", hint="ids are unique")
