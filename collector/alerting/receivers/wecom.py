"""WeCom (企业微信) group robots.

Source:
    Group robot: POST https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=… (developer.work.weixin.qq.com).
Sample answer:
    {"errcode":0,"errmsg":"ok"}; an unknown key {"errcode":93000,…}; all with HTTP 200.
Limits:
    20 messages a minute and 4,096 bytes of markdown are an assumption: the page that says so could not be opened.
Doubts:
    Nobody has run this against WeCom itself.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from collector.alerting.receiver import Rate, Receiver, ReceiverOptions
from collector.alerting.receivers.messages import fitting, markdown, title
from collector.alerting.receivers.posting import judge_code, post, robot_code
from collector.alerts.notification import Notification
from collector.http import Http

LARGEST = 4_096
BUSY = {45009: 60.0}
SYSTEM_BUSY = frozenset({-1})


class WeComOptions(ReceiverOptions):
    url: str = Field(description="the robot's address with its key, best as ${env:…}")


class WeCom(Receiver):
    """A markdown message for each notification."""

    Options = WeComOptions
    rate = Rate(18, timedelta(minutes=1))

    def __init__(self, options: WeComOptions, http: Http) -> None:
        self._options, self._http = options, http

    def send(self, notification: Notification) -> None:
        language = self._options.language
        text = fitting(notification, language, markdown, f"#### {title(notification, language)}", LARGEST)
        message = {"msgtype": "markdown", "markdown": {"content": text}}
        judge_code(robot_code(post(self._http, self._options.url, json=message)), BUSY, SYSTEM_BUSY)
