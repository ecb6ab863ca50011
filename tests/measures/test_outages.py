"""Short outages, as far as they were seen: one letter is ten milliseconds. U up, D down, ? unknown to the platform, G gone, . not seen."""

from __future__ import annotations

import numpy as np
import pytest

from collector.measures.outages import ignoring_short
from collector.measures.states import Intervals, States, intervals, listed_times
from collector.periods import Span
from collector.records import State
from collector.timeline import Timeline

TICK = 10
WORDS = {"U": State.UP, "D": State.DOWN, "?": State.UNKNOWN, "G": State.GONE}


def seen(*courses: str, shorter_than: int) -> tuple[Intervals, Timeline]:
    """Subjects whose changes a poll at every letter saw, and when they were seen at all; all of them are seen at once."""
    changes = [
        (n, at * TICK, WORDS[word]) for n, course in enumerate(courses) for at, word in enumerate(course) if word != "."
    ]
    subject, at, state = (np.array([one[i] for one in changes], np.int64) for i in range(3))
    opening = np.full(len(courses), State.GONE, np.uint8)
    vouched = Timeline(Span(at * TICK, (at + 1) * TICK) for at, word in enumerate(courses[0]) if word != ".")
    states = States(opening, subject.astype(np.int32), at, state.astype(np.uint8))
    cut = intervals(states, Span(0, len(courses[0]) * TICK))
    return ignoring_short(cut, shorter_than * TICK, vouched), vouched


def counted(*courses: str, shorter_than: int = 2) -> list[tuple[int, int, int]]:
    """(up, down, unknown) of each subject in letters."""
    cut, vouched = seen(*courses, shorter_than=shorter_than)
    times = listed_times(cut, len(courses), Timeline([Span(0, len(courses[0]) * TICK)]), vouched)
    columns = ((part // TICK).tolist() for part in (times.up, times.down, times.unknown))
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ("UDU", (3, 0, 0)),
        ("UDDU", (2, 2, 0)),
        ("UD.DU", (2, 0, 3)),
        ("UD.U", (2, 0, 2)),
        ("U.DU", (2, 0, 2)),
        ("UDDD.DU", (2, 3, 2)),
        ("UD?U", (2, 0, 2)),
        ("UD?DU", (2, 0, 3)),
        ("UD?DUDU", (4, 0, 3)),
        ("UDGU", (3, 0, 0)),
    ],
    ids=[
        "seen to be short",
        "seen to be long",
        "down before and after a lost poll: one outage of three or two of one",
        "not seen when it ended",
        "not seen when it began",
        "long enough before the gap, not known after it",
        "unknown states are as good as unseen ones",
        "one or two outages around an unknown state",
        "another outage of the same subject is decided by itself",
        "it ends when the subject leaves the list",
    ],
)  # fmt: skip
def test_an_outage_counts_as_what_it_was_seen_to_be(course: str, expected: tuple[int, int, int]) -> None:
    assert counted(course) == [expected]


def test_two_outages_around_a_lost_poll_may_still_be_short_together() -> None:
    assert counted("UD.DU", shorter_than=4) == [(4, 0, 1)]


def test_every_subject_has_its_own_outages() -> None:
    assert counted("UD.U", "UU.U", "DD.U", "UU.D") == [(2, 0, 2), (3, 0, 1), (1, 2, 1), (2, 0, 2)]


def test_where_nothing_was_seen_nothing_is_decided() -> None:
    assert counted("....") == [(0, 0, 0)]
