"""Metrics: names, labels, units; what is left out; and that a scrape does not measure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from collector import current, live
from collector.errors import SourceUnavailable
from collector.exporter import exposition
from collector.live import Live
from collector.records import State
from collector.store.status import count_outcomes, snapshot_of
from collector.subjects import Dictionary
from tests.scripted import DAY, HOUR, MINUTE
from tests.web.small_city import NOVEMBER, NOW, SmallCity

GOLDEN = Path(__file__).parent / "golden" / "exposition.txt"


@pytest.fixture
def current_figures(small: SmallCity) -> Live:
    return Live(small.city.installation, small.clock)


Samples = dict[tuple[str, ...], float]


def samples(of: Live, name: str) -> Samples:
    """Label values (in the order of the label names) and numbers of one metric."""
    families = text_string_to_metric_families(text(of))
    found = [sample for family in families for sample in family.samples if sample.name == name]
    return {tuple(value for _, value in sorted(one.labels.items())): one.value for one in found}


def text(of: Live) -> str:
    return exposition(of, "", "")[0].decode()


def test_the_exposition_is_this_text(current_figures: Live, golden: Callable[[Path, str], None]) -> None:
    steady = re.sub(r'(citygauge_source_poll_seconds\{source="video"\}) \S+', r"\1 (measured)", text(current_figures))
    golden(GOLDEN, re.sub(r'(citygauge_build_info\{version)="[^"]+"', r'\1="(this)"', steady))


def test_a_frozen_month_is_exported_to_the_last_bit(small: SmallCity, current_figures: Live) -> None:
    with small.city.installation.database.read() as connection:
        frozen = snapshot_of(connection, "2026-10")
    assert frozen
    wanted = {row["id"]: row["measurement"]["value"] for row in json.loads(frozen.body)["indicators"]}
    exported = samples(current_figures, "citygauge_indicator_value")
    assert exported["online", "last_month"] == float(Fraction(wanted["online"]))
    assert ("closure", "last_month") not in exported


def test_what_is_not_known_is_left_out(current_figures: Live) -> None:
    assert ("closure", "month") not in samples(current_figures, "citygauge_indicator_value")
    assert ("closure", "month") not in samples(current_figures, "citygauge_indicator_met")
    assert samples(current_figures, "citygauge_indicator_coverage_ratio")["closure", "month"] == 0
    assert "NaN" not in text(current_figures)


def test_a_target_is_in_base_units(current_figures: Live) -> None:
    assert samples(current_figures, "citygauge_indicator_target")["online", "month"] == 0.75


def test_met_is_1_or_0_and_absent_while_it_is_open(current_figures: Live) -> None:
    assert samples(current_figures, "citygauge_indicator_met") == {
        ("online", "month"): 0, ("online", "day"): 0, ("online", "last_month"): 1,
    }  # fmt: skip


def test_subjects_are_counted_by_state(current_figures: Live) -> None:
    assert samples(current_figures, "citygauge_subjects") == {
        ("", "video", "up"): 1, ("", "video", "down"): 2, ("", "video", "unknown"): 1,
    }  # fmt: skip


def test_subjects_are_unknown_when_the_newest_good_run_no_longer_holds(small: SmallCity, current_figures: Live) -> None:
    small.clock.at = NOVEMBER + DAY + 12 * HOUR + 15 * HOUR
    assert samples(current_figures, "citygauge_subjects") == {
        ("", "video", "up"): 0, ("", "video", "down"): 0, ("", "video", "unknown"): 4,
    }  # fmt: skip
    assert samples(current_figures, "citygauge_source_up")[("video",)] == 0


def test_a_failed_run_takes_the_source_down_and_leaves_its_last_success(
    small: SmallCity, current_figures: Live
) -> None:
    small.poll(NOW - MINUTE, SourceUnavailable("no answer"))
    assert samples(current_figures, "citygauge_source_up")[("video",)] == 0
    assert samples(current_figures, "citygauge_subjects")["", "video", "up"] == 1
    last = samples(current_figures, "citygauge_source_last_success_timestamp_seconds")
    assert last == {("video",): (NOVEMBER + DAY + 12 * HOUR) / 1000}


def test_a_source_from_which_nothing_is_expected_is_neither_up_nor_down(current_figures: Live) -> None:
    assert ("old",) not in samples(current_figures, "citygauge_source_up")


def test_runs_are_counted_by_outcome_with_zeros(small: SmallCity, current_figures: Live) -> None:
    small.poll(NOW - MINUTE, SourceUnavailable("no answer"))
    counted = samples(current_figures, "citygauge_runs_total")
    assert (counted["ok", "video"], counted["unavailable", "video"], counted["ok", "wvp"]) == (11, 1, 0)


def test_settled_runs_are_counted_once_and_never_read_again(
    small: SmallCity, current_figures: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []

    def counting(connection: object, after: int, up_to: int) -> dict[tuple[str, str], int]:
        asked.append((after, up_to))
        return count_outcomes(connection, after, up_to)  # type: ignore[arg-type]

    monkeypatch.setattr(live, "BEHIND", 3)
    monkeypatch.setattr(live, "count_outcomes", counting)
    samples(current_figures, "citygauge_runs_total")
    small.poll(NOW - MINUTE, {"a": "up"})
    small.clock.at += 15_000
    assert samples(current_figures, "citygauge_runs_total")["ok", "video"] == 12
    assert asked == [(0, 8), (8, 11), (8, 9), (9, 12)]


def test_a_scrape_within_the_pause_asks_nothing_of_the_store(small: SmallCity, current_figures: Live) -> None:
    before = text(current_figures)
    small.poll(NOW - MINUTE, {"a": "up"})
    small.clock.at += 14_999
    assert text(current_figures) == before
    small.clock.at += 1
    assert text(current_figures) != before


def test_figures_are_measured_again_for_a_new_run_or_after_a_minute_only(
    small: SmallCity, current_figures: Live
) -> None:
    measured_at = [current_figures.view().figures.at]
    for seconds, polled in ((15, False), (15, True), (15, False), (45, False)):
        small.clock.at += 1000 * seconds
        if polled:
            small.poll(small.clock.at - 1, {"a": "up"})
        measured_at.append(current_figures.view().figures.at)
    assert [at - NOW for at in measured_at] == [0, 0, 30_000, 30_000, 90_000]


def test_a_view_in_a_thread_is_made_without_waiting_for_a_request(small: SmallCity) -> None:
    background = Live(small.city.installation, small.clock)
    background.start()
    try:
        assert background.view().at == NOW
    finally:
        background.stop()


def test_an_indicator_that_cannot_be_measured_does_not_hide_the_others(small: SmallCity) -> None:
    city = small.city.installation.city
    broken = city.indicator("closure").model_copy(update={"id": "broken", "source": "video"})
    small.city.installation.city = small.city.installation.history.city = city.model_copy(
        update={"indicators": (*city.indicators, broken)}
    )
    figures = Live(small.city.installation, small.clock).view().figures
    assert figures.lines["month"].keys() == {"online", "closure", "imported"}
    assert {place for place, _ in figures.problems} == {"broken"}


def test_of_very_many_departments_the_smallest_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "MOST_DEPARTMENTS", 2)
    told = ["a", "a", "b", "b", "c", None]
    dictionary, _, _ = Dictionary().merge([str(n) for n in range(6)], {"department": told})
    states = np.array([State.UP, State.DOWN, State.UP, State.UP, State.UP, State.GONE], np.uint8)
    counted = {key: number for key, number in current.count_subjects(dictionary, states).items() if number}
    assert counted == {("a", State.UP): 1, ("a", State.DOWN): 1, ("b", State.UP): 2, (current.OTHER, State.UP): 1}
