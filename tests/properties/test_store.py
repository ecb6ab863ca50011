"""The same facts by other ways through the whole store give the same measurements.

Files imported whole or in pieces, in any order, with rows repeated; sealed, half sealed when the rest comes (which then
is a supplement), or open. Polls of a platform with losses; sealed or open.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from collector.errors import SourceUnavailable
from collector.figures import measure_all
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period, iso
from collector.snapshot import measurement_document
from tests.properties import cases_world, world
from tests.properties.cases_world import Course
from tests.properties.states_world import World, edges, worlds
from tests.properties.world import BEGINS, ENDS, NOTHING_LOST, Happening, Site
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, make_city

KINDS = ("cases", "activity", "readings", "figures")
SOURCES = "".join(
    f'  - {{id: {kind}, connector: file, kind: {kind}, observed: [["{iso(BEGINS)}", "{iso(ENDS)}"]]}}\n'
    for kind in KINDS
)
INDICATORS = """indicators:
  - {id: closure, measure: case_closure, source: cases, min_coverage: 0}
  - {id: accepted, measure: case_closure, source: cases, base: accepted_in_period, cutoff: as_of, min_coverage: 0}
  - {id: flow, measure: case_closure, source: cases, base: closed_vs_accepted, min_coverage: 0}
  - {id: on_time, measure: case_on_time, source: cases, cohort: due, decided_by: closing, min_coverage: 0}
  - {id: rework, measure: case_rework, source: cases, cohort: closed, min_coverage: 0}
  - {id: found, measure: case_found_by, source: cases, found_by: [video], min_coverage: 0}
  - {id: count, measure: case_count, source: cases, min_coverage: 0}
  - {id: mean, measure: case_duration, source: cases, stat: mean, min_coverage: 0}
  - {id: p90, measure: case_duration, source: cases, stat: p90, clock: working, min_coverage: 0}
  - {id: mau, measure: active_users, source: activity, min_coverage: 0}
  - {id: dau, measure: active_users, source: activity, window: day, stat: min, min_coverage: 0}
  - {id: days, measure: usage_days, source: activity, unit: "%", min_coverage: 0}
  - {id: pue, measure: pue, source: readings, min_coverage: 0}
  - {id: last, measure: figure, source: figures, figure: total, stat: last, min_coverage: 0}
  - {id: sum, measure: figure, source: figures, figure: total, stat: sum, min_coverage: 0}
  - {id: timely, measure: timeliness, source: figures, figure: total, every: 1d, within: 9h, min_coverage: 0}
  - {id: share, measure: ratio, numerator: last, denominator: sum, min_coverage: 0}
  - {id: grown, measure: growth, of: mau, baseline: "2026-10-01", min_coverage: 0}
  - {id: executed, measure: budget_execution, executed: last, budget: sum, min_coverage: 0}
"""
PERIODS = ("2026-10-01/2026-10-05", "2026-10-02", "2026-10-01T18:00:00/2026-10-04T06:00:00")
NOW = ENDS + 2 * DAY
PHASES = (Phase.explicit, Phase.generate)
"""An example takes a second, too long to look for a smaller one."""
Rows = list[dict[str, Any]]


def everything(courses: list[Course], happened: list[Happening], site: Site) -> dict[str, Rows]:
    """The rows of four files: each case as it stands in the end, and all that was published, done or metered."""
    good = {"facility": NOTHING_LOST.good, "it": NOTHING_LOST.good}
    tables = {
        "cases": pa.Table.from_pylist(
            [one.version(ENDS) for one in courses], cases_world.versions([], NOTHING_LOST).schema
        ),
        "activity": world.activity(happened, NOTHING_LOST),
        "readings": site.readings(good),
        "figures": world.published(happened, NOTHING_LOST),
    }
    return {kind: table.drop_columns("recorded_at").to_pylist() for kind, table in tables.items()}


def pieces(rows: Rows, random: Random) -> list[Rows]:
    """The same rows shuffled, some of them repeated, in up to three parts."""
    again = rows + [row for row in rows if random.random() < 0.3]
    random.shuffle(again)
    return [part for part in (again[i::3] for i in range(3)) if part]


def write(path: Path, rows: Rows) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)
    return path


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return (
        value.isoformat() if hasattr(value, "isoformat") else str(value).lower() if isinstance(value, bool) else value
    )


@contextmanager
def installed(text: str) -> Iterator[tuple[Installation, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        made = make_city(Path(folder), text).installation
        try:
            yield made, Path(folder)
        finally:
            made.close()


def bring(installation: Installation, folder: Path, parts: list[tuple[str, Rows]], first: int) -> None:
    for i, (kind, rows) in enumerate(parts, first):
        import_file(installation.source(kind), write(folder / f"{i}.csv", rows), ENDS + 1 + i * 1000)


def seal_all(installation: Installation, at: int = NOW - HOUR) -> None:
    for one in installation.sealer.due(at):
        installation.sealer.seal_day(one.source, one.day, at)


def documents(installation: Installation) -> list[dict[str, Any]]:
    return [
        measurement_document(figure.measurement) | {"id": figure.indicator.id, "period": label}
        for label in PERIODS
        for figure in measure_all(installation.history, Period.parse(label, ZONE), NOW)
    ]


@settings(max_examples=3, phases=PHASES)
@given(
    cases_world.courses, world.happenings.filter(bool), world.sites, st.randoms(use_true_random=False), st.booleans()
)
def test_files_in_pieces_in_any_order_and_sealed_at_any_time_measure_the_same(
    courses: list[Course], happened: list[Happening], site: Site, random: Random, sealed_between: bool
) -> None:
    rows = everything(courses, happened, site)
    with installed(SOURCES + INDICATORS) as (plain, folder):
        bring(plain, folder, [(kind, those) for kind, those in rows.items() if those], 0)
        once = documents(plain)
        seal_all(plain)
        assert documents(plain) == once
    with installed(SOURCES + INDICATORS) as (other, folder):
        parts = [(kind, piece) for kind, those in rows.items() for piece in pieces(those, random)]
        random.shuffle(parts)
        half = len(parts) // 2
        bring(other, folder, parts[:half], 0)
        if sealed_between:
            seal_all(other, NOW - 2 * HOUR)
        bring(other, folder, parts[half:], half)
        assert documents(other) == once
        seal_all(other)
        assert documents(other) == once


ONLINE = """indicators:
  - {id: online, measure: availability, source: video, min_coverage: 0}
  - {id: mean, measure: availability, source: video, method: subject_mean, min_coverage: 0}
  - {id: sweep, measure: availability, source: video, method: sweep_mean, min_coverage: 0}
  - {id: patient, measure: availability, source: video, ignore_shorter_than: 4h, min_coverage: 0}
  - {id: office, measure: availability, source: video, schedule: {hours: [["08:00", "18:00"]]}, min_coverage: 0}
"""


@settings(max_examples=4, phases=PHASES)
@given(worlds(listed=edges))
def test_polls_with_losses_measure_the_same_open_and_sealed(found: World) -> None:
    """Every third hour of two days."""
    with tempfile.TemporaryDirectory() as folder:
        city = make_city(Path(folder), ONLINE, every="3h")
        try:
            for slot, good in enumerate(found.good):
                answer = {
                    f"n{n}": state.name.lower() for n, state in enumerate(found.answer(slot)) if state.name != "GONE"
                }
                city.say("video", OCTOBER + slot * 3 * HOUR, answer if good else SourceUnavailable("refused"))
            once = documents(city.installation)
            seal_all(city.installation)
            assert documents(city.installation) == once
        finally:
            city.installation.close()
