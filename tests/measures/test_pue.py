from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.measurement import Measurement
from collector.measures.metering import latest
from collector.measures.pue import pue
from collector.periods import Period
from collector.records import Kind
from tests.measures.build import DAY, HOUR, ZONE, at, table

START = at("01")
ONE_DAY = Period.parse("2026-10-01", ZONE)
Rows = list[dict[str, Any]]


def counter(meter: str, role: str, kw: float, hours: range | list[int], base: float = 1000.0, **more: Any) -> Rows:
    """Hourly readings of a counter under a constant load; hours since the start of October."""
    return [{"meter": meter, "role": role, "at": START + hour * HOUR, "kwh": base + kw * hour} | more for hour in hours]


def measure(
    *rows: Rows, period: Period = ONE_DAY, cutoff: int | None = None, **options: Any
) -> tuple[Measurement, Any]:
    readings = table(Kind.READINGS, [row for part in rows for row in part])
    return pue(readings, period, cutoff or period.span.end, **({"holds": 2.5 * HOUR} | options))


def test_pue_is_the_ratio_of_sums_over_all_meters() -> None:
    whole, by = measure(
        counter("grid", "facility", 150, range(25)), counter("a", "it", 60, range(25)), counter("b", "it", 40, range(25)),
        counter("cooling", "cooling", 7, range(3)), category="PUE2",
    )  # fmt: skip
    assert whole.value == whole.lower == whole.upper == pytest.approx(1.5, rel=1e-12)
    assert (whole.numerator, whole.denominator, whole.n, whole.coverage, whole.faults) == (3600, 2400, 3, 1.0, ())
    sums = {"facility_kwh": 3600, "it_kwh": 2400, "metered_seconds": 86400}
    assert whole.parts == sums | {"category": "PUE2", "interim": True}
    assert by["2026-10-01"].value == whole.value


def test_energy_at_the_edges_lies_between_the_readings_around_them() -> None:
    """Readings at half past, from before the period to after it."""
    shift = HOUR // 2
    rows = counter("grid", "facility", 150, range(-1, 25)) + counter("it", "it", 100, range(-1, 25))
    whole, _ = measure([row | {"at": row["at"] + shift} for row in rows])
    assert (whole.value, whole.coverage) == (pytest.approx(1.5, rel=1e-12), 1.0)


def test_meters_read_at_different_instants_are_compared_over_the_same_time() -> None:
    late = [row | {"at": row["at"] + 900_000, "kwh": row["kwh"] + 25} for row in counter("it", "it", 100, range(24))]
    whole, _ = measure(counter("grid", "facility", 150, range(25)), late)
    assert whole.value == pytest.approx(1.5, rel=1e-12)
    assert whole.parts["metered_seconds"] == 23 * 3600  # from 00:15 to 23:15
    assert (whole.lower, whole.upper) == (None, None)


def test_power_readings_are_integrated_and_not_averaged() -> None:
    def power(meter: str, role: str, course: list[float]) -> Rows:
        return [{"meter": meter, "role": role, "at": START + i * HOUR, "kw": kw} for i, kw in enumerate(course)]

    ramp = [100 + 10 * i for i in range(25)]
    whole, _ = measure(power("grid", "facility", [2 * kw for kw in ramp]), power("it", "it", ramp))
    assert (whole.value, whole.denominator) == (2, pytest.approx((100 + 340) / 2 * 24))
    gap = [*range(5), *range(9, 25)]
    rows = [row for i, row in enumerate(power("it", "it", ramp)) if i in gap]
    partly, _ = measure(power("grid", "facility", [2 * kw for kw in ramp]), rows)
    assert (partly.value, partly.parts["metered_seconds"]) == (2, 19 * 3600)


def test_a_polling_gap_is_bridged_by_the_counter_itself() -> None:
    whole, _ = measure(counter("grid", "facility", 150, [0, 3, 20, 24]), counter("it", "it", 100, range(25)))
    assert (whole.value, whole.coverage) == (pytest.approx(1.5, rel=1e-12), 1.0)


@pytest.mark.parametrize(
    ("hours", "lower", "upper"), [([-6, 6], 2700 / 2400, 4500 / 2400), ([-30, 30], 0, 9000 / 2400)]
)
def test_of_a_polling_gap_across_an_edge_none_or_all_of_the_energy_lies_in_the_period(
    hours: list[int], lower: float, upper: float
) -> None:
    facility = counter("grid", "facility", 150, [*range(-40, hours[0] + 1), *range(hours[1], 41)])
    whole, _ = measure(facility, counter("it", "it", 100, range(-40, 41)))
    assert (whole.value, whole.coverage) == (pytest.approx(1.5, rel=1e-12), 1.0)
    assert (whole.lower, whole.upper) == (pytest.approx(lower), pytest.approx(upper))


