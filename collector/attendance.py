"""The roll-up of a month's actors: how many there were each day, by the earlier day of the month on which they were last active.

A table of a few hundred counts that answers for every day and every run of days inside the month what the logins themselves would,
exactly, since it was made from whole keyed hashes; it holds none. It is one small Parquet file, written anew when a day or a
supplement of the month is sealed, and names the sealed files that it was made from. The format is in docs/segments.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from collector.errors import CitygaugeError
from collector.ledger import Sealed
from collector.measures.attendance import last_seen, users_between
from collector.periods import Span
from collector.records import INSTANT

FORMAT = 1
_KEY = b"citygauge"
_ROWS = pa.schema([("day", INSTANT), ("last_active", INSTANT), ("actors", pa.int64())])


@dataclass(frozen=True)
class Made:
    """A sealed file that was counted."""

    day: int
    number: int
    sha256: str

    @classmethod
    def of(cls, sealed: Sealed) -> Made:
        return cls(sealed.day, sealed.number, sealed.digest)


@dataclass(frozen=True)
class Attendance:
    """made_from: the sealed files counted, by day and number. seen: int64[D, D + 1] over their D days, see ``last_seen``."""

    made_from: tuple[Made, ...]
    seen: np.ndarray

    @classmethod
    def count(cls, sealed: Sequence[Sealed], actors: Sequence[pa.ChunkedArray]) -> Attendance:
        """From the actors of each sealed file's records, in the order of ``sealed``, which is by day and number."""
        days = sorted({one.day for one in sealed})
        numbers = np.searchsorted(days, [one.day for one in sealed])
        day = np.repeat(numbers, [len(column) for column in actors])
        column = pa.chunked_array(actors, pa.binary(16)).combine_chunks()
        return cls(tuple(Made.of(one) for one in sealed), last_seen(column, day, len(days)))

    @property
    def days(self) -> list[int]:
        """Midnights of the days that were counted."""
        return sorted({one.day for one in self.made_from})

    def users(self, span: Span, sealed: Iterable[Sealed]) -> tuple[int, np.ndarray] | None:
        """(users, daily): of a span of whole days and of each of them; None unless made from just the files ``sealed`` of these days."""
        if tuple(Made.of(one) for one in sealed) != tuple(
            one for one in self.made_from if span.start <= one.day < span.end
        ):
            return None
        first, after = np.searchsorted(self.days, [span.start, span.end]).tolist()
        return users_between(self.seen, first, after), self.seen[first:after].sum(axis=1)

    def write(self) -> bytes:
        """The file's bytes: a row for each count that is not zero; the same counts give the same bytes."""
        days, (row, column) = np.array([*self.days, 0], np.int64), np.nonzero(self.seen)
        last = pa.array(days[column], mask=column == len(days) - 1).cast(INSTANT)
        table = pa.table([pa.array(days[row]).cast(INSTANT), last, pa.array(self.seen[row, column])], schema=_ROWS)
        about = {"format": FORMAT, "made_from": [asdict(one) for one in self.made_from]}
        sink = pa.BufferOutputStream()
        metadata = {_KEY: json.dumps(about, sort_keys=True).encode()}
        pq.write_table(table.replace_schema_metadata(metadata), sink, compression="zstd", write_statistics=False)
        return bytes(sink.getvalue())

    @classmethod
    def read(cls, body: bytes) -> Attendance:
        try:
            file = pq.ParquetFile(pa.BufferReader(body))
            about = json.loads(file.schema_arrow.metadata[_KEY])
            if about["format"] != FORMAT:
                raise CitygaugeError("this roll-up of actors was written by a newer version of Citygauge")
            made_from = tuple(Made(**one) for one in about["made_from"])
        except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise CitygaugeError(f"this is not a roll-up of actors ({type(error).__name__})") from None
        days = sorted({one.day for one in made_from})
        table = file.read(use_threads=False)
        row, last = (table[name].cast(pa.int64()) for name in ("day", "last_active"))
        column = np.where(last.is_null(), len(days), np.searchsorted(days, last.fill_null(0).to_numpy()))
        seen = np.zeros((len(days), len(days) + 1), np.int64)
        seen[np.searchsorted(days, row.to_numpy()), column] = table["actors"].to_numpy()
        return cls(made_from, seen)
