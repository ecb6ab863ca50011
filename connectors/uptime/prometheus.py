"""Prometheus: states that a monitoring system already knows, by one instant query.

Source:
    HTTP API v1 of Prometheus and what speaks it (VictoriaMetrics, Thanos, Mimir), docs/querying/api.md of
    prometheus/prometheus, ``GET /api/v1/query?query=&time=``. The query is asked for the slot's instant. Every series
    of the answer is one subject; its value is read by ``states`` (default 1 up, 0 down), NaN is unknown and any other
    value is an error. With blackbox_exporter ask for ``probe_success``, not ``up``: ``up`` only says that the
    exporter itself could be scraped.
Cadence:
    Not below the scrape interval of the jobs asked about; 60 s suits.
Sample:
    {"status":"success","data":{"resultType":"vector","result":[
    {"metric":{"__name__":"probe_success","instance":"https://portal.example/","job":"sites"},"value":[1790812800,"1"]}]}}
    An empty vector is "result":[], which is no subject at all, not a value of 0. Errors come as 400, 422 or 503 with
    {"status":"error","errorType":"bad_data","error":"…"}; a 401 is plain text.
Not used:
    The time of a sample: it repeats the time asked for. ``infos``: remarks on the query's style. The text of
    ``error`` and of ``warnings``: it may quote the query. Answers with ``warnings`` are partial by the API's
    document (a store did not answer), so the run is partial and does not count.
Doubts:
    A series ends when its target leaves the configuration or five minutes after its last sample (the look-back), so a
    missing series says nothing of the platform: the sweep is never complete, and a missing subject is unknown, never
    gone. For those five minutes an instant query repeats the last sample.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from msgspec import Meta, Struct
from msgspec.json import Decoder
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from collector import connector
from collector.connector import Connector, Part, Poll
from collector.errors import PartialAnswer, SourceChanged, SourceUnavailable
from collector.records import Kind, State, Sweep
from collector.strict import read_json

PATH = "/api/v1/query"
STATES = {"up": State.UP, "down": State.DOWN, "unknown": State.UNKNOWN}
REFUSED = (401, 403)
ANSWERS = (200, 400, 422, 503)


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    username: str
    password: SecretStr


class PrometheusOptions(connector.Options):
    url: str = Field(pattern=r"^https?://[^@?#]+$", description="address of the server, without /api/v1")
    query: str = Field(min_length=1, description="PromQL whose series are the subjects")
    subject_label: str = Field(min_length=1, description="label that holds the subject's key")
    name_label: str | None = None
    states: dict[Literal["up", "down", "unknown"], tuple[float, ...]] = Field(default={"up": (1,), "down": (0,)})
    credentials: Credentials | None = None
    token: SecretStr | None = None

    @field_validator("states")
    @classmethod
    def _one_state_for_a_value(cls, states: dict[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
        values = [value for listed in states.values() for value in listed]
        if len(set(values)) < len(values):
            raise ValueError("one value stands under two states")
        return states

    @model_validator(mode="after")
    def _one_way_in(self) -> PrometheusOptions:
        if self.credentials and self.token:
            raise ValueError("give credentials or token, not both")
        return self


class _Series(Struct, gc=False):
    metric: dict[str, str]
    value: tuple[float, str]


class _Data(Struct):
    type: Literal["vector"] = msgspec.field(name="resultType")
    series: list[_Series] = msgspec.field(name="result")


class _Answer(Struct):
    status: Literal["success"]
    data: _Data
    warnings: list[str] = []


class _Head(Struct):
    status: Literal["success", "error"]
    error_type: Annotated[str, Meta(max_length=40)] | None = msgspec.field(name="errorType", default=None)


HEAD = Decoder(_Head)
ANSWER = Decoder(_Answer)


class Prometheus(Connector):
    Options = PrometheusOptions
    kind = Kind.STATES

    def __init__(self, options: PrometheusOptions, zone: ZoneInfo) -> None:  # noqa: ARG002 times are UTC
        self._options = options
        self._url = options.url.rstrip("/") + PATH
        self._state_of = {value: int(STATES[name]) for name, values in options.states.items() for value in values}

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        params = {"query": self._options.query, "time": f"{poll.slot / 1000:.3f}"}
        reply = poll.http.get(self._url, ANSWERS + REFUSED, params=params, **self._login())
        if reply.status in REFUSED:
            raise SourceUnavailable(f"{PATH}: not let in (HTTP {reply.status}); check credentials or token")
        if reply.status != 200 or read_json(HEAD, reply.body, PATH).status == "error":
            raise SourceUnavailable(f"{PATH}: {_failure(reply.status, reply.body)}")
        yield Part("query", reply.body)
        return None

    def parse(self, parts: Iterable[Part]) -> Sweep:
        series: list[_Series] = []
        for part in parts:
            answer = read_json(ANSWER, part.body, part.name)
            if answer.warnings:
                raise PartialAnswer(f"{part.name} $.warnings", f"holds {len(answer.warnings)}: the result is not whole")
            series += answer.data.series
        subjects = [self._label(index, one.metric) for index, one in enumerate(series)]
        _refuse_twins(subjects)
        states = np.array([self._state(index, one.value[1]) for index, one in enumerate(series)], np.uint8)
        return Sweep(subjects, states, self._names(series), complete=False)

    def _login(self) -> dict[str, Any]:
        options = self._options
        if options.token:
            return {"headers": {"Authorization": f"Bearer {options.token.get_secret_value()}"}}
        if options.credentials:
            return {"auth": (options.credentials.username, options.credentials.password.get_secret_value())}
        return {}

    def _label(self, index: int, metric: Mapping[str, str]) -> str:
        if not (subject := metric.get(self._options.subject_label)):
            place = f"$.data.result[{index}].metric.{self._options.subject_label}"
            raise SourceChanged(place, "is missing; the query must keep this label (subject_label)")
        return subject

    def _state(self, index: int, text: str) -> int:
        try:
            value = float(text)
        except ValueError:
            raise SourceChanged(f"$.data.result[{index}].value", "is not a number") from None
        if math.isnan(value):
            return int(State.UNKNOWN)
        if value not in self._state_of:
            raise SourceChanged(f"$.data.result[{index}].value", f"{value:g} stands for no state; name it under states")
        return self._state_of[value]

    def _names(self, series: list[_Series]) -> dict[str, list[str | None]]:
        label = self._options.name_label
        return {} if label is None else {"name": [one.metric.get(label) for one in series]}


def _refuse_twins(subjects: list[str]) -> None:
    if len(set(subjects)) < len(subjects):
        twin = next(subject for subject in subjects if subjects.count(subject) > 1)
        raise SourceChanged(
            "$.data.result", f"{twin!r} has two series; aggregate in the query, or choose another subject_label"
        )


def _failure(status: int, body: bytes) -> str:
    """The kind of error by the API's own word, where the answer is the API's (a proxy's 503 is a page)."""
    try:
        kind = HEAD.decode(body).error_type or "without a type"
        return f"error {kind} (HTTP {status})" + ("; check the query" if kind in ("bad_data", "execution") else "")
    except msgspec.DecodeError:
        return f"answered HTTP {status}"
