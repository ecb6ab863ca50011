"""Active users of whole sealed days, from the roll-up of a month's actors; nothing else is taken from it."""

from __future__ import annotations

from collector.city.indicators import ActiveUsers
from collector.history import History
from collector.measurement import Measurement
from collector.measures.active_users import measurement
from collector.measures.groups import Measured
from collector.measures.observed import Observed
from collector.periods import Period
from collector.records import Kind


def attended(history: History, indicator: ActiveUsers, period: Period, as_of: int, by: str | None) -> Measured | None:
    """(measurement, by day), the same that the records give; None where the roll-up cannot tell.

    People are the same person in every source, which counts of one source cannot know; of a period that is not over the last day is
    still open.
    """
    names, span = indicator.source_ids, period.span
    if by not in (None, "day") or indicator.where or len(names) != 1 or as_of < span.end:
        return None
    if history.city.source(names[0]).kind is not Kind.ACTIVITY:
        return None
    counted = history.attendance(names[0], span, as_of)
    if counted is None:
        return None
    users, daily = counted
    vouched = history.vouching(names[0], span, as_of).time

    def measured(users: int, which: slice, of: Period) -> Measurement:
        return measurement(users, daily[which], Observed(of, of.span.end, vouched), indicator.window, indicator.stat)

    days = enumerate(period.days()) if by == "day" else ()
    return measured(users, slice(None), period), {
        day.label: measured(int(daily[i]), slice(i, i + 1), day) for i, day in days
    }
