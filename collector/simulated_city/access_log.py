"""The app's access log: ``/access-YYYY-MM-DD.json``, one JSON line per login, growing over the day, read by byte
ranges.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from collector.periods import moment
from collector.simulated_city.histories import Array
from collector.simulated_city.http_server import Answer, Request
from collector.simulated_city.logins import Logins, account_id

KEPT_DAYS = 3
LINES = "application/x-ndjson"


@dataclass(frozen=True)
class _File:
    """A whole day's lines; the first n of them end at byte ``ends[n]``."""

    text: bytes
    ends: Array


class AccessLog:
    """Answers for the ``logs`` subsystem. A file exists from its day's midnight on."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self._files: dict[date, _File] = {}

    def answer(self, request: Request) -> Answer:
        match = re.fullmatch(r"/access-(\d{4}-\d{2}-\d{2})\.json", request.path)
        day = date.fromisoformat(match[1]) if match else None
        today = moment(request.at, self._logins.zone).date()
        if day is None or day not in self._logins.days or day > today:
            return Answer(b"404 Not Found", 404, "text/plain")
        file = self._file(day)
        lines = np.searchsorted(self._logins.days[day].at, request.at, side="right")
        return _ranged(file.text, int(file.ends[lines]), request.headers.get("range"))

    def _file(self, day: date) -> _File:
        if day not in self._files:
            while len(self._files) >= KEPT_DAYS:
                del self._files[min(self._files)]
            self._files[day] = self._write(day)
        return self._files[day]

    def _write(self, day: date) -> _File:
        logins = self._logins.days[day]
        rows = zip((logins.at // 1000).tolist(), logins.account.tolist(), logins.succeeded.tolist(), strict=True)
        lines = [
            f'{{"time":"{datetime.fromtimestamp(second, self._logins.zone).isoformat()}","event":"login",'
            f'"account":"{account_id(account)}","status":{200 if succeeded else 401}}}\n'.encode()
            for second, account, succeeded in rows
        ]
        return _File(b"".join(lines), np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64))


def _ranged(text: bytes, size: int, wanted: str | None) -> Answer:
    """The first ``size`` bytes of ``text``, or the range of them that ``wanted`` (``bytes=FIRST-`` or
    ``bytes=FIRST-LAST``) asks for.
    """
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
    if match is None:
        return Answer(text[:size], 200, LINES, {"Accept-Ranges": "bytes"})
    first, last = int(match[1]), min(int(match[2] or size), size - 1)
    if first >= size:
        return Answer(b"", 416, LINES, {"Content-Range": f"bytes */{size}"})
    return Answer(text[first : last + 1], 206, LINES, {"Content-Range": f"bytes {first}-{last}/{size}"})
