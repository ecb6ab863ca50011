"""A sealed day gives the figures that the open day gave, once, and for good."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from collector.errors import CitygaugeError, SourceUnavailable
from collector.figures import Figure, measure_all
from collector.freeze import due_months, freeze_period
from collector.periods import Period
from collector.proof.checkpoint import read_checkpoint
from collector.proof.trust import chain_of_trust
from collector.prover import key_ring
from collector.store import schema
from collector.store.log import checkpoint_of, leaves
from collector.store.runs import Outcome
from collector.store.segments import sealed_segments
from tests.scripted import DAY, HOUR, OCTOBER, ZONE, City, make_city

INDICATORS = """indicators:
  - {id: online, measure: availability, source: video, target: ">= 95"}
  - {id: mean, measure: availability, source: video, method: subject_mean}
"""
NOW = OCTOBER + 4 * DAY


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def city(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[City]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else "sqlite:///store.db"
    made = make_city(tmp_path, INDICATORS, store=url)
    for hour in range(4 * 24):
        made.say("video", OCTOBER + hour * HOUR, answer(hour))
    yield made
    made.installation.close()


def answer(hour: int) -> dict[str, str] | Exception:
    """Changes every few hours, a lost stretch on the second day, a channel that joins and one that leaves."""
    if 30 <= hour < 36:
        return SourceUnavailable("refused")
    states = {"a": "up" if hour % 7 else "down", "b": "down" if hour % 11 < 3 else "up"}
    return states | ({"c": "up"} if hour > 40 else {}) | ({"d": "down"} if hour < 60 else {})


def seal_all(city: City, now: int = NOW) -> int:
    due = city.installation.sealer.due(now)
    for one in due:
        city.installation.sealer.seal_day(one.source, one.day, now)
    return len(due)


def figures(city: City, label: str = "2026-10-01/2026-10-05", by: str | None = None) -> list[Figure]:
    return measure_all(city.installation.history, Period.parse(label, ZONE), NOW, by)



@pytest.mark.parametrize("label", ["2026-10-01/2026-10-05", "2026-10-02", "2026-10-01T05:30:00/2026-10-03T20:10:00"])
def test_sealed_days_measure_as_the_open_days_did(city: City, label: str) -> None:
    before = [(one.measurement, one.by) for one in figures(city, label, by="subject")]

    assert seal_all(city) == 4

    assert [(one.measurement, one.by) for one in figures(city, label, by="subject")] == before


def test_some_days_sealed_and_some_open_measure_the_same(city: City) -> None:
    before = [one.measurement for one in figures(city)]

    city.installation.sealer.seal_day("video", date(2026, 10, 2), NOW)

    assert [one.measurement for one in figures(city)] == before


def test_a_sealed_day_leaves_the_hot_store(city: City) -> None:
    seal_all(city)

    with city.installation.database.read() as connection:
        for table in (schema.batches, schema.evidence):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0


def test_sealing_again_does_nothing(city: City) -> None:
    seal_all(city)

    assert seal_all(city) == 0
    assert city.installation.sealer.seal_day("video", date(2026, 10, 1), NOW) is None


def test_a_day_is_due_when_it_is_over_and_settled(city: City) -> None:
    assert [one.day.day for one in city.installation.sealer.due(OCTOBER + 2 * DAY - 1)] == [1]
    assert [one.day.day for one in city.installation.sealer.due(OCTOBER + 2 * DAY)] == [1, 2]


def test_a_slot_that_nobody_polled_is_recorded_as_missed(city: City) -> None:
    city.say("video", OCTOBER + 6 * DAY, {"a": "up"})

    city.installation.sealer.seal_day("video", date(2026, 10, 6), OCTOBER + 7 * DAY)

    with city.installation.database.read() as connection:
        query = sa.select(sa.func.count()).where(schema.runs.c.outcome == Outcome.MISSED.value)
        assert connection.execute(query).scalar_one() == 24


def test_a_segment_can_be_read_without_citygauge(city: City) -> None:
    """DuckDB alone, over the day's file: seconds up and down by the states' own intervals equal the roll-up."""
    seal_all(city)
    with city.installation.database.read() as connection:
        day = sealed_segments(connection, "video")[0]
    file = city.installation.city.folder / "archive" / day.path
    online = """
        WITH marks AS (
            SELECT n, "at", state, 1 AS later FROM file WHERE part = 'record'
            UNION ALL SELECT n, TIMESTAMPTZ '2026-10-01 00:00:00+08', opening, 0 FROM file WHERE part = 'subject'),
        spans AS (
            SELECT n, state, epoch_ms("at") AS start,
                   epoch_ms(lead("at", 1, TIMESTAMPTZ '2026-10-02 00:00:00+08') OVER (PARTITION BY n ORDER BY "at", later)) AS until
            FROM marks)
        SELECT n, sum(CASE WHEN state = 1 THEN until - start ELSE 0 END) FROM spans GROUP BY n ORDER BY n"""
    database = duckdb.connect()
    database.execute(f"CREATE VIEW file AS SELECT * FROM read_parquet('{file}')")
    by_hand = [row[1] for row in database.execute(online).fetchall()]
    rolled_up = [row[0] for row in database.execute("SELECT up_ms FROM file WHERE part = 'subject' ORDER BY n").fetchall()]

    assert sum(rolled_up) > 0
    assert by_hand == rolled_up


def root_of(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962, section 2.1, as it is defined there."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def test_everything_frozen_is_a_leaf_in_order_and_the_checkpoint_signs_their_root(city: City) -> None:
    seal_all(city)
    snapshot = freeze_period(city.installation, "2026-10-01", NOW)
    with city.installation.database.read() as connection:
        days = sealed_segments(connection, "video")
        logged = leaves(connection)
        signed = checkpoint_of(connection, len(logged))
    keys = chain_of_trust(key_ring(city.installation).public_document(), None)

    assert [(one.kind, one.name, one.digest) for one in logged] == [
        *(("segment", f"video/{OCTOBER + day * DAY}/0", days[day].digest) for day in range(4)),
        ("snapshot", "2026-10-01/1", snapshot.digest),
    ]
    assert signed is not None
    checkpoint = read_checkpoint(signed, keys)
    assert (checkpoint.size, checkpoint.root) == (5, root_of([leaf.line() for leaf in logged]))


def test_a_file_that_was_changed_after_sealing_is_refused(city: City) -> None:
    seal_all(city)
    with city.installation.database.read() as connection:
        day = sealed_segments(connection, "video")[0]
    file = city.installation.city.folder / "archive" / day.path
    body = bytearray(file.read_bytes())
    body[100] ^= 1
    file.write_bytes(body)

    with pytest.raises(CitygaugeError, match="is not the file that was sealed"):
        figures(city)


def test_a_period_is_frozen_once_its_days_are_sealed(city: City) -> None:
    with pytest.raises(CitygaugeError, match="1 days are not sealed yet"):
        freeze_period(city.installation, "2026-10-01", OCTOBER + DAY)
    seal_all(city)

    first = freeze_period(city.installation, "2026-10-01", NOW)
    again = freeze_period(city.installation, "2026-10-01", NOW + HOUR)

    assert (first.revision, again) == (1, first)
    assert hashlib.sha256(first.body).hexdigest() == first.digest
    assert first.document["sources"]["video"]["files"]["segments"][0]["day"] == "2026-10-01"
    online = first.document["indicators"][0]["measurement"]
    assert online["value"] == str(figures(city, "2026-10-01")[0].measurement.value)


def test_a_period_that_is_not_over_cannot_be_frozen(city: City) -> None:
    with pytest.raises(CitygaugeError, match="2026-10 is open until 2026-11-01T00:00:00"):
        freeze_period(city.installation, "2026-10", NOW)


def test_a_month_is_due_when_all_of_its_days_are_sealed(city: City) -> None:
    november = OCTOBER + 31 * DAY
    assert due_months(city.installation, november) == []
    for hour in range(4 * 24, 31 * 24, 6):
        city.say("video", OCTOBER + hour * HOUR, {"a": "up"})
    seal_all(city, november)

    assert due_months(city.installation, november) == ["2026-10"]
    freeze_period(city.installation, "2026-10", november)
    assert due_months(city.installation, november) == []
