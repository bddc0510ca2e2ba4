"""The files that people edit: every kind of mistake is named with file, line, key, and what was probably meant."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.errors import ConfigError
from nlp.actors import read_entries
from wirewatch.adding import add_source
from wirewatch.config import read_main, read_rules, read_sources, read_watch, source_of

WATCH = Path(__file__).resolve().parents[2] / "watch"
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
ACTORS = '[[actor]]\ncode = "GB"\nname = "Britain"\nkind = "state"\n'
RULES = '[[rule]]\nid = "all"\nto = ["duty-file"]\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with three right files; messages name files relative to it."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("sources.toml", SOURCE), ("actors.toml", ACTORS), ("rules.toml", RULES)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def refused(folder: Path, name: str, text: str) -> str:
    """What is said when one of the three files has this text."""
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_watch(folder, channels=["duty-file"])
    return str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'kind = "rss"',
            'kind = "rs"',
            "5 source.kind: 'rs' is not one of rss, atom, rdf, json, sitemap (did you mean 'rss'?)",
        ),
        ('kind = "rss"', 'kind = "web"', "5 source.kind: 'web' is not one of rss, atom, rdf, json, sitemap"),
        ('"GB"', '"gb"', "8 source.country: 'gb' is no ISO 3166-1 alpha-2 code (did you mean 'GB'?)"),
        ('"GB"', '"UK"', "8 source.country: 'UK' is no ISO 3166-1 alpha-2 code (did you mean 'GB'?)"),
        ('"GB"', '"QQ"', "8 source.country: 'QQ' is no ISO 3166-1 alpha-2 code (ZZ: no country)"),
        ('"en"', '"english"', "7 source.language: 'english' is no BCP 47 language (for example en, az, sr-Latn)"),
        (
            "https://north.example/feed",
            "ftp://north.example",
            "6 source.url: 'ftp://north.example' is no http or https address (for example https://news.example/rss)",
        ),
        (
            "https://north.example/feed",
            "https://north.example:99999/",
            "6 source.url: 'https://north.example:99999/' is no address (for example https://news.example/rss)",
        ),
        (
            "https://north",
            "https://me:pw@north",
            (
                "6 source.url: 'https://me:pw@north.example/feed' holds a user or password "
                "(addresses in our files are public)"
            ),
        ),
        ('role = "outlet"\n', "", "2 source.role: 'role' is missing (add role = …)"),
        (
            "north-post",
            "North Post",
            "3 source.id: 'North Post' is no id: lower-case letters, digits and hyphens (did you mean 'north-post'?)",
        ),
        ('"north-post"', "7", "3 source.id: 7: input should be a valid string"),
        ('owner = "North"', 'owner = ""', "9 source.owner: '': string should have at least 1 character"),
        (
            'kind = "rss"',
            'kind = "rss',
            "5: is no TOML: illegal character '\\n' (is a quote or a bracket missing there or above?)",
        ),
        ('role = "outlet"', 'role = "outlet"\nside = "GP"', "11 source.side: no actor has the code 'GP' (known: GB)"),
    ],
)
def test_a_mistake_in_a_source_is_named_where_it_stands(folder: Path, old: str, new: str, said: str) -> None:
    assert refused(folder, "sources.toml", SOURCE.replace(old, new)) == f"sources.toml:{said}"


def test_a_mistyped_key_is_named_with_the_key_that_was_meant_and_so_is_the_one_that_is_missing(folder: Path) -> None:
    assert refused(folder, "sources.toml", SOURCE.replace("owner =", "ownr =")) == (
        "2 mistakes: \n"
        "  sources.toml:2 source.owner: 'owner' is missing (add owner = …)\n"
        "  sources.toml:9 source.ownr: unknown key 'ownr' (did you mean 'owner'?)"
    )


def test_the_mistakes_of_all_three_files_are_said_at_once(folder: Path) -> None:
    (folder / "actors.toml").write_text(ACTORS + 'aliasses = ["UK"]\n', encoding="utf-8")
    (folder / "rules.toml").write_text(RULES.replace("duty-file", "duty-fil"), encoding="utf-8")
    wrong = SOURCE.replace('kind = "rss"', 'kind = "rs"').replace('country = "GB"', 'country = "gb"')
    assert refused(folder, "sources.toml", wrong) == (
        "4 mistakes: \n"
        "  sources.toml:5 source.kind: 'rs' is not one of rss, atom, rdf, json, sitemap (did you mean 'rss'?)\n"
        "  sources.toml:8 source.country: 'gb' is no ISO 3166-1 alpha-2 code (did you mean 'GB'?)\n"
        "  actors.toml:5 actor.aliasses: unknown key 'aliasses' (did you mean 'aliases'?)\n"
        "  rules.toml:3 rule.to: no channel is named 'duty-fil' (did you mean 'duty-file'?)"
    )


def test_an_id_that_is_used_twice_is_named_at_its_second_place(folder: Path) -> None:
    said = refused(folder, "sources.toml", SOURCE + SOURCE)
    assert said == "sources.toml:13 source.id: 'north-post' is used twice (it stands in line 3 already)"


def test_an_outlet_whose_sources_tell_different_things_of_it_is_named(folder: Path) -> None:
    second = SOURCE.replace("north-post", "north-flash").replace('owner = "North"', 'owner = "South"')
    said = refused(folder, "sources.toml", SOURCE + second)
    assert said == (
        "sources.toml:19 source.owner: 'North Post' has owner = 'North' in source 'north-post' (one outlet, one value)"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'id = "all"\nphases = ["anounced"]',
            (
                "3 rule.phases: 'anounced' is not one of called_for, rumoured, planned, "
                "announced, agreed, under_way, completed, stalled, denied (did you mean 'announced'?)"
            ),
        ),
        (
            'id = "all"\nseverity = "urgnt"',
            ("3 rule.severity: 'urgnt' is not one of info, notice, urgent (did you mean 'urgent'?)"),
        ),
        ('id = "all"\nmin_independent = 0', "3 rule.min_independent: 0: input should be greater than or equal to 1"),
        ('id = "all"\nmax_age_h = "72"', "3 rule.max_age_h: '72': input should be a valid integer"),
        ('id = "all"\nparties = [\n  "FR",\n]', "3 rule.parties: no actor has the code 'FR' (known: GB)"),
        ('id = "all"\nparties = ["GB+FR"]', "3 rule.parties: no actor has the code 'FR' (known: GB)"),
        ('id = "all"\n[[rule]]\nid = "all"', "4 rule.id: 'all' is used twice (it stands in line 2 already)"),
    ],
)
def test_a_mistake_in_a_rule_is_named_where_it_stands(folder: Path, text: str, said: str) -> None:
    assert refused(folder, "rules.toml", f"[[rule]]\n{text}\n") == f"rules.toml:{said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ACTORS + ACTORS, "6 actor.code: 'GB' is used twice (it stands in line 2 already)"),
        (ACTORS + 'principal = "FR"\n', "5 actor.principal: no actor has the code 'FR' (known: GB)"),
        (
            ACTORS.replace('"state"', '"stat"'),
            (
                "4 actor.kind: 'stat' is not one of state, armed_group, body, office, person, place "
                "(did you mean 'state'?)"
            ),
        ),
    ],
)
def test_a_mistake_in_an_actor_is_named_where_it_stands(folder: Path, text: str, said: str) -> None:
    assert refused(folder, "actors.toml", text) == f"actors.toml:{said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[crawl]\ngap = 2\n", "2 crawl.gap: unknown key 'gap' (did you mean 'gap_s'?)"),
        ("[crawl]\ngap_s = -1\n", "2 crawl.gap_s: -1: input should be greater than or equal to 0"),
        ("[crawl]\ngap_s = nan\n", "2 crawl.gap_s: nan: input should be a finite number"),
        ("[limits]\nbatch = 1.5\n", "2 limits.batch: 1.5: input should be a valid integer"),
        ("[limit]\nbatch = 1\n", "1 limit: unknown key 'limit' (did you mean 'limits'?)"),
        (
            '[channel.file]\nkind = "pigeon"\n',
            "2 channel.file.kind: 'pigeon' is not one of file, atom, webhook, apprise",
        ),
        ('[channel.a]\npath = "x"\n', "1 channel.a: 'kind' is missing (add kind = …)"),
        (
            '[channel.file]\nkind = "file"\npath = "x"\nsecrte = 1\n',
            "4 channel.file.secrte: unknown key 'secrte' (known: quiet, quiet_urgent, kind, path)",
        ),
        (
            '[channel.a]\nkind = "webhook"\nurl = "https://x.example"\nsecret = "hunter2"\n',
            (
                "4 channel.a.secret: what stands there is no reference to a secret "
                "(write env:NAME or file:PATH, never the secret itself)"
            ),
        ),
        (
            '[channel.a]\nkind = "webhook"\nurl = "hooks.example/T0K3N"\nsecret = "env:X"\n',
            "3 channel.a.url: what stands there is no http or https address (for example https://news.example/rss)",
        ),
        (
            '[warehouse]\nurl = "postgresql+psycopg://me:hunter2@db/x"\n',
            (
                "2 warehouse.url: what stands there holds a password "
                "(write env:NAME or file:PATH, never the secret itself)"
            ),
        ),
        (
            '[warehouse]\nurl = "mysql://db/x"\n',
            "2 warehouse.url: what stands there is no warehouse (one of sqlite:///…, postgresql+psycopg://…)",
        ),
        (
            '[pages]\nurl = "127.0.0.1"\n',
            ("2 pages.url: '127.0.0.1' is no http or https address (for example https://news.example/rss)"),
        ),
    ],
)
def test_a_mistake_in_the_main_file_is_named_where_it_stands(folder: Path, text: str, said: str) -> None:
    path = folder / "wirewatch.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_main(path, must_exist=True)
    assert str(error.value) == f"wirewatch.toml:{said}"
    assert "hunter2" not in repr(error.value)
    assert "T0K3N" not in repr(error.value)


def test_a_file_that_is_not_there_and_one_that_is_no_text_are_named(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"^nowhere.toml: cannot be read: No such file or directory \(is it there, "):
        read_sources(folder / "nowhere.toml")
    (folder / "rules.toml").write_bytes(b'id = "\xff"')
    with pytest.raises(ConfigError, match=r"^rules.toml: is no UTF-8 text"):
        read_rules(folder / "rules.toml", channels=[])


def test_the_files_of_this_project_are_right_and_both_readers_of_actors_agree() -> None:
    watch = read_watch(WATCH, channels=["duty-file"])
    assert watch.actors == read_entries(WATCH / "actors.toml")
    assert len(watch.sources) >= 25
    assert {"rss", "sitemap"} <= {source.kind for source in watch.sources}
    assert {source.flash for source in watch.sources} == {False, True}
    assert {"RU", "UA", "AM", "AZ", "IL", "PS"} <= {source.side for source in watch.sources}
    assert {"agency", "humanitarian", "official", "outlet", "syndicator"} == {source.role for source in watch.sources}
    assert {source.verified for source in watch.sources} == {False}


def source(**changes: str) -> dict[str, str]:
    """The keys of a right source, with changes."""
    keys = {"id": "south", "outlet": "South", "kind": "rss", "url": "https://south.example/", "language": "en"}
    return {**keys, "country": "GB", "owner": "South", "role": "outlet", **changes}


def test_a_source_that_is_added_stands_behind_the_others_and_changes_nothing_else(folder: Path) -> None:
    shutil.copy(WATCH / "sources.toml", folder)
    shutil.copy(WATCH / "actors.toml", folder)
    before = (folder / "sources.toml").read_text(encoding="utf-8")
    add_source(source_of(source(), place="source add"), folder, channels=["duty-file"])
    after = (folder / "sources.toml").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip())
    assert read_sources(folder / "sources.toml")[-1] == source_of({**source(), "verified": False}, place="")
    assert [path.name for path in folder.glob("*.unfinished")] == []


def test_a_source_that_would_make_the_files_wrong_is_not_added(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"is used twice"):
        add_source(source_of(source(id="north-post"), place="source add"), folder, channels=["duty-file"])
    with pytest.raises(ConfigError, match=r"^source add kind: 'rs' is not one of"):
        source_of(source(kind="rs"), place="source add")
    assert (folder / "sources.toml").read_text(encoding="utf-8") == SOURCE
