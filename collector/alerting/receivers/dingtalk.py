"""DingTalk (钉钉) group robots.

Source:
    Custom robot: POST https://oapi.dingtalk.com/robot/send?access_token=…, signed by timestamp and HMAC-SHA256 (open.dingtalk.com).
Sample answer:
    {"errcode":0,"errmsg":"ok"}; a wrong signature {"errcode":310000,"errmsg":"sign not match"}; all with HTTP 200.
Limits:
    20 messages a minute, beyond them the robot is blocked for 10 minutes; a robot with keywords takes only texts that hold one.
Doubts:
    The signature is checked against a published vector; nobody has run this against DingTalk itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import timedelta

from pydantic import Field

from collector.alerting.receiver import Rate, Receiver, ReceiverOptions
from collector.alerting.receivers.messages import fitting, markdown, title
from collector.alerting.receivers.posting import judge_code, post, robot_code
from collector.alerts.notification import Notification
from collector.http import Http

LARGEST = 18_000
"""Bytes of the text; the robot takes 20,000 of the whole message."""
BUSY = {130101: 600.0}
SYSTEM_BUSY = frozenset({-1})


class DingTalkOptions(ReceiverOptions):
    url: str = Field(description="the robot's address with its access_token, best as ${env:…}")
    secret: str | None = Field(default=None, description="of a robot that wants signed messages: SEC…")
    keyword: str = Field(default="", description="put in front of every text, for a robot that wants a keyword")
    at_mobiles: tuple[str, ...] = Field(default=(), description="telephone numbers of people to mention")


class DingTalk(Receiver):
    """A markdown message for each notification."""

    Options = DingTalkOptions
    rate = Rate(18, timedelta(minutes=1))

    def __init__(self, options: DingTalkOptions, http: Http) -> None:
        self._options, self._http = options, http

    def send(self, notification: Notification) -> None:
        options = self._options
        head = f"{options.keyword} {title(notification, options.language)}".strip()
        mentions = "".join(f" @{mobile}" for mobile in options.at_mobiles)
        text = fitting(notification, options.language, markdown, f"#### {head}", LARGEST - len(mentions)) + mentions
        message = {
            "msgtype": "markdown",
            "markdown": {"title": head, "text": text},
            "at": {"atMobiles": list(options.at_mobiles), "isAtAll": False},
        }
        judge_code(robot_code(post(self._http, options.url, params=self._signature(), json=message)), BUSY, SYSTEM_BUSY)

    def _signature(self) -> dict[str, str]:
        if self._options.secret is None:
            return {}
        timestamp = str(time.time_ns() // 1_000_000)  # the robot refuses one that is an hour old
        return {"timestamp": timestamp, "sign": sign(self._options.secret, timestamp)}


def sign(secret: str, timestamp: str) -> str:
    """Base64 of HMAC-SHA256 over the timestamp (in milliseconds), a line break and the secret, keyed with the secret."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
