"""Lines of keys in TOML: for any document, every bare key is found in the line where it was written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.toml_lines import line_of, lines_of

TEXT = '''\
# a comment with key = 1 and [table]
top = "[not] a = table" # nor = this
list = [
    "one", # ] no end
    "two = 2",
]
words = """
hidden = 1
[hidden]
"""

[plain]
a = { b = 1, c = [1, 2] }
d . e = 2

[[entry]]
id = 'first'

[[entry]]
id = "second"
[entry.inner]
deep = true
[[entry.part]]
n = 1
[[entry.part]]
n = 2
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("top",), 2),
        (("list",), 3),
        (("list", 1), 3),
        (("words",), 7),
        (("plain",), 12),
        (("plain", "a"), 13),
        (("plain", "a", "b"), 13),
        (("plain", "d", "e"), 14),
        (("entry", 0), 16),
        (("entry", 0, "id"), 17),
        (("entry", 1, "id"), 20),
        (("entry", 1, "inner", "deep"), 22),
        (("entry", 1, "part", 1, "n"), 26),
        (("entry", 1, "missing"), 19),
        (("nowhere",), 1),
    ],
)
def test_a_key_stands_in_the_line_in_which_it_was_written(key: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(TEXT)
    assert line_of(lines_of(TEXT), key) == line


def test_what_stands_in_strings_and_comments_is_no_key() -> None:
    assert not {("hidden",), ("key",), ("nor",), ("two",)} & set(lines_of(TEXT))


NAMES = st.text("abcdefgh-_0123456789", min_size=1, max_size=6)
VALUES = st.one_of(
    st.integers().map(str),
    st.sampled_from(["true", "[1, 2]", "[\n  1, # x = 1\n  [2],\n]", '"a = [ # b"', "'''\nx = 1\n[y]\n'''", '"""]"""']),
)


@given(st.lists(st.tuples(NAMES, st.dictionaries(NAMES, VALUES, max_size=4)), max_size=5), st.data())
def test_any_list_of_entries_is_found_entry_by_entry(
    entries: list[tuple[str, dict[str, str]]], data: st.DataObject
) -> None:
    lines: list[str] = []
    wanted: dict[tuple[str | int, ...], int] = {}
    for number, (_, keys) in enumerate(entries):
        lines += [""] * data.draw(st.integers(0, 2)) + ["[[entry]] # [[entry]]"]
        wanted["entry", number] = len(lines)
        for name, value in keys.items():
            wanted["entry", number, name] = len(lines) + 1
            lines += f"{name} = {value}".split("\n")
    text = "\n".join(lines)
    held: dict[str, Any] = tomllib.loads(text)
    assert len(held.get("entry", [])) == len(entries)
    found = lines_of(text)
    assert {key: line for key, line in found.items() if key in wanted} == wanted
    assert set(found) == set(wanted)
