"""What was seen of the subjects of a figure, of one source or of several together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.city.exclusions import Exclusion
from collector.faults import AND_MORE_BY_SUBJECT, DISAPPEARED, PENDING, Fault
from collector.measures.availability import Seen, Sweeps
from collector.measures.groups import Groups
from collector.measures.states import Times
from collector.measures.tally import constant, is_constant
from collector.subjects import Dictionary

NAMED = 10
"""A fault names so many subjects; ``parts`` counts all of them, and a break-down by subject tells each."""


@dataclass(frozen=True)
class ObservedStates:
    """One source over a span: its subjects, their times with and without exclusions, and its sweeps.

    disappeared: bool[N], who left the source's list; None where a register decides who is owed. if_stayed: the same span as if each of
    them had stayed and been down; None where nobody left. pending: bool[N], who is owed because nobody approved the removal from the
    register; None where the list decides. exclusions: those known, each with the subjects that it took time from (bool[N]).
    """

    dictionary: Dictionary
    seen: Seen
    plain: Seen
    sweeps: Callable[[np.ndarray], Sweeps]
    disappeared: np.ndarray | None = None
    if_stayed: ObservedStates | None = None
    pending: np.ndarray | None = None
    exclusions: tuple[tuple[Exclusion, np.ndarray], ...] = ()


@dataclass(frozen=True)
class JoinedColumns:
    """Columns of several dictionaries one after another."""

    parts: Sequence[Dictionary]

    @property
    def num_rows(self) -> int:
        return sum(part.size for part in self.parts)

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        return pa.chunked_array([part.attribute(name) for part in self.parts])

    def table(self) -> pa.Table:
        return pa.concat_tables([part.table for part in self.parts])


@dataclass(frozen=True)
class JoinedDictionary(Dictionary):
    """The subjects of several sources one after another."""

    parts: Sequence[Dictionary] = ()

    @classmethod
    def of(cls, parts: Sequence[Dictionary]) -> JoinedDictionary:
        return cls(JoinedColumns(parts), parts)

    def groups(self, name: str) -> Groups:
        return Groups.joined([part.groups(name) for part in self.parts])


def joined_sources(parts: list[ObservedStates]) -> ObservedStates:
    """Several sources as one: their subjects one after another, their sweeps together."""
    if len(parts) == 1:
        return parts[0]
    dictionary = JoinedDictionary.of([part.dictionary for part in parts])
    sizes = [part.dictionary.size for part in parts]
    ends = np.cumsum(sizes)

    def sweeps(mask: np.ndarray) -> Sweeps:
        each = [part.sweeps(own) for part, own in zip(parts, np.split(mask, ends[:-1]), strict=True)]
        return Sweeps(
            np.concatenate([one.online for one in each]), np.concatenate([one.listed for one in each]),
            sum(one.missed for one in each),
        )  # fmt: skip

    def everywhere(mask: np.ndarray, part: int) -> np.ndarray:
        return np.concatenate([mask if i == part else np.zeros(size, bool) for i, size in enumerate(sizes)])

    left = any(part.if_stayed for part in parts)
    seen = _joined_seen([part.seen for part in parts])
    nothing_excluded = all(part.plain is part.seen for part in parts)
    return ObservedStates(
        dictionary, seen, seen if nothing_excluded else _joined_seen([part.plain for part in parts]), sweeps,
        disappeared=_joined_masks([part.disappeared for part in parts], sizes),
        if_stayed=joined_sources([part.if_stayed or part for part in parts]) if left else None,
        pending=_joined_masks([part.pending for part in parts], sizes),
        exclusions=tuple((one, everywhere(took, i)) for i, part in enumerate(parts) for one, took in part.exclusions),
    )  # fmt: skip


def _joined_seen(parts: list[Seen]) -> Seen:
    def joined(pick: Callable[[Seen], np.ndarray]) -> np.ndarray:
        columns = [pick(part) for part in parts]
        said = {one[0] for one in columns if is_constant(one)}
        if len(said) == 1 and all(map(is_constant, columns)):  # one thing of everybody
            return constant(said.pop(), sum(map(len, columns)))
        return np.concatenate(columns)

    times = Times(joined(lambda s: s.times.up), joined(lambda s: s.times.down), joined(lambda s: s.times.unknown))
    return Seen(times, joined(lambda s: s.sampling), joined(lambda s: s.excluded))


def _joined_masks(masks: list[np.ndarray | None], sizes: list[int]) -> np.ndarray | None:
    """None where every part is; a part of which nothing is said has nobody in it."""
    if all(mask is None for mask in masks):
        return None
    return np.concatenate(
        [np.zeros(size, bool) if mask is None else mask for mask, size in zip(masks, sizes, strict=True)]
    )


def chosen(dictionary: Dictionary, where: dict[str, tuple[str, ...]], subjects: tuple[str, ...] = ()) -> np.ndarray:
    """bool[N]: the subjects whose attributes are all among the values given for them."""
    mask = np.ones(dictionary.size, bool)
    wanted = where | ({"subject": subjects} if subjects else {})
    for name, values in wanted.items():
        mask &= np.asarray(pc.is_in(dictionary.attribute(name), value_set=pa.array(values, pa.string())))
    return mask


def faults_of_the_base(
    dictionary: Dictionary, disappeared: np.ndarray | None, pending: np.ndarray | None
) -> tuple[str, ...]:
    """In words: who left the source's list, and whose removal from the register nobody approved (bool[N] each)."""
    told = ((disappeared, DISAPPEARED), (pending, PENDING))
    return tuple(_named(dictionary, which, fault) for which, fault in told if which is not None and which.any())


def _named(dictionary: Dictionary, which: np.ndarray, fault: Fault) -> str:
    numbers = np.flatnonzero(which)
    names = ", ".join(dictionary.keys.take(pa.array(numbers[:NAMED])).to_pylist())
    if len(numbers) > NAMED:
        names = AND_MORE_BY_SUBJECT(names=names, count=len(numbers) - NAMED)
    return fault(count=len(numbers), names=names)
