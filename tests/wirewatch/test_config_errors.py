"""The files that people edit: every mistake is named with file, line, key, and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ConfigError
from wirewatch.config import read_main, read_rules, read_sources
from wirewatch.settings import load_settings

SOURCE = """
[[source]]
id = "north-post"
outlet = "North Post"
kind = "rss"
url = "https://north.example/feed"
language = "en"
country = "GB"
owner = "North"
role = "outlet"
"""


def said(error: ConfigError) -> str:
    return str(error)


def sources_file(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('owner = "North"', 'ownr = "North"', "sources.toml:9 source.ownr: unknown key 'ownr' (did you mean 'owner'?"),
        ('kind = "rss"', 'kind = "rs"', "sources.toml:5 source.kind: 'rs' is not one of rss, atom, rdf, json (did you"),
        ('country = "GB"', 'country = "gb"', "sources.toml:8 source.country: 'gb'"),
        (
            "https://north.example/feed",
            "ftp://north.example",
            "sources.toml:6 source.url: 'ftp://north.example': is no",
        ),
        ('role = "outlet"\n', "", "sources.toml:2 source.role: 'role' is missing (add role"),
        ('id = "north-post"', 'id = "North Post"', "sources.toml:3 source.id: 'North Post'"),
        ('id = "north-post"', "id = 7", "sources.toml:3 source.id: 7: input should be a valid string"),
        ('kind = "rss"', 'kind = "rss', "is no TOML"),
    ],
)
def test_a_mistake_in_a_source_is_named_where_it_stands(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_sources(sources_file(tmp_path, SOURCE.replace(old, new)))
    assert wanted in said(error.value)


def test_several_mistakes_are_said_at_once(tmp_path: Path) -> None:
    wrong = SOURCE.replace('kind = "rss"', 'kind = "rs"').replace('country = "GB"', 'country = "gb"')
    with pytest.raises(ConfigError) as error:
        read_sources(sources_file(tmp_path, wrong))
    assert "source.kind" in said(error.value)
    assert "source.country" in said(error.value)


def test_an_id_that_is_used_twice_is_named_at_its_second_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sources.toml:13 source.id: 'north-post' is used twice"):
        read_sources(sources_file(tmp_path, SOURCE + SOURCE))


def test_the_second_of_two_sources_is_counted_right(tmp_path: Path) -> None:
    second = SOURCE.replace("north-post", "south-post").replace('kind = "rss"', 'kind = "xml"')
    with pytest.raises(ConfigError, match=r"sources.toml:15 source.kind"):
        read_sources(sources_file(tmp_path, SOURCE + second))


def test_a_rule_that_sends_nowhere_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\nid = "all"\nto = ["duty-fil"]\n', encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"rules.toml:3 rule.to: no channel is named 'duty-fil' .did you mean 'duty-file'"
    ):
        read_rules(path, channels=["duty-file"])


def test_a_phase_nobody_knows_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\nid = "all"\nphases = ["anounced"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"'anounced' is not one of .* .did you mean 'announced'"):
        read_rules(path, channels=[])


def test_a_secret_in_the_open_is_refused_without_repeating_it_as_a_value_to_keep(tmp_path: Path) -> None:
    path = tmp_path / "wirewatch.toml"
    path.write_text(
        '[channel.duty]\nkind = "webhook"\nurl = "https://x.example"\nsecret = "hunter2"\n', encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="env:NAME or file:PATH") as error:
        read_main(path, must_exist=True)
    assert "hunter2" not in said(error.value)


def test_flag_goes_before_environment_before_file_before_default(tmp_path: Path) -> None:
    (tmp_path / "wirewatch.toml").write_text('var = "from-file"\n', encoding="utf-8")
    assert load_settings(root=tmp_path, environment={}).var == tmp_path / "from-file"
    assert load_settings(root=tmp_path, environment={"WIREWATCH_VAR": "from-env"}).var == tmp_path / "from-env"
    other = tmp_path / "other.toml"
    other.write_text('var = "from-flag"\n', encoding="utf-8")
    assert load_settings(root=tmp_path, config=other, environment={}).var == tmp_path / "from-flag"


@pytest.mark.parametrize(
    ("name", "value"),
    [("WIREWATCH_NOW", "yesterday"), ("WIREWATCH_NOW", "2023-12-13T18:00:00"), ("WIREWATCH_ALLOW", "127.0.0.1")],
)
def test_a_variable_that_cannot_be_read_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load_settings(root=tmp_path, environment={name: value})
