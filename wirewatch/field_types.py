"""The kinds of words that stand in our files, each with its check: ids, addresses, countries, references to secrets."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from alerting.quiet import QuietHours
from wirewatch.countries import COUNTRIES, probably_meant
from wirewatch.mistakes import wrong

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_REFERENCE: Final = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_ENGINES: Final = ("sqlite:///", "postgresql+psycopg://")
_BY_REFERENCE: Final = "write env:NAME or file:PATH"


class Table(BaseModel):
    """A table of a file in which no unknown key may stand, and no value is taken for another kind of value."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def limit(default: float, unit: str, meaning: str, *, least: float | None = None, above: float | None = None) -> Any:
    """A number with its unit and meaning; the reference in docs/cli.md is made from them."""
    return Field(default, ge=least, gt=above, description=meaning, json_schema_extra={"unit": unit})


def is_reference(value: str) -> bool:
    """Whether a value says where a secret stands instead of being one."""
    return bool(_REFERENCE.fullmatch(value))


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        slug = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
        raise wrong("is no id: lower-case letters, digits and hyphens", f"did you mean {slug!r}?" if slug else "")
    return value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise wrong("is no address", "for example https://news.example/rss") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or re.search(r"\s", value):
        raise wrong("is no http or https address", "for example https://news.example/rss")
    if parts.username or parts.password:
        raise wrong("holds a user or password", "addresses in our files are public")
    return value


def _web_address_or_reference(value: str) -> str:
    return value if is_reference(value) else _web_address(value)


def _country(value: str) -> str:
    if value not in COUNTRIES:
        near = probably_meant(value)
        raise wrong("is no ISO 3166-1 alpha-2 code", f"did you mean {near!r}?" if near else "ZZ: no country")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise wrong("is no BCP 47 language", "for example en, az, sr-Latn")
    return value


def _reference(value: str) -> str:
    if not is_reference(value):
        raise wrong("is no reference to a secret", f"{_BY_REFERENCE}, never the secret itself")
    return value


def _quiet(value: str) -> str:
    if not value:
        return value
    try:
        QuietHours.read(value)
    except ValueError as error:
        raise wrong(f"holds no quiet hours: {error}", "for example 22:00-06:00 Europe/Paris") from None
    return value


def _warehouse(value: str) -> str:
    if not value or is_reference(value):
        return value
    if not value.startswith(_ENGINES):
        raise wrong("is no warehouse", f"one of {', '.join(f'{engine}…' for engine in _ENGINES)}")
    if urlsplit(value).password or re.search(r"[?&]password=", value):
        raise wrong("holds a password", f"{_BY_REFERENCE}, never the secret itself")
    return value


Id = Annotated[str, AfterValidator(_id)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
WebAddressOrReference = Annotated[str, AfterValidator(_web_address_or_reference)]
Country = Annotated[str, AfterValidator(_country)]
Language = Annotated[str, AfterValidator(_language)]
Reference = Annotated[str, AfterValidator(_reference)]
QuietTime = Annotated[str, AfterValidator(_quiet)]
WarehouseUrl = Annotated[str, AfterValidator(_warehouse)]
Name = Annotated[str, Field(min_length=1)]
