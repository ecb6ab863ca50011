"""What the lint needs beside the city file: how many subjects a register owes, and what was measured in earlier months."""

from __future__ import annotations

import re

import numpy as np

from collector.city.indicators import Availability, Indicator
from collector.city.model import City
from collector.current import frozen_lines
from collector.installation import Installation
from collector.lint import Earlier
from collector.measuring.observed_states import chosen
from collector.register import known_at, owed_spans
from collector.register_file import register_rows
from collector.store.snapshots import Snapshot, all_snapshots
from collector.subjects import Dictionary

_MONTH = re.compile(r"\d{4}-\d{2}")
_SAYS_NOTHING_OF_THE_VALUE = {"name", "target", "weight", "min_coverage"}


def registered_subjects(city: City, now: int) -> dict[str, int]:
    """By indicator, the subjects that fixed registers owe it at ``now``; not where a source goes by its own list.

    Raises ConfigurationError where a register file cannot be read.
    """
    found = {}
    for indicator in city.indicators:
        if isinstance(indicator, Availability):
            counts = [_registered(city, indicator, name, now) for name in indicator.source_ids]
            if None not in counts:
                found[indicator.id] = sum(count for count in counts if count is not None)
    return found


def _registered(city: City, indicator: Availability, name: str, now: int) -> int | None:
    register = city.source(name).register_
    if register.policy != "fixed":
        return None
    entries = register_rows(city.folder / str(register.file), city.zone)
    owed = owed_spans(known_at(entries, now), Dictionary())
    present = np.zeros(owed.dictionary.size, bool)
    for one in owed.rounds:
        present |= (one.joined <= now) & (now < one.removed)
    return int(np.count_nonzero(present & chosen(owed.dictionary, indicator.where)))


def earlier_values(installation: Installation) -> dict[str, list[Earlier]]:
    """By indicator, the values of frozen months, newest revisions, that were measured under the same definition."""
    with installation.database.read() as connection:
        newest = {one.period: one for one in all_snapshots(connection) if _MONTH.fullmatch(one.period)}
    found: dict[str, list[Earlier]] = {}
    for snapshot in newest.values():
        for name, indicator, earlier in _values(snapshot):
            if any(_same(one, indicator) for one in installation.city.indicators):
                found.setdefault(name, []).append(earlier)
    return found


def _values(snapshot: Snapshot) -> list[tuple[str, Indicator, Earlier]]:
    numbers = {row["id"]: row["measurement"]["n"] for row in snapshot.document["indicators"]}
    return [
        (name, line.indicator, Earlier(snapshot.period, line.value, numbers[name]))
        for name, line in frozen_lines(snapshot).items()
        if line.value is not None
    ]


def _same(one: Indicator, other: Indicator) -> bool:
    return one.model_dump(exclude=_SAYS_NOTHING_OF_THE_VALUE) == other.model_dump(exclude=_SAYS_NOTHING_OF_THE_VALUE)
