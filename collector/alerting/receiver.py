r'''The contract of a receiver of notifications. Writing one: a file under ``receivers``, one line in ``registry``.

The outbox calls ``send`` from one worker at a time for a notification, retries with back-off, keeps to the rate, and
keeps the order within a group. A receiver does none of that: it turns one notification into one message. An example:

    class Options(ReceiverOptions):
        url: str
        token: str                                 # "${env:…}" in the city file, resolved before it comes here

    class Chat(Receiver):
        """Posts a line to a chat. <protocol document, a sample answer, limits, doubts>"""

        Options = Options
        rate = Rate(20, timedelta(minutes=1))

        def __init__(self, options: Options, http: Http) -> None:
            self._options, self._http = options, http

        def send(self, notification: Notification) -> None:
            text = "\n".join(one.summary.in_(self._options.language) for one in notification.alerts)
            try:
                reply = self._http.request("POST", self._options.url, expect=ANY_STATUS, json={"text": text})
            except SourceUnavailable:              # its text names the path, which may be a secret here
                raise Undeliverable("no answer", permanent=False) from None
            if reply.status == 429:
                raise Undeliverable("too many messages", permanent=False, retry_after_seconds=60)
            if reply.status != 200:
                raise Undeliverable(f"HTTP {reply.status}", permanent=400 <= reply.status < 500)
'''

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from collector.alerts.notification import Notification
from collector.errors import CitygaugeError
from collector.http import Http

ANY_STATUS = tuple(range(200, 600))
"""``expect`` for ``Http.request`` where the receiver itself judges the status."""


class Undeliverable(CitygaugeError):
    """A notification was not taken. permanent: it never will be, however often it is tried (refused, malformed, too long).

    retry_after_seconds: how long the receiver asks everybody to wait, None where it says nothing. The text is shown to
    operators: never a token, a path that holds one, or a payload.
    """

    def __init__(self, message: str, *, permanent: bool, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True)
class Rate:
    """At most ``messages`` within any span of length ``within``; kept by the outbox over all workers."""

    messages: int
    within: timedelta


class ReceiverOptions(BaseModel):
    """What the city file says about one receiver; every kind adds its own keys. Unknown keys are refused.

    Keys that all receivers have (id, via, severities, group_by, timeout, tls_verify …) are read before and are not here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    paths: ClassVar[frozenset[str]] = frozenset()
    """Options that hold a path; a relative one starts at the city file's folder."""

    language: Literal["zh", "en"] = "zh"


class Receiver(ABC):
    """One configured receiver. Construction does no I/O.

    rate: None where nothing limits it. needs_repost: how often a firing alert must be posted again for the receiver to
    keep it (Alertmanager forgets after its resolve_timeout); such a receiver groups, repeats and acknowledges by itself,
    so it is told of every change at once, and acknowledgement does not stop the posts.
    most_alerts: how many alerts one notification may hold; more are spread over several of the same group.
    """

    Options: ClassVar[type[ReceiverOptions]]
    rate: ClassVar[Rate | None] = None
    needs_repost: ClassVar[timedelta | None] = None
    most_alerts: ClassVar[int] = 100

    @abstractmethod
    def __init__(self, options: Any, http: Http) -> None:
        """``options``: an instance of ``Options``, secrets resolved. ``http``: deadline and trust as the city file says."""

    @abstractmethod
    def send(self, notification: Notification) -> None:
        """Deliver, or raise Undeliverable. May be called again with a notification that was delivered already (a worker
        that died before it could say so): where the protocol has a place for it, pass ``notification.key`` on.
        """
