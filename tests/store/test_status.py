"""What the status page and the exporter ask of the store, over both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.errors import SourceUnavailable
from collector.store import status
from collector.store.runs import Outcome
from collector.store.snapshots import store_snapshot
from tests.scripted import HOUR, OCTOBER, City, make_city


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def city(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[City]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else "sqlite:///store.db"
    made = make_city(tmp_path, store=url, names=("video", "other"))
    made.say("video", OCTOBER, {"a": "up"})
    made.say("video", OCTOBER + HOUR, SourceUnavailable("no answer"))
    made.say("other", OCTOBER + HOUR, {"a": "up"})
    yield made
    made.installation.close()


def test_the_newest_run_and_the_newest_good_one_of_a_source(city: City) -> None:
    with city.installation.database.read() as connection:
        newest, good = (status.newest_run(connection, "video", outcome) for outcome in (None, Outcome.OK))
        assert newest
        assert good
        assert (newest.at, newest.outcome, newest.error) == (OCTOBER + HOUR, Outcome.UNAVAILABLE, "no answer")
        assert (good.at, good.outcome) == (OCTOBER, Outcome.OK)
        assert status.newest_run(connection, "nobody") is None


def test_runs_are_listed_newest_first(city: City) -> None:
    with city.installation.database.read() as connection:
        assert [one.source for one in status.recent_runs(connection, None, 2)] == ["other", "video"]
        assert [one.at for one in status.recent_runs(connection, "video", 9)] == [OCTOBER + HOUR, OCTOBER]


def test_runs_are_counted_by_source_and_outcome_between_two_ids(city: City) -> None:
    with city.installation.database.read() as connection:
        newest = status.marker(connection).run
        whole = status.count_outcomes(connection, newest - 3, newest)
        assert whole == {("video", "ok"): 1, ("video", "unavailable"): 1, ("other", "ok"): 1}
        assert status.count_outcomes(connection, newest - 1, newest) == {("other", "ok"): 1}


def test_the_marker_moves_with_runs_and_snapshots(city: City) -> None:
    database = city.installation.database
    with database.write() as connection:
        before = status.marker(connection)
        store_snapshot(connection, "2026-09", 1, OCTOBER, b"{}")
        assert status.marker(connection) == status.Marker(before.run, before.entry + 1)
    city.say("video", OCTOBER + 2 * HOUR, {"a": "up"})
    with database.read() as connection:
        assert status.marker(connection).run > before.run


def test_of_the_newest_periods_the_newest_revisions_are_listed(city: City) -> None:
    with city.installation.database.write() as connection:
        for period, revision in (("2026-08", 1), ("2026-09", 1), ("2026-09", 2), ("2026-10", 1)):
            store_snapshot(connection, period, revision, OCTOBER, b"{}")
        newest = status.newest_snapshots(connection, 2)
        assert [(one.period, one.revision) for one in newest] == [("2026-10", 1), ("2026-09", 2)]
        assert len(status.snapshot_lines(connection)) == 4
        first = status.snapshot_of(connection, "2026-09", 1)
        assert first
        assert first.revision == 1


def test_what_subjects_depend_on_is_the_vector_s_run_and_the_dictionary_s(city: City) -> None:
    with city.installation.database.read() as connection:
        before = status.vector_run(connection, "video")
    city.say("video", OCTOBER + 2 * HOUR, {"a": "down"})
    with city.installation.database.read() as connection:
        after = status.vector_run(connection, "video")
        assert before
        assert after
        assert (after[0] > before[0], after[1] == before[1]) == (True, True)
        assert status.vector_run(connection, "nobody") is None
