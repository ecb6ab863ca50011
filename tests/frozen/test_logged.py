"""Which segments a snapshot needs is told by the log in the same way as by the store."""

from __future__ import annotations

from collector.frozen.logged import LoggedSegment, _base

DAY = 86_400_000


def segment(day: int, sealed_at: int, number: int = 0) -> LoggedSegment:
    return LoggedSegment("cases", day * DAY, number, "", sealed_at, 1)


def test_a_day_that_was_sealed_after_a_later_one_makes_an_earlier_segment_the_base() -> None:
    in_order = [segment(1, 10), segment(2, 20), segment(3, 30)]
    out_of_order = [segment(1, 10), segment(2, 40), segment(3, 30)]

    assert _base(in_order, 50, 3 * DAY) == 3 * DAY
    assert _base(out_of_order, 50, 3 * DAY) == 2 * DAY
    assert _base([*in_order, segment(1, 35, number=1)], 50, 3 * DAY) == DAY
    assert _base(in_order, 5, 3 * DAY) is None
