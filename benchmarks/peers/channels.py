"""The folder's generated channels (gen/gen_channels.py) and what is true of them.

A channel belongs to one of four platforms and to a department. ``obs`` tells in which minutes a platform was polled; the state
that a poll sees holds for that minute, and a minute without a poll is unknown. A channel's first transition is its first poll.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.peers.folder import Folder

MINUTES = 30 * 1440
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Channels:
    """department, platform: of each channel. polled[platform, minute]. Channel c has the transitions [first[c], first[c + 1]), at
    ``minute``, alternating from ``state`` (1 online) on. online, observed: minutes of each channel, the truth.
    """

    department: np.ndarray
    platform: np.ndarray
    polled: np.ndarray
    first: np.ndarray
    minute: np.ndarray
    state: np.ndarray
    online: np.ndarray
    observed: np.ndarray

    @property
    def count(self) -> int:
        return len(self.department)

    @property
    def size(self) -> str:
        return f"{self.count:,} channels, 30 days, {len(self.minute) / 1e6:.1f} M transitions"

    def keys(self) -> list[str]:
        """The channels' codes of 20 digits."""
        return [
            f"3402{i // 1_000_000 % 100:02}{i // 10_000 % 100:02}001320{i % 1_000_000:06}" for i in range(self.count)
        ]

    def transitions(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(channel, minute, online) of every transition, by channel and time."""
        counts = np.diff(self.first)
        channel = np.repeat(np.arange(self.count, dtype=np.int32), counts)
        place = np.arange(len(self.minute), dtype=np.int64) - np.repeat(self.first[:-1], counts)
        return channel, self.minute, ((place & 1) ^ np.repeat(self.state, counts)).astype(bool)

    def truth(self) -> Rates:
        departments = int(self.department.max()) + 1
        online = np.bincount(self.department, self.online, departments)
        observed = np.bincount(self.department, self.observed, departments)
        return Rates(float(online.sum() / observed.sum()), online / observed, self.online / self.observed)


@dataclass(frozen=True)
class Rates:
    """Online rates: overall, by department, by channel (both in the order of their numbers)."""

    overall: float
    department: np.ndarray
    channel: np.ndarray

    def error(self, truth: Rates) -> float:
        """The largest difference. Raises AssertionError where one has more or fewer departments or channels."""
        pairs = ((self.department, truth.department), (self.channel, truth.channel))
        assert all(ours.shape == theirs.shape for ours, theirs in pairs), [ours.shape for ours, _ in pairs]
        return float(max(abs(self.overall - truth.overall), *(np.abs(ours - theirs).max() for ours, theirs in pairs)))

    def check(self, truth: Rates) -> float:
        """``error``; raises AssertionError where it is above TOLERANCE."""
        error = self.error(truth)
        assert error <= TOLERANCE, f"differs from the truth by {error:g}"
        return error


def load(folder: Folder, count: int, *, minutes: bool = False) -> Channels:
    """The folder's channels, generated where they are not there yet. minutes: with a state for every minute beside them."""
    made = f"ch_{count}/bitmap.npy" if minutes else f"ch_{count}/truth.npz"
    folder.make(made, "gen/gen_channels.py", str(count), *(["--bitmap"] if minutes else []))
    path = folder.data / f"ch_{count}"
    channels, transitions, truth = (np.load(path / f"{name}.npz") for name in ("chan", "trans", "truth"))
    return Channels(
        channels["dept"], channels["plat"], np.load(path / "obs.npy").astype(bool), transitions["off"], transitions["minute"],
        transitions["state0"], truth["online_min"], truth["observed_min"],
    )  # fmt: skip
