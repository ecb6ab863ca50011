"""The hotline's Open311 GeoReport v2 interface: ``/requests.json`` with ``start_date``, ``end_date``, ``status``.

As real servers do, it filters by ``requested_datetime``, answers the newest CAP requests without saying that
there are more, has no closing time (``updated_datetime`` of a closed request is it), and without dates answers the
last 90 days. ``updated_after`` is an extension that some cities have.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from collector.periods import instant, iso, moment
from collector.simulated_city.cases import DAY, NEVER, Cases
from collector.simulated_city.http_server import Answer, Request
from collector.simulated_city.places import CASE_DEPARTMENTS, SERVICES

CAP = 1000
DEFAULT_DAYS = 90
DATES = frozenset({"start_date", "end_date", "updated_after"})


class Open311:
    """Answers for the ``hotline`` subsystem. Texts of requests are kept until the request changes."""

    def __init__(self, hotline: Cases, zone: ZoneInfo) -> None:
        self._cases = hotline
        self._zone = zone
        self._change_at, self._change_case = hotline.changes()
        self._next = 0
        self._at = -1
        self._texts: list[bytes | None] = [None] * len(hotline)
        self._is_closed = np.zeros(len(hotline), bool)
        self._updated_at = np.zeros(len(hotline), np.int64)

    def answer(self, request: Request) -> Answer:
        if request.path != "/requests.json":
            return _failed(404, "not found")
        try:
            dates = {
                name: instant(datetime.fromisoformat(request.query[name])) for name in DATES & request.query.keys()
            }
        except ValueError:
            return _failed(400, "dates must be ISO 8601 with an offset")
        self._move_to(request.at)
        wanted = request.query.get("status", "open,closed").split(",")
        return Answer(b"[" + b",".join(self._requests(dates, wanted)) + b"]")

    def _move_to(self, at: int) -> None:
        if at < self._at:
            self._texts = [None] * len(self._cases)
            self._next = int(np.searchsorted(self._change_at, at, side="right"))
        until = int(np.searchsorted(self._change_at, at, side="right"))
        for case in self._change_case[self._next : until].tolist():
            self._texts[case] = None
        self._next, self._at = until, at

    def _requests(self, dates: Mapping[str, int], wanted: list[str]) -> list[bytes]:
        """Newest first."""
        end = min(dates.get("end_date", self._at + 1), self._at + 1)
        start = dates.get("start_date", end - DEFAULT_DAYS * DAY)
        low, high = np.searchsorted(self._cases.opened_at, [start, end])
        self._write([case for case in range(low, high) if self._texts[case] is None])
        is_closed = self._is_closed[low:high]
        chosen = (is_closed & ("closed" in wanted)) | (~is_closed & ("open" in wanted))
        chosen &= self._updated_at[low:high] > dates.get("updated_after", -1)
        cases = (low + np.flatnonzero(chosen)[-CAP:]).tolist()
        return [text for case in cases if (text := self._texts[case])][::-1]

    def _write(self, cases: list[int]) -> None:
        if not cases:
            return
        known = self._cases.facts(self._at, np.array(cases))
        reopened = np.where(known.reopened > 0, self._cases.reopened_at[cases], NEVER)
        opened = self._cases.opened_at[cases]
        columns = np.stack([opened, known.accepted_at, known.disposed_at, known.closed_at, reopened])
        updated = np.where(columns < NEVER, columns, 0).max(axis=0)
        self._updated_at[cases] = updated
        self._is_closed[cases] = known.closed_at < NEVER
        for case, updated_at in zip(cases, updated.tolist(), strict=True):
            self._texts[case] = self._request(case, updated_at)

    def _request(self, case: int, updated_at: int) -> bytes:
        cases = self._cases
        opened, due = int(cases.opened_at[case]), int(cases.due_at[case])
        day = moment(opened, self._zone)
        service = int(cases.category[case]) % len(SERVICES)
        item = {
            "service_request_id": f"{day:%Y%m%d}-{case:07d}",
            "status": "closed" if self._is_closed[case] else "open",
            "service_name": SERVICES[service],
            "service_code": f"S{service + 1:02d}",
            "agency_responsible": CASE_DEPARTMENTS[int(cases.department[case])],
            "requested_datetime": iso(opened, self._zone),
            "updated_datetime": iso(updated_at, self._zone),
            "expected_datetime": None if due >= NEVER else iso(due, self._zone),
        }
        return msgspec.json.encode(item)


def _failed(status: int, description: str) -> Answer:
    return Answer(msgspec.json.encode([{"code": status, "description": description}]), status)
