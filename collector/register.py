"""Who is owed: a fixed register read from a dated CSV file. The other policy, ``listed``, needs no file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from collector.errors import ConfigurationError
from collector.periods import instant, midnight
from collector.records import ATTRIBUTES
from collector.subjects import Dictionary

FOREVER = 1 << 62
_COLUMNS = ("subject", "joined", "removed", *ATTRIBUTES)


@dataclass(frozen=True)
class Entry:
    """A subject that is owed over [joined, removed)."""

    subject: str
    joined: int
    removed: int
    attributes: dict[str, str | None]


def read_register(path: Path, zone: ZoneInfo) -> list[Entry]:
    """Rows of a register file: ``subject``, optional ``joined`` and ``removed`` (dates or instants, empty: always) and attributes.

    Raises ConfigurationError naming file, line and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = reader.fieldnames or []
            unknown = [name for name in columns if name not in _COLUMNS]
            if "subject" not in columns or unknown:
                what = f"there is no column {unknown[0]!r}" if unknown else "the column 'subject' is missing"
                raise ConfigurationError(f"{path.name}:1: {what}; the columns are {', '.join(_COLUMNS)}")
            entries = [_entry(row, f"{path.name}:{reader.line_num}", zone) for row in reader]
    except OSError as error:
        raise ConfigurationError(f"register file {path.name}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"register file {path.name}: {error}") from None
    seen: set[str] = set()
    for entry in entries:
        if entry.subject in seen:
            raise ConfigurationError(f"{path.name}: the subject {entry.subject!r} is listed twice")
        seen.add(entry.subject)
    return entries


def owed_spans(entries: list[Entry], known: Dictionary) -> tuple[Dictionary, np.ndarray, np.ndarray]:
    """The dictionary with the register's subjects and attributes, and per subject [joined, removed); not registered is empty."""
    given = {name: [entry.attributes[name] for entry in entries] for name in ATTRIBUTES}
    told = {name: values for name, values in given.items() if any(value is not None for value in values)}
    dictionary, _, numbers = known.merge([entry.subject for entry in entries], told)
    joined = np.zeros(dictionary.size, np.int64)
    removed = np.zeros(dictionary.size, np.int64)
    joined[numbers] = [entry.joined for entry in entries]
    removed[numbers] = [entry.removed for entry in entries]
    return dictionary, joined, removed


def _entry(row: dict[str, str | None], place: str, zone: ZoneInfo) -> Entry:
    subject = (row["subject"] or "").strip()
    if not subject or None in row:
        raise ConfigurationError(f"{place}: {'the subject is empty' if not subject else 'there are more fields than columns'}")
    joined = _instant(row.get("joined"), -FOREVER, f"{place}: joined", zone)
    removed = _instant(row.get("removed"), FOREVER, f"{place}: removed", zone)
    return Entry(subject, joined, removed, {name: (row.get(name) or "").strip() or None for name in ATTRIBUTES})


def _instant(text: str | None, default: int, place: str, zone: ZoneInfo) -> int:
    if not text or not text.strip():
        return default
    try:
        if len(text.strip()) == len("2026-10-01"):
            return midnight(date.fromisoformat(text.strip()), zone)
        when = datetime.fromisoformat(text.strip())
        return instant(when if when.tzinfo else when.replace(tzinfo=zone))
    except ValueError:
        raise ConfigurationError(f"{place}: {text!r} is not a date such as 2026-10-16") from None
