"""What can be wrong with the instants of a single case without spoiling the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from collector.faults import CASE, CLOSED_EARLY


def closed_too_early(cases: Iterable[str], opened: Sequence[int], closed: Sequence[int | None]) -> list[str]:
    """A fault for each case that was closed before it was opened; it stays a record, without a duration."""
    return [
        CLOSED_EARLY(place=CASE(case=case))
        for case, opened_at, closed_at in zip(cases, opened, closed, strict=True)
        if closed_at is not None and closed_at < opened_at
    ]
