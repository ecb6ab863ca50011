"""Feishu (飞书) group robots.

Source:
    Custom bot: POST https://open.feishu.cn/open-apis/bot/v2/hook/… (open.feishu.cn, custom bot guide).
Sample answer:
    {"code":0,"msg":"success","data":{}}, older robots {"StatusCode":0,…}; too many messages {"code":11232,…}; a wrong signature
    {"code":19021,…}; all with HTTP 200.
Limits:
    100 messages a minute and 5 a second; 20 KB a message.
Doubts:
    The signature (HMAC-SHA256 of nothing, keyed with timestamp, line break and secret) is an assumption that agrees with what
    others publish; nobody has run this against Feishu itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import timedelta

from pydantic import Field

from collector.alerting.receiver import Rate, Receiver, ReceiverOptions
from collector.alerting.receivers.messages import fitting, plain, title
from collector.alerting.receivers.posting import judge_code, post, robot_code
from collector.alerts.notification import Notification
from collector.http import Http

LARGEST = 16_000
"""Bytes of the text; JSON adds to it, and the bot takes 20 KB."""
BUSY = {11232: 60.0, 9499: 60.0}


class FeishuOptions(ReceiverOptions):
    url: str = Field(description="the bot's address, which is its secret: best as ${env:…}")
    secret: str | None = Field(default=None, description="of a bot that wants signed messages")


class Feishu(Receiver):
    """A text message for each notification."""

    Options = FeishuOptions
    rate = Rate(5, timedelta(seconds=3))

    def __init__(self, options: FeishuOptions, http: Http) -> None:
        self._options, self._http = options, http

    def send(self, notification: Notification) -> None:
        language = self._options.language
        text = fitting(notification, language, plain, title(notification, language), LARGEST)
        message = {**self._signature(), "msg_type": "text", "content": {"text": text}}
        judge_code(robot_code(post(self._http, self._options.url, json=message)), BUSY)

    def _signature(self) -> dict[str, str]:
        if self._options.secret is None:
            return {}
        timestamp = str(int(time.time()))
        return {"timestamp": timestamp, "sign": sign(self._options.secret, timestamp)}


def sign(secret: str, timestamp: str) -> str:
    """Base64 of HMAC-SHA256 over nothing, keyed with the timestamp (in seconds), a line break and the secret."""
    return base64.b64encode(hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
