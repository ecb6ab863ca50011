"""A notification as text for people: a title, and an entry for each alert, cut to what a channel takes.

Names in it come from subsystems. What a chat would read as markup (a link, a mention, HTML) is replaced by its full-width sign, and
control characters and marks of direction are left out, so that a camera's name cannot forge a message.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from collector.alerts.notification import Alert, Notification, Severity, Told

_SEVERITIES = {
    "zh": {Severity.CRITICAL: "严重", Severity.WARNING: "警告", Severity.INFO: "提示"},
    "en": {Severity.CRITICAL: "critical", Severity.WARNING: "warning", Severity.INFO: "info"},
}
_STATUSES = {
    "zh": {Told.FIRING: "告警", Told.RESOLVED: "恢复"},
    "en": {Told.FIRING: "firing", Told.RESOLVED: "resolved"},
}
_MORE = {"zh": "另有{}项，见控制台", "en": "and {} more, see the console"}
_MARKUP = str.maketrans("[]<>`*", "［］＜＞｀＊")


def title(notification: Notification, language: str) -> str:
    """One line: what, how grave, which city, how many."""
    status = _STATUSES[language][notification.status]
    told = notification.firing or notification.alerts
    severity = _SEVERITIES[language][notification.severity]
    first = harmless(told[0].summary.in_(language))
    more = f" (+{len(told) - 1})" if len(told) > 1 else ""
    return f"[{status}][{severity}] {harmless(notification.city)} {first}{more}".replace("[", "【").replace("]", "】")


def fitting(
    notification: Notification, language: str, entry: Callable[[Alert, str], str], head: str, largest: int
) -> str:
    """``head`` and as many entries as fit into ``largest`` bytes of UTF-8, the gravest first; the rest is counted."""
    entries = [entry(one, language) for one in notification.alerts]
    for kept in range(len(entries), -1, -1):
        left = len(entries) - kept
        text = "\n\n".join([head, *entries[:kept], *([_MORE[language].format(left)] if left else [])])
        if len(text.encode()) <= largest:
            return text
    return _cut(head, largest)


def markdown(alert: Alert, language: str) -> str:
    lines = [
        f"**{_mark(alert, language)} {harmless(alert.summary.in_(language))}**",
        harmless(alert.description.in_(language)),
    ]
    return "\n\n".join([*lines, *([f"[{_page(language)}]({alert.link})"] if alert.link else [])])


def plain(alert: Alert, language: str) -> str:
    lines = [
        f"{_mark(alert, language)} {harmless(alert.summary.in_(language))}",
        harmless(alert.description.in_(language)),
    ]
    return "\n".join([*lines, *([alert.link] if alert.link else [])])


def harmless(text: str) -> str:
    """On one line, without control characters and marks of direction, and with nothing that a chat reads as markup."""
    kept = (
        " " if one in "\r\n\t" else one
        for one in text
        if one in "\r\n\t" or unicodedata.category(one) not in {"Cc", "Cf"}
    )
    return "".join(kept).translate(_MARKUP)


def _mark(alert: Alert, language: str) -> str:
    words: Sequence[str] = (_STATUSES[language][alert.status], _SEVERITIES[language][alert.severity])
    return f"【{' '.join(words)}】"


def _page(language: str) -> str:
    return "查看" if language == "zh" else "open"


def _cut(text: str, largest: int) -> str:
    """At a character's edge."""
    return text.encode()[:largest].decode(errors="ignore")
