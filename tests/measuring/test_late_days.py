"""A day that is sealed after a later one tells of cases that the later one's account of its past does not have."""

from __future__ import annotations

from pathlib import Path

from collector.figures import measure_all
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period
from tests.scripted import DAY, OCTOBER, ZONE, make_city

CITY = """  - {id: cases, connector: file, kind: cases, observed: [["2026-09-01T00:00:00+08:00", "2026-10-10T00:00:00+08:00"]]}
indicators:
  - {id: on_time, measure: case_on_time, source: cases, cohort: due}
"""
FIRST = "case,opened_at,due_at,closed_at\nA,2026-10-01 08:00,2026-10-02 08:00,2026-10-01 20:00\n"
EARLIER = "case,opened_at,due_at,closed_at\nB,2026-09-30 08:00,2026-10-02 09:00,2026-09-30 20:00\n"


def reported(installation: Installation, now: int) -> int:
    found: int = measure_all(installation.history, Period.parse("2026-10", ZONE), now)[0].measurement.parts["reported"]
    return found


def test_a_case_of_an_earlier_day_that_was_sealed_last_is_counted(tmp_path: Path) -> None:
    installation = make_city(tmp_path, CITY).installation
    now = OCTOBER + 20 * DAY
    for number, text in enumerate((FIRST, EARLIER)):
        path = tmp_path / f"{number}.csv"
        path.write_text(text)
        import_file(installation.source("cases"), path, now + number)
        before = reported(installation, now + number)
        for due in installation.sealer.due(now + number):
            installation.sealer.seal_day(due.source, due.day, now + number)

        assert reported(installation, now + number) == before == number + 1
