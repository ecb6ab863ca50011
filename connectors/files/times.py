"""Times as files write them, read as instants: a whole column at once, by the zone's clock.

ISO 8601 in its extended form, with or without an offset, or the file's own ``time_format``. A date without a time of
day stands for its whole calendar day. What has no offset is read in the source's zone: of an hour that the clock
repeats the first is taken (``fold=0``), a time that the clock leaps over is moved on by the leap and reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.periods import MILLISECOND, instant
from connectors.files.cells import UNREADABLE, BadCellError, first, first_failing, shown

DAY_MS = 86_400_000
EARLIEST, AFTER = instant(datetime(1900, 1, 1, tzinfo=UTC)), instant(datetime(2200, 1, 1, tzinfo=UTC))
OFFSET = r":\d\d.*(?:Z|[+-]\d\d:?(?:\d\d)?)$"
HOURS = re.compile(r"%[-]?[HIMScXTR]")
PER_MS = {"s": 1000, "ms": 1, "us": 1000, "ns": 1_000_000}
EPOCHS = {"epoch_s": 1000, "epoch_ms": 1}


@dataclass(frozen=True)
class Times:
    """A column of N times.

    at: int64[N] instants in ms, meaningless where not given. given: bool[N]. end: int64[N], the instant itself, or of a
    date the end of its day. leapt: bool[N], whether the zone's clock leaps over the time.
    """

    at: np.ndarray
    given: np.ndarray
    end: np.ndarray
    leapt: np.ndarray

    def array(self) -> pa.Array:
        """The instants as int64 with nulls."""
        return pa.array(self.at, mask=~self.given)


@dataclass(frozen=True)
class Read:
    """Times before the zone is brought in: ms since 1970, as if local ones were UTC; which are local, which dates."""

    ms: np.ndarray
    given: np.ndarray
    local: np.ndarray
    dates: np.ndarray


def read_times(values: pa.Array, zone: ZoneInfo, time_format: str | None) -> Times:
    """``values`` are texts (trimmed, null where nothing stands), timestamps, dates or numbers. Raises BadCellError."""
    read = _read(values, time_format)
    wrong = read.given & ((read.ms < EARLIEST) | (read.ms >= AFTER))
    if (row := first(wrong)) is not None:
        raise BadCellError(
            row, f"{shown(values[row].as_py())} lies outside the years 1900 to 2199; say what means no time by blanks"
        )
    at, leapt = read.ms.copy(), np.zeros(len(values), bool)
    at[read.local], leapt[read.local] = to_utc(read.ms[read.local], zone)
    end = at.copy()
    end[read.dates], _ = to_utc(read.ms[read.dates] + DAY_MS, zone)
    return Times(at, read.given, end, leapt & ~read.dates)


def to_utc(local: np.ndarray, zone: tzinfo) -> tuple[np.ndarray, np.ndarray]:
    """(instants, leapt) of local times in ms: the zone is asked once a day, where it changes for every cell."""
    if not len(local):
        return local.copy(), np.zeros(0, bool)
    day = local // DAY_MS
    lowest = int(day.min())
    days = np.flatnonzero(np.bincount(day - lowest)) + lowest
    morning = np.array([_offset(int(one) * DAY_MS, zone) for one in days], np.int64)
    evening = np.array([_offset(int(one) * DAY_MS + DAY_MS - 1, zone) for one in days], np.int64)
    index = np.searchsorted(days, day)
    at, leapt = local - morning[index], np.zeros(len(local), bool)
    for row in np.flatnonzero((morning != evening)[index]):
        at[row] = local[row] - _offset(int(local[row]), zone)
        leapt[row] = _wall_clock(int(at[row]), zone) != local[row]
    return at, leapt


def _offset(local: int, zone: tzinfo) -> int:
    """UTC offset in ms that the zone gives a local time (fold 0)."""
    moment = (datetime(1970, 1, 1) + timedelta(milliseconds=local)).replace(tzinfo=zone)  # noqa: DTZ001  a wall clock
    return (moment.utcoffset() or timedelta(0)) // MILLISECOND


def _wall_clock(at: int, zone: tzinfo) -> int:
    moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(zone)
    return at + (moment.utcoffset() or timedelta(0)) // MILLISECOND


def _read(values: pa.Array, time_format: str | None) -> Read:
    kind = values.type
    if pa.types.is_timestamp(kind):
        return _timestamps(values)
    if pa.types.is_date(kind):
        days = pc.cast(values, pa.date32()).cast(pa.int32())
        return _whole(days, DAY_MS, dates=True)
    if time_format in EPOCHS:
        return _epochs(values, EPOCHS[time_format])
    if not pa.types.is_string(kind):
        raise BadCellError(0, "holds numbers; set time_format: epoch_s or epoch_ms")
    return _patterned(values, time_format) if time_format else _iso(values)


def _timestamps(values: pa.Array) -> Read:
    """A file format's own timestamps; without a zone they are local."""
    ticks, given = _numbers(values.cast(pa.int64()))
    ms = ticks * 1000 if values.type.unit == "s" else ticks // PER_MS[values.type.unit]
    local = given & (values.type.tz is None)
    return Read(ms, given, local, np.zeros(len(ms), bool))


