"""The answer of a video platform with many channels, page by page, about 400 bytes a channel; the same for the same arguments."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np

from collector.connector import Part, Poll
from collector.http import Reply

PAGE = 1000
CHANNELS_PER_DEVICE = 500
PATHS = {"/api/device/query/devices": "devices", "/api/common/channel/list": "channels"}


class Platform:
    """``count`` channels and their recorders, all online at first.

    stamped: every channel carries a time stamp that differs with each answer, so that no record repeats.
    """

    def __init__(self, count: int, *, stamped: bool = False) -> None:
        self.count, self.stamped = count, stamped
        self.is_on = np.random.default_rng(20261001).random(count) < 0.95
        self._answers = 0
        self._devices = [_device(number) for number in range(1, -(-count // CHANNELS_PER_DEVICE) + 1)]
        self._pages = {f"devices {n}": page for n, page in _pages(self._devices)} | self._channel_pages()

    def change(self, share: float) -> None:
        """So many of the channels, spread over all pages, turn from on to off or back."""
        turned = np.random.default_rng(self._answers).choice(self.count, round(self.count * share), replace=False)
        self.is_on[turned] ^= True
        self._pages |= self._channel_pages()

    def answer(self) -> list[Part]:
        """The parts of one answer, their bytes never those of the answer before but a copy, as from a socket."""
        self._answers += 1
        if self.stamped:
            self._pages |= self._channel_pages()
        return [Part(name, bytes(bytearray(body))) for name, body in self._pages.items()]

    def _channel_pages(self) -> dict[str, bytes]:
        stamp = f"2026-10-05 {self._answers // 60 % 24:02}:{self._answers % 60:02}:00"
        items = [
            _channel(n, is_on, stamp if self.stamped else "2026-10-01 08:00:00")
            for n, is_on in enumerate(self.is_on.tolist(), start=1)
        ]
        return {f"channels {number}": page for number, page in _pages(items)}


class StoredSession:
    """Stands in for ``collector.http.Http``: its answers are the parts it was given, read from memory."""

    def __init__(self) -> None:
        self.told_at: tuple[float, float] | None = None
        self.parts: Mapping[str, bytes] = {}

    def hold(self, parts: list[Part]) -> None:
        self.parts = {part.name: part.body for part in parts}

    def get(self, url: str, expect: tuple[int, ...] = (200,), **request: Any) -> Reply:
        name = PATHS[url[url.index("/api") :]]
        return Reply(expect[0], {}, self.parts[f"{name} {request['params']['page']}"])

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:  # noqa: ARG002 it has everything already
        """A connector's ``fetch`` that reads nothing: the parts as they lie here."""
        yield from [Part(name, body) for name, body in self.parts.items()]
        return None


def _pages(items: list[str]) -> Generator[tuple[int, bytes], None, None]:
    for number, start in enumerate(range(0, len(items), PAGE), start=1):
        shown = items[start : start + PAGE]
        yield (
            number,
            (
                f'{{"code":0,"msg":"成功","data":{{"total":{len(items)},"list":[{",".join(shown)}],'
                f'"pageNum":{number},"pageSize":{PAGE},"size":{len(shown)},"pages":{-(-len(items) // PAGE)}}}}}'
            ).encode(),
        )


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
