"""``--by category,district``: a group for each pair, from open and from sealed days alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.errors import ConfigurationError
from collector.figures import Figure, measure_all
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, make_city

NOW = OCTOBER + 4 * DAY
CITY = """  - {id: cases, connector: file, kind: cases, observed: [2026-10-01T00:00:00+08:00, 2026-10-05T00:00:00+08:00]}
indicators:
  - {id: closure, measure: case_closure, source: cases, base: accepted_in_period}
  - {id: on_time, measure: case_on_time, source: cases, decided_by: closing}
  - {id: p90, measure: case_duration, source: cases, stat: p90}
"""
CASES = """case,opened_at,due_at,closed_at,category,district,found_by
a,2026-10-01 08:00,2026-10-01 12:00,2026-10-01 10:00,road,east,video
b,2026-10-01 09:00,2026-10-01 12:00,2026-10-02 09:00,road,west,patrol
c,2026-10-02 08:00,,,road,west,
d,2026-10-03 08:00,2026-10-04 08:00,,tree,west,video
"""


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Installation]:
    installation = make_city(tmp_path, CITY).installation
    (tmp_path / "cases.csv").write_text(CASES)
    import_file(installation.source("cases"), tmp_path / "cases.csv", NOW)
    yield installation
    installation.close()


def figures(city: Installation, by: str) -> list[Figure]:
    return measure_all(city.history, Period.parse("2026-10-01/2026-10-05", ZONE), NOW + HOUR, by)


def test_each_pair_of_category_and_district_is_a_group(city: Installation) -> None:
    closure, on_time, p90 = figures(city, "category,district")

    assert {label: (one.numerator, one.denominator) for label, one in closure.by.items()} == {
        "road|east": (1, 1), "road|west": (1, 2), "tree|west": (0, 1),
    }  # fmt: skip
    assert {label: (one.numerator, one.denominator) for label, one in on_time.by.items()} == {
        "road|east": (1, 1), "road|west": (0, 1), "tree|west": (0, 1),
    }  # fmt: skip
    assert {label: one.value for label, one in p90.by.items()} == {
        "road|east": 7200,
        "road|west": 86400,
        "tree|west": None,
    }


def test_the_order_asked_for_is_that_of_the_keys(city: Installation) -> None:
    assert list(figures(city, "district,category")[0].by) == ["east|road", "west|road", "west|tree"]


def test_sealed_days_have_the_same_groups(city: Installation) -> None:
    before = [(one.measurement, one.by) for one in figures(city, "category,district")]

    for due in city.sealer.due(NOW + HOUR):
        city.sealer.seal_day(due.source, due.day, NOW + HOUR)

    assert [(one.measurement, one.by) for one in figures(city, "category,district")] == before


@pytest.mark.parametrize(
    ("by", "complaint"),
    [
        ("category,day", "several at once are different ones of department, district, category"),
        ("category,category", "several at once are different ones of"),
        ("category,colour", "'colour' is none of"),
        ("", "'' is none of"),
    ],
)
def test_other_combinations_are_refused_in_words(city: Installation, by: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        figures(city, by)