def _whole(values: pa.Array, scale: int, *, dates: bool) -> Read:
    number, given = _numbers(values.cast(pa.int64()))
    return Read(number * scale, given, given & dates, given & dates)


def _epochs(values: pa.Array, scale: int) -> Read:
    """Seconds or milliseconds since 1970; finer digits are cut off."""
    try:
        number = pc.cast(values, pa.float64())
    except UNREADABLE:
        row = first_failing(values, lambda part: pc.cast(part, pa.float64()))
        raise BadCellError(row, f"{shown(values[row].as_py())} is not a number of seconds or milliseconds") from None
    found, given = number.fill_null(0).to_numpy(zero_copy_only=False), number.is_valid().to_numpy(zero_copy_only=False)
    # a millionth more, so that 1.001 s, which no double holds exactly, does not become 1000 ms
    ms = np.floor(np.nan_to_num(found * scale, nan=1e15, posinf=1e15, neginf=-1e15) + 1e-3).clip(-1e15, 1e15)
    none = np.zeros(len(ms), bool)
    return Read(ms.astype(np.int64), given, none, none)


def _iso(values: pa.Array) -> Read:
    aware = pc.match_substring_regex(values, OFFSET)
    nothing = pa.scalar(None, pa.string())
    with_offset, without = pc.if_else(aware, values, nothing), pc.if_else(aware, nothing, values)
    fixed, is_fixed = _cast(values, with_offset, pa.timestamp("ns", "UTC"))
    local, is_local = _cast(values, without, pa.timestamp("ns"))
    dates = pc.equal(pc.utf8_length(values), 10).fill_null(False).to_numpy(zero_copy_only=False)
    return Read(np.where(is_fixed, fixed, local), is_fixed | is_local, is_local, dates)


def _cast(values: pa.Array, part: pa.Array, kind: pa.DataType) -> tuple[np.ndarray, np.ndarray]:
    """(ms, given) of ISO texts; nanoseconds take one to nine digits of a second, and years 1678 to 2261."""
    if part.null_count == len(part):
        return np.zeros(len(part), np.int64), np.zeros(len(part), bool)
    try:
        ticks, given = _numbers(pc.cast(part, kind).cast(pa.int64()))
    except UNREADABLE:
        row = first_failing(part, lambda some: pc.cast(some, kind))
        example = "an ISO 8601 time such as 2026-10-01T08:00:00+08:00 or 2026-10-01 08:00:00"
        raise BadCellError(row, f"{shown(values[row].as_py())} is not {example}; set time_format") from None
    return ticks // PER_MS["ns"], given


def _patterned(values: pa.Array, pattern: str) -> Read:
    """By Python's strptime, each different text once: the C library's would read 31 February as 3 March."""
    coded = values.dictionary_encode()
    ms, local = np.zeros(len(coded.dictionary), np.int64), np.zeros(len(coded.dictionary), bool)
    for index, text in enumerate(coded.dictionary.to_pylist()):
        try:
            moment = datetime.strptime(text, pattern)  # noqa: DTZ007  naive ones are read in the zone further on
        except (ValueError, re.error):
            row = pc.index(values, text).as_py()
            raise BadCellError(row, f"{shown(text)} does not fit time_format {pattern!r}") from None
        local[index] = moment.tzinfo is None
        ms[index] = instant(moment.replace(tzinfo=moment.tzinfo or UTC))
    where, given = _numbers(coded.indices.cast(pa.int64()))
    found = np.append(ms, 0)[np.where(given, where, len(ms))]
    is_local = np.append(local, False)[np.where(given, where, len(ms))]
    dates = is_local & (HOURS.search(pattern) is None)
    return Read(found, given, is_local, dates)


def _numbers(values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(int64, given), 0 where nothing stands."""
    filled = values.fill_null(0) if values.null_count else values
    return filled.to_numpy(zero_copy_only=False), values.is_valid().to_numpy(zero_copy_only=False)
