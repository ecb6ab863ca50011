"""Who is owed under policy ``fixed``, and over which spans, as the register file told it at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from collector.measures.states import Registered
from collector.periods import Span
from collector.register_file import FOREVER, Entries, parse_register
from collector.subjects import Dictionary

if TYPE_CHECKING:
    from collector.history import History
    from collector.ledger import MeasuredSource


@dataclass(frozen=True)
class Pending:
    """Removals without approval (int64[P]): subject number ``n`` should have left at ``removed`` and is owed until ``owed_until``."""

    n: np.ndarray
    removed: np.ndarray
    owed_until: np.ndarray


@dataclass(frozen=True)
class Owed:
    """A register over a source's subjects.

    dictionary: the source's, with the register's subjects and attributes. rounds: the first registered span of every subject,
    then the second of those that have one, and so on; at least one round.
    """

    dictionary: Dictionary
    rounds: list[Registered]
    pending: Pending

    def pending_in(self, span: Span) -> np.ndarray:
        """bool[N]: the subjects that are owed in ``span`` only because nobody approved their removal."""
        mask = np.zeros(self.dictionary.size, bool)
        mask[self.pending.n[(self.pending.removed < span.end) & (self.pending.owed_until > span.start)]] = True
        return mask


def entries_of(history: History, source: MeasuredSource) -> Entries:
    """The rows of a source's register file: of the one that lies beside the city file, or of a frozen copy."""
    return parse_register(history.register(source.id), str(source.register_.file), history.city.zone)


def known_at(entries: Entries, as_of: int) -> Entries:
    """The rows that held at ``as_of``, by subject and joined: entered by then, and neither corrected nor taken back by then."""
    entered = np.flatnonzero(entries.entered_at <= as_of)
    order = entered[np.lexsort((entries.entered_at[entered], entries.joined[entered], entries.subject[entered]))]
    corrected = (np.diff(entries.subject[order]) == 0) & (np.diff(entries.joined[order]) == 0)
    held = order[np.append(~corrected, True)[: len(order)]]
    return entries.take(held[~entries.void[held]])


def owed_spans(entries: Entries, known: Dictionary) -> Owed:
    """Rows as ``known_at`` gives them over the subjects of ``known``; attributes are those of a subject's last span."""
    subject, joined, removed, pending = entries.subject, entries.joined, entries.removed, entries.pending
    follows = np.append(False, np.diff(subject) == 0)[: len(subject)]
    last = np.append(~follows[1:], True)[: len(subject)]
    # Without approval a subject is owed on; where it joins again, by the row that says so.
    owed_until = np.where(pending, np.where(last, FOREVER, np.roll(joined, -1)), removed)
    final = entries.take(np.flatnonzero(last))
    told = {name: one.to_pylist() for name, one in final.attributes.items() if one.null_count < len(one)}
    dictionary, _, numbers = known.merge(final.subjects.take(pa.array(final.subject)).to_pylist(), told)
    n = np.repeat(numbers, np.diff(np.append(np.flatnonzero(~follows), len(subject))))
    return Owed(
        dictionary, _rounds(n, follows, joined, owed_until, dictionary.size),
        Pending(n[pending], removed[pending], owed_until[pending]),
    )  # fmt: skip


def _rounds(n: np.ndarray, follows: np.ndarray, joined: np.ndarray, removed: np.ndarray, size: int) -> list[Registered]:
    """Spans sorted by subject and joined as rounds. follows: whether a span has the subject of the one before it."""
    place = np.arange(len(n))
    place = place - np.maximum.accumulate(np.where(follows, 0, place))
    rounds = [Registered.nothing(size) for _ in range(int(place.max(initial=0)) + 1)]
    for i, one in enumerate(rounds):
        one.joined[n[place == i]], one.removed[n[place == i]] = joined[place == i], removed[place == i]
    return rounds
