"""Rounds of evaluation over a city on virtual time: nothing false is raised, nothing is lost, and it comes in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from collector.alerting.clocks import Reading
from collector.alerting.round import evaluate_alerts
from collector.alerts.muting import Matcher
from collector.alerts.notification import Cause, Told
from collector.periods import instant
from collector.store.alerts import acknowledge, add_silence
from tests.alerts.recorder import Recorder
from tests.alerts.world import ONLINE, SCHEDULED, SECOND, THRESHOLD, Answer, cameras, world
from tests.scripted import DAY, HOUR, MINUTE, OCTOBER

NOON = OCTOBER + 12 * HOUR


def dark(start: float, end: float, down: int = 5) -> Callable[[int], Answer]:
    """So many cameras are down from ``start`` to ``end`` (seconds)."""
    return lambda at: cameras(down if start * SECOND <= at < end * SECOND else 0)


@pytest.mark.parametrize("second", [61, 75, 119, 120, 121, 179])
def test_a_site_that_goes_dark_is_told_within_an_interval_and_for_and_ten_seconds(
    tmp_path: Path, told: type[Recorder], second: int
) -> None:
    city = world(tmp_path, NOON, dark(second, 1_000), tick=SCHEDULED)
    city.run(second + 60 + 180 + 10)
    ((fired, what),) = city.of("threshold")
    assert what == "fired"
    assert second + 180 <= fired <= second + 60 + 180 + 10
    (one,) = told.told
    assert one.written_at == NOON + fired * SECOND
    assert "50 %" in one.alerts[0].summary.zh


def test_it_is_resolved_when_the_site_is_back_and_told_once(tmp_path: Path, told: type[Recorder]) -> None:
    city = world(tmp_path, NOON, dark(60, 600), tick=SCHEDULED)
    city.run(900)
    assert city.of("threshold") == [(240, "fired"), (600, "resolved")]
    assert [one.status for one in told.told] == [Told.FIRING, Told.RESOLVED]
    assert told.told[1].alerts[0].starts_at == NOON + 240 * SECOND
    assert told.told[1].alerts[0].ends_at == NOON + 600 * SECOND
    assert len({one.key for one in told.told}) == 2


def test_a_flapping_camera_raises_nothing_and_hides_no_outage(tmp_path: Path) -> None:
    flapping = world(tmp_path, NOON, lambda at: cameras(5 if at >= 600 * SECOND or at // MINUTE % 2 == 0 else 0))
    flapping.run(590)
    assert flapping.changes == []
    flapping.run(230)
    assert flapping.of("threshold") == [(780, "fired")]  # three minutes after the first of the answers that stay


@pytest.mark.parametrize("edge", ["2026-03-29T01:00:00+00:00", "2026-10-25T01:00:00+00:00"], ids=["23 h", "25 h"])
@pytest.mark.parametrize("down", [0, 5], ids=["well", "dark"])
def test_a_change_to_or_from_summer_time_changes_nothing(tmp_path: Path, edge: str, down: int) -> None:
    start = instant(datetime.fromisoformat(edge)) - 120 * SECOND
    text = (
        ONLINE
        + "    alerts: [{when: threshold, for: 3m}, {id: today, when: threshold, over: day, for: 3m}, {when: blind, over: 5m}]\n"
    )
    city = world(tmp_path, start, lambda _: cameras(down), text, "Europe/Berlin")
    city.run(600)
    assert city.of("threshold") == ([(180, "fired")] if down else [])
    assert city.of("today") == ([(240, "fired")] if down else [])  # a day is looked at once a minute
    assert city.of("blind") == []


@pytest.mark.parametrize("down", [0, 5], ids=["well", "dark"])
def test_the_edge_of_a_month_raises_nothing_and_loses_nothing(tmp_path: Path, down: int) -> None:
    november = OCTOBER + 31 * DAY
    text = (
        ONLINE + "    alerts: [{when: threshold, for: 3m}, {when: unreachable}, {when: blind, over: 5m}, "
        "{id: m, when: threshold, over: month, for: 2m}]\n"
    )
    city = world(tmp_path, november - 400 * SECOND, lambda _: cameras(down), text)
    city.run(400 + 300)
    assert city.of("threshold") == ([(180, "fired")] if down else [])
    assert city.of("blind") == []
    assert city.of("m") == ([(180, "fired")] if down else [])  # the edge itself neither ends it nor begins it anew


@pytest.mark.parametrize(("gap_ends", "fires"), [(150, 240), (230, 240), (400, 400)])
def test_rounds_that_were_missed_neither_restart_the_time_nor_fire_early(
    tmp_path: Path, gap_ends: int, fires: int
) -> None:
    city = world(tmp_path, NOON, dark(60, 10_000))
    city.run(90)
    city.evaluates = False
    city.run(gap_ends - 90)
    city.evaluates = True
    city.run(300)
    assert city.of("threshold") == [(fires, "fired")]


def test_an_outage_that_ended_while_rounds_were_missed_is_not_pieced_together_with_the_next(tmp_path: Path) -> None:
    city = world(tmp_path, NOON, lambda at: cameras(5 if 60 <= at // SECOND < 120 or at >= 900 * SECOND else 0))
    city.run(90)
    city.evaluates = False
    city.run(900)
    city.evaluates = True
    city.run(200)
    assert city.of("threshold") == [(1_080, "fired")]  # three minutes after 900 s, not at 990 s


def test_when_nothing_ran_at_all_the_time_between_is_not_known_and_does_not_count(tmp_path: Path) -> None:
    city = world(tmp_path, NOON, dark(60, 10_000))
    city.run(90)
    city.evaluates = city.polls = False
    city.run(3_600)
    city.evaluates = city.polls = True
    city.run(300)
    ((fired, _),) = city.of("threshold")
    # The answer of 60 s held for 150 s; the 30 s that are missing come after the next answer.
    assert fired == 3_690 + 30


@pytest.mark.parametrize(
    "step", [-2 * HOUR, -30 * SECOND, 30 * SECOND, 2 * HOUR], ids=["-2 h", "-30 s", "+30 s", "+2 h"]
)
def test_a_step_of_the_clock_raises_nothing(tmp_path: Path, step: int) -> None:
    city = world(tmp_path, NOON, dark(0, 0))
    city.run(160)
    city.offset = step
    city.run(200)
    assert city.changes == []
    city.run(100)
    truly = {"source/video/silent_source/warning"} if step == -2 * HOUR else set()  # nothing can be learned for so long
    assert {name for _, _, name in city.changes} == truly


@pytest.mark.parametrize(
    "step", [-2 * HOUR, -30 * SECOND, 30 * SECOND, 2 * HOUR], ids=["-2 h", "-30 s", "+30 s", "+2 h"]
)
def test_a_step_of_the_clock_fires_nothing_early_and_loses_nothing(tmp_path: Path, step: int) -> None:
    city = world(tmp_path, NOON, lambda at: cameras(5 if at >= 60 * SECOND else 0))
    city.run(150)
    city.offset = step
    city.run(90)  # up to the true second 240: only then has it held for so long
    assert city.changes == []
    if step != -2 * HOUR:  # where slots are polled that were not
        city.run(120)
        assert [what for _, what in city.of("threshold")] == ["fired"]


@pytest.mark.parametrize(
    "step", [-2 * HOUR, -30 * SECOND, 30 * SECOND, 2 * HOUR], ids=["-2 h", "-30 s", "+30 s", "+2 h"]
)
def test_a_step_of_the_clock_ends_nothing(tmp_path: Path, step: int) -> None:
    city = world(tmp_path, NOON, lambda _: cameras(5))
    city.run(200)
    city.offset = step
    city.run(150)
    assert city.changes == [(180, "fired", "indicator/online/threshold/warning")]


def test_a_clock_that_went_back_far_is_told_as_silence_and_the_alert_comes_when_it_has_caught_up(
    tmp_path: Path,
) -> None:
    """What a platform says counts only after what it said last: until the clock has caught up nobody can know."""
    text = ONLINE + "    alerts: [{when: threshold, for: 3m}]\n"
    city = world(tmp_path, NOON, lambda at: cameras(5 if at >= 400 * SECOND else 0), text)
    city.run(330)
    city.offset = -10 * MINUTE
    city.run(550)
    assert [(what, name) for _, what, name in city.changes] == [("fired", "source/video/silent_source/warning")]
    city.run(350)
    assert city.firing() == ["indicator/online/threshold/warning"]


def test_what_is_not_known_neither_fires_nor_resolves(tmp_path: Path) -> None:
    silent = world(
        tmp_path,
        NOON,
        lambda at: cameras(5 if at < 400 * SECOND else 0) if not 300 * SECOND <= at < 900 * SECOND else None,
    )
    silent.run(880)
    assert silent.of("threshold") == [(180, "fired")]
    assert silent.of("silent_source") == [(240 + 300 + 5, "fired")] or silent.of("silent_source")[0][0] in range(
        540, 551
    )
    silent.run(120)
    assert silent.of("threshold")[1:] == [(900, "resolved")]
    assert [what for _, what in silent.of("silent_source")] == ["fired", "resolved"]


def test_a_group_of_subjects_has_an_alert_of_its_own(tmp_path: Path, told: type[Recorder]) -> None:
    text = ONLINE + "    alerts: [{when: threshold, by: subject, for: 1m, severity: critical}]\n"
    city = world(tmp_path, NOON, dark(60, 600, down=2), text)
    city.run(700)
    labels = {alert.labels["subject"] for one in told.told for alert in one.firing}
    assert labels == {"camera 0", "camera 1"}
    assert told.told[-1].status is Told.RESOLVED
    assert {alert.status for alert in told.told[-1].alerts} == {Told.RESOLVED}


def test_a_silence_keeps_quiet_and_what_still_fires_after_it_is_told(tmp_path: Path, told: type[Recorder]) -> None:
    city = world(tmp_path, NOON, dark(0, 10_000))
    with city.city.installation.database.write() as connection:
        add_silence(connection, (Matcher.parse("indicator=online"),), NOON, NOON + 600 * SECOND, "李工", "割接", NOON)
    city.run(590)
    assert (city.firing(), told.told) == (["indicator/online/threshold/warning"], [])
    city.run(30)
    assert [one.cause for one in told.told] == [Cause.NEW]


def test_approved_maintenance_keeps_quiet(tmp_path: Path, told: type[Recorder]) -> None:
    text = THRESHOLD + (
        "exclusions:\n  - {source: video, start: 2026-10-01T12:00:00+08:00, end: 2026-10-01T12:20:00+08:00, reason: 割接,"
        " approved_by: 科信处, entered_at: 2026-09-30T00:00:00+08:00}\n"
    )
    city = world(tmp_path, NOON, lambda at: cameras(5) if at < 1_500 * SECOND else cameras(0), text)
    city.run(1_190)
    assert (city.changes, told.told) == ([], [])
    city.run(300)
    assert [what for _, what in city.of("threshold")] == ["fired"]
    assert city.of("threshold")[0][0] in range(1_380, 1_391)


def test_an_acknowledged_alert_is_not_repeated_and_its_end_is_told(tmp_path: Path, told: type[Recorder]) -> None:
    text = THRESHOLD
    city = world(tmp_path, NOON, dark(0, 500), text.replace("for: 3m", "for: 0s"))
    receiver = city.city.installation.city.receivers[0]
    object.__setattr__(receiver, "repeat_interval", receiver.group_interval * 2)
    city.run(200)
    assert [one.cause for one in told.told] == [Cause.NEW, Cause.REPEAT]
    (alert,) = city.alerts().values()
    with city.city.installation.database.write() as connection:
        acknowledge(connection, alert.fingerprint, alert.state.fired_at or 0, "李工", "在路上", city.wall)
    city.run(400)
    assert [one.cause for one in told.told] == [Cause.NEW, Cause.REPEAT, Cause.CHANGED]
    assert told.told[-1].alerts[0].acknowledged_by == "李工"


def test_a_receiver_that_forgets_is_told_every_minute_in_parts_that_it_can_take(
    tmp_path: Path, told: type[Recorder]
) -> None:
    text = ONLINE + "    alerts: [{when: threshold, by: subject}]\n"
    city = world(tmp_path, NOON, dark(0, 200, down=5), text)
    path = tmp_path / "city.yaml"
    path.write_text(path.read_text().replace("via: recorder", "via: forgetful"))
    city.city.installation.city = type(city.city.installation)(path).city
    city.run(250)
    first = [one for one in told.told if one.written_at == NOON]
    assert [len(one.alerts) for one in first] == [2, 2, 1]
    assert [one.cause for one in told.told[3:6]] == [Cause.REPOST] * 3
    assert {one.cause for one in told.told[-3:]} == {Cause.CHANGED}
    assert {one.status for one in told.told[-3:]} == {Told.RESOLVED}


def test_the_alerts_of_a_rule_that_is_taken_away_are_resolved(tmp_path: Path, told: type[Recorder]) -> None:
    city = world(tmp_path, NOON, dark(0, 10_000))
    city.run(200)
    path = tmp_path / "city.yaml"
    path.write_text(path.read_text().replace("[{when: threshold, for: 3m}]", "none"))
    city.city.installation.city = type(city.city.installation)(path).city
    city.run(120)
    assert [one.status for one in told.told] == [Told.FIRING, Told.RESOLVED]


def test_a_round_that_is_under_way_is_not_joined_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from collector.alerting import round as rounds

    city = world(tmp_path, NOON, dark(0, 10_000))
    city.run(1)
    second: list[list[str]] = []
    observe = rounds._observe

    def during(*given: object, **more: object) -> object:
        monkeypatch.setattr(rounds, "_observe", observe)
        second.append(evaluate_alerts(city.city.installation, Reading(city.wall, "boot", city.passed)))
        return observe(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(rounds, "_observe", during)
    city.run(200)
    assert second == [[]]
    assert city.firing() == ["indicator/online/threshold/warning"]


def test_a_round_whose_process_died_is_taken_over_after_its_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector.alerting import round as rounds

    city = world(tmp_path, NOON, dark(0, 10_000))
    city.run(60)
    keep = rounds._keep
    monkeypatch.setattr(rounds, "_keep", lambda *_: [])  # it dies before it has written anything
    city.run(5)
    monkeypatch.setattr(rounds, "_keep", keep)
    city.run(200)
    assert [what for _, what in city.of("threshold")] == ["fired"]
    assert 180 <= city.of("threshold")[0][0] <= 190


def test_the_text_says_what_where_since_when_how_far_and_what_is_left(tmp_path: Path, told: type[Recorder]) -> None:
    city = world(tmp_path, NOON, dark(60, 1_000))
    path = tmp_path / "city.yaml"
    text = path.read_text().replace("late_snapshot: null", "late_snapshot: null, url: 'https://citygauge.example/'")
    path.write_text(text.replace("targets:", "department: 公安局, targets:"))
    city.city.installation.city = type(city.city.installation)(path).city
    city.run(300)
    (alert,) = told.told[0].alerts
    assert alert.labels == {
        "alertname": "threshold",
        "severity": "warning",
        "indicator": "online",
        "department": "公安局",
    }
    assert alert.summary.zh == "在线率现为 50 %，低于 95 %"
    assert alert.link == "https://citygauge.example/#indicator-online"
    for part in ("区间 [50 %, 50 %]", "差 45 个百分点", "最差部门：", "2026-10-01 12:01:00", "30 天", "本月"):
        assert part in alert.description.zh, part
    for part in (
        "interval [50 %, 50 %]",
        "45 percentage points",
        "worst departments",
        "since 2026-10-01 12:01:00",
        "30 d",
    ):
        assert part in alert.description.en, part


states = st.lists(st.sampled_from(["up", "dark", "silent"]), min_size=3, max_size=7)


@settings(max_examples=5, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states, st.lists(st.booleans(), min_size=7, max_size=7))
def test_rounds_that_are_missed_leave_the_alert_as_it_would_be(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[str], missed: list[bool]
) -> None:
    """Minutes of which some have no rounds at all: at every minute with rounds the alert is as with all of them."""

    def answer(at: int) -> Answer:
        said = drawn[min(at // MINUTE, len(drawn) - 1)]
        return {"up": cameras(0), "dark": cameras(5), "silent": None}[said]

    every, some = (world(tmp_path_factory.mktemp("city"), NOON, answer) for _ in range(2))
    for minute in range(len(drawn)):
        some.evaluates = not missed[minute]
        for one in (every, some):
            one.run(60)
        if some.evaluates:
            assert some.firing() == every.firing(), minute
    for one in (every, some):
        one.city.installation.close()
