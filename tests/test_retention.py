"""Answers go when the city file keeps them no longer, unless somebody ordered them to be held; their digests stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.answers import kept_answer
from collector.city.evidence import Evidence
from collector.cli.app import app
from collector.errors import CitygaugeError, ConfigurationError
from collector.installation import Installation
from collector.periods import Period, local_date
from collector.retention import expire_evidence, expired_evidence, first_kept
from tests.scripted import DAY, OCTOBER, ZONE, City, make_city

DAYS = 3
HOLD = "{period: 2026-10-02, sources: video, reason: 审计调取, ordered_by: 李工}"


def at(month: str) -> int:
    """An instant in a month."""
    return Period.parse(month, ZONE).span.start + 5 * DAY


@pytest.fixture
def city(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[City]:
    """The first days of October, sealed. Its parameter: what the city file says of evidence."""
    text = getattr(request, "param", "")
    city = make_city(tmp_path, f"evidence: {text}\n" if text else "")
    for number in range(DAYS):
        city.say("video", OCTOBER + number * DAY, {"a": "up", "b": "down" if number else "up"})
    for number in range(DAYS):
        day = local_date(OCTOBER + number * DAY, ZONE)
        assert city.installation.sealer.seal_day("video", day, OCTOBER + (number + 2) * DAY)
    yield city
    city.installation.close()


def kept(city: City) -> list[str]:
    """The days whose answers the archive has."""
    return sorted(name.rsplit("/", 1)[-1][:10] for name in city.installation.archive.names("evidence/video"))


@pytest.mark.parametrize(
    ("months", "today", "first"),
    [
        (13, date(2026, 11, 21), date(2025, 10, 1)),
        (13, date(2027, 1, 1), date(2025, 12, 1)),
        (1, date(2026, 1, 31), date(2025, 12, 1)),
        (12, date(2026, 12, 31), date(2025, 12, 1)),
        ("forever", date(2026, 11, 21), None),
    ],
)
def test_whole_months_are_kept(months: int | str, today: date, first: date | None) -> None:
    assert first_kept(Evidence.model_validate({"keep_months": months}), today) == first


def test_thirteen_months_later_answers_are_kept_and_a_month_later_they_are_not(city: City) -> None:
    assert expire_evidence(city.installation, at("2027-11")) == []
    assert len(kept(city)) == DAYS

    assert len(expire_evidence(city.installation, at("2027-12"))) == DAYS
    assert kept(city) == []
    assert expire_evidence(city.installation, at("2027-12")) == []


@pytest.mark.parametrize("city", [f"{{keep_months: 1, holds: [{HOLD}]}}"], indirect=True)
def test_what_is_held_stays(city: City) -> None:
    expire_evidence(city.installation, at("2028-01"))

    assert kept(city) == ["2026-10-02"]


@pytest.mark.parametrize("city", ["{keep_months: forever}"], indirect=True)
def test_forever_is_forever(city: City) -> None:
    assert expire_evidence(city.installation, at("2099-01")) == []


def test_the_answers_of_a_source_that_is_gone_go_too(city: City) -> None:
    path = city.installation.path
    path.write_text(path.read_text(encoding="utf-8").replace("{id: video,", "{id: other,"), encoding="utf-8")

    assert len(expired_evidence(Installation(path), at("2027-12"))) == DAYS


def test_answers_of_a_day_that_was_never_sealed_go_too(city: City) -> None:
    run = city.say("video", OCTOBER + DAYS * DAY, {"a": "down"})
    stored = [str(one) for one in expired_evidence(city.installation, at("2027-12")) if one.file is None]
    assert stored == ["video 2026-10-04 (in the store)"]
    assert kept_answer(city.installation, str(run.evidence)).parts[0].body == b'{"a": "down"}'

    expire_evidence(city.installation, at("2027-12"))

    with pytest.raises(CitygaugeError, match="no longer kept"):
        kept_answer(city.installation, str(run.evidence))


def test_the_digest_outlives_the_answer(city: City) -> None:
    run = city.installation.source("video")
    with run.database.read() as connection:
        digests = [
            row.evidence for row in connection.exec_driver_sql("SELECT evidence FROM runs WHERE evidence IS NOT NULL")
        ]
    expire_evidence(city.installation, at("2027-12"))

    with pytest.raises(CitygaugeError, match="no longer kept; its digest stays in the run"):
        kept_answer(city.installation, digests[0])


def test_the_command_shows_first_and_removes_then(city: City) -> None:
    def expire(*arguments: str) -> str:
        return CliRunner().invoke(app, ["expire", *arguments, "--config", str(city.installation.path)]).output

    assert "answers of 0 days would be removed" in expire("--dry-run")  # the clock is that of today
    assert "answers of 0 days removed" in expire()
    assert len(kept(city)) == DAYS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{keep_months: 0}", "keep_months"),
        ("{keep_months: long}", "keep_months"),
        ("{holds: [{period: 2026-13, reason: r, ordered_by: o}]}", "there is no such date"),
        ("{holds: [{period: 2026-10}]}", "reason"),
        ("{hold: []}", "hold"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        make_city(tmp_path, f"evidence: {text}\n")
