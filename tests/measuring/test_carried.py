"""What a sealed day carries over from before it is all that the figures of later days need."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.figures import measure_all
from collector.freeze import freeze_period
from collector.importing import import_file
from collector.installation import Installation
from collector.periods import Period, iso
from collector.snapshot import measurement_document
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, make_city

ENDS = OCTOBER + 8 * DAY
OBSERVED = f'observed: [["{iso(OCTOBER)}", "{iso(ENDS)}"]]'
CITY = f"""  - {{id: meters, connector: file, kind: readings, {OBSERVED}}}
  - {{id: cases, connector: file, kind: cases, {OBSERVED}}}
indicators:
  - {{id: pue, measure: pue, source: meters, min_coverage: 0}}
  - {{id: reported, measure: case_count, source: cases, min_coverage: 0}}
  - {{id: grown, measure: growth, of: reported, baseline: "2026-10-01", min_coverage: 0}}
"""
READINGS = "meter,at,kwh,role\n" + "".join(
    f"{meter},{iso(OCTOBER + hour * HOUR)},{rate * hour + (50 if hour > 24 else 0)},{role}\n"
    for meter, role, rate in (("in", "facility", 15), ("racks", "it", 10))
    for hour in range(1, 8 * 24, 2)
)
"""Every second hour, never at midnight; between the readings around the first one both meters count 50 kWh more."""


def installed(folder: Path, **files: str) -> Installation:
    made = make_city(folder, CITY).installation
    for source, text in files.items():
        (folder / f"{source}.csv").write_text(text)
        import_file(made.source(source), folder / f"{source}.csv", ENDS)
    return made


def measured(installation: Installation, *labels: str) -> list[dict[str, Any]]:
    return [
        measurement_document(figure.measurement)
        for label in labels
        for figure in measure_all(installation.history, Period.parse(label, ZONE), ENDS + HOUR)
    ]


@pytest.mark.parametrize("sealed", [[1], [1, 2, 3], [3, 2, 1], range(1, 9)])
def test_energy_between_the_readings_around_a_midnight_stays_when_days_are_sealed(
    tmp_path: Path, sealed: list[int]
) -> None:
    labels = ("2026-10-02", "2026-10-03", "2026-10-02/2026-10-05")
    installation = installed(tmp_path, meters=READINGS)
    before = measured(installation, *labels)
    assert before[0]["parts"]["metered_seconds"] == "86400.0"

    for day in sealed:
        installation.sealer.seal_day("meters", date(2026, 10, day), ENDS + HOUR)

    assert measured(installation, *labels) == before
    installation.close()


def test_a_snapshot_has_what_befell_cases_between_its_baseline_and_its_period(tmp_path: Path) -> None:
    """Both cases were opened on the 1st; of the one closed on the 3rd no record lies in either of the two days compared."""
    rows = "case,opened_at,closed_at\nA,2026-10-01 08:00,2026-10-03 09:00\nB,2026-10-01 09:00,\nC,2026-10-05 08:00,\n"
    installation = installed(tmp_path, cases=rows, meters=READINGS)
    for one in installation.sealer.due(ENDS + HOUR):
        installation.sealer.seal_day(one.source, one.day, ENDS + HOUR)

    frozen = freeze_period(installation, "2026-10-05", ENDS + HOUR)

    said = [one["measurement"] for one in frozen.document["indicators"]]
    assert said == measured(installation, "2026-10-05")
    assert (said[2]["parts"]["baseline"], said[2]["parts"]["current"]) == ("2", "1")
    installation.close()
