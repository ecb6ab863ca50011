"""Signed webhooks: the notification as JSON, for a city's own message centre.

Source:
    Our own. Body: docs/alerts.md. Header ``Citygauge-Signature: t=SECONDS,v1=HEX``, HEX the HMAC-SHA256 of ``SECONDS.BODY`` with the
    shared secret; ``Idempotency-Key`` is the same at every attempt, so that the receiver can leave a second one alone.
Answers:
    2xx: taken. 408, 425, 429, 5xx: tried again, after Retry-After where it is given. Any other: given up, and shown.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time

from pydantic import Field

from collector.alerting.receiver import Receiver, ReceiverOptions
from collector.alerting.receivers.posting import post
from collector.alerts.notification import Notification
from collector.http import Http

VERSION = "1"


class WebhookOptions(ReceiverOptions):
    url: str = Field(description="where the notification is posted")
    secret: str = Field(min_length=16, description="shared secret of the signature, best as ${env:…}")


class Webhook(Receiver):
    Options = WebhookOptions

    def __init__(self, options: WebhookOptions, http: Http) -> None:
        self._options, self._http = options, http

    def send(self, notification: Notification) -> None:
        document = {"version": VERSION, "status": notification.status.value, **json.loads(notification.to_json())}
        body = json.dumps(document, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": notification.key,
            "Citygauge-Signature": signature(self._options.secret, int(time.time()), body),
        }
        post(self._http, self._options.url, data=body, headers=headers)


def signature(secret: str, at: int, body: bytes) -> str:
    """The header's value; ``at`` in seconds since the epoch."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
