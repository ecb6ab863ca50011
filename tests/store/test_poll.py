"""A poll is stored whole or not at all, and once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector.errors import PartialAnswer, SourceChanged, SourceUnavailable
from collector.poll import poll
from collector.store import schema
from collector.store.answers import read_evidence
from collector.store.runs import Outcome
from tests.scripted import DAY, HOUR, OCTOBER, City, make_city


@pytest.fixture
def city(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[City]:
    store = getattr(request, "param", "sqlite")
    url = request.getfixturevalue("postgres_url") if store == "postgres" else "sqlite:///store.db"
    made = make_city(tmp_path, store=url, names=("video", "other"))
    yield made
    made.installation.close()


on_both_stores = pytest.mark.parametrize(
    "city", ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))], indirect=True
)


def rows(city: City) -> dict[str, int]:
    with city.installation.database.read() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in schema.metadata.sorted_tables
        }


@on_both_stores
def test_an_unchanged_answer_stores_one_row(city: City) -> None:
    city.say("video", OCTOBER, {"a": "up", "b": "down"})
    before = rows(city)

    city.say("video", OCTOBER + HOUR, {"a": "up", "b": "down"})

    assert rows(city) == before | {"runs": before["runs"] + 1}


@on_both_stores
def test_only_the_subjects_that_changed_are_stored(city: City) -> None:
    city.say("video", OCTOBER, {"a": "up", "b": "down"})

    city.say("video", OCTOBER + HOUR, {"a": "up", "b": "up"})

    with city.installation.database.read() as connection:
        stored = connection.execute(sa.select(schema.batches.c.rows).order_by(schema.batches.c.run_id)).scalars().all()
    assert stored == [2, 1]


@on_both_stores
def test_t21_a_slot_polled_twice_is_stored_once(city: City) -> None:
    first = city.say("video", OCTOBER, {"a": "up"})
    before = rows(city)

    again = city.say("video", OCTOBER, {"a": "down"})

    assert again.id == first.id
    assert rows(city) == before
    assert city.connector("video").polls == 1


@on_both_stores
def test_t21_a_task_that_is_delivered_to_two_workers_at_once_counts_once(city: City) -> None:
    city.say("video", OCTOBER, {"a": "up"})
    slot = OCTOBER + HOUR
    city.connector("video").script[slot] = {"a": "down", "b": "up"}
    source = city.installation.source("video")

    with ThreadPoolExecutor(4) as workers:
        runs = [one.result() for one in [workers.submit(poll, source, slot, lambda: slot) for _ in range(8)]]

    assert len({run.id for run in runs}) == 1
    assert rows(city)["runs"] == 2
    assert rows(city)["batches"] == 2


@on_both_stores
def test_a_poll_that_dies_before_its_commit_leaves_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.say("video", OCTOBER, {"a": "up"})
    before = rows(city)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("collector.store.commit.write_vector", die)
        with pytest.raises(KeyboardInterrupt):
            city.say("video", OCTOBER + HOUR, {"a": "down"})

    assert rows(city) == before
    assert city.say("video", OCTOBER + HOUR, {"a": "down"}).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (SourceUnavailable("GET http://x/: the connection was refused or lost"), Outcome.UNAVAILABLE),
        (SourceChanged("$.status", "'BROKEN' is not known"), Outcome.CHANGED),
        (PartialAnswer("$.data", "the total changed between pages"), Outcome.PARTIAL),
    ],
)
def test_a_failing_source_is_recorded_and_the_other_one_goes_on(city: City, error: Exception, outcome: Outcome) -> None:
    failed = city.say("video", OCTOBER, error)
    good = city.say("other", OCTOBER, {"a": "up"})

    assert failed.outcome is outcome
    assert failed.error == str(error)
    assert failed.vouches == ()
    assert good.outcome is Outcome.OK
    assert rows(city)["batches"] == 1


def test_the_part_that_came_before_a_failure_is_kept_as_evidence(city: City) -> None:
    run = city.say("video", OCTOBER, SourceUnavailable("cut short"))

    assert run.evidence is not None
    with city.installation.database.read() as connection:
        manifest = read_evidence(connection, "video", run.evidence)
    assert b'"part":"half"' in manifest


def test_evidence_can_be_read_back_through_its_chain_of_deltas(city: City) -> None:
    answers = [{f"channel-{i:04}": "down" if i == changed else "up" for i in range(400)} for changed in range(5)]
    runs = [city.say("video", OCTOBER + i * HOUR, answer) for i, answer in enumerate(answers)]

    with city.installation.database.read() as connection:
        sizes = connection.execute(sa.select(sa.func.length(schema.evidence.c.body), schema.evidence.c.size)).all()
        for run in runs:
            assert run.evidence is not None
            manifest = read_evidence(connection, "video", run.evidence)
            assert b'"bytes":' in manifest
    assert sum(body for body, _ in sizes) < sum(size for _, size in sizes) / 10


def test_a_new_day_keeps_a_full_copy_of_an_unchanged_answer(city: City) -> None:
    city.say("video", OCTOBER, {"a": "up"})
    city.say("video", OCTOBER + DAY, {"a": "up"})

    with city.installation.database.read() as connection:
        days = connection.execute(sa.select(schema.evidence.c.day).where(schema.evidence.c.base.is_(None))).scalars().all()
    assert set(days) == {OCTOBER, OCTOBER + DAY}


def test_an_answer_that_a_later_poll_overtook_is_missed(city: City) -> None:
    city.say("video", OCTOBER + HOUR, {"a": "up"})

    late = city.say("video", OCTOBER, {"a": "down"})

    assert late.outcome is Outcome.MISSED
    assert rows(city)["batches"] == 1
