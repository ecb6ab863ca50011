"""The project on the folder's own data, and right after it the folder's scripts: work by work, as lines of one table."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

from benchmarks import scaling
from benchmarks.peers import events, month, polls
from benchmarks.peers.channels import Channels, load
from benchmarks.peers.folder import Folder
from benchmarks.peers.listed import CASES, CELERY, LOGINS, MONTH, Script, poll_scripts
from benchmarks.sealed_month import segment_sizes
from benchmarks.table import Line
from benchmarks.timing import Timing, median, timed
from collector.history import History
from collector.installation import Installation

TRANSITIONS_BYTES, ROLL_UP_BYTES = 130, 60
MONTH_TARGET = {1_000_000: 0.1}


def months(folder: Folder, quick: bool) -> Iterator[Line]:
    """A sealed month of 10,000 and 1,000,000 channels (1,000 in a quick run): storage, and overall + departments + channels."""
    for count in [1_000] if quick else [10_000, 1_000_000]:
        channels = load(folder, count)
        sealing: list[tuple[float, float]] = []
        installation = month.build(channels, costs=sealing)
        stored = list(_stored(installation, count))
        ours, *others = _measured(installation, channels)
        installation.close()
        yield from (ours, *others, *stored, _sealing(count, median(sealing)))
        for script in MONTH[count]:
            yield from script.lines(
                folder, lambda peer, ours=ours, stored=stored: stored[0] if peer.unit == "B" else ours
            )


def poll(folder: Folder, quick: bool) -> Iterator[Line]:
    """A poll of the folder's JSON (100,000 channels in a quick run), from the bytes to the commit."""
    count = 100_000 if quick else 1_000_000
    ours, *others = polls.lines(folder, count)
    yield from (ours, *others)
    yield from _beside(folder, poll_scripts(count), ours)


def logins(folder: Folder, quick: bool) -> Iterator[Line]:
    """Not in a quick run: storing and sealing ten million takes a minute."""
    if quick:
        return
    ours, *others = events.logins(folder)
    yield from (ours, *others)
    yield from _beside(folder, LOGINS, ours)


def cases(folder: Folder, quick: bool) -> Iterator[Line]:  # noqa: ARG001 it takes some seconds
    ours, *others = events.cases(folder)
    yield from (ours, *others)
    yield from _beside(folder, CASES, ours)


def tasks(folder: Folder, quick: bool) -> Iterator[Line]:
    """The price of a task, in a worker of ours and in the folder's."""
    ours = None
    for line in scaling.task_price(quick):
        ours = line if line.work == scaling.EMPTY_TASK and line.amount is not None else ours
        yield line
    if ours is not None and not quick:
        yield from _beside(folder, CELERY, ours)


COMPARISONS: dict[str, Callable[[Folder, bool], Iterator[Line]]] = {
    "months": months,
    "poll": poll,
    "logins_beside": logins,
    "cases_beside": cases,
    "task_price": tasks,
}


def _beside(folder: Folder, scripts: tuple[Script, ...], ours: Line) -> Iterator[Line]:
    gc.collect()  # what ours held in memory is of no use to the peers
    for script in scripts:
        yield from script.lines(folder, lambda _: ours)


def _measured(installation: Installation, channels: Channels) -> Iterator[Line]:
    """With the files open, as a running server or an attached table has them, and with every file opened anew; equal to the truth."""
    order, kept = month.channel_order(channels), month.fresh_history(installation)
    month.rates(kept, order).check(channels.truth())
    work = f"month availability, {channels.count:,} channels"
    said = "overall, departments and channels; equal to the truth to 1e-12"
    variants: dict[str, Callable[[], History]] = {
        "files open": lambda: kept, "each file opened anew": lambda: month.fresh_history(installation),
    }  # fmt: skip
    for how, prepare in variants.items():
        repeats = 31 if channels.count <= 10_000 else 9
        timing = timed(lambda history: month.rates(history, order), prepare, repeats)
        yield Line(
            work, channels.size, timing.cpu_seconds, wall_seconds=timing.wall_seconds, runs=timing.runs,
            at_most=MONTH_TARGET.get(channels.count), note=f"{how}; {said}",
        )  # fmt: skip


def _sealing(count: int, timing: Timing) -> Line:
    note = f"of one platform, {count // len(month.PLATFORMS):,} channels, polled each minute"
    size = f"{count:,} channels, {len(month.PLATFORMS)} platforms"
    return Line(
        "sealing a day", size, timing.cpu_seconds, wall_seconds=timing.wall_seconds, runs=timing.runs, note=note
    )


def _stored(installation: Installation, count: int) -> Iterator[Line]:
    """Bytes a channel-month of the archive's files, whole and by part, those of all platforms together."""
    sizes: dict[str, int] = {}
    for source in month.PLATFORMS:
        for part, size in segment_sizes(installation, source).items():
            sizes[part] = sizes.get(part, 0) + size
    size, whole = f"{count:,} channels, a month", month.archived_bytes(installation)
    yield Line("storage, whole segments", size, whole / count, "B", note="all that lies in the archive")
    judged = count >= 10_000  # what every file holds beside its rows weighs heavily on fewer
    for name, part, most in (("transitions", "record", TRANSITIONS_BYTES), ("roll-up", "subject", ROLL_UP_BYTES)):
        yield Line(
            f"storage, {name}", size, sizes[part] / count, "B", at_most=most if judged else None, note=f"part {part!r}"
        )
