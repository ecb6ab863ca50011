"""Our own HTTP probe: does a platform's page answer as it should?

Source:
    The platforms' own addresses, asked by GET as a visitor would (RFC 9110). A target is up when, within its
    ``timeout`` and after at most five redirects, it answers a status named in ``expect`` and the page contains
    ``contains``, where that is set. A refused connection, no answer in time, a certificate that is not accepted, a
    redirect loop and any other status are down. Nothing is asked twice: a retry would hide the outages that are to be
    measured. Before a failure without any HTTP answer counts as down, ``control`` is asked, a page that always
    answers; when it does not either, our own network is out, and the poll is unavailable: nothing is known of the
    targets.
Cadence:
    60 s. Availability is weighed by time, so a target is seen down for at least one interval.
Sample:
    The evidence is written by this connector, one part for each target, and holds all that the verdict needs:
    {"elapsed_ms":184,"expect":[200],"found":null,"name":"12345 热线门户","reason":null,"status":200,"subject":"portal"}
    {"elapsed_ms":10002,"expect":[200],"found":null,"name":null,"reason":"no answer in time","status":null,
    "subject":"egov"}
    {"elapsed_ms":12,"expect":[200],"found":null,"name":null,"reason":null,"status":204,
    "subject":"control"} in the part ``control``
Not used:
    The page itself: only whether it contains the text (in UTF-8 or GB 18030) is kept. ``elapsed_ms``: kept as
    evidence, not measured. Certificate expiry: a platform whose certificate runs out is down on that day, not before.
Doubts:
    A page that answers 200 with an error text is up unless ``contains`` is set. Without ``control`` an outage of our
    own network is counted against every target. The probe stands at one place; it does not see what visitors
    elsewhere see.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Meta, Struct
from msgspec.json import Decoder, Encoder
from pydantic import BaseModel, ConfigDict, Field, field_validator

from collector import connector
from collector.connector import Connector, Part, Poll
from collector.errors import SourceChanged, SourceUnavailable
from collector.http import Http
from collector.periods import parse_duration
from collector.records import Kind, State, Sweep
from collector.strict import read_json

ANY_STATUS = tuple(range(100, 600))
AT_ONCE = 8
"""Targets asked side by side, so that some slow ones do not use up the polling interval."""
CONTROL = "control"


class Target(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    subject: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://[^@]+$")
    name: str | None = None
    expect: tuple[Annotated[int, Field(ge=100, le=599)], ...] = Field(default=(200,), min_length=1)
    contains: str | None = Field(default=None, min_length=1)
    timeout: str = Field(default="10s", description="for the whole answer of this target")

    @field_validator("timeout")
    @classmethod
    def _is_a_duration(cls, text: str) -> str:
        if parse_duration(text) <= timedelta(0):
            raise ValueError("timeout must be longer than 0s")
        return text


class HttpProbeOptions(connector.Options):
    targets: tuple[Target, ...] = Field(min_length=1)
    control: str | None = Field(default=None, pattern=r"^https?://[^@]+$", description="a page that always answers")

    @field_validator("targets")
    @classmethod
    def _subjects_differ(cls, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        subjects = [target.subject for target in targets]
        if len(set(subjects)) < len(subjects):
            raise ValueError("two targets have the same subject")
        return targets


class Probe(Struct, forbid_unknown_fields=True):
    """What one target answered.

    status: None where no HTTP answer came, and then ``reason`` says why. found: None where no text was sought.
    """

    subject: Annotated[str, Meta(min_length=1)]
    name: str | None
    expect: Annotated[list[Annotated[int, Meta(ge=100, le=599)]], Meta(min_length=1)]
    status: Annotated[int, Meta(ge=100, le=599)] | None
    found: bool | None
    reason: str | None
    elapsed_ms: Annotated[int, Meta(ge=0)]

    @property
    def state(self) -> State:
        return State.UP if self.status in self.expect and self.found is not False else State.DOWN


ENCODER = Encoder(order="sorted")
DECODER = Decoder(Probe)


class HttpProbe(Connector):
    Options = HttpProbeOptions
    kind = Kind.STATES

    def __init__(self, options: HttpProbeOptions, zone: ZoneInfo) -> None:  # noqa: ARG002 no times are read
        self._targets = options.targets
        self._control = Target(subject=CONTROL, url=options.control, expect=ANY_STATUS) if options.control else None
        self._sessions: dict[str, Http] = {}

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        probes = list(self._pool.map(lambda target: self._probe(poll.http, target), self._targets))
        if self._control and any(probe.status is None for probe in probes):
            control = self._probe(poll.http, self._control)
            if control.status is None:
                raise SourceUnavailable(
                    f"control: {control.reason}; our own network is out, so nothing is known of the targets"
                )
            yield Part(CONTROL, ENCODER.encode(control))
        for probe in probes:
            yield Part(f"target {probe.subject}", ENCODER.encode(probe))
        return None

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """Made at the first poll: threads do not survive the fork of a worker."""
        return ThreadPoolExecutor(min(AT_ONCE, len(self._targets)))

    def _probe(self, http: Http, target: Target) -> Probe:
        """Ask a target once, in a session of its own that is kept: a platform that is up keeps its connection."""
        if target.subject not in self._sessions:
            self._sessions[target.subject] = http.once(parse_duration(target.timeout))
        return _probe(self._sessions[target.subject], target)

    def parse(self, parts: Iterable[Part]) -> Sweep:
        named = [(part.name, _read(part)) for part in parts]
        probes = [probe for name, probe in named if name != CONTROL]
        if not probes:
            raise SourceChanged("$", "no target is among the parts")
        subjects = [probe.subject for probe in probes]
        if len(set(subjects)) < len(subjects):
            raise SourceChanged("$.subject", "one target was probed twice")
        states = np.array([probe.state for probe in probes], np.uint8)
        return Sweep(subjects, states, {"name": [probe.name for probe in probes]})


def _probe(http: Http, target: Target) -> Probe:
    """Ask a target once. Failing to get an answer is an answer here, so nothing is raised."""
    status, found, reason = None, None, None
    begun = time.monotonic()
    try:
        reply = http.get(target.url, ANY_STATUS)
        status, found = reply.status, _contains(reply.body, target.contains)
    except SourceUnavailable as error:
        reason = str(error).partition(": ")[2]
    elapsed_ms = round((time.monotonic() - begun) * 1000)
    return Probe(target.subject, target.name, list(target.expect), status, found, reason, elapsed_ms)


def _contains(body: bytes, text: str | None) -> bool | None:
    return None if text is None else any(text.encode(charset) in body for charset in ("utf-8", "gb18030"))


def _read(part: Part) -> Probe:
    probe = read_json(DECODER, part.body, part.name)
    if (probe.status is None) == (probe.reason is None):
        raise SourceChanged(f"{part.name} $.reason", "is for a target without an HTTP answer, and only for it")
    return probe
