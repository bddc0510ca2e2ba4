"""docs/cli.md says of every command and setting what the code says, and every command explains itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from wirewatch.cli_reference import commands_markdown, settings_markdown
from wirewatch.settings import VARIABLES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
COMMANDS = {
    *("collect", "clean", "tag", "link", "alert", "alert list", "alert show", "alert log", "alert resend"),
    *("run", "demo", "ingest", "source list", "source add", "source test", "source health"),
    *("exchange list", "exchange show", "exchange history", "exchange conflicts"),
    *("story show", "search", "sql", "trace", "rule list", "config show", "config check", "eval exchange"),
    *(
        "db upgrade",
        "db current",
        "db backup",
        "db move",
        "db grant",
        "db curb",
        "quarantine list",
        "quarantine replay",
        "verify",
    ),
    *("models list", "models verify", "doctor", "version"),
}


def test_the_document_is_what_the_code_says() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert commands_markdown() in text
    assert settings_markdown() in text
    assert [name for name in VARIABLES.values() if f"`{name}`" not in text] == []


def test_every_command_is_described_and_every_option_explained() -> None:
    made = commands_markdown()
    heads = re.findall(r"^### `wirewatch ([a-z ]*[a-z])", made, re.MULTILINE)
    assert set(heads) >= COMMANDS
    for section in made.split("### ")[1:]:
        head, words, *_ = [line for line in section.splitlines() if line]
        assert re.match(r"[A-Z].*\.$", words), head
    assert re.findall(r"^\| `-[^|]*\|\s*\|", made, re.MULTILINE) == []


def test_help_names_every_command_under_its_use() -> None:
    command = [sys.executable, "-m", "wirewatch.cli", "-h"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    parts = re.findall(r"^(Steps|Whole|In|Look|Care|More|Commands):$", done.stdout, re.MULTILINE)
    assert parts == ["Steps", "Whole", "In", "Look", "Care"]
    listed = set(re.findall(r"^  ([a-z]+) ", done.stdout, re.MULTILINE))
    assert listed >= {name.split()[0] for name in COMMANDS}
