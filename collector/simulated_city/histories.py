"""Up and down histories of many subjects as sorted instants of change, in compressed rows.

Instants inside a history are int32 seconds since the world's start: a million channels with thirty changes each take
120 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
CHUNK = 1 << 16
SPREAD = 1.0
"""Sigma of the lognormal durations: most outages are short, a few are long."""


@dataclass(frozen=True)
class Histories:
    """Subject i is ``initial[i]`` at first and changes to the other state at each of ``seconds[offsets[i]:offsets[i +
    1]]``.

    start: the instant (ms since the epoch) of second 0. The new state holds from the second of change on.
    """

    start: int
    initial: Array
    offsets: Array
    seconds: Array

    def __len__(self) -> int:
        return len(self.initial)

    @property
    def subjects(self) -> Array:
        """The subject of each change."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.offsets))

    @property
    def becomes_up(self) -> Array:
        """The state after each change."""
        number = np.arange(len(self.seconds)) - np.repeat(self.offsets[:-1], np.diff(self.offsets))
        state: Array = np.repeat(self.initial, np.diff(self.offsets)) ^ (number % 2 == 0)
        return state

    def state_at(self, at: int) -> Array:
        """Whether each subject is up at an instant."""
        seen = np.concatenate([[0], np.cumsum(self.seconds <= (at - self.start) // 1000)])
        state: Array = self.initial ^ ((seen[self.offsets[1:]] - seen[self.offsets[:-1]]) % 2 == 1)
        return state

    def is_up(self, subject: int, at: int) -> bool:
        """Whether one subject is up at an instant."""
        changes = self.seconds[self.offsets[subject] : self.offsets[subject + 1]]
        number = int(np.searchsorted(changes, (at - self.start) // 1000, side="right"))
        return bool(self.initial[subject]) ^ (number % 2 == 1)

    def take(self, index: Array) -> Histories:
        """The histories of the subjects at ``index``, in that order, repeated where ``index`` repeats."""
        lengths = np.diff(self.offsets)[index]
        offsets = _offsets(lengths)
        where = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][index] - offsets[:-1], lengths)
        return Histories(self.start, self.initial[index], offsets, self.seconds[where])

    def sampled_milliseconds(self, slots: Array, end: int) -> Array:
        """Milliseconds up of each subject, when what is seen at a slot holds to the next and what the last slot sees
        holds to ``end``.

        slots: sorted instants, int64. Exact.
        """
        edges = np.append(slots, end).astype(np.int64) - slots[0]
        first_seen = edges[np.searchsorted(slots, self.start + self.seconds.astype(np.int64) * 1000)]
        running = np.concatenate([[0], np.cumsum(np.where(self.becomes_up, -first_seen, first_seen))])
        is_up_last = self.initial ^ (np.diff(self.offsets) % 2 == 1)
        up: Array = running[self.offsets[1:]] - running[self.offsets[:-1]] + is_up_last * edges[-1]
        return up


def renewal(random: np.random.Generator, start: int, length: int, *, mean_up: Array, mean_down: Array) -> Histories:
    """Alternating up and down spans of lognormal length over ``length`` seconds; means in seconds, one per subject."""
    pieces = [
        _renewal_chunk(random, length, mean_up[at : at + CHUNK], mean_down[at : at + CHUNK])
        for at in range(0, len(mean_up), CHUNK)
    ]
    initial, lengths, seconds = (np.concatenate(part) for part in zip(*pieces, strict=True))
    return Histories(start, initial, _offsets(lengths), seconds)


def _renewal_chunk(
    random: np.random.Generator, length: int, mean_up: Array, mean_down: Array
) -> tuple[Array, Array, Array]:
    count, cycle = len(mean_up), mean_up + mean_down
    # the process begins up to one cycle before second 0, so that the city does not start with everything up
    changes = -np.floor(random.random(count) * cycle)[:, None]
    while (changes[:, -1] < length).any():
        draws = np.exp(SPREAD * random.standard_normal((count, 16)) - SPREAD * SPREAD / 2)
        draws[:, 0::2] *= mean_up[:, None]
        draws[:, 1::2] *= mean_down[:, None]
        steps = np.maximum(1, np.rint(draws))
        changes = np.hstack([changes, changes[:, -1:] + np.cumsum(steps, axis=1)])
    changes = changes[:, 1:]
    inside = (changes > 0) & (changes < length)
    initial = (changes <= 0).sum(axis=1) % 2 == 0
    return initial, inside.sum(axis=1), changes[inside].astype(np.int32)


def from_to(start: int, length: int, first: Array, last: Array) -> Histories:
    """Subjects that are up over [first, last), in seconds; a bound outside [0, length) is none."""
    changes = np.stack([first, last], axis=1)
    inside = (changes > 0) & (changes < length)
    return Histories(start, first <= 0, _offsets(inside.sum(axis=1)), changes[inside].astype(np.int32))


def all_of(*parts: Histories) -> Histories:
    """Subjects that are up while they are up in every one of ``parts``."""
    initial = np.logical_and.reduce([part.initial for part in parts])
    subject = np.concatenate([part.subjects for part in parts])
    seconds = np.concatenate([part.seconds for part in parts])
    steps = np.concatenate([np.where(part.becomes_up, 1, -1) for part in parts])
    order = np.lexsort((seconds, subject))
    subject, seconds = subject[order], seconds[order]
    up_before = np.stack([part.initial for part in parts]).sum(axis=0, dtype=np.int64)
    is_up = _running(steps[order], subject, up_before) == len(parts)
    last_of_second = np.append((subject[1:] != subject[:-1]) | (seconds[1:] != seconds[:-1]), True)[: len(subject)]
    subject, seconds, is_up = subject[last_of_second], seconds[last_of_second], is_up[last_of_second]
    first_of_subject = np.append(True, subject[1:] != subject[:-1])[: len(subject)]
    changed = is_up != np.where(first_of_subject, initial[subject], np.roll(is_up, 1))
    lengths = np.bincount(subject[changed], minlength=len(initial))
    return Histories(parts[0].start, initial, _offsets(lengths), seconds[changed])


def by_time(histories: Histories) -> tuple[Array, Array, Array]:
    """Every change in order of time: seconds, subject, whether it becomes up."""
    order = np.argsort(histories.seconds, kind="stable")
    return histories.seconds[order], histories.subjects[order], histories.becomes_up[order]


def _running(steps: Array, subject: Array, first: Array) -> Array:
    """Per subject, ``first`` plus the sum of its steps so far; ``subject`` is sorted."""
    total = np.cumsum(steps)
    begins = np.searchsorted(subject, np.arange(len(first)))
    before = np.concatenate([[0], total])[begins]
    running: Array = first[subject] + total - before[subject]
    return running


def _offsets(lengths: Array) -> Array:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
