"""A ready Airflow home: secrets made once and for their owner only, none of them in the tree."""

from __future__ import annotations

import base64
import configparser
import json
import os
import stat
from pathlib import Path

import pytest

from wirewatch.airflow_home import AirflowHome, write_policies, write_secrets

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> AirflowHome:
    made = AirflowHome(checkout=CHECKOUT, folder=tmp_path / "airflow", port=18081)
    write_secrets(made)
    return made


def read_config() -> configparser.RawConfigParser:
    config = configparser.RawConfigParser()
    config.read(CHECKOUT / "airflow.cfg", encoding="utf-8")
    return config


def test_secrets_are_for_their_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = AirflowHome(checkout=CHECKOUT, folder=tmp_path)
        write_secrets(made)
    finally:
        os.umask(before)
    assert stat.S_IMODE(made.secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.secrets.iterdir()} == {0o600}


def test_the_token_secret_is_long_and_the_fernet_key_is_32_bytes(home: AirflowHome) -> None:
    assert len((home.secrets / "jwt_secret").read_bytes()) >= 64
    assert len(base64.urlsafe_b64decode((home.secrets / "fernet_key").read_bytes())) == 32


def test_airflow_finds_our_policy_in_its_home(home: AirflowHome) -> None:
    write_policies(home)
    text = (home.folder / "config" / "airflow_local_settings.py").read_text(encoding="utf-8")
    assert "from wirewatch.airflow.policy import dag_policy" in text


def test_secrets_are_made_once(home: AirflowHome) -> None:
    first = {path.name: path.read_bytes() for path in home.secrets.iterdir()}
    write_secrets(home)
    assert {path.name: path.read_bytes() for path in home.secrets.iterdir()} == first


def test_two_homes_have_different_secrets(home: AirflowHome, tmp_path: Path) -> None:
    other = AirflowHome(checkout=CHECKOUT, folder=tmp_path / "other")
    write_secrets(other)
    for path in home.secrets.iterdir():
        assert path.read_bytes() != (other.secrets / path.name).read_bytes()


def test_the_account_is_the_one_in_the_password_file(home: AirflowHome) -> None:
    user, password = home.credentials()
    assert json.loads((home.secrets / "passwords.json").read_text(encoding="utf-8")) == {user: password}
    assert read_config()["core"]["simple_auth_manager_users"] == f"{user}:admin"


def test_the_commands_of_airflow_cfg_read_the_files_that_set_up_writes(home: AirflowHome) -> None:
    config = read_config()
    commands = [config[part][key] for part in config.sections() for key in config[part] if key.endswith("_cmd")]
    read = {command.rpartition("/")[2].rstrip("\"'") for command in commands}
    assert read | {"passwords.json"} == {path.name for path in home.secrets.iterdir()}


def test_airflow_cfg_holds_no_secret_and_opens_nothing_to_the_network() -> None:
    config = read_config()
    for key in ("fernet_key", "jwt_secret", "secret_key"):
        assert not any(key in config[part] for part in config.sections())
    assert config["api"]["host"] == "127.0.0.1"
    assert config["core"]["simple_auth_manager_all_admins"] == "False"
    assert config["core"]["load_examples"] == "False"


def test_ours_wins_over_what_is_given_and_that_over_the_process(
    home: AirflowHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_NOW", "theirs")
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")
    given = home.environment({"WIREWATCH_NOW": "given", "AIRFLOW_CONFIG": "/elsewhere"})
    assert given["WIREWATCH_NOW"] == "given"
    assert given["AIRFLOW_HOME"] == str(home.folder)
    assert given["AIRFLOW_CONFIG"] == str(CHECKOUT / "airflow.cfg")
    assert given["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:18081"
