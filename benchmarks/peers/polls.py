"""The folder's two consecutive polls (gen/gen_json.py) as answers of the platform that the project polls.

The folder writes the field names of WVP's older channel list, the project's connector reads those of the present one: the keys are
renamed (one pass before anything is timed), the values, their order and the pages stay, and so does the size of a channel.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from benchmarks.peers.folder import Folder
from benchmarks.poll_unchanged import Polls
from benchmarks.table import Line
from benchmarks.timing import timed
from collector.connector import Part

RENAMED = {
    b'"id":': b'"gbId":', b'"channelId":': b'"gbDeviceId":', b'"name":': b'"gbName":', b'"civilCode":': b'"gbCivilCode":',
    b'"parental":': b'"gbParental":', b'"status":': b'"gbStatus":', b'"parentId":': b'"gbParentId":',
}  # fmt: skip
_KEY = re.compile(b"|".join(re.escape(key) for key in RENAMED))
_DEVICE = re.compile(rb'"deviceId":"\d{14}(\d{6})"')
CHANNELS_A_DEVICE = 64
PAGE = 1000
TARGET, TARGET_VOLATILE = 0.5, 1.5


class FolderPlatform:
    """Answers like ``benchmarks.wvp_pages.Platform``, with the folder's two polls in turn.

    stamped: every channel carries a value that differs with each answer, so that no record repeats.
    """

    def __init__(self, folder: Folder, count: int, *, stamped: bool = False) -> None:
        folder.make(f"json_{count}/poll1.npy", "gen/gen_json.py", str(count))
        self.count, self.stamped = count, stamped
        self.flipped = int(np.load(folder.data / f"json_{count}" / "flip.npy").sum())
        self._polls = [_pages(folder, count, number) for number in (0, 1)]
        self._devices = _device_pages(-(-count // CHANNELS_A_DEVICE))
        self._answers = 0

    def change(self, share: float) -> None:
        """Each answer differs from the one before as the folder's polls do."""

    def answer(self) -> list[Part]:
        """Never the bytes of the answer before, but a copy, as from a socket."""
        self._answers += 1
        pages = self._polls[self._answers % 2]
        if self.stamped:
            stamp = b'"hasAudio":%d,' % (10_000 + self._answers % 10_000)
            pages = [page.replace(b'"hasAudio":false,', stamp) for page in pages]
        named = [(f"devices {n}", page) for n, page in enumerate(self._devices, 1)]
        named += [(f"channels {n}", page) for n, page in enumerate(pages, 1)]
        return [Part(name, bytes(bytearray(body))) for name, body in named]


def renamed(page: bytes) -> bytes:
    """The page with the field names that the connector reads; a channel's device is the number in its code."""
    page = _KEY.sub(lambda found: RENAMED[found[0]], page)
    return _DEVICE.sub(lambda found: b'"dataType":1,"dataDeviceId":%d' % (int(found[1]) + 1), page)


def lines(folder: Folder, count: int) -> list[Line]:
    """The poll from the JSON bytes to the commit: with 0.16 % changed, and with a volatile value in every record."""
    return [
        _line("poll", FolderPlatform(folder, count), TARGET * count / 1_000_000),
        _line(
            "poll, volatile answers", FolderPlatform(folder, count, stamped=True), TARGET_VOLATILE * count / 1_000_000
        ),
    ]


def _line(work: str, platform: FolderPlatform, target: float) -> Line:
    polls = Polls(platform)  # type: ignore[arg-type]
    timing = timed(lambda _: polls.once(), polls.next_answer, warm_ups=3)
    size = f"{platform.count:,} channels, {polls.session.size / 1e6:.0f} MB JSON"
    polls.installation.close()
    note = f"{platform.flipped:,} channels changed, to the commit"
    return Line(
        work, size, timing.cpu_seconds, wall_seconds=timing.wall_seconds, at_most=target, runs=timing.runs, note=note
    )


def _pages(folder: Folder, count: int, number: int) -> list[bytes]:
    path = folder.data / f"json_{count}"
    body, edges = (path / f"poll{number}.bin").read_bytes(), np.load(path / f"poll{number}.npy").tolist()
    return [renamed(body[start:stop]) for start, stop in pairwise(edges)]


def _device_pages(count: int) -> list[bytes]:
    """The devices of the channels, all online."""
    items = [
        b'{"id":%d,"deviceId":"3402000000111%07d","onLine":true,"channelCount":64}' % (n + 1, n) for n in range(count)
    ]
    pages = [items[start : start + PAGE] for start in range(0, count, PAGE)]
    form = f'{{"code":0,"msg":"成功","data":{{"total":{count},"list":['.encode()
    return [form + b",".join(page) + b"]}}" for page in pages]
