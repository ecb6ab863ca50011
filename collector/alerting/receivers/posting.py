"""What the receivers over HTTP share: one request, and what its answer means for the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from collector.alerting.receiver import ANY_STATUS, Undeliverable
from collector.errors import SourceUnavailable
from collector.http import Http, Reply

TRY_LATER = (408, 425, 429)
"""Client errors that another attempt may do away with."""
LONGEST_WAIT_SECONDS = 3600.0


def post(http: Http, url: str, **kwargs: Any) -> Reply:
    """POST; an answer with status 2xx. Raises Undeliverable, whose text names neither address nor payload: both may be secret."""
    try:
        reply = http.request("POST", url, expect=ANY_STATUS, **kwargs)
    except SourceUnavailable as error:
        raise Undeliverable(str(error).rpartition(": ")[2] or "no answer", permanent=False) from None
    if not 200 <= reply.status < 300:
        permanent = 300 <= reply.status < 500 and reply.status not in TRY_LATER
        raise Undeliverable(
            f"HTTP {reply.status}", permanent=permanent, retry_after_seconds=_retry_after(reply.headers)
        )
    return reply


class _Answer(msgspec.Struct):
    """DingTalk and WeCom say ``errcode``, Feishu ``code``, its older robots ``StatusCode``."""

    errcode: int | None = None
    code: int | None = None
    status_code: int | None = msgspec.field(default=None, name="StatusCode")


def robot_code(reply: Reply) -> int:
    """The robot's own code, 0 for success: all of them answer HTTP 200 to what they refuse. Raises Undeliverable."""
    try:
        answer = msgspec.json.decode(reply.body, type=_Answer)
    except msgspec.MsgspecError:
        raise Undeliverable("the answer is not a robot's: no JSON with a code in it", permanent=False) from None
    given = [one for one in (answer.errcode, answer.code, answer.status_code) if one is not None]
    if not given:
        raise Undeliverable("the answer is not a robot's: no code in it", permanent=False)
    return next((one for one in given if one), 0)


def judge_code(code: int, busy: Mapping[int, float], passing: frozenset[int] = frozenset()) -> None:
    """Raise Undeliverable for any code but 0. busy: seconds to wait by the code for too many messages; passing: worth another try."""
    if code in busy:
        raise Undeliverable(f"too many messages (code {code})", permanent=False, retry_after_seconds=busy[code])
    if code:
        raise Undeliverable(f"refused with code {code}", permanent=code not in passing)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; the form with a date is rare and not read."""
    text = headers.get("Retry-After", "")
    return min(float(text), LONGEST_WAIT_SECONDS) if text.isdecimal() else None
