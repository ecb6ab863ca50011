"""Calendar periods and slots, half-open, in the city's zone.

Instants are ``int`` milliseconds since the Unix epoch (UTC) everywhere inside Citygauge; a name that ends in ``_at`` or is
called ``start``, ``end``, ``slot`` holds one. Only this module and the renderers know about calendars.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from collector.errors import ConfigurationError

DAY = timedelta(days=1)
MILLISECOND = timedelta(milliseconds=1)


def instant(moment: datetime) -> int:
    """Milliseconds since the epoch of an aware ``moment`` (finer digits are cut off)."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // MILLISECOND


def moment(at: int, zone: ZoneInfo | None = None) -> datetime:
    """The aware ``datetime`` of an instant, in ``zone`` (UTC when not given)."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(zone or UTC)


def iso(at: int, zone: ZoneInfo | None = None) -> str:
    """ISO 8601 with offset, milliseconds only where there are any: ``2026-10-01T00:00:00+08:00``."""
    text = moment(at, zone).isoformat(timespec="milliseconds" if at % 1000 else "seconds")
    return text.replace("+00:00", "Z")


def midnight(day: date, zone: ZoneInfo) -> int:
    """The instant at which the calendar ``day`` begins in ``zone``."""
    return instant(datetime(day.year, day.month, day.day, tzinfo=zone))


@dataclass(frozen=True, order=True)
class Span:
    """A half-open stretch of time [start, end)."""

    start: int
    end: int

    @property
    def milliseconds(self) -> int:
        return max(0, self.end - self.start)

    def clip(self, other: Span) -> Span:
        start = max(self.start, other.start)
        return Span(start, max(start, min(self.end, other.end)))


@lru_cache(maxsize=4096)
def local_date(at: int, zone: ZoneInfo) -> date:
    """The calendar day of an instant in ``zone``."""
    return moment(at, zone).date()


@lru_cache(maxsize=64)
def midnights(span: Span, zone: ZoneInfo) -> tuple[int, ...]:
    """The beginnings of the calendar days that ``span`` touches, and of the one after them."""
    first, last = moment(span.start, zone).date(), moment(max(span.start, span.end - 1), zone).date()
    return tuple(midnight(first + i * DAY, zone) for i in range((last - first).days + 2))


@dataclass(frozen=True)
class Period:
    """A span with a name, as printed (``2026-10``) and the zone whose calendar it follows."""

    label: str
    span: Span
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> Period:
        """``2026-10-05``, ``2026-10``, ``2026-Q4``, ``2026`` or ``START/END`` with ISO 8601 instants.

        An instant without an offset is read in ``zone``. Raises ConfigurationError for anything else.
        """
        if "/" in text:
            start, _, end = text.partition("/")
            span = Span(_bound(start, zone), _bound(end, zone))
            if span.end <= span.start:
                raise ConfigurationError(f"period {text!r}: ends at or before its start")
            return cls(text, span, zone)
        first, after = _calendar(text)
        return cls(text, Span(midnight(first, zone), midnight(after, zone)), zone)

    @classmethod
    def of_day(cls, day: date, zone: ZoneInfo) -> Period:
        return cls(day.isoformat(), Span(midnight(day, zone), midnight(day + DAY, zone)), zone)

    def days(self) -> list[Period]:
        """The calendar days that the period touches, each whole."""
        first = moment(self.span.start, self.zone).date()
        last = moment(self.span.end - 1, self.zone).date()
        return [Period.of_day(first + i * DAY, self.zone) for i in range((last - first).days + 1)]

    @property
    def is_month(self) -> bool:
        return re.fullmatch(r"\d{4}-\d{2}", self.label) is not None


def slots(day: Period, every: timedelta) -> list[int]:
    """The instants of ``day`` at which a source polled ``every`` so often is due; counting restarts at midnight."""
    step = every // MILLISECOND
    return list(range(day.span.start, day.span.end, step))


def slot_of(at: int, every: timedelta, zone: ZoneInfo) -> int:
    """The last slot at or before ``at``."""
    start = midnight(moment(at, zone).date(), zone)
    step = every // MILLISECOND
    return start + (at - start) // step * step


def parse_duration(text: str) -> timedelta:
    """``30s``, ``5m``, ``1h``, ``1d``, ``1h30m``; ``0s`` is a duration too. Raises ValueError."""
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)", text)
    names = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    try:
        if parts and "".join(number + unit for number, unit in parts) == text:
            return sum((timedelta(**{names[unit]: float(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        pass
    raise ValueError(f"{text!r} is not a duration such as 30s, 5m, 1h30m, 1d")


def _bound(text: str, zone: ZoneInfo) -> int:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"period: {text!r} is not an ISO 8601 instant") from None
    return instant(when if when.tzinfo else when.replace(tzinfo=zone))


def _calendar(text: str) -> tuple[date, date]:
    """First day of a calendar period and the first day after it."""
    match = re.fullmatch(r"([0-9]{4})(?:-(?:Q([1-4])|([0-9]{2})(?:-([0-9]{2}))?))?", text)
    if match is None:
        raise ConfigurationError(f"period {text!r}: write 2026-10-05, 2026-10, 2026-Q4, 2026 or START/END")
    year, quarter, month, day = match.groups()
    try:
        if day:
            first = date(int(year), int(month), int(day))
            return first, first + DAY
        length = 3 if quarter else 1 if month else 12
        first = date(int(year), 3 * int(quarter) - 2 if quarter else int(month or 1), 1)
        months = first.year * 12 + first.month - 1 + length
        return first, date(months // 12, months % 12 + 1, 1)
    except (ValueError, OverflowError):
        raise ConfigurationError(f"period {text!r}: there is no such date") from None
