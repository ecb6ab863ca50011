"""The answer of a video platform with many channels, page by page, about 400 bytes a channel; the same for the same arguments."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import numpy as np

from collector.connector import Part, Poll
from collector.http import Reply

PAGE = 1000
PLACE = 1 << 19
"""Bytes set aside for a page in a file."""
CHANNELS_PER_DEVICE = 500
PATHS = {"/api/device/query/devices": "devices", "/api/common/channel/list": "channels"}


class Platform:
    """``count`` channels and their recorders, most of them online at first.

    stamped: every channel's time stamp differs with each answer, by its seconds too, so that no record repeats. file: where the
    pages are kept instead of in memory.
    """

    def __init__(self, count: int, *, stamped: bool = False, file: Path | None = None) -> None:
        self.count, self.stamped = count, stamped
        self.is_on = np.random.default_rng(20261001).random(count) < 0.95
        self._told_at = np.arange(count) * 7919 % 86400
        self._answers = 0
        self._pages: MutableMapping[str, bytes] = {} if file is None else Shelf(file)
        devices = [_device(number) for number in range(1, -(-count // CHANNELS_PER_DEVICE) + 1)]
        for number, start in enumerate(range(0, len(devices), PAGE), start=1):
            self._pages[f"devices {number}"] = _page(devices[start : start + PAGE], number, len(devices))
        self._write(range(-(-count // PAGE)))

    def change(self, share: float) -> None:
        """So many of the channels, spread over all pages, turn from on to off or back; their time stamp tells when."""
        turned = np.random.default_rng(self._answers).choice(self.count, round(self.count * share), replace=False)
        self.is_on[turned] ^= True
        self._told_at[turned] = self._now + turned % 60
        self._write(np.unique(turned // PAGE).tolist())

    def answer(self) -> list[Part] | Mapping[str, bytes]:
        """The parts of one answer, their bytes never those of the answer before but a copy, as from a socket."""
        self._answers += 1
        if self.stamped:
            self._told_at = self._now + np.random.default_rng(self._answers).integers(0, 60, self.count)
            self._write(range(-(-self.count // PAGE)))
        if isinstance(self._pages, Shelf):
            return self._pages
        return [Part(name, bytes(bytearray(body))) for name, body in self._pages.items()]

    @property
    def _now(self) -> int:
        """The minute of this answer, in seconds from the day before."""
        return 86400 + 60 * self._answers

    def _write(self, pages: Iterable[int]) -> None:
        for page in pages:
            start, stop = page * PAGE, min((page + 1) * PAGE, self.count)
            facts = zip(self.is_on[start:stop].tolist(), self._told_at[start:stop].tolist(), strict=True)
            items = [_channel(number, is_on, _stamp(at)) for number, (is_on, at) in enumerate(facts, start=start + 1)]
            self._pages[f"channels {page + 1}"] = _page(items, page + 1, self.count)


class Shelf(MutableMapping[str, bytes]):
    """Pages in a file, each in a place of its own; reading one makes new bytes, as reading from a socket does."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b", buffering=0)
        self._sizes: dict[str, int] = {}
        self._places: dict[str, int] = {}

    def __getitem__(self, name: str) -> bytes:
        self._file.seek(self._places[name] * PLACE)
        return self._file.read(self._sizes[name])

    def __setitem__(self, name: str, body: bytes) -> None:
        assert len(body) <= PLACE
        self._sizes[name] = len(body)
        self._file.seek(self._places.setdefault(name, len(self._places)) * PLACE)
        self._file.write(body)

    def __delitem__(self, name: str) -> None:
        raise NotImplementedError

    def __iter__(self) -> Iterator[str]:
        return iter(self._sizes)

    def __len__(self) -> int:
        return len(self._sizes)

    @property
    def size(self) -> int:
        return sum(self._sizes.values())


class StoredSession:
    """Stands in for ``collector.http.Http``: its answers are the parts it was given, read from memory."""

    def __init__(self) -> None:
        self.told_at: tuple[float, float] | None = None
        self.parts: Mapping[str, bytes] = {}

    def hold(self, parts: list[Part] | Mapping[str, bytes]) -> None:
        self.parts = parts if isinstance(parts, Mapping) else {part.name: part.body for part in parts}

    @property
    def size(self) -> int:
        return self.parts.size if isinstance(self.parts, Shelf) else sum(map(len, self.parts.values()))

    def get(self, url: str, expect: tuple[int, ...] = (200,), **request: Any) -> Reply:
        name = PATHS[url[url.index("/api") :]]
        return Reply(expect[0], {}, self.parts[f"{name} {request['params']['page']}"])

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:  # noqa: ARG002 it has everything already
        """A connector's ``fetch`` that reads nothing: the parts as they lie here."""
        yield from [Part(name, body) for name, body in self.parts.items()]
        return None


def _page(items: list[str], number: int, total: int) -> bytes:
    return (
        f'{{"code":0,"msg":"成功","data":{{"total":{total},"list":[{",".join(items)}],'
        f'"pageNum":{number},"pageSize":{PAGE},"size":{len(items)},"pages":{-(-total // PAGE)}}}}}'
    ).encode()


def _stamp(seconds: int) -> str:
    """So many seconds after the beginning of 1 October."""
    days, left = divmod(seconds, 86400)
    return f"2026-10-{1 + days:02} {left // 3600:02}:{left // 60 % 60:02}:{left % 60:02}"


def _device(number: int) -> str:
    return (
        f'{{"id":{number},"deviceId":"3415240000111{number:07}","name":"录像机{number}","transport":"UDP",'
        f'"onLine":true,"channelCount":{CHANNELS_PER_DEVICE},"expires":3600,"charset":"GB2312"}}'
    )


def _channel(number: int, is_on: bool, stamp: str) -> str:
    device = (number - 1) // CHANNELS_PER_DEVICE + 1
    district = 341500 + device % 16
    return (
        f'{{"gbId":{number},"gbDeviceId":"3415240000132{number:07}","gbName":"江淮路口{number}号",'
        f'"gbManufacturer":"Simulated","gbModel":"IPC-2","gbCivilCode":"{district}","gbAddress":"江淮路{number % 997}号",'
        f'"gbParental":0,"gbParentId":"3415240000111{device:07}","gbStatus":"{"ON" if is_on else "OFF"}",'
        f'"gbLongitude":{117 + number % 1000 / 1000:.4f},"gbLatitude":{31 + number % 999 / 1000:.4f},"gbPtzType":3,'
        f'"dataType":1,"dataDeviceId":{device},"createTime":"2025-03-01 09:00:00","updateTime":"{stamp}"}}'
    )
