"""REFERENCE: the command line and the settings as Markdown, made from what the code itself says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.core import TyperArgument, TyperGroup

from wirewatch.cli import app
from wirewatch.main_file import MainFile
from wirewatch.settings import VARIABLES

_FIELD_OF_VARIABLE: Final = {
    "warehouse.url": "warehouse",
    "warehouse.analyst": "analyst",
}  # where the file's key has another name than the setting


def commands_markdown() -> str:
    """Every command with its arguments and options, grouped as `wirewatch -h` groups them."""
    root = typer.main.get_command(app)
    return "\n".join(_command_lines(root, typer.Context(root, info_name="wirewatch")))


def settings_markdown() -> str:
    """Every setting of wirewatch.toml: default, unit, variable that goes before it, meaning."""
    rows = "\n".join(f"| {' | '.join(row)} |" for row in _setting_rows(MainFile, ()))
    return f"| key | default | unit | variable | meaning |\n|---|---|---|---|---|\n{rows}\n"


def _command_lines(command: Any, context: typer.Context) -> Iterator[str]:
    if not isinstance(command, TyperGroup):
        yield from _own_lines(command, context)
        return
    if command.invoke_without_command and context.parent:  # `alert` is a step and a group
        yield from _own_lines(command, context)
    for name in command.list_commands(context):
        one: Any = command.get_command(context, name)
        yield from _command_lines(one, typer.Context(one, info_name=name, parent=context))


def _own_lines(command: Any, context: typer.Context) -> Iterator[str]:
    shown = [parameter for parameter in command.params if parameter.name != "help"]
    pieces = command.collect_usage_pieces(context)
    words = " ".join(piece for piece in pieces if not piece.startswith(("[OPTIONS", "COMMAND")))
    yield f"### `{f'{context.command_path} {words}'.strip()}`\n"
    yield f"{' '.join((command.help or '').split())}\n"
    rows = [_option_row(parameter) for parameter in shown if not isinstance(parameter, TyperArgument)]
    if rows:
        yield "| option | meaning | default |\n|---|---|---|"
        yield "\n".join(rows) + "\n"


def _option_row(given: Any) -> str:
    default = "" if given.default in (None, "", False, ()) or callable(given.default) else f"`{_plain(given.default)}`"
    names = " ".join(f"`{name}`" for name in given.opts)
    return f"| {names} | {given.help or ''} | {default} |"


def _setting_rows(table: type[BaseModel], key: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, field in table.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _setting_rows(inner, (*key, name))
        elif name == "channel":
            yield "`[channel.NAME]`", "`duty-file`", "", "", f"{field.description}; see below"
        else:
            yield _setting_row(".".join((*key, name)), field)


def _setting_row(name: str, field: FieldInfo) -> tuple[str, ...]:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    variable = VARIABLES.get(_FIELD_OF_VARIABLE.get(name, name), "")
    default = f"`{field.default}`" if field.default != "" else ""
    unit = str(extra.get("unit", ""))
    return f"`{name}`", default, unit, f"`{variable}`" if variable else "", field.description or ""


def _plain(value: Any) -> str:
    return str(getattr(value, "value", value))
