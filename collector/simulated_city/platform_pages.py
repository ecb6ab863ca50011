"""What the web platforms answer: the portals' own pages, and Prometheus with what its probes saw."""

from __future__ import annotations

import msgspec

from collector.simulated_city.faults import MINUTE
from collector.simulated_city.http_server import HTML, Answer, Request
from collector.simulated_city.platforms import Platforms

CONTROL = "control"
"""A page beside the portals that always answers, to tell whether the way to them works."""
QUERY = 'probe_success{job="platforms"}'
LOOK_BACK = 5 * MINUTE


class Portals:
    """``/KEY`` is the front page of a portal: 200 while it works, 503 from its proxy while it does not."""

    def __init__(self, portals: Platforms) -> None:
        self._portals = portals
        self._number = {key: number for number, key in enumerate(portals.keys)}

    def answer(self, request: Request) -> Answer:
        key = request.path.removeprefix("/")
        if key == CONTROL:
            return Answer(b"ok", content_type=HTML)
        if key not in self._number:
            return Answer(b"", 404, HTML)
        number = self._number[key]
        if not self._portals.works.is_up(number, request.at):
            return Answer(b"<html>503 Service Temporarily Unavailable</html>", 503, HTML)
        name = self._portals.names[number]
        return Answer(f"<!DOCTYPE html><html><title>{name}</title><body>首页</body></html>".encode(), 200, HTML)


class Prometheus:
    """``/api/v1/query``: knows one query, ``QUERY``; any other has an empty result, as for a metric that does not
    exist.
    """

    def __init__(self, probes: Platforms) -> None:
        self._probes = probes

    def answer(self, request: Request) -> Answer:
        if request.path != "/api/v1/query":
            return Answer(b"404 page not found", 404, "text/plain")
        try:
            asked = round(float(request.query["time"]) * 1000) if "time" in request.query else request.at
        except ValueError:
            return _error("bad_data", 'invalid parameter "time"')
        if "query" not in request.query:
            return _error("bad_data", 'invalid parameter "query": unknown position: no expression')
        return self._vector(request.query["query"], asked, request.at)

    def _vector(self, query: str, asked: int, at: int) -> Answer:
        """The newest samples as at ``asked``; none where the present ``at`` is longer ago than the look-back."""
        result = []
        if query == QUERY and asked - at <= LOOK_BACK:
            works = self._probes.works.state_at(min(asked, at))
            result = [self._series(number, asked, bool(is_up)) for number, is_up in enumerate(works)]
        data = {"resultType": "vector", "result": result}
        return Answer(msgspec.json.encode({"status": "success", "data": data}), content_type="application/json")

    def _series(self, number: int, asked: int, is_up: bool) -> dict[str, object]:
        key, name = self._probes.keys[number], self._probes.names[number]
        metric = {"__name__": "probe_success", "job": "platforms", "instance": key, "platform": name}
        return {"metric": metric, "value": [asked / 1000, "1" if is_up else "0"]}


def _error(kind: str, message: str) -> Answer:
    body = msgspec.json.encode({"status": "error", "errorType": kind, "error": message})
    return Answer(body, 400, "application/json")
