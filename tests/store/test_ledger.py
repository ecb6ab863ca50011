"""What a ledger keeps from one look to the next is what the store would say now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.store.ledger import SqlLedger
from collector.store.segments import sealed_segments
from collector.store.vectors import read_dictionary
from tests.scripted import DAY, OCTOBER, City, make_city


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = make_city(tmp_path, every="12h")
    for poll in range(8):
        made.say("video", OCTOBER + poll * DAY // 2, {"a": "up"} | ({"b": "down"} if poll > 2 else {}))
    yield made
    made.installation.close()


def seal(city: City, days: int) -> None:
    for due in city.installation.sealer.due(OCTOBER + 9 * DAY)[:days]:
        city.installation.sealer.seal_day(due.source, due.day, OCTOBER + 9 * DAY)


def test_a_day_that_is_sealed_later_is_in_the_catalogue_of_the_next_look(city: City) -> None:
    ledger, seen = SqlLedger(city.installation.database), []
    for _ in range(3):
        seal(city, 1)
        with ledger.look() as view, city.installation.database.read() as connection:
            assert view.sealed("video") == sealed_segments(connection, "video")
            assert view.sealed("video", OCTOBER, OCTOBER + DAY) == view.sealed("video")[:1]
            seen.append(len(view.sealed("video")))

    assert seen == [1, 2, 3]


def test_a_dictionary_that_is_read_column_by_column_is_the_one_that_is_read_whole(city: City) -> None:
    ledger = SqlLedger(city.installation.database)
    for poll, answer in ((8, {"a": "up", "b": "up"}), (9, {"c": "up", "a": "up"})):
        city.say("video", OCTOBER + poll * DAY // 2, answer)
        with ledger.look() as view, city.installation.database.read() as connection:
            found, whole = view.dictionary("video", OCTOBER + 9 * DAY), read_dictionary(connection, "video")

            assert found.keys.to_pylist() == whole.keys.to_pylist()
            assert found.table.equals(whole.table)

    assert found.keys.to_pylist() == ["a", "b", "c"]


def test_only_sources_that_are_swept_are_said_to_be(city: City) -> None:
    with SqlLedger(city.installation.database).look() as view:
        assert view.is_swept("video")
        assert not view.is_swept("another")
        assert view.dictionary("another", OCTOBER).size == 0
