"""Alerts and the outbox over both databases: states, rounds, what is taken by whom, and that nothing is lost or told twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.alerts.evaluation import Phase, Signal, State
from collector.alerts.grouping import Group
from collector.alerts.muting import Matcher
from collector.alerts.notification import Alert, Cause, Notification, Severity, Text
from collector.store import alerts, outbox
from collector.store.engine import Database, open_database

ROOT = Path(__file__).resolve().parents[2]
LEASE = 60_000


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    return (
        str(request.getfixturevalue("postgres_url"))
        if request.param == "postgres"
        else f"sqlite:///{tmp_path}/store.db"
    )


@pytest.fixture
def store(url: str) -> Iterator[Database]:
    made = open_database(url)
    yield made
    made.close()


def notification(number: int, receiver: str = "ops", group: str = "g") -> Notification:
    text = Text("在线率低于目标", "below the target")
    alert = Alert("ab" * 8, {"alertname": "threshold"}, Severity.WARNING, text, text, 1_000, None, {"value": "90 %"})
    return Notification(
        outbox.key_of(receiver, group, number, 0),
        receiver,
        group,
        {"department": "公安局"},
        Cause.NEW,
        (alert,),
        number,
        "试验市",
    )


def write(store: Database, *numbers: int, receiver: str = "ops", group: str = "g") -> None:
    with store.write() as connection:
        for number in numbers:
            outbox.write_notification(connection, notification(number, receiver, group), number, 0)


def take(
    store: Database, now: int, receiver: str = "ops", holder: str = "me", rate: tuple[int, int] | None = None
) -> outbox.Taken | None:
    with store.write() as connection:
        return outbox.take(connection, receiver, holder, LEASE, rate, now)


def health(store: Database) -> outbox.Health:
    with store.read() as connection:
        return outbox.healths(connection, ["ops"])[0]


def kept(phase: Phase = Phase.FIRING) -> alerts.KeptAlert:
    about = alerts.About(
        "indicator/online/threshold/warning", {"alertname": "threshold"}, Severity.CRITICAL, "公安局", {"district": "东区"},
        ("video",), ("ops",), Text("一", "one"), Text("二", "two"), {"value": "90 %"}, "/#indicator-online",
    )  # fmt: skip
    return alerts.KeptAlert("cd" * 8, about, State(phase, Signal.BREACH, "2026-10", 1, 2, 3, 4, None))


def test_a_state_is_read_as_it_was_written_and_written_over(store: Database) -> None:
    for one in (kept(), kept(Phase.INACTIVE)):
        with store.write() as connection:
            alerts.write_alerts(connection, [one])
        with store.read() as connection:
            assert alerts.read_alerts(connection) == {one.fingerprint: one}
    with store.write() as connection:
        alerts.forget_alerts(connection, [kept().fingerprint])
        assert alerts.read_alerts(connection) == {}


def test_a_round_a_group_an_acknowledgement_and_a_certificate_are_kept(store: Database) -> None:
    one = alerts.Round(5, "boot", 7, 1, 2, "ab", 8, 9, "me", 4)
    with store.write() as connection:
        assert alerts.read_round(connection, lock=True) == alerts.Round()
        for _ in range(2):
            alerts.write_round(connection, one)
            outbox.write_group(connection, "ops", "g", Group(1, 2, {"a": 3}, 4))
            alerts.acknowledge(connection, "a", 3, "李工", "在路上", 5)
        alerts.write_certificate(connection, "portal", "a:443", 100, None, 1)
        alerts.write_certificate(connection, "portal", "a:443", None, "no answer", 2)
    with store.read() as connection:
        assert alerts.read_round(connection) == one
        assert outbox.read_groups(connection) == {("ops", "g"): Group(1, 2, {"a": 3}, 4)}
        assert alerts.read_acknowledgements(connection) == {("a", 3): ("李工", "在路上")}
        assert alerts.read_certificates(connection, "portal") == {"a:443": (100, 2, "no answer")}


def test_a_silence_holds_until_it_ends_or_is_lifted(store: Database) -> None:
    with store.write() as connection:
        number = alerts.add_silence(connection, (Matcher.parse("district=~东.*"),), 10, 100, "李工", "割接", 5)
        (one,) = alerts.read_silences(connection, 99)
        assert (one.id, str(one.matchers[0]), one.holds(50)) == (number, "district=~东.*", True)
        assert alerts.end_silence(connection, number, 60)
        assert not alerts.end_silence(connection, number, 60)
        assert alerts.read_silences(connection, 60) == []


def test_a_notification_is_taken_by_one_and_delivered_once(store: Database) -> None:
    write(store, 1)
    taken = take(store, 10)
    assert taken
    assert taken.notification == notification(1)
    assert take(store, 11, holder="another") is None
    with store.write() as connection:
        outbox.delivered(connection, taken, 12)
    assert take(store, 10 * LEASE) is None
    assert (health(store).delivered_at, health(store).waiting) == (12, 0)


def test_the_same_notification_cannot_be_written_twice(store: Database) -> None:
    write(store, 1)
    with pytest.raises(Exception, match=r"(?i)unique"):
        write(store, 1)


def test_what_a_worker_that_died_had_taken_is_taken_again_after_the_lease(store: Database) -> None:
    write(store, 1)
    dead = take(store, 10, holder="dead")
    assert dead
    assert take(store, 10 + LEASE - 1) is None
    heir = take(store, 10 + LEASE, holder="heir")
    assert heir
    assert (heir.notification.key, heir.attempts) == (dead.notification.key, 2)
    with store.write() as connection:  # the dead one was only slow: what it says counts no more
        outbox.failed(connection, dead, "late", 20 + LEASE, permanent=True, retry_after_ms=None)
    with store.write() as connection:
        outbox.delivered(connection, heir, 30 + LEASE)
    assert (health(store).waiting, health(store).refused) == (0, 0)


def test_a_lease_from_before_the_clock_went_back_does_not_hold(store: Database) -> None:
    write(store, 1)
    assert take(store, 100 * LEASE, holder="dead")
    assert take(store, 50 * LEASE)


def test_a_group_keeps_its_order_and_another_one_need_not_wait(store: Database) -> None:
    write(store, 1, 2)
    write(store, 3, group="h")
    first = take(store, 10)
    other = take(store, 10)
    assert first
    assert other
    assert (first.notification.written_at, other.notification.written_at) == (1, 3)
    assert take(store, 10) is None
    with store.write() as connection:
        outbox.delivered(connection, first, 11)
    second = take(store, 12)
    assert second
    assert second.notification.written_at == 2


def test_a_failure_waits_longer_each_time_and_shows_in_the_receiver(store: Database) -> None:
    write(store, 1)
    now, waits = 1_000, []
    for _ in range(4):
        taken = take(store, now)
        assert taken
        with store.write() as connection:
            outbox.failed(connection, taken, "no answer", now, permanent=False, retry_after_ms=None)
        before = now
        while take_would_be_none(store, now):
            now += 500
        waits.append(now - before)
    assert waits == sorted(waits)
    assert waits[0] <= 5_500 < waits[3]
    assert (health(store).failing_since, health(store).failures, health(store).error) == (1_000, 4, "no answer")


def take_would_be_none(store: Database, now: int) -> bool:
    with store.read() as connection:
        return outbox.receivers_due(connection, now) == []


def test_what_is_refused_for_good_is_not_tried_again_and_the_next_goes_on(store: Database) -> None:
    write(store, 1, 2)
    taken = take(store, 10)
    assert taken
    with store.write() as connection:
        outbox.failed(connection, taken, "too long", 11, permanent=True, retry_after_ms=None)
    following = take(store, 12)
    assert following
    assert following.notification.written_at == 2
    assert health(store).refused == 1


def test_a_receiver_that_asks_for_a_pause_gets_it_for_everything(store: Database) -> None:
    write(store, 1)
    write(store, 2, group="h")
    taken = take(store, 10)
    assert taken
    with store.write() as connection:
        outbox.failed(connection, taken, "too many", 10, permanent=False, retry_after_ms=600_000)
    assert take(store, 500_000) is None
    assert take_would_be_none(store, 500_000)
    assert take(store, 600_010)


def test_a_rate_holds_over_all_workers_and_counts_failed_attempts(store: Database) -> None:
    for number in range(1, 6):
        write(store, number, group=f"g{number}")
    rate = (2, 60_000)
    assert [take(store, now, holder=str(now), rate=rate) is not None for now in (10, 20, 30, 60_009, 60_010, 60_019, 60_020)] == [
        True, True, False, False, True, False, True,
    ]  # fmt: skip


SENDER = """
import sys, time
from collector.store import outbox
from collector.store.engine import open_database

