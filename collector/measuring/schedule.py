"""When a subject is owed: an indicator's schedule as time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from collector.city.indicators import Schedule
from collector.periods import Period, Span, moment
from collector.timeline import Timeline
from collector.working_time import WorkCalendar


def schedule_time(schedule: Schedule, span: Span, zone: ZoneInfo) -> Timeline:
    """The part of ``span`` inside the schedule's hours, on all days or on Chinese working days (half-open, in ``zone``)."""
    if schedule == Schedule():
        return Timeline.everything(span)
    calendar = WorkCalendar(zone, schedule.hours)
    if schedule.days == "working":
        return calendar.timeline(span)
    days = Period("", span, zone).days()
    return Timeline(hours for day in days for hours in calendar.office(moment(day.span.start, zone).date())).clip(span)
