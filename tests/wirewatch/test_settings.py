"""Settings: what goes before what, where each value comes from, and what is never shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.errors import ConfigError
from models.secrecy import without_password
from wirewatch.settings import VERSION, Settings, load_settings, show_settings


def origins(settings: Settings) -> dict[str, tuple[str, str]]:
    """Value and origin of every setting."""
    return {one.setting: (one.value, one.origin) for one in show_settings(settings)}


def test_a_flag_goes_before_a_variable_a_variable_before_the_file_the_file_before_the_default(tmp_path: Path) -> None:
    assert load_settings(root=tmp_path, environment={}).var == tmp_path / "var"
    (tmp_path / "wirewatch.toml").write_text('var = "from-file"\n', encoding="utf-8")
    assert load_settings(root=tmp_path, environment={}).var == tmp_path / "from-file"
    assert load_settings(root=tmp_path, environment={"WIREWATCH_VAR": "from-env"}).var == tmp_path / "from-env"
    for name in ("named", "flagged"):
        (tmp_path / f"{name}.toml").write_text(f'var = "{name}"\n', encoding="utf-8")
    named = {"WIREWATCH_CONFIG": "named.toml"}
    assert load_settings(root=tmp_path, environment=named).var == tmp_path / "named"
    assert load_settings(root=tmp_path, config=tmp_path / "flagged.toml", environment=named).var == tmp_path / "flagged"


def test_every_value_says_where_it_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wirewatch.toml").write_text(
        'contact = "https://me.example"\nvar = "there"\n\n[crawl]\ngap_s = 2.5\n\n[channel.desk]\nkind = "file"\n'
        'path = "desk.jsonl"\n',
        encoding="utf-8",
    )
    found = origins(load_settings(root=tmp_path, environment={"WIREWATCH_VAR": "elsewhere"}))
    assert found["crawl.gap_s"] == ("2.5", "wirewatch.toml:5")
    assert found["user_agent"] == (f"Wirewatch/{VERSION} (+https://me.example)", "wirewatch.toml:1")
    assert found["var"] == (str(tmp_path / "elsewhere"), "WIREWATCH_VAR")
    assert found["channel.desk"] == (f"file {tmp_path / 'elsewhere' / 'desk.jsonl'}", "wirewatch.toml:7")
    assert found["limits.batch"] == ("16", "default")
    assert found["config"] == (str(tmp_path / "wirewatch.toml"), "default")


def test_no_secret_is_shown(tmp_path: Path) -> None:
    (tmp_path / "wirewatch.toml").write_text(
        '[channel.duty]\nkind = "webhook"\nurl = "https://hooks.example/T0K3N?key=T0K3N"\nsecret = "env:SIGN"\n',
        encoding="utf-8",
    )
    url = "postgresql+psycopg://me:hunter2@db.example/x?password=hunter2"
    password = {"WIREWATCH_WAREHOUSE": url, "SIGN": "s3cr3t"}
    settings = load_settings(root=tmp_path, environment=password)
    shown = json.dumps(origins(settings), ensure_ascii=False)
    assert settings.warehouse == url
    assert "me:***@db.example" in shown
    assert "webhook https://hooks.example/…, signed with env:SIGN" in shown
    for secret in ("hunter2", "T0K3N", "s3cr3t"):
        assert secret not in shown


def test_a_warehouse_s_address_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    held = tmp_path / "address"
    held.write_text("postgresql+psycopg://me:hunter2@db/x\n", encoding="utf-8")
    held.chmod(0o600)
    (tmp_path / "wirewatch.toml").write_text(f'[warehouse]\nurl = "file:{held}"\n', encoding="utf-8")
    assert load_settings(root=tmp_path, environment={}).warehouse == "postgresql+psycopg://me:hunter2@db/x"
    held.unlink()
    with pytest.raises(ConfigError, match=r"^warehouse.url file:.*address: cannot be read: No such file"):
        load_settings(root=tmp_path, environment={})


def test_a_warehouse_is_never_relative_to_where_a_command_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    given = {"WIREWATCH_WAREHOUSE": "sqlite:///held/x.db"}
    assert load_settings(root=tmp_path, environment=given).warehouse == f"sqlite:///{tmp_path}/held/x.db"
    absolute = {"WIREWATCH_WAREHOUSE": "sqlite:////held/x.db"}
    assert load_settings(root=tmp_path, environment=absolute).warehouse == "sqlite:////held/x.db"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WIREWATCH_NOW", "yesterday", "'yesterday' is no time (for example 2023-12-13T18:00:00Z)"),
        ("WIREWATCH_NOW", "2023-12-13T18:00:00", "'2023-12-13T18:00:00' has no zone (end it with Z)"),
        ("WIREWATCH_ALLOW", "127.0.0.1", "'127.0.0.1' is no host:port (for example 127.0.0.1:8123)"),
        ("WIREWATCH_WARHOUSE", "x", "is no variable of ours (did you mean WIREWATCH_WAREHOUSE?)"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_settings(root=tmp_path, environment={name: value})
    assert str(error.value) == f"{name}: {said}"


def test_variables_are_read_in_any_zone_and_a_secret_may_bear_our_prefix(tmp_path: Path) -> None:
    given = {
        "WIREWATCH_NOW": "2023-12-13T22:00:00+04:00",
        "WIREWATCH_ALLOW": "127.0.0.1:80, [::1]:81",
        "WIREWATCH_DUTY_SECRET": "x",
    }
    settings = load_settings(root=tmp_path, environment=given)
    assert settings.now == datetime(2023, 12, 13, 18, tzinfo=UTC)
    assert settings.allow == (("127.0.0.1", 80), ("[::1]", 81))


def test_a_warehouse_in_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="in memory"):
        load_settings(root=tmp_path, environment={"WIREWATCH_WAREHOUSE": "sqlite:///:memory:"})


def test_a_password_is_cut_out_of_an_address_and_the_rest_is_left() -> None:
    assert without_password("sqlite:////a/b:c@d.db") == "sqlite:////a/b:c@d.db"
    assert without_password("postgresql+psycopg://me:a@b@db/x") == "postgresql+psycopg://me:***@db/x"
