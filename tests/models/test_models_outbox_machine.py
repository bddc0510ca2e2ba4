"""The outbox under any order of sending, refusing, dying, waiting and quiet hours: what must hold, holds after each.

The machine keeps a plain account beside the warehouse: what was posted, what reached the receiver, how each try ended.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import insert, select, update

from models import outbox
from models.migrate import upgrade
from models.records import Alert, AlertReason, Delivery, Held, Phase, Rule, Severity, Told, Trust
from models.tables import alert, attempt, delivery, exchange
from models.warehouse import Warehouse

AT = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
CHANNELS = ("desk", "phone")
SLUG = "aa-bb-2024-05-01a"
HELD = st.sets(st.sampled_from(CHANNELS)).flatmap(
    lambda names: st.tuples(*(st.builds(Held, channel=st.just(name), urgent_too=st.booleans()) for name in names))
)


@dataclass
class Account:
    """What should be in a delivery's rows."""

    key: str
    channel: str
    severity: Severity
    state: str = "waiting"  # or sent, dead, worn: to be buried when next looked at
    tries: int = 0  # since it was last put into the outbox
    received: int = 0  # at the other end
    lost: int = 0  # taken there, and the answer never noted
    words: list[str | None] = field(default_factory=list)  # of each try: None = nobody came back to say


