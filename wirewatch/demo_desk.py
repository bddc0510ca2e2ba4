"""The demo's own desk: watch files, main file and environment that point to the bundled wire on this machine."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import tomlkit

from models.records import Source
from wirewatch.wire.receiver import Receiver
from wirewatch.wire.server import Wire

REFERENCE_TIME = "2023-12-13T18:00:00Z"  # the wire's last day, in the evening

_RULES = """\
# The demo's one rule: every exchange, whoever takes part; told to the webhook and written to a file.
[[rule]]
id = "exchange-announced"
phases = ["planned", "announced", "agreed", "under_way", "completed", "stalled", "denied"]
severity = "urgent"
to = ["duty", "duty-file"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDesk:
    """Where a demo keeps what it writes."""

    var: Path
    warehouse: str = ""  # where else than in a file of the folder

    @property
    def config(self) -> Path:
        """Its wirewatch.toml."""
        return self.var / "wirewatch.toml"

    @property
    def watch(self) -> Path:
        """Its watch folder."""
        return self.var / "watch"

    def environment(self, allow: Sequence[str]) -> dict[str, str]:
        """What points every `wirewatch` command to this desk; nothing of the caller's own desk shines through."""
        return {
            "WIREWATCH_CONFIG": str(self.config),
            "WIREWATCH_WATCH": str(self.watch),
            "WIREWATCH_VAR": str(self.var),
            "WIREWATCH_WAREHOUSE": self.warehouse or f"sqlite:///{self.var / 'warehouse.db'}",
            "WIREWATCH_ALLOW": ",".join(allow),
            "WIREWATCH_NOW": REFERENCE_TIME,
        }


def write_desk(desk: DemoDesk, wire: Wire, receiver: Receiver, *, actors: Path) -> Mapping[str, str]:
    """Write the desk's files; gives the environment for commands that are to use it.

    Args:
        desk: where to write.
        wire: the running wire, which becomes the sources.
        receiver: the running receiver, which becomes the channel "duty".
        actors: the checkout's list of parties; the wire's own are added to a copy of it.
    """
    desk.watch.mkdir(parents=True, exist_ok=True)
    own = (files("wirewatch.wire") / "parties.toml").read_text(encoding="utf-8")
    (desk.watch / "actors.toml").write_text(actors.read_text(encoding="utf-8") + "\n" + own, encoding="utf-8")
    (desk.watch / "rules.toml").write_text(_RULES, encoding="utf-8")
    (desk.watch / "sources.toml").write_text(_sources(wire.sources), encoding="utf-8")
    desk.config.write_text(_main_file(receiver, _webhook_secret(desk)), encoding="utf-8")
    return desk.environment([wire.allow, receiver.host])


def _sources(sources: Sequence[Source]) -> str:
    """The sources as analysts write them; what has no value is left out."""
    tables = [{name: value for name, value in asdict(source).items() if value is not None} for source in sources]
    return tomlkit.dumps({"source": tables})


def _main_file(receiver: Receiver, secret: Path) -> str:
    return tomlkit.dumps(
        {
            "crawl": {"gap_s": 0.05},  # the sites are ours and on this machine: no need to spare them
            "channel": {
                "duty": {"kind": "webhook", "url": receiver.url, "secret": f"file:{secret}"},
                "duty-file": {"kind": "file", "path": "alerts.jsonl"},
            },
        }
    )


def _webhook_secret(desk: DemoDesk) -> Path:
    """The file with the secret that signs webhooks, made once, for its owner's eyes."""
    path = desk.var / "webhook-secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="utf-8")
    path.chmod(0o600)
    return path
