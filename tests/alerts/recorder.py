"""A receiver that remembers what it was told, or refuses as it is told to."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from collector.alerting.receiver import Rate, Receiver, ReceiverOptions
from collector.alerts.notification import Notification
from collector.http import Http


class RecorderOptions(ReceiverOptions):
    label: str = ""


class Recorder(Receiver):
    Options = RecorderOptions
    told: ClassVar[list[Notification]] = []
    failure: ClassVar[Exception | None] = None

    def __init__(self, options: RecorderOptions, http: Http) -> None:
        self._label = options.label

    def send(self, notification: Notification) -> None:
        if self.failure is not None:
            raise self.failure
        self.told.append(notification)


class Forgetful(Recorder):
    """One that has to be told again and again, as Alertmanager has."""

    needs_repost = timedelta(minutes=1)
    most_alerts = 2


class Slow(Recorder):
    rate = Rate(2, timedelta(minutes=1))
