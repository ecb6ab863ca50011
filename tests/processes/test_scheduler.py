"""When a source is due, and who of several schedulers sends it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import redis

from collector.broker import client
from collector.errors import ConfigurationError, SourceUnavailable
from collector.periods import Period, instant, slots
from collector.scheduler import Leader, SlotTrigger

BERLIN = ZoneInfo("Europe/Berlin")


def fired(day: str, every: timedelta, zone: ZoneInfo) -> list[int]:
    """The instants at which a trigger fires on a day, from its midnight on."""
    span = Period.parse(day, zone).span
    trigger, times, last = SlotTrigger(every, zone), [], None
    at = datetime.fromtimestamp(span.start / 1000, UTC)
    while instant(at := trigger.get_next_fire_time(last, at)) < span.end:
        times.append(instant(at))
        last, at = at, at + timedelta(milliseconds=3)
    return times


@pytest.mark.parametrize("day", ["2026-03-29", "2026-06-01", "2026-10-25"], ids=["23 h", "24 h", "25 h"])
@pytest.mark.parametrize("every", [timedelta(minutes=15), timedelta(hours=1), timedelta(hours=7), timedelta(days=1)], ids=str)
def test_a_source_fires_at_every_slot_of_its_day_and_at_no_other_instant(day: str, every: timedelta) -> None:
    assert fired(day, every, BERLIN) == slots(Period.parse(day, BERLIN), every)


def test_a_slot_that_was_slept_through_is_not_made_up_for() -> None:
    trigger, zone = SlotTrigger(timedelta(hours=1), ZoneInfo("UTC")), UTC
    last, woken = datetime(2026, 10, 1, 8, tzinfo=zone), datetime(2026, 10, 1, 11, 20, tzinfo=zone)
    assert trigger.get_next_fire_time(last, woken) == datetime(2026, 10, 1, 12, tzinfo=zone)


@pytest.mark.needs("redis-server")
def test_one_leads_and_keeps_the_lead_and_hands_it_over(redis_url: str) -> None:
    first, second = Leader(redis_url), Leader(redis_url)
    assert [first.leads(), second.leads(), first.leads(), second.leads()] == [True, False, True, False]
    first.release()
    assert [second.leads(), first.leads()] == [True, False]
    second.release()
    second.release()


@pytest.mark.needs("redis-server")
def test_the_lead_of_one_that_is_gone_is_taken_over_when_its_lease_has_run_out(redis_url: str) -> None:
    gone, heir = Leader(redis_url, timedelta(seconds=0.3)), Leader(redis_url, timedelta(seconds=5))
    assert gone.leads()
    began = time.monotonic()
    while not heir.leads():
        assert time.monotonic() - began < 5
    assert time.monotonic() - began > 0.2
    assert not gone.leads()


@pytest.mark.needs("redis-server")
def test_a_lead_lost_with_the_broker_s_memory_goes_to_one_of_them(redis_url: str) -> None:
    first, second = Leader(redis_url), Leader(redis_url)
    assert first.leads()
    with redis.Redis.from_url(redis_url) as connection:
        connection.flushall()
    assert [first.leads(), second.leads()] == [True, False]


@pytest.mark.parametrize("url", ["redis//127.0.0.1", "http://ops:correct-horse-battery@127.0.0.1/", "redis://127.0.0.1:port/0"])
def test_an_address_that_is_no_broker_s_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="broker: write embedded, redis://HOST:PORT/0") as caught:
        client(url)
    assert "correct-horse" not in str(caught.value)


def test_a_broker_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(SourceUnavailable, match="broker: no answer"):
        client("redis://ops:correct-horse-battery@127.0.0.1:9/0")
