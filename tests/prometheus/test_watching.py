"""What is exported for rules: the same numbers as the evaluator's, sources' changes and certificates, months, exclusions."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.alerting.facts import Facts
from collector.errors import SourceUnavailable
from collector.live import Live
from collector.prometheus.watching import Watch, Watched
from collector.store.alerts import write_certificate
from collector.store.changes import unchanged
from tests.scripted import DAY, HOUR, MINUTE, OCTOBER, City, make_city

AT = OCTOBER + 10 * DAY + 12 * HOUR
TEXT = """
exclusions:
  - {source: video, start: 2026-10-11T11:00:00+08:00, end: 2026-10-11T11:30:00+08:00, reason: r,
     approved_by: a, entered_at: 2026-10-01T00:00:00+08:00}
  - {source: video, start: 2026-10-11T11:00:00+08:00, end: 2026-10-11T11:30:00+08:00, reason: r,
     approved_by: a, entered_at: 2026-10-20T00:00:00+08:00, subjects: [a]}
indicators:
  - id: online
    measure: availability
    source: video
    target: ">= 75"
    alerts:
      - {when: threshold, by: district}
      - {when: burn, long: 1h, short: 5m, factor: 2}
      - {when: blind, over: 30m}
"""


@pytest.fixture
def city(tmp_path: Path) -> City:
    return make_city(tmp_path, TEXT, every="5m")


def look(city: City, at: int) -> Watched:
    return Watch(city.installation).look(at, fresh=True)


def test_now_and_windows_are_what_the_evaluator_measures(city: City) -> None:
    for minute in range(-60, 1, 5):
        city.say("video", AT + minute * MINUTE, {"a": "up", "b": "down" if minute > -20 else "up"})
    found, facts = look(city, AT), Facts(city.installation, AT)
    online = city.installation.city.indicator("online")
    assert found.now["online"].lower == facts.figure(online, "now").measurement.lower == 0.5
    for window, minutes in (("1h", 60), ("5m", 5), ("30m", 30)):
        measured = facts.trailing(online, minutes * MINUTE)
        assert found.windows["online", window].bounds == (measured.lower, measured.upper)
    nowhere = facts.figure(online, "now", "district").by[""]
    assert found.groups == {("online", "district", ""): (nowhere.lower, nowhere.upper)}


def test_coverage_of_a_window_is_not_known_before_the_source_was_asked_as_long(city: City) -> None:
    for minute in range(-20, 1, 5):
        city.say("video", AT + minute * MINUTE, {"a": "up"})
    windows = look(city, AT).windows
    assert windows["online", "30m"].coverage is None
    assert windows["online", "5m"].coverage == 1


def test_a_clock_that_went_back_leaves_nothing_to_say_of_indicators(city: City) -> None:
    city.say("video", AT, {"a": "up"})
    found = look(city, AT - HOUR)
    assert (found.now, found.windows, found.groups) == ({}, {}, {})


def test_a_source_is_unchanged_since_the_first_of_its_equal_answers(city: City) -> None:
    watch, since = Watch(city.installation), []
    for minute, word in ((0, "up"), (5, "down"), (10, "down"), (15, "down"), (20, "up"), (25, "up")):
        city.say("video", AT + minute * MINUTE, {"a": word})
        changed = watch.look(AT + minute * MINUTE, fresh=True).changed["video"]
        assert changed == look(city, AT + minute * MINUTE).changed["video"]
        since.append((changed - AT) // MINUTE)
    assert since == [0, 5, 5, 5, 20, 20]


def test_a_failed_run_is_no_change_of_the_answer(city: City) -> None:
    city.say("video", AT, {"a": "up"})
    city.say("video", AT + 5 * MINUTE, SourceUnavailable("no answer"))
    city.say("video", AT + 10 * MINUTE, {"a": "up"})
    with city.installation.database.read() as connection:
        assert (found := unchanged(connection, "video"))
        assert (found.since, found.until) == (AT, AT + 10 * MINUTE)
        assert unchanged(connection, "none") is None


def test_the_first_certificate_to_end_is_told(city: City) -> None:
    with city.installation.database.write() as connection:
        write_certificate(connection, "video", "a:443", AT + DAY, None, AT)
        write_certificate(connection, "video", "b:443", AT + HOUR, None, AT)
        write_certificate(connection, "video", "c:443", None, "no certificate was read", AT)
    assert look(city, AT).certificates == {"video": AT + HOUR}


def test_maintenance_is_told_while_it_lasts_and_only_as_known_by_then(city: City) -> None:
    during = AT - 45 * MINUTE
    assert look(city, during).excluded == {("video", "all"): True, ("video", "some"): False}
    assert look(city, AT).excluded == {("video", "all"): False, ("video", "some"): False}


def test_the_oldest_month_that_is_not_frozen_is_told_by_its_end(city: City) -> None:
    assert look(city, AT).unfrozen_end is None
    city.say("video", AT, {"a": "up"})
    assert look(city, AT + MINUTE).unfrozen_end is None
    assert look(city, OCTOBER + 62 * DAY).unfrozen_end == OCTOBER + 31 * DAY


def test_windows_are_measured_once_a_minute_and_the_instant_after_every_run(city: City) -> None:
    city.say("video", AT, {"a": "up"})
    watch = Watch(city.installation)
    first = watch.look(AT, fresh=True)
    city.say("video", AT + 30_000, {"a": "down"})
    second = watch.look(AT + 30_000, fresh=True)
    assert (first.now["online"].upper, second.now["online"].upper) == (1, 0)
    assert second.windows == first.windows
    assert watch.look(AT + 60_000, fresh=False).windows != first.windows
    assert watch.look(AT + 60_000, fresh=False).now == second.now


def test_the_exporter_shows_what_is_watched(city: City) -> None:
    city.say("video", AT, {"a": "up"})
    assert Live(city.installation, lambda: AT).view().watched.now["online"].value == 1
