"""Working time in mainland China: official holidays and 调休, office hours, and the four clocks by which cases are
due.

Kinds of limit in the trade (a vendor's time-limit configuration): 紧急工作时 runs continuously; 工作时 and 工作日
count office hours of working days, one 工作日 being the office hours of one day; 自然日 counts calendar days of 24
hours. That a working day is converted into hours, and that a natural day runs from the minute of opening, is that
product's rule; another product may differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

import chinese_calendar
import numpy as np

from collector.errors import ConfigurationError, UnknownCalendarYear
from collector.periods import DAY, Span, instant, midnight, moment
from collector.timeline import Timeline

HOUR = 3_600_000
OFFICE_HOURS = (("08:30", "12:00"), ("14:00", "17:30"))


class Clock(StrEnum):
    """Unit of a limit: hours for the first two, days for the others."""

    URGENT_HOUR = "urgent_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    NATURAL_DAY = "natural_day"


@dataclass(frozen=True)
class YearCalendar:
    """One year's official arrangement. off: weekdays without work. worked: Saturdays and Sundays with work (调休)."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)


@dataclass(frozen=True)
class WorkCalendar:
    """Office hours in a zone. extra_years: arrangements that go before those of the chinesecalendar package."""

    zone: ZoneInfo
    hours: Sequence[tuple[str, str]] = OFFICE_HOURS
    extra_years: Mapping[int, YearCalendar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        edges = [edge for start, end in self.hours for edge in (_clock_time(start), _clock_time(end))]
        if not edges or edges != sorted(set(edges)):
            raise ConfigurationError("hours: give spans such as ['08:30', '12:00'], in order and not overlapping")

    @property
    def day_length(self) -> int:
        """Milliseconds of office hours in a working day."""
        return sum((_clock_time(end) - _clock_time(start)) * 60_000 for start, end in self.hours)

    def is_workday(self, day: date) -> bool:
        """Raises UnknownCalendarYear where the official arrangement of the year is not known."""
        if day.year in self.extra_years:
            return self.extra_years[day.year].is_workday(day)
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            raise UnknownCalendarYear(
                f"working days of {day.year} are not known: update the chinesecalendar package"
            ) from None

    def timeline(self, span: Span) -> Timeline:
        """The office hours in ``span``."""
        if span.end <= span.start:
            return Timeline()
        first, last = moment(span.start, self.zone).date(), moment(span.end - 1, self.zone).date()
        days = (first + i * DAY for i in range((last - first).days + 1))
        return Timeline(office for day in days if self.is_workday(day) for office in self.office(day)).clip(span)

    def elapsed(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Milliseconds of office hours in each [start, end) (int64 instants)."""
        if not len(starts):
            return np.zeros(0, np.int64)
        office = self.timeline(Span(int(starts.min()), int(ends.max())))
        out: np.ndarray = office.until(ends) - office.until(starts)
        return out

    def deadline(self, start: int, limit: Fraction | int, clock: Clock) -> int:
        """The instant at which ``limit`` hours or days of ``clock`` have passed since ``start``.

        A limit in office hours ends within office hours: 4 working hours from 16:30 end at 11:30 of the next
        working day.
        """
        if clock is Clock.URGENT_HOUR:
            return start + int(limit * HOUR)
        if clock is Clock.NATURAL_DAY:
            return start + int(limit * 24 * HOUR)
        owed = int(limit * (HOUR if clock is Clock.WORK_HOUR else self.day_length))
        return self._after_office_hours(start, owed)

    def _after_office_hours(self, start: int, owed: int) -> int:
        day = moment(start, self.zone).date()
        left = owed
        while True:
            for office in self.office(day) if self.is_workday(day) else []:
                begin = max(office.start, start)
                if left <= office.end - begin:
                    return begin + left
                left -= max(0, office.end - begin)
            day += DAY

    def office(self, day: date) -> list[Span]:
        """The office hours of a day, working day or not."""
        return [Span(self._at(day, start), self._at(day, end)) for start, end in self.hours]

    def _at(self, day: date, text: str) -> int:
        minutes = _clock_time(text)
        if minutes == 24 * 60:
            return midnight(day + DAY, self.zone)
        return instant(datetime.combine(day, time(minutes // 60, minutes % 60), self.zone))


def _clock_time(text: str) -> int:
    """Minutes since midnight of ``HH:MM``; ``24:00`` is the end of the day."""
    if text == "24:00":
        return 24 * 60
    try:
        parsed = time.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"hours: {text!r} is not a time of day such as 08:30 or 24:00") from None
    return parsed.hour * 60 + parsed.minute