store = open_database(sys.argv[1])
with store.write() as connection:
    taken = outbox.take(connection, "ops", "killed", 60_000, None, 10)
with open(sys.argv[2], "a") as received:
    received.write(taken.notification.key + "\\n")
print("sent", flush=True)
time.sleep(60)
"""


def test_a_worker_killed_after_sending_leaves_it_to_another_with_the_same_key(
    store: Database, url: str, tmp_path: Path
) -> None:
    """At least once: what it sent may come again, with the key by which a receiver tells; what it had not sent is not lost."""
    write(store, 1, 2)
    received = tmp_path / "received"
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SENDER), url, str(received)],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == b"sent\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    keys = received.read_text().split()
    assert take(store, 20) is None
    now = 10 + LEASE
    while taken := take(store, now, holder="heir"):
        keys.append(taken.notification.key)
        with store.write() as connection:
            outbox.delivered(connection, taken, now)
    assert keys == [notification(1).key, notification(1).key, notification(2).key]


def test_two_workers_at_once_send_each_notification_once(store: Database, url: str, tmp_path: Path) -> None:
    for number in range(40):
        write(store, number, group=f"g{number}")
    script = """
    import sys
    from collector.store import outbox
    from collector.store.engine import open_database

    store = open_database(sys.argv[1])
    while True:
        with store.write() as connection:
            taken = outbox.take(connection, "ops", sys.argv[2], 60_000, None, 100)
        if taken is None:
            break
        print(taken.notification.key, flush=True)
        with store.write() as connection:
            outbox.delivered(connection, taken, 101)
    """
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), url, name],
            stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        )
        for name in "ab"
    ]  # fmt: skip
    keys = [line for worker in workers for line in worker.communicate()[0].split()]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert sorted(keys) == sorted(notification(number, group=f"g{number}").key for number in range(40))
