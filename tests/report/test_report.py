"""From sealed days to a file: what a report is made from, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector.errors import CitygaugeError, ConfigurationError, SourceUnavailable
from collector.freeze import freeze_period
from collector.report import write_report
from collector.report.content import gather
from collector.report.frozen import read_snapshot
from collector.store import schema
from collector.store.snapshots import Snapshot
from tests.report.october import october, report_of, snapshot_of
from tests.scripted import DAY, HOUR, OCTOBER, City, make_city

INDICATORS = """indicators:
  - {id: online, name: 在线率, measure: availability, source: video, target: ">= 95"}
"""
PERIOD = "2026-10-01/2026-10-05"
NOW = OCTOBER + 4 * DAY


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """Four days of two channels; no answer on the third."""
    made = make_city(tmp_path, INDICATORS)
    for hour in range(4 * 24):
        lost = 48 <= hour < 72
        made.say(
            "video",
            OCTOBER + hour * HOUR,
            SourceUnavailable("refused") if lost else {"a": "up", "b": "up" if hour % 8 else "down"},
        )
    yield made
    made.installation.close()


@pytest.fixture
def frozen(city: City) -> City:
    for one in city.installation.sealer.due(NOW):
        city.installation.sealer.seal_day(one.source, one.day, NOW)
    freeze_period(city.installation, PERIOD, NOW)
    return city


def test_a_frozen_period_becomes_a_file_in_either_format(frozen: City, tmp_path: Path) -> None:
    write_report(frozen.installation, PERIOD, {"html": tmp_path / "report.html"})
    write_report(frozen.installation, PERIOD, {"xlsx": tmp_path / "report.xlsx"}, lang="en")
    assert "在线率" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "report.xlsx").read_bytes().startswith(b"PK")


def test_the_days_of_the_chart_add_up_to_the_frozen_figure(frozen: City) -> None:
    line = gather(frozen.installation, PERIOD).lines[0]
    days = line.by["day"]
    assert list(days) == ["2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04"]
    for name in ("up_seconds", "down_seconds", "unknown_seconds"):
        assert sum(one.parts[name] for one in days.values()) == float(line.figure.measurement.parts[name])
    assert line.least_covered()[0][0] == "2026-10-03"
    assert days["2026-10-03"].value is None


def test_sources_are_told_with_their_runs_by_outcome(frozen: City) -> None:
    (video,) = gather(frozen.installation, PERIOD).sources
    assert video.outcomes == {"ok": 72, "unavailable": 24}
    assert (video.first_at, video.last_at, video.files) == (OCTOBER, OCTOBER + 95 * HOUR, 4)


def test_the_definition_is_that_of_the_snapshot_whatever_the_city_file_says_by_now(frozen: City) -> None:
    path = frozen.installation.path
    path.write_text(
        path.read_text(encoding="utf-8").replace(">= 95", ">= 10").replace("在线率", "改名"), encoding="utf-8"
    )
    again = type(frozen.installation)(path)
    line = gather(again, PERIOD).lines[0]
    assert (line.figure.indicator.target, line.figure.indicator.title) == (">= 95", "在线率")
    again.close()


def test_a_segment_that_is_missing_leaves_the_figures_and_says_why_there_is_no_chart(frozen: City) -> None:
    archive = frozen.installation.path.parent / "archive"
    for file in archive.rglob("*.parquet"):
        file.unlink()
    again = type(frozen.installation)(frozen.installation.path)
    report = gather(again, PERIOD)
    assert report.lines[0].figure.measurement.value is None
    assert report.lines[0].figure.measurement.lower is not None
    assert "is missing" in report.lines[0].not_broken_down["day"]
    assert "is missing" in str(report.sources[0].not_read)
    again.close()


def test_what_is_learned_after_the_snapshot_is_in_no_part_of_its_report(frozen: City) -> None:
    before = gather(frozen.installation, PERIOD)
    with frozen.installation.database.write() as connection:
        connection.execute(sa.update(schema.runs).values(outcome="missed", vouch_start=None, vouch_end=None))
        connection.execute(sa.delete(schema.segments))
    after = gather(frozen.installation, PERIOD)
    assert (after.lines, after.sources) == (before.lines, before.sources)


def test_a_period_that_is_not_frozen_is_refused_with_the_remedy(city: City, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="2026-10 is not frozen: run `citygauge snapshot 2026-10` first"):
        write_report(city.installation, "2026-10", {"html": tmp_path / "report.html"})
    assert not (tmp_path / "report.html").exists()


def test_a_format_that_is_not_known_is_refused(frozen: City, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="'pdf' is none of html, xlsx"):
        write_report(frozen.installation, PERIOD, {"pdf": tmp_path / "report.pdf"})


def test_a_file_that_cannot_be_written_is_named(frozen: City, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none/report\.html: No such file"):
        write_report(frozen.installation, PERIOD, {"html": tmp_path / "none" / "report.html"})


def test_bytes_that_are_not_what_was_frozen_are_refused() -> None:
    whole = snapshot_of(october())
    forged = Snapshot(whole.period, 2, whole.digest, 0, whole.body.replace(b"94999", b"95999"))
    with pytest.raises(CitygaugeError, match="do not match their SHA-256"):
        read_snapshot(forged)


def test_a_snapshot_of_another_format_is_refused() -> None:
    with pytest.raises(CitygaugeError, match="format 3 is not known"):
        read_snapshot(snapshot_of(october() | {"format": 3}))


def test_a_definition_that_this_version_cannot_read_is_named() -> None:
    text = json.dumps(october()).replace('"measure": "pue"', '"measure": "pue2030"')
    with pytest.raises(CitygaugeError, match=r"citygauge 0\.1\.0 wrote a definition that this version cannot read"):
        read_snapshot(snapshot_of(json.loads(text)))


def test_numbers_of_a_snapshot_are_read_exactly() -> None:
    closure = report_of(october()).lines[3].figure.measurement
    assert (closure.value, closure.numerator) == (closure.numerator / closure.denominator, 50013)  # type: ignore[operator]


def test_only_exclusions_of_the_period_are_reported() -> None:
    assert [one.reason for one in report_of(october()).frozen.exclusions] == ["路口改造停用", "机房供电改造"]