class Outbox(RuleBasedStateMachine):
    """Senders take, send, and mark, or die in between."""

    template: Path  # a migrated file to copy

    @initialize()
    def open(self) -> None:
        """A warehouse of its own, with one exchange."""
        self.folder = Path(tempfile.mkdtemp(prefix="outbox-"))
        shutil.copy(self.template, self.folder / "warehouse.db")
        self.warehouse = Warehouse.open(f"sqlite:///{self.folder / 'warehouse.db'}")
        self.accounts: dict[str, Account] = {}
        self.paused: set[str] = set()  # keys whose pause or lease is not over
        self.events = 0
        with self.warehouse.write() as connection:
            outbox.sync_rules(connection, [Rule(id="any", to=CHANNELS)])
            row = {"slug": SLUG, "parties": "AA,BB", "opened_on": date(2024, 5, 1), "phase": "agreed"}
            connection.execute(insert(exchange).values(**row, stage="alert", revision=1, created_at=AT))

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "warehouse"):
            self.warehouse.close()
            shutil.rmtree(self.folder)

    # ------------------------------------------------------------ what may happen

    @rule(severity=st.sampled_from(Severity), again=st.booleans())
    def decide(self, severity: Severity, *, again: bool) -> None:
        """News, or news that was decided before: the second time nothing is posted."""
        number = max(1, self.events) if again and self.events else self.events + 1
        event = f"exchange:{SLUG}:phase_changed:{number}"
        alerted = Alert(
            thread_key=f"exchange:{SLUG}", event_key=event, rule_id="any", reason=AlertReason.PHASE_CHANGED,
            severity=severity, trust=Trust.UNCONFIRMED, trust_reasons=(), title=f"title {number}", body="body",
            payload='{"a": 1}', decided_at=AT, channels=CHANNELS,
        )  # fmt: skip
        with self.warehouse.write() as connection:
            connection.execute(update(exchange).values(stage="alert"))
            (waiting,) = outbox.undecided(connection)
            fresh = outbox.record(connection, waiting, [(alerted, Told(phase=Phase.AGREED))])
        assert fresh == (number > self.events)
        if fresh:
            self.events = number
            for channel in CHANNELS:
                key = f"{event}:{channel}"
                self.accounts[key] = Account(key=key, channel=channel, severity=severity)

    @rule(held=HELD, end=st.sampled_from(["sent", "503", "404", "dies before", "dies after", "late"]))
    def send(self, held: tuple[Held, ...], end: str) -> None:
        """One sender takes one delivery; the way it ends is drawn."""
        taken = outbox.take(self.warehouse, "a", held=held)
        due = [one for one in self.accounts.values() if self._is_due(one, held)]
        if taken is None:
            assert due == []
            return
        assert taken.key == due[0].key, "the oldest that is due goes first"
        account = self.accounts[taken.key]
        account.tries += 1
        account.words.append(None)
        assert taken.attempt == account.tries
        self._end(taken, account, end)

    def _end(self, taken: Delivery, account: Account, end: str) -> None:
        account.received += end in ("sent", "dies after", "late")
        account.lost += end in ("dies after", "late")
        if end == "sent":
            assert outbox.mark_sent(self.warehouse, "a", taken, "200")
            account.state, account.words[-1] = "sent", "200"
        elif end in ("503", "404"):
            outbox.mark_failed(self.warehouse, "a", taken, end, final=end == "404")
            dead = end == "404" or account.tries >= outbox.MAX_TRIES
            account.state, account.words[-1] = ("dead" if dead else "waiting"), end
            self.paused |= set() if dead else {taken.key}
        else:
            self.paused.add(taken.key)
            if end == "late":  # its lease is over and another holds the delivery: the word is noted, the state is not
                self._steal(taken.key)
                assert outbox.mark_sent(self.warehouse, "a", taken, "200") is False
                account.words[-1] = "200"

    def _steal(self, key: str) -> None:
        with self.warehouse.write() as connection:
            connection.execute(update(delivery).where(delivery.c.key == key).values(lease_owner="b"))

    @rule()
    def let_time_pass(self) -> None:
        """Leases lapse and pauses end."""
        with self.warehouse.write() as connection:
            connection.execute(update(delivery).values(next_try_at=None))
            held = update(delivery).where(delivery.c.lease_until.is_not(None))
            connection.execute(held.values(lease_until=AT))
        self.paused = set()
        for one in self.accounts.values():
            if one.state == "waiting" and one.tries >= outbox.MAX_TRIES:
                one.state = "worn"

    @rule(data=st.data())
    def resend(self, data: st.DataObject) -> None:
        """The operator puts a dead one back."""
        dead = [one for one in self.accounts.values() if one.state == "dead"]
        if dead:
            one = data.draw(st.sampled_from(dead))
            outbox.resend(self.warehouse, one.key)
            one.state, one.tries = "waiting", 0

    def _is_due(self, one: Account, held: tuple[Held, ...]) -> bool:
        quiet = any(h.channel == one.channel and (h.urgent_too or one.severity is not Severity.URGENT) for h in held)
        if one.state == "worn" and not quiet:
            one.state = "dead"  # taking buries what outlived its senders
        return one.state == "waiting" and not quiet and one.key not in self.paused

    # ------------------------------------------------------------ what must hold

    @invariant()
    def every_alert_has_one_delivery_for_each_channel(self) -> None:
        """No delivery is lost or doubled, and each is where the account says."""
        if hasattr(self, "accounts"):
            with self.warehouse.read() as connection:
                rows = connection.execute(select(delivery).order_by(delivery.c.id)).all()
                alerts = connection.execute(select(alert.c.id)).all()
            assert len(rows) == len(CHANNELS) * len(alerts) == len(self.accounts)
            wanted = {one.key: one.state.replace("worn", "waiting") for one in self.accounts.values()}
            assert {row.key: row.state for row in rows} == wanted

    @invariant()
    def every_try_is_a_row_with_its_word(self) -> None:
        """Those that nobody came back from stay open."""
        if hasattr(self, "accounts"):
            with self.warehouse.read() as connection:
                tried = connection.execute(select(attempt, delivery.c.key).join(delivery).order_by(attempt.c.id)).all()
            words: dict[str, list[str | None]] = {key: [] for key in self.accounts}
            for row in tried:
                words[row.key].append(row.answer or row.error)
            assert words == {one.key: one.words for one in self.accounts.values()}

    @invariant()
    def what_is_sent_arrived_and_arrives_again_only_after_a_lost_answer(self) -> None:
        """At least once, and more often only when an answer was lost."""
        for one in getattr(self, "accounts", {}).values():
            assert one.state != "sent" or one.received >= 1
            assert one.received <= one.lost + (one.state == "sent")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "warehouse.db"
    upgrade(f"sqlite:///{file}")
    return file


def test_the_outbox_holds_under_any_order_of_events(template: Path) -> None:
    machine = type("Ready", (Outbox,), {"template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=20, stateful_step_count=25, deadline=None),
    )
