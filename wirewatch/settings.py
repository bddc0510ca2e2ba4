"""Where things are and how much is allowed: one frozen record, read once at the start.

Precedence: flag, then environment (`WIREWATCH_*`), then `wirewatch.toml`, then the default. Defaults, units and
meanings stand once, in `wirewatch.main_file`; docs/cli.md shows them in one table.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from alerting.secret import Secret
from models.errors import ConfigError, DeliveryError
from models.records import ChannelConfig, CrawlLimits, PollRules
from models.secrecy import keep_password_secret, without_password
from wirewatch.config import MainRead, read_main
from wirewatch.field_types import is_reference
from wirewatch.main_file import AtomChannelTable, FileChannelTable, LimitsTable, MainFile, UpkeepTable
from wirewatch.mistakes import meant

VERSION: Final = "0.2.0"
_PRODUCT: Final = f"Wirewatch/{VERSION}"
_SQLITE: Final = "sqlite:///"
_PREFIX: Final = "WIREWATCH_"
_SLIP: Final = 0.85  # likeness of words, 0-1, from which one is the other mistyped: WARHOUSE is, ALLOWED is not ALLOW

# setting → environment variable that goes before the file
VARIABLES: Final[Mapping[str, str]] = {
    "config": "WIREWATCH_CONFIG",
    "watch": "WIREWATCH_WATCH",
    "var": "WIREWATCH_VAR",
    "warehouse": "WIREWATCH_WAREHOUSE",
    "analyst": "WIREWATCH_ANALYST",
    "allow": "WIREWATCH_ALLOW",
    "now": "WIREWATCH_NOW",
}
# variables that other parts read
_OTHERS: Final = frozenset({"WIREWATCH_FAIL_AT", "WIREWATCH_SHARED", "WIREWATCH_REQUIRE", "WIREWATCH_LOG"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TagModels:
    """Whose models tag."""

    folder: Path | None  # with a manifest; None = the shipped model
    judge: str  # Hub id or local folder of a classifier that decides on exchanges; "" = the model itself does
    label: str  # of the judge, the one that means yes
    revision: str  # of a judge from the Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long what may go is kept, in days (0 = for ever), and how much is looked at."""

    runs_days: int  # the log of runs that captured nothing
    sightings_days: int  # listings that no poll has shown since
    discarded_days: int  # captures that did not become a story
    verify_sample: int  # captures


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a run needs to know of its surroundings."""

    root: Path  # where the project stands
    config: Path | None  # the main file that was read; None when there is none
    var: Path  # everything a run writes
    watch: Path  # folder of sources.toml, actors.toml, rules.toml
    warehouse: str  # URL; may hold a password
    analyst: str  # URL that `wirewatch sql` asks; may hold a password
    user_agent: str
    allow: tuple[tuple[str, int], ...]  # (host, port) beyond the address policy
    now: datetime | None  # reference time that overrides every other
    pages: str  # what links in messages begin with
    channels: tuple[ChannelConfig, ...]
    crawl: CrawlLimits
    poll: PollRules
    lease_s: int  # an item may be worked on before another worker takes it
    attempts: int  # of an item, before quarantine
    batch: int  # items claimed at once
    page_s: float  # cleaning one page
    page_mib: int  # memory of the process that cleans
    group_s: float  # after the last news of a thread, in which more of it waits and becomes one event
    digest_to: tuple[str, ...]  # channels that are told the digest; () = every channel
    heartbeat: bool  # the digest tells that there is nothing new, too
    tag: TagModels
    operator: ChannelConfig  # where a failed or missing run is told
    daily_h: float  # hours of a UTC day, after which its daily run is missing
    upkeep: Keeping
    log_days: int = 14  # of log files that are kept
    origins: tuple[tuple[str, str], ...] = ()  # (setting, flag | variable | file:line) where it is not the default

    @property
    def operator_told(self) -> Path:
        """The folder that remembers what the operator was told."""
        return self.var / "operator-told"

    @property
    def archive(self) -> Path:
        """Folder of the WARC files."""
        return self.var / "captures"

    @property
    def logs(self) -> Path:
        """Folder of the log files."""
        return self.var / "logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One setting as a person may see it: no password, no secret."""

    setting: str
    value: str
    origin: str  # flag | variable | file:line | default


