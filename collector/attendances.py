"""Keeping the roll-ups of actors up to date: what is sealed of a month and not counted yet is counted."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from collector.archive import Archive
from collector.attendance import Attendance
from collector.errors import CitygaugeError
from collector.history import History
from collector.ledger import Sealed
from collector.periods import Span, midnight
from collector.store.engine import Database
from collector.store.segments import attendance_of_month, enter_attendance, sealed_segments


def update_attendance(database: Database, archive: Archive, history: History, source: str, day: date) -> bool:
    """Count the month of ``day`` where it was not counted as it is sealed now; whether there was anything to do.

    Two workers may do so at once: the later entry stays, and one that misses a file of a span is not used for it.
    """
    month = month_of(day, history.city.zone)
    with database.read() as connection:
        sealed = sealed_segments(connection, source, month.start, month.end)
        entry = attendance_of_month(connection, source, month.start)
    if not sealed or (entry and _tells(archive, entry, month, sealed)):
        return False
    counted = Attendance.count(sealed, [history.segment(one).part("record", ["actor"])["actor"] for one in sealed])
    body = counted.write()
    digest = sha256(body).hexdigest()
    path = f"attendance/{source}/{day:%Y-%m}-{digest[:8]}.parquet"
    archive.write(path, body)
    with database.write() as connection:
        enter_attendance(connection, source, month.start, path, digest)
    return True


def _tells(archive: Archive, entry: tuple[str, str], month: Span, sealed: list[Sealed]) -> bool:
    try:
        return Attendance.read(archive.read(*entry)).users(month, sealed) is not None
    except CitygaugeError:
        return False  # lost or damaged: it is made again


def month_of(day: date, zone: ZoneInfo) -> Span:
    first = day.replace(day=1)
    return Span(midnight(first, zone), midnight((first + timedelta(days=31)).replace(day=1), zone))
