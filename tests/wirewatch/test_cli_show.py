"""Shapes of output: what programs read back is what was shown, and nothing in it can command a terminal or a sheet."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from contextlib import redirect_stdout, suppress
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.records import Phase
from wirewatch.show import Format, be_quiet, complain, printable, progress, say, show


def shown(rows: list[dict[str, Any]], shape: Format, columns: tuple[str, ...] = ()) -> str:
    """What is printed."""
    out = io.StringIO()
    with redirect_stdout(out):
        show(rows, shape, columns=columns)
    return out.getvalue()


ROOT = Path(__file__).resolve().parents[2]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_any_text_comes_back_from_json_and_jsonl_as_it_was(texts: list[str]) -> None:
    rows = [{"a": text, "b": 1} for text in texts]
    assert json.loads(shown(rows, Format.JSON)) == rows
    assert [json.loads(line) for line in shown(rows, Format.JSONL).split("\n")[:-1]] == rows


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_no_cell_of_a_csv_is_a_formula_and_any_text_comes_back_but_for_the_mark(texts: list[str]) -> None:
    made = io.StringIO(shown([{"a": text} for text in texts], Format.CSV), newline="")
    cells = [row[0] if row else "" for row in list(csv.reader(made))[1:]]
    assert [cell.removeprefix("'") for cell in cells] == [text.removeprefix("'") for text in texts]
    assert not [cell for cell in cells if cell.lstrip(" ")[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}]


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_off_a_terminal_a_table_is_one_line_per_row_without_escapes(texts: list[str]) -> None:
    table = shown([{"a": text, "b": 1} for text in texts], Format.TABLE)
    assert len(table.split("\n")) == len(texts) + 2
    assert [line.count("\t") for line in table.split("\n")[:-1]] == [1] * (len(texts) + 1)
    assert "\x1b" not in table
    assert printable(table) == table


def test_a_long_title_is_not_wrapped_and_not_cut() -> None:
    title = "Captives " * 60
    assert title.strip() in shown([{"title": title}], Format.TABLE)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b[2Jgone", "\N{REPLACEMENT CHARACTER}[2Jgone"),
        ("\x9b31m", "\N{REPLACEMENT CHARACTER}31m"),
        ("a\u202eb", "a\N{REPLACEMENT CHARACTER}b"),
        ("over\rwritten", "over\N{REPLACEMENT CHARACTER}written"),
        ("line\r\nfeed\tand tab", "line\nfeed\tand tab"),
        ("Ադրբեջան, «Азербайджан» 32", "Ադրբեջան, «Азербайджан» 32"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_as_a_mark(text: str, safe: str) -> None:
    assert printable(text) == safe


def on_a_terminal(words: list[str], **environment: str) -> str:
    """What a terminal of 60 columns is sent."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": "60", "TERM": "xterm", **environment}
    command = [sys.executable, "-m", "wirewatch.cli", *words]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=env, cwd=ROOT) as process:
        os.close(theirs)
        sent = b""
        with suppress(OSError), open(ours, "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor; its end is an error
            while part := file.read(65536):
                sent += part
        assert process.wait() == 0
    return sent.decode()


def test_on_a_narrow_terminal_a_wide_row_is_told_field_by_field() -> None:
    sent = on_a_terminal(["source", "list", "--no-color"])
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in sent.split("\r\n")]
    assert max(map(len, lines)) <= 60
    assert re.search(r"^id +menafn$", "\n".join(lines), re.MULTILINE)
    assert re.search(r"^country +JO$", "\n".join(lines), re.MULTILINE)


def test_colours_are_left_out_when_nobody_wants_them() -> None:
    colour = re.compile(r"\x1b\[[0-9;]*3[0-9]")
    assert not colour.search(on_a_terminal(["config", "show"], NO_COLOR="1"))
    assert not colour.search(on_a_terminal(["--no-color", "config", "show"]))


def test_times_are_told_in_utc_and_codes_as_words() -> None:
    baku = timezone(timedelta(hours=4))
    row = {
        "at": datetime(2023, 12, 13, 22, tzinfo=baku),
        "utc": datetime(2023, 12, 13, 18, tzinfo=UTC),
        "on": date(2023, 12, 13),
        "phase": Phase.AGREED,
        "set": frozenset({"b", "a"}),
        "nested": ({"phase": Phase.DENIED},),
        "none": None,
    }
    (told,) = json.loads(shown([row], Format.JSON))
    assert told == {
        "at": "2023-12-13T18:00:00Z",
        "utc": "2023-12-13T18:00:00Z",
        "on": "2023-12-13",
        "phase": "agreed",
        "set": ["a", "b"],
        "nested": [{"phase": "denied"}],
        "none": None,
    }


@pytest.mark.parametrize(
    ("shape", "wanted"), [(Format.TABLE, "a\tb\n"), (Format.CSV, "a,b\n"), (Format.JSON, "[]\n"), (Format.JSONL, "")]
)
def test_nothing_found_is_an_empty_answer_under_its_head(shape: Format, wanted: str) -> None:
    assert shown([], shape, ("a", "b")) == wanted


def test_quiet_leaves_errors_alone(capsys: pytest.CaptureFixture[str]) -> None:
    be_quiet(quiet=True)
    try:
        say("a word")
        complain("an error")
    finally:
        be_quiet(quiet=False)
    assert capsys.readouterr() == ("", "an error\n")


def test_off_a_terminal_no_progress_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("clean") as tick:
        tick(1)
    assert capsys.readouterr() == ("", "")