def test_a_gap_of_which_the_other_side_spans_only_a_part_is_left_out_whole() -> None:
    """The facility counter is silent from 3 to 20 o'clock; in that time an IT meter was replaced, so how the facility's
    energy divides before and after that is not known."""
    it = counter("it", "it", 100, range(10)) + counter("it", "it", 100, range(10, 25), base=-1000)
    whole, _ = measure(counter("grid", "facility", 150, [*range(4), *range(20, 25)]), it)
    assert (whole.value, whole.parts["metered_seconds"]) == (pytest.approx(1.5, rel=1e-12), 7 * 3600)


def test_t24_a_counter_that_rolls_over_goes_on() -> None:
    facility = [row | {"kwh": row["kwh"] % 2000} for row in counter("grid", "facility", 150, range(25))]
    whole, _ = measure(facility, counter("it", "it", 100, range(25)), rollover_kwh=2000.0)
    assert (whole.value, whole.coverage, whole.faults) == (pytest.approx(1.5, rel=1e-12), 1.0, ())


def test_t24_a_counter_that_falls_without_a_known_rollover_was_reset_and_the_step_is_not_metered() -> None:
    facility = [row | {"kwh": row["kwh"] % 2000} for row in counter("grid", "facility", 150, range(25))]
    whole, _ = measure(facility, counter("it", "it", 100, range(25)))
    assert (whole.value, whole.parts["metered_seconds"]) == (pytest.approx(1.5, rel=1e-12), 22 * 3600)
    assert whole.faults[0] == "meter grid: the counter fell before 2026-10-01T07:00:00+08:00; this step is left out"


def test_t24_a_meter_replaced_far_below_its_rollover_is_a_reset_and_no_rollover() -> None:
    it = counter("it", "it", 100, range(10)) + counter("it", "it", 100, range(10, 25), base=-1000)
    whole, _ = measure(counter("grid", "facility", 150, range(25)), it, rollover_kwh=42_949_672.96)
    assert (whole.value, whole.coverage) == (pytest.approx(1.5, rel=1e-12), pytest.approx(23 / 24))
    assert len(whole.faults) == 1


def test_t24_one_side_missing_for_an_hour_takes_the_other_out_for_that_hour() -> None:
    kw = [{"meter": "it", "role": "it", "at": START + i * HOUR, "kw": 100.0} for i in range(25) if i != 12]
    whole, _ = measure(counter("grid", "facility", 150, range(25)), kw, holds=HOUR)
    assert (whole.value, whole.coverage) == (pytest.approx(1.5, rel=1e-12), pytest.approx(22 / 24))


@pytest.mark.parametrize(("it_kw", "shown"), [(240, "0.62"), (25, "6.00"), (0, "inf")])
def test_t17_a_day_with_an_impossible_pue_is_quarantined(it_kw: float, shown: str) -> None:
    three_days = Period.parse("2026-10-01T00:00/2026-10-04T00:00", ZONE)
    wrong = {day: it_kw if day == 2 else 100 for day in (1, 2, 3)}
    it, total = [], 1000.0
    for hour in range(73):
        it.append({"meter": "it", "role": "it", "at": START + hour * HOUR, "kwh": total})
        total += wrong.get(hour // 24 + 1, 0)
    whole, by = measure(counter("grid", "facility", 150, range(73)), it, period=three_days)
    assert (whole.value, whole.coverage) == (pytest.approx(1.5, rel=1e-12), pytest.approx(2 / 3))
    assert whole.faults == (f"2026-10-02: PUE {shown} is outside 1 to 5",)
    assert (by["2026-10-02"].value, by["2026-10-02"].coverage) == (None, 0.0)
    assert (by["2026-10-01"].value, whole.lower) == (pytest.approx(1.5), None)


def test_a_meter_that_is_owed_and_gives_no_reading_leaves_nothing_to_compare() -> None:
    owed = {"grid": "facility", "a": "it", "b": "it"}
    whole, _ = measure(counter("grid", "facility", 150, range(25)), counter("a", "it", 100, range(25)), meters=owed)
    assert (whole.value, whole.lower, whole.coverage, whole.n) == (None, None, 0.0, 3)


def test_t6_without_any_meter_of_one_side_there_is_no_value() -> None:
    whole, _ = measure(counter("grid", "facility", 150, range(25)))
    assert (whole.value, whole.coverage, whole.faults) == (None, 0.0, ("no meter has the role it",))
    empty, by = measure([])
    assert (empty.value, by["2026-10-01"].value) == (None, None)


def test_time_after_the_cut_off_is_not_owed() -> None:
    whole, by = measure(
        counter("grid", "facility", 150, range(13)), counter("it", "it", 100, range(13)),
        period=Period.parse("2026-10", ZONE), cutoff=START + 12 * HOUR,
    )  # fmt: skip
    assert (whole.value, whole.coverage, list(by)) == (pytest.approx(1.5), 1.0, ["2026-10-01"])


def test_a_year_is_the_ratio_of_its_sums_and_no_longer_interim() -> None:
    """Half a year at 2.0 under a small load and half at 1.2 under a large one; the mean of the two would be 1.6."""
    year = Period.parse("2026", ZONE)
    edges = [year.span.start, at("2026-07-01"), year.span.end]
    days = [0, 181, 365]
    it = [0.0, 10.0 * 24 * days[1], 10.0 * 24 * days[1] + 40.0 * 24 * (days[2] - days[1])]
    facility = [0.0, 2 * it[1], 2 * it[1] + 1.2 * (it[2] - it[1])]
    rows = [
        {"meter": role, "role": role, "at": edge, "kwh": kwh}
        for role, course in (("it", it), ("facility", facility))
        for edge, kwh in zip(edges, course, strict=True)
    ]
    whole, _ = measure(rows, period=year)
    assert whole.value == pytest.approx(facility[2] / it[2], rel=1e-12)
    assert (whole.parts["interim"], measure(rows, period=Period.parse("2026-Q1", ZONE))[0].parts["interim"]) == (
        False,
        True,
    )


def test_a_month_of_minutes_on_a_large_counter_is_exact_to_a_billionth() -> None:
    """Telescoping: whatever the course, only the readings at the edges count."""
    random, month = Random(1), Period.parse("2026-10", ZONE)
    rows: Rows = []
    truth = {}
    for role, base, kw in (("facility", 4.2e7, 150), ("it", 9.9e6, 100)):
        counts = [0]
        for _ in range(31 * 24 * 12):
            counts.append(counts[-1] + random.randrange(int(kw * 1000 / 12 * 2)))  # Wh in five minutes
        rows += [
            {"meter": role, "role": role, "at": START + i * DAY // 288, "kwh": base + wh / 1000}
            for i, wh in enumerate(counts)
        ]
        truth[role] = counts[-1]
    whole, _ = measure(rows, period=month)
    assert whole.value == pytest.approx(truth["facility"] / truth["it"], rel=1e-11)


def test_of_two_versions_of_a_reading_the_one_learned_last_counts() -> None:
    rows = counter("grid", "facility", 150, range(25)) + counter("it", "it", 100, range(25))
    mended = [rows[24] | {"kwh": 99.0, "recorded_at": 1}, rows[24] | {"recorded_at": 2}]
    readings = latest(table(Kind.READINGS, mended[1:] + mended[:1] + rows[:24] + rows[25:]), 2)
    assert pue(readings, ONE_DAY, ONE_DAY.span.end, holds=3 * HOUR)[0].value == pytest.approx(1.5)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 24), min_size=2), st.lists(st.integers(0, 24), min_size=2), st.randoms())
