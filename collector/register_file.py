"""The register file of policy ``fixed``: one CSV that rows are only ever added to, so that it tells who was owed and who said so.

A row says that a subject is owed over [joined, removed). A subject may have several rows: spans one after another, and corrections, which
repeat ``subject`` and ``joined`` and count from their ``entered_at`` on. docs/accounting.md shows a file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from collector.errors import ConfigurationError
from collector.periods import instant, midnight
from collector.records import ATTRIBUTES
from collector.register_history import Contradiction, contradiction

FOREVER = 1 << 62
COLUMNS = ("subject", "joined", "removed", "entered_at", "approved_by", "reason", *ATTRIBUTES)


@dataclass(frozen=True, eq=False)
class Entries:
    """The R rows of a register file in file order, corrected ones too.

    subjects: the S subjects, each once; subject: int[R], which of them a row is about. joined, removed, entered_at: int64[R], where a row
    names none -FOREVER (always), FOREVER, -FOREVER (known from the beginning). approved_by, reason, attributes: texts, null where empty.
    """

    subjects: pa.Array
    subject: np.ndarray
    joined: np.ndarray
    removed: np.ndarray
    entered_at: np.ndarray
    approved_by: pa.Array
    reason: pa.Array
    attributes: Mapping[str, pa.Array]

    @cached_property
    def pending(self) -> np.ndarray:
        """bool[R]: the row removes its subject without saying who approved it; then the subject stays owed."""
        return np.asarray(pc.and_(self.approved_by.is_null(), pa.array(self.removed < FOREVER)))

    @cached_property
    def void(self) -> np.ndarray:
        """bool[R]: the row takes back the one that it corrects: approved, and removed as it joined."""
        return np.asarray(~self.pending & (self.removed == self.joined))

    def take(self, rows: np.ndarray) -> Entries:
        """These rows (indices) in this order."""
        numbers = pa.array(rows)
        texts = {name: column.take(numbers) for name, column in self.attributes.items()}
        return Entries(
            self.subjects, self.subject[rows], self.joined[rows], self.removed[rows], self.entered_at[rows],
            self.approved_by.take(numbers), self.reason.take(numbers), texts,
        )  # fmt: skip


def register_rows(path: Path, zone: ZoneInfo) -> Entries:
    """The rows of the register file at ``path``. Raises ConfigurationError, also where it cannot be read."""
    return parse_register(register_body(path), path.name, zone)


def register_body(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"register file {path.name}: {error.strerror}") from None


@lru_cache(maxsize=4)  # every indicator of a source asks for the same file
def parse_register(body: bytes, name: str, zone: ZoneInfo) -> Entries:
    """The rows of a file's bytes; ``name`` stands in errors, dates and instants without an offset are read in ``zone``.

    Raises ConfigurationError naming file, line, column and remedy.
    """
    file = _File(body, name)
    joined, removed = file.instants("joined", -FOREVER, zone), file.instants("removed", FOREVER, zone)
    subject = file.texts("subject").dictionary_encode()
    entries = Entries(
        subject.dictionary, subject.indices.to_numpy(), joined, removed, file.instants("entered_at", -FOREVER, zone),
        _optional(file.texts("approved_by")), _optional(file.texts("reason")),
        {one: _optional(file.texts(one)) for one in ATTRIBUTES},
    )  # fmt: skip
    file.refuse(np.asarray(pc.equal(file.texts("subject"), "")), "subject: is empty; every row names one")
    file.refuse(removed < joined, "removed: lies before joined; a span ends after it began")
    found = contradiction(entries.subject, joined, removed, entries.entered_at, entries.void)
    if found is not None:
        raise file.error(found.row, _told(found, entries.subjects[int(entries.subject[found.row])].as_py(), file.line))
    return entries


class _File:
    """A file's columns as texts. Rows are turned into lines only where a mistake is to be shown."""

    def __init__(self, body: bytes, name: str) -> None:
        self._name = name
        try:
            self._text = body.decode("utf-8-sig")
            self._check(next(csv.reader(io.StringIO(self._text, newline=""), strict=True), []))
            if '"' in self._text:
                self._lines()  # strictly: the fast reader takes a quote that is never closed, and the rows after it, for one field
            convert = arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(COLUMNS, pa.string()), strings_can_be_null=False
            )
            reading = arrow_csv.ReadOptions(use_threads=False)  # its blocks would be put together again anyway
            parsing = arrow_csv.ParseOptions(newlines_in_values=True)
            self._table = arrow_csv.read_csv(io.BytesIO(body), reading, parsing, convert).combine_chunks()
        except UnicodeDecodeError:
            raise ConfigurationError(f"register file {name}: is not UTF-8; save it as CSV in UTF-8") from None
        except csv.Error as error:
            raise ConfigurationError(f"register file {name}: {error}") from None
        except pa.ArrowInvalid:
            raise self._ragged() from None

    def texts(self, column: str) -> pa.Array:
        """Trimmed; empty throughout where the file has no such column."""
        if column not in self._table.column_names:
            return pa.repeat("", self._table.num_rows)
        return pc.utf8_trim_whitespace(self._table[column].combine_chunks())

    def instants(self, column: str, empty: int, zone: ZoneInfo) -> np.ndarray:
        """int64[R]; the same few dates stand in most rows, so each is understood once."""
        texts = self.texts(column).dictionary_encode()
        known = []
        for code, text in enumerate(texts.dictionary.to_pylist()):
            try:
                known.append(_read_instant(text, zone) if text else empty)
            except (ValueError, OverflowError):
                what = f"{text!r} is not a date such as 2026-10-16, nor an instant such as 2026-10-16T08:00:00+08:00"
                raise self.error(texts.indices.index(code).as_py(), f"{column}: {what}") from None
        by_code = np.array(known, np.int64)
        return np.asarray(by_code[texts.indices.to_numpy()])

    def refuse(self, wrong: np.ndarray, text: str) -> None:
        if wrong.any():
            raise self.error(int(wrong.argmax()), text)

    def error(self, row: int, text: str) -> ConfigurationError:
        return ConfigurationError(f"{self._name}:{self.line(row)}: {text}")

    def line(self, row: int) -> int:
        """The line on which a row ends; a quoted field may hold line breaks, and blank lines are no rows."""
        return self._lines()[row][0]

    def _check(self, header: list[str]) -> None:
        unknown = [f"there is no column {one!r}" for one in header if one not in COLUMNS]
        twice = [f"the column {one!r} is there twice" for one in COLUMNS if header.count(one) > 1]
        missing = [] if "subject" in header else ["the column 'subject' is missing"]
        if wrong := unknown + twice + missing:
            raise ConfigurationError(f"{self._name}:1: {wrong[0]}; the columns are {', '.join(COLUMNS)}")

    def _ragged(self) -> ConfigurationError:
        header = len(next(csv.reader(io.StringIO(self._text, newline=""))))
        line, fields = next(((line, fields) for line, fields in self._lines() if fields != header), (1, header))
        remedy = "empty fields need their commas too, and a field with a comma its quotes"
        return ConfigurationError(f"{self._name}:{line}: {fields} fields for {header} columns; {remedy}")

    def _lines(self) -> list[tuple[int, int]]:
        """(line, fields) of every row."""
        rows = csv.reader(io.StringIO(self._text, newline=""), strict=True)
        return [(rows.line_num, len(row)) for row in rows if row][1:]


def _optional(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _read_instant(text: str, zone: ZoneInfo) -> int:
    if len(text) == len("2026-10-01"):
        return midnight(date.fromisoformat(text), zone)
    when = datetime.fromisoformat(text)
    return instant(when if when.tzinfo else when.replace(tzinfo=zone))


def _told(found: Contradiction, subject: str, line: Callable[[int], int]) -> str:
    other = "" if found.other is None else f"line {line(found.other)}"
    return {
        "void": "removed: is the same as joined; only a correction may say so, to take back the row that it repeats",
        "twice": (
            f"subject: {subject!r} is listed twice ({other}); a correction needs an entered_at later than that one's, "
            "another span another joined"
        ),
        "overlap": f"joined: {subject!r} is registered by {other} over some of the same time; end the one span before the other begins",
    }[found.kind]
