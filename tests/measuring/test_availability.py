"""availability from polls to figure; the rows of docs/torture.md that it touches carry their number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from collector.errors import SourceUnavailable
from collector.figures import Figure, measure
from collector.periods import Period, iso
from collector.verdict import Verdict
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, make_city

ONLINE = """indicators:
  - {id: online, measure: availability, source: video, target: ">= 95"}
  - {id: mean, measure: availability, source: video, method: subject_mean}
  - {id: sweep, measure: availability, source: video, method: sweep_mean}
  - {id: patient, measure: availability, source: video, ignore_shorter_than: 2h}
  - {id: office, measure: availability, source: video, schedule: {hours: [["08:00", "18:00"]]}}
"""
NOW = OCTOBER + 40 * DAY


def figure(city: City, period: str, indicator: str = "online", as_of: int = NOW, by: str | None = None) -> Figure:
    history = city.installation.history
    return measure(history, city.installation.city.indicator(indicator), Period.parse(period, ZONE), as_of, by)


def span(start: int, end: int) -> str:
    return f"{iso(start)}/{iso(end)}"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = make_city(tmp_path, ONLINE)
    yield made
    made.installation.close()


def poll_hours(city: City, hours: range, answer: dict[str, str], source: str = "video") -> None:
    for hour in hours:
        city.say(source, OCTOBER + hour * HOUR, answer)


def test_t1_a_collector_dead_25_of_30_days_leaves_the_rest_open(city: City) -> None:
    poll_hours(city, range(5 * 24), {"a": "up"})
    city.say("video", OCTOBER + 30 * DAY, {"a": "up"})
    held = 1.5 * HOUR  # the last answer before the gap holds for 2.5 intervals

    month = figure(city, span(OCTOBER, OCTOBER + 30 * DAY))

    up = (5 * DAY + held) / (30 * DAY)
    assert month.measurement.value is None
    assert month.measurement.lower == pytest.approx(up, abs=1e-12)
    assert month.measurement.upper == 1
    assert month.measurement.coverage == pytest.approx(up, abs=1e-12)
    assert month.verdict is Verdict.INDETERMINATE


def test_t2_nothing_observed_has_no_value_and_any_value_is_possible(city: City) -> None:
    month = figure(city, "2026-10")

    assert (month.measurement.value, month.measurement.lower, month.measurement.upper) == (None, 0, 1)
    assert month.measurement.coverage == 0
    assert month.verdict is Verdict.INDETERMINATE
    assert month.basis == "missing"


def test_t3_a_month_wholly_under_approved_maintenance_is_not_applicable(tmp_path: Path) -> None:
    city = make_city(tmp_path, ONLINE + exclusion("2026-10-01T00:00:00+08:00", "2026-10-03T00:00:00+08:00"))
    poll_hours(city, range(48), {"a": "down"})

    days = figure(city, span(OCTOBER, OCTOBER + 2 * DAY))

    assert days.verdict is Verdict.NOT_APPLICABLE
    assert days.measurement.value is None
    assert days.without_exclusions is not None
    assert days.without_exclusions.value == 0


def test_t4_maintenance_is_taken_out_and_the_value_with_it_is_kept_beside(tmp_path: Path) -> None:
    city = make_city(tmp_path, ONLINE + exclusion("2026-10-01T00:00:00+08:00", "2026-10-02T00:00:00+08:00"))
    poll_hours(city, range(24), {"a": "down"})
    poll_hours(city, range(24, 48), {"a": "up"})

    days = figure(city, span(OCTOBER, OCTOBER + 2 * DAY))

    assert days.measurement.value == 1
    assert days.measurement.parts["excluded_seconds"] == 86400
    assert days.without_exclusions is not None
    assert days.without_exclusions.value == Fraction(1, 2)


def exclusion(start: str, end: str) -> str:
    entered = "2026-09-20T10:00:00+08:00"
    return (
        f"exclusions:\n  - {{source: video, start: {start}, end: {end}, reason: 机房搬迁, approved_by: 王局, entered_at: {entered}}}\n"
    )


def test_t5_time_counts_and_not_the_number_of_probes(city: City) -> None:
    hourly = [OCTOBER + hour * HOUR for hour in range(24) if hour != 12]
    outage = [OCTOBER + 12 * HOUR + second * 1000 for second in range(0, 3600, 20)]
    for at in sorted(hourly + outage):
        city.say("video", at, {"a": "down" if at in outage else "up"})

    assert figure(city, "2026-10-01").measurement.value == Fraction(23, 24)


def test_t11_months_are_calendar_months_and_add_up_to_the_year() -> None:
    lengths = [Period.parse(f"2026-{month:02}", ZONE).span.milliseconds for month in range(1, 13)]

    assert [length // DAY for length in lengths] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert sum(lengths) == Period.parse("2026", ZONE).span.milliseconds


def test_t13_districts_of_9_and_of_900_channels_are_a_ratio_of_sums(city: City) -> None:
    answer = {f"small-{i}": "down" for i in range(9)} | {f"large-{i}": "up" for i in range(891)}
    poll_hours(city, range(24), answer)

    assert figure(city, "2026-10-01").measurement.value == Fraction(891, 900)


def test_t15_a_measured_zero_is_zero(city: City) -> None:
    poll_hours(city, range(25), {"a": "down"})

    day = figure(city, "2026-10-01")

    assert day.measurement.value == 0
    assert day.measurement.coverage == 1
    assert day.verdict is Verdict.MISSED


def test_t18_a_channel_that_joins_later_is_owed_from_then_on(city: City) -> None:
    poll_hours(city, range(12), {"a": "up"})
    poll_hours(city, range(12, 24), {"a": "up", "b": "down"})

    day = figure(city, "2026-10-01").measurement

    assert (day.numerator, day.denominator) == (24 * 3600, 36 * 3600)
    assert day.n == 2


def test_t19_a_registered_channel_that_leaves_the_list_stays_owed_and_is_down(tmp_path: Path) -> None:
    (tmp_path / "channels.csv").write_text("subject,joined,removed,department\na,,,公安局\nb,2026-10-01,,公安局\nc,2026-10-02,,交警\n")
    city = make_city(tmp_path, ONLINE)
    path = tmp_path / "city.yaml"
    path.write_text(path.read_text().replace("every: 1h", "every: 1h, register: {policy: fixed, file: channels.csv}"))
    city = City(type(city.installation)(path))
    poll_hours(city, range(12), {"a": "up", "b": "up", "stranger": "up"})
    poll_hours(city, range(12, 24), {"a": "up", "stranger": "up"})

    day = figure(city, "2026-10-01", by="department")

    assert day.measurement.value == Fraction(36, 48)
    assert day.measurement.n == 2
    assert day.by["公安局"].value == Fraction(36, 48)


def test_a_channel_that_leaves_the_list_is_owed_no_longer_where_the_list_decides(city: City) -> None:
    poll_hours(city, range(12), {"a": "up", "b": "down"})
    poll_hours(city, range(12, 24), {"a": "up"})

    assert figure(city, "2026-10-01").measurement.value == Fraction(24, 36)


def test_a_failed_poll_is_bridged_for_two_and_a_half_intervals_and_then_unknown(city: City) -> None:
    poll_hours(city, range(6), {"a": "up"})
    for hour in range(6, 12):
        city.say("video", OCTOBER + hour * HOUR, SourceUnavailable("refused"))
    poll_hours(city, range(12, 24), {"a": "up"})

    day = figure(city, "2026-10-01").measurement

    assert day.parts["unknown_seconds"] == (6 - 1.5) * 3600
    assert day.lower == Fraction(39, 48)
    assert day.upper == 1


def test_a_channel_whose_own_state_is_unknown_is_in_neither_sum(city: City) -> None:
    poll_hours(city, range(24), {"a": "up", "b": "unknown"})

    day = figure(city, "2026-10-01").measurement

    assert day.lower == Fraction(1, 2)
    assert day.coverage == 0.5


def test_what_happened_between_two_polls_is_reported_beside_the_bounds(city: City) -> None:
    poll_hours(city, range(12), {"a": "up"})
    poll_hours(city, range(12, 24), {"a": "down"})

    assert figure(city, "2026-10-01").measurement.parts["sampling_seconds"] == 3600


@pytest.mark.parametrize("holds", ["1h", "2h"])
def test_the_day_whose_first_poll_saw_a_change_owns_the_time_before_it_open_and_sealed(
    tmp_path: Path, holds: str
) -> None:
    city = make_city(tmp_path, ONLINE, every=f"1h, holds: {holds}")
    poll_hours(city, range(24), {"a": "up"})
    poll_hours(city, range(24, 48), {"a": "down"})
    labels = ("2026-10-01", "2026-10-02", span(OCTOBER, OCTOBER + 2 * DAY), span(OCTOBER + DAY, OCTOBER + DAY + HOUR))

    def sampling() -> list[float]:
        return [figure(city, label).measurement.parts["sampling_seconds"] for label in labels]

    assert sampling() == [0, 3600, 3600, 3600]
    for day in (1, 2):
        city.installation.sealer.seal_day("video", date(2026, 10, day), NOW)
    assert sampling() == [0, 3600, 3600, 3600]


def test_the_three_methods_give_three_figures_and_say_which_they_are(city: City) -> None:
    poll_hours(city, range(18), {"a": "up"})
    poll_hours(city, range(18, 24), {"a": "up", "b": "down"})

    values = {name: float(figure(city, "2026-10-01", name).measurement.value or 0) for name in ("online", "mean", "sweep")}

    assert values == pytest.approx({"online": 24 / 30, "mean": 1 / 2, "sweep": (18 + 6 / 2) / 24})


def test_polls_between_the_slots_stand_in_for_none_that_was_missed(city: City) -> None:
    poll_hours(city, range(12), {"a": "up"})
    for half_past in range(6):
        city.say("video", OCTOBER + 18 * HOUR + half_past * HOUR // 6 + 1, {"a": "up"})

    day = figure(city, "2026-10-01", "sweep").measurement

    assert (day.parts["sweeps"], day.parts["sweeps_owed"]) == (12 + 6, 12 + 6 + 12)
    assert (day.lower, day.upper, day.coverage) == (18 / 30, 1, 18 / 30)


def test_polls_that_listed_nobody_yet_are_not_owed(city: City) -> None:
    poll_hours(city, range(12), {})
    poll_hours(city, range(12, 24), {"a": "up", "b": "down"})

    day = figure(city, "2026-10-01", "sweep").measurement

    assert (day.lower, day.value, day.upper, day.coverage) == (0.5, 0.5, 0.5, 1)


def test_a_short_outage_counts_as_up_only_where_the_definition_says_so(city: City) -> None:
    states = ["up"] * 5 + ["down"] + ["up"] * 5 + ["down"] * 3 + ["up"] * 10
    for hour, state in enumerate(states):
        city.say("video", OCTOBER + hour * HOUR, {"a": state})

    assert figure(city, "2026-10-01").measurement.value == Fraction(20, 24)
    assert figure(city, "2026-10-01", "patient").measurement.value == Fraction(21, 24)


def test_an_outage_over_midnight_is_as_long_as_it_was(city: City) -> None:
    for hour in range(48):
        city.say("video", OCTOBER + hour * HOUR, {"a": "down" if 23 <= hour < 25 else "up"})

    assert figure(city, "2026-10-01", "patient").measurement.value == Fraction(23, 24)
    assert figure(city, "2026-10-02", "patient").measurement.value == Fraction(23, 24)


def test_an_outage_that_goes_on_or_was_lost_sight_of_is_neither_short_nor_long(city: City) -> None:
    poll_hours(city, range(10), {"a": "up"})
    city.say("video", OCTOBER + 10 * HOUR, {"a": "down"})
    day = span(OCTOBER, OCTOBER + DAY)

    goes_on = figure(city, day, "patient", as_of=OCTOBER + 11 * HOUR).measurement
    unseen = figure(city, day, "patient", as_of=OCTOBER + 14 * HOUR).measurement
    city.say("video", OCTOBER + 11 * HOUR, {"a": "up"})
    short = figure(city, day, "patient", as_of=OCTOBER + 12 * HOUR).measurement

    assert (goes_on.lower, goes_on.value, goes_on.upper) == (Fraction(10, 11), 1, 1)
    assert (unseen.parts["down_seconds"], unseen.parts["unknown_seconds"]) == (2.5 * 3600, 1.5 * 3600)
    assert (short.lower, short.upper) == (1, 1)


def test_working_hours_are_all_that_is_owed(city: City) -> None:
    for hour in range(24):
        city.say("video", OCTOBER + hour * HOUR, {"a": "up" if 9 <= hour < 18 else "down"})

    assert figure(city, "2026-10-01", "office").measurement.value == Fraction(9, 10)


def test_what_was_learned_after_the_as_of_instant_is_not_known(city: City) -> None:
    poll_hours(city, range(24), {"a": "up"})

    noon = figure(city, "2026-10-01", as_of=OCTOBER + 12 * HOUR - 1)

    assert noon.measurement.denominator == Fraction(12 * HOUR - 1, 1000)
    assert noon.measurement.coverage == 1


def test_days_add_up_to_the_period(city: City) -> None:
    for hour in range(72):
        city.say("video", OCTOBER + hour * HOUR, {"a": "up" if hour % 5 else "down", "b": "up"})

    whole = figure(city, span(OCTOBER, OCTOBER + 3 * DAY), by="day")

    assert list(whole.by) == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert sum(day.numerator or 0 for day in whole.by.values()) == whole.measurement.numerator