def test_order_repetition_and_gaps_never_bend_a_constant_pue(
    ours: list[int], theirs: list[int], random: Random
) -> None:
    rows = counter("grid", "facility", 150, ours) + counter("it", "it", 100, theirs)
    random.shuffle(rows)
    readings = latest(table(Kind.READINGS, rows), 0)
    whole, _ = pue(readings, ONE_DAY, ONE_DAY.span.end, holds=HOUR)
    joint = max(0, min(max(ours), max(theirs)) - max(min(ours), min(theirs)))
    assert whole.parts["metered_seconds"] <= joint * 3600
    assert whole.value == (pytest.approx(1.5, rel=1e-9) if whole.parts["metered_seconds"] else None)


def test_no_table_of_readings_is_changed_by_measuring_it() -> None:
    readings = table(Kind.READINGS, counter("grid", "facility", 150, range(25)) + counter("it", "it", 100, range(25)))
    before = pa.table(readings.to_pydict())
    first = pue(readings, ONE_DAY, ONE_DAY.span.end, holds=HOUR)
    assert first == pue(readings, ONE_DAY, ONE_DAY.span.end, holds=HOUR)
    assert pa.table(readings.to_pydict()) == before


def at_power(meter: str, role: str, kw: float, minutes: range) -> Rows:
    return [{"meter": meter, "role": role, "at": START + minute * 60_000, "kw": kw} for minute in minutes]


def test_power_of_a_source_that_says_no_holds_is_bridged_over_an_hour_and_the_result_says_so() -> None:
    often = at_power("grid", "facility", 150, range(0, 1441, 60)), at_power("it", "it", 100, range(0, 1441, 15))
    whole, by = measure(*often, holds=0)
    assert (whole.value, whole.coverage) == (1.5, 1.0)
    assert (
        "2 meters tell their power in a source without `every` and `holds` (grid, it): gaps of up to 60 min"
        in whole.faults[0]
    )
    assert by["2026-10-01"].faults == ()
    assert measure(*often, holds=HOUR)[0].faults == ()


def test_power_read_more_seldom_than_that_is_not_metered_and_the_result_says_why() -> None:
    whole, _ = measure(
        at_power("grid", "facility", 150, range(0, 1441, 61)), at_power("it", "it", 100, range(0, 1441, 60)), holds=0
    )
    assert (whole.value, whole.coverage) == (None, 0)
    assert "longer ones count as not metered" in whole.faults[0]


def test_counters_need_no_holds() -> None:
    whole, _ = measure(counter("grid", "facility", 150, range(25)), counter("it", "it", 100, range(25)), holds=0)
    assert (whole.value, whole.coverage, whole.faults) == (1.5, 1.0, ())