def load_settings(
    *, root: Path | None = None, config: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings of this process.

    Args:
        root: where the project stands; this checkout when left out.
        config: the main file that a flag names; goes before every other way to name one.
        environment: the variables; those of the process when left out.

    Raises:
        ConfigError: a file or variable holds something that cannot be.
    """
    given = os.environ if environment is None else environment
    _refuse_unknown(given)
    home = (root or Path(__file__).resolve().parent.parent).resolve()
    named = config or _path(given, "config", home)
    main = named or home / "wirewatch.toml"
    read = read_main(main, must_exist=named is not None)
    file = read.table
    var = _path(given, "var", home) or home / file.var
    channels = tuple(_channels(file, var))
    warehouse = _warehouse(given.get(VARIABLES["warehouse"]) or file.warehouse.url, home, var)
    return Settings(
        root=home,
        config=main if main.exists() else None,
        var=var,
        watch=_path(given, "watch", home) or home / file.watch,
        warehouse=warehouse,
        analyst=_analyst(warehouse, given.get(VARIABLES["analyst"]) or file.warehouse.analyst, home, var),
        user_agent=f"{_PRODUCT} (+{file.contact})" if file.contact else _PRODUCT,
        allow=_allow(given.get(VARIABLES["allow"], "")),
        now=_now(given.get(VARIABLES["now"], "")),
        pages=file.pages.url.rstrip("/"),
        channels=channels,
        crawl=CrawlLimits(**file.crawl.model_dump()),
        poll=PollRules(**file.poll.model_dump()),
        tag=_tag_models(file, home),
        digest_to=_digest_to(file),
        heartbeat=file.digest.heartbeat,
        log_days=file.log.days,
        operator=_operator(read, channels, var),
        daily_h=file.operator.daily_h,
        upkeep=Keeping(**file.upkeep.model_dump()),
        origins=tuple(_origins(given, read, flag=config)),
        **file.limits.model_dump(),
    )


def show_settings(settings: Settings) -> tuple[Shown, ...]:
    """Every setting in force, with where it comes from."""
    origins = dict(settings.origins)
    values: dict[str, object] = {
        "root": settings.root,
        "config": settings.config or "",
        "var": settings.var,
        "watch": settings.watch,
        "warehouse": without_password(settings.warehouse),
        "analyst": without_password(settings.analyst),
        "user_agent": settings.user_agent,
        "allow": ", ".join(f"{host}:{port}" for host, port in settings.allow),
        "now": f"{settings.now:%Y-%m-%dT%H:%M:%SZ}" if settings.now else "",
        "pages": settings.pages,
        **{f"crawl.{name}": getattr(settings.crawl, name) for name in CrawlLimits.__dataclass_fields__},
        **{f"poll.{name}": getattr(settings.poll, name) for name in PollRules.__dataclass_fields__},
        **{f"limits.{name}": getattr(settings, name) for name in LimitsTable.model_fields},
        "log.days": settings.log_days,
        **{f"tag.{name}": getattr(settings.tag, name) or "" for name in TagModels.__dataclass_fields__},
        "digest.to": ", ".join(settings.digest_to),
        "digest.heartbeat": settings.heartbeat,
        "operator.channel": settings.operator.name,
        "operator.daily_h": settings.daily_h,
        **{f"upkeep.{name}": getattr(settings.upkeep, name) for name in UpkeepTable.model_fields},
        **{f"channel.{channel.name}": _shown_channel(channel) for channel in settings.channels},
    }
    return tuple(
        Shown(setting=name, value=str(value), origin=origins.get(name, "default")) for name, value in values.items()
    )


def _refuse_unknown(given: Mapping[str, str]) -> None:
    """Refuse what is surely a slip; what is nowhere near may be a secret that somebody named so."""
    known = sorted(name.removeprefix(_PREFIX) for name in {*VARIABLES.values(), *_OTHERS})
    for name in given:
        word = name.removeprefix(_PREFIX)
        if word != name and word not in known and (near := difflib.get_close_matches(word, known, 1, _SLIP)):
            raise ConfigError(name, "is no variable of ours", hint=f"did you mean {_PREFIX}{near[0]}?")


def _path(given: Mapping[str, str], name: str, home: Path) -> Path | None:
    value = given.get(VARIABLES[name])
    return (home / value).resolve() if value else None


def _warehouse(url: str, home: Path, var: Path, name: str = "warehouse.url") -> str:
    """The warehouse's address: revealed when it is a reference, and never relative to where a command is run."""
    plain = _revealed(url, name) if is_reference(url) else url
    keep_password_secret(plain)
    if not plain:
        return f"{_SQLITE}{var / 'warehouse.db'}"
    if not plain.startswith(_SQLITE):
        return plain
    file = plain.removeprefix(_SQLITE)
    if not file or file.startswith(":memory:"):
        raise ConfigError("warehouse", "is in memory: it would end with each command", hint="name a file")
    return f"{_SQLITE}{home / file}"


def _analyst(warehouse: str, url: str, home: Path, var: Path) -> str:
    """What questions go to: the warehouse itself when it is a file, which has no logins."""
    if not url or warehouse.startswith(_SQLITE):
        return warehouse
    return _warehouse(url, home, var, "warehouse.analyst")


def warehouse_url(given: str, settings: Settings) -> str:
    """The address of a warehouse as a flag names it: revealed when it is a reference, a file from the root on.

    Raises:
        ConfigError: the reference leads to nothing, the engine is none of ours, or it holds a password in the open.
    """
    if not is_reference(given) and without_password(given) != given:
        raise ConfigError(without_password(given), "holds a password", hint="write env:NAME or file:PATH")
    if not is_reference(given) and not given.startswith((_SQLITE, "postgresql+psycopg://")):
        raise ConfigError(without_password(given), "is no warehouse", hint="sqlite:///FILE or postgresql+psycopg://…")
    return _warehouse(given, settings.root, settings.var, "warehouse")


def secret_of(reference: str, name: str) -> str:
    """What a reference leads to.

    Raises:
        ConfigError: it is none, or leads to nothing.
    """
    if not is_reference(reference):
        raise ConfigError(name, "is no reference", hint="env:NAME or file:PATH, never the secret itself")
    return _revealed(reference, name)


def _revealed(reference: str, name: str) -> str:
    try:
        return Secret(reference).reveal()
    except DeliveryError as error:
        raise ConfigError(f"{name} {error.subject}", error.problem, hint=error.hint) from error


def _allow(value: str) -> tuple[tuple[str, int], ...]:
    pairs = []
    for part in filter(None, (p.strip() for p in value.split(","))):
        host, _, port = part.rpartition(":")
        if not host or not port.isdigit():
            raise ConfigError(VARIABLES["allow"], f"{part!r} is no host:port", hint="for example 127.0.0.1:8123")
        pairs.append((host, int(port)))
    return tuple(pairs)


def _now(value: str) -> datetime | None:
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise ConfigError(VARIABLES["now"], f"{value!r} is no time", hint="for example 2023-12-13T18:00:00Z") from error
    if at.tzinfo is None:
        raise ConfigError(VARIABLES["now"], f"{value!r} has no zone", hint="end it with Z")
    return at.astimezone(UTC)


def _channels(file: MainFile, var: Path) -> Iterator[ChannelConfig]:
    """The channels by name; a file channel's path is relative to the var folder."""
    for name, table in sorted(file.channel.items()):
        held: dict[str, Any] = table.model_dump()
        if isinstance(table, FileChannelTable | AtomChannelTable):
            held["path"] = str(var / table.path)
        yield ChannelConfig(name=name, **held)


def _digest_to(file: MainFile) -> tuple[str, ...]:
    for name in file.digest.to:
        if name not in file.channel:
            raise ConfigError("digest.to", f"no channel is named {name!r}", hint=meant(name, sorted(file.channel)))
    return tuple(file.digest.to)


def _operator(read: MainRead, channels: Sequence[ChannelConfig], var: Path) -> ChannelConfig:
    """The channel that `[operator]` names; without a name, a file of its own."""
    name = read.table.operator.channel
    if not name:
        return ChannelConfig(name="operator", kind="file", path=str(var / "operator.jsonl"))
    for channel in channels:
        if channel.name == name:
            return channel
    near = difflib.get_close_matches(name, [channel.name for channel in channels], 1)
    place = read.places.get(("operator", "channel"), "wirewatch.toml")
    hint = f"did you mean {near[0]!r}?" if near else f"add [channel.{name}]"
    raise ConfigError(f"{place} operator.channel", f"no channel is called {name!r}", hint=hint)


def _tag_models(file: MainFile, home: Path) -> TagModels:
    """Folders are relative to where the project stands; a judge that is no folder there is a Hub id."""
    judge = home / file.tag.judge
    return TagModels(
        folder=home / file.tag.folder if file.tag.folder else None,
        judge=str(judge) if file.tag.judge and judge.is_dir() else file.tag.judge,
        label=file.tag.label,
        revision=file.tag.revision,
    )


def _shown_channel(channel: ChannelConfig) -> str:
    """What may be seen of a channel: an address can be a secret by itself, so only its host is told."""
    url = channel.url if is_reference(channel.url) else re.sub(r"(?<=://)([^/?#]+).*", r"\1/…", channel.url)
    signed = f", signed with {channel.secret}" if channel.secret else ""
    quiet = f", quiet {channel.quiet}{' for urgent news too' if channel.quiet_urgent else ''}" if channel.quiet else ""
    return f"{channel.kind} {channel.path or url}{signed}{quiet}"


def _origins(given: Mapping[str, str], read: MainRead, *, flag: Path | None) -> Iterator[tuple[str, str]]:
    """Where each setting comes from, as far as it is not the default; what goes before comes last."""
    for key, place in read.places.items():
        name = ".".join(str(part) for part in key)
        yield (
            {
                "warehouse.url": "warehouse",
                "warehouse.analyst": "analyst",
                "pages.url": "pages",
                "contact": "user_agent",
            }.get(name, name),
            place,
        )
    for name, variable in VARIABLES.items():
        if given.get(variable) and not (name == "config" and flag):
            yield name, variable
    if flag:
        yield "config", "--config"
