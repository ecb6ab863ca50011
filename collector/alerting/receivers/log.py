"""Writes every notification to the log of the process: for trying things out, and for cities that read logs."""

from __future__ import annotations

import logging

from collector.alerting.receiver import Receiver, ReceiverOptions
from collector.alerts.notification import Notification
from collector.http import Http


class LogOptions(ReceiverOptions):
    """Nothing of its own."""


class Log(Receiver):
    """One line an alert, with the severity as the level."""

    Options = LogOptions

    def __init__(self, options: LogOptions, http: Http) -> None:  # noqa: ARG002 (it asks nobody)
        self._language = options.language
        self._log = logging.getLogger("citygauge.alerts")

    def send(self, notification: Notification) -> None:
        for alert in notification.alerts:
            level = logging.WARNING if alert.ends_at is None else logging.INFO
            self._log.log(
                level, "%s %s: %s", alert.severity.value, alert.status.value, alert.summary.in_(self._language)
            )
