"""Prometheus Alertmanager, API v2.

Source:
    POST /api/v2/alerts, a JSON array of labels, annotations, startsAt, endsAt, generatorURL (OpenAPI document of Alertmanager; seen on
    0.25). Identity is the label set. Alertmanager forgets an alert at its endsAt: while one fires it is posted again and again.
Answers:
    200 with an empty body; 400 and 422 for what it cannot read (never worth another try).
Several instances:
    A cluster wants every alert at every instance; it is delivered when one of them has taken it.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from pydantic import Field

from collector.alerting.receiver import Receiver, ReceiverOptions, Undeliverable
from collector.alerting.receivers.posting import post
from collector.alerts.notification import Alert, Notification
from collector.city.types import Texts
from collector.http import Http
from collector.periods import iso

REPOST = timedelta(minutes=1)
FORGOTTEN_AFTER_MS = 5 * 60_000
"""An alert that is not posted again for so long has lost its evaluator."""


class AlertmanagerOptions(ReceiverOptions):
    url: Texts = Field(min_length=1, description="base address, or a list with every instance of a cluster")
    username: str | None = Field(default=None, description="of basic authentication")
    password: str | None = Field(default=None, description="of basic authentication, best as ${env:…}")
    bearer_token: str | None = Field(default=None, description="instead of username and password")


class Alertmanager(Receiver):
    Options = AlertmanagerOptions
    needs_repost = REPOST

    def __init__(self, options: AlertmanagerOptions, http: Http) -> None:
        self._options, self._http = options, http

    def send(self, notification: Notification) -> None:
        forgotten_at = time.time_ns() // 1_000_000 + FORGOTTEN_AFTER_MS
        alerts = [posted(one, self._options.language, forgotten_at) for one in notification.alerts]
        failures: list[Undeliverable] = []
        for url in self._options.url:
            try:
                post(self._http, f"{url.rstrip('/')}/api/v2/alerts", json=alerts, **self._authentication())
            except Undeliverable as error:
                failures.append(error)
        if len(failures) == len(self._options.url):
            raise next((one for one in failures if not one.permanent), failures[0])

    def _authentication(self) -> dict[str, Any]:
        options = self._options
        if options.bearer_token is not None:
            return {"headers": {"Authorization": f"Bearer {options.bearer_token}"}}
        return {"auth": (options.username, options.password or "")} if options.username is not None else {}


def posted(alert: Alert, language: str, forgotten_at: int) -> dict[str, Any]:
    """An alert as Alertmanager takes it; one that fires ends, as far as it knows, at ``forgotten_at`` (ms)."""
    texts = {"summary": alert.summary.in_(language), "description": alert.description.in_(language)}
    ends_at = forgotten_at if alert.ends_at is None else max(alert.ends_at, alert.starts_at)
    document: dict[str, Any] = {
        "labels": dict(alert.labels),
        "annotations": {**alert.annotations, **texts},
        "startsAt": iso(alert.starts_at),
        "endsAt": iso(ends_at),
    }
    return document | ({"generatorURL": alert.link} if alert.link else {})
