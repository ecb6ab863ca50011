"""What a receiver is told: alerts of one group, as they stood when the notification was written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Told(StrEnum):
    """Of an alert or a notification: a notification is resolved when all its alerts are."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Cause(StrEnum):
    """Why a notification was written. repeat: nothing is new, people are reminded. repost: the receiver forgets otherwise."""

    NEW = "new"
    CHANGED = "changed"
    REPEAT = "repeat"
    REPOST = "repost"


@dataclass(frozen=True)
class Text:
    """The same in Chinese and in English."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Alert:
    """One alert. Its identity is its labels; values stand in texts and annotations only.

    fingerprint: 16 hex digits of the labels' SHA-256. labels: ``alertname``, ``severity``, ``indicator`` or ``source``,
    ``department`` (the owner), and the group's own (``district`` …); names match [a-z_]+, values are any text.
    summary: one line. description: what, where, since when, how far from the target, what is left of the month.
    annotations: further plain values as text (``value``, ``target``, ``coverage``), may be empty.
    starts_at: when it began to fire; ends_at: when it resolved, None while it fires (ms since the epoch).
    link: page of the console, empty where the city file has no ``alerts.url``. acknowledged_by: who said they are on it.
    """

    fingerprint: str
    labels: Mapping[str, str]
    severity: Severity
    summary: Text
    description: Text
    starts_at: int
    ends_at: int | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    acknowledged_by: str | None = None

    @property
    def status(self) -> Told:
        return Told.FIRING if self.ends_at is None else Told.RESOLVED


@dataclass(frozen=True)
class Notification:
    """What one ``Receiver.send`` delivers.

    key: idempotency key, the same at every attempt and never used twice. group_key: of which group of which receiver,
    stable over time. group_labels: the labels that the alerts share by ``group_by``. alerts: firing ones first, by
    severity and labels. written_at: when it was written; an attempt may come much later. city: its name. link: the
    console's page of alerts.
    """

    key: str
    receiver: str
    group_key: str
    group_labels: Mapping[str, str]
    cause: Cause
    alerts: tuple[Alert, ...]
    written_at: int
    city: str
    link: str = ""

    @property
    def status(self) -> Told:
        return Told.FIRING if self.firing else Told.RESOLVED

    @property
    def firing(self) -> tuple[Alert, ...]:
        return tuple(one for one in self.alerts if one.ends_at is None)

    @property
    def resolved(self) -> tuple[Alert, ...]:
        return tuple(one for one in self.alerts if one.ends_at is not None)

    @property
    def severity(self) -> Severity:
        """The gravest of the alerts that fire, else of those that resolved."""
        order = list(Severity)
        return min((one.severity for one in self.firing or self.alerts), key=order.index)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Notification:
        document = json.loads(text)
        alerts = tuple(_alert(one) for one in document["alerts"])
        return cls(**document | {"cause": Cause(document["cause"]), "alerts": alerts})


def _alert(document: dict[str, Any]) -> Alert:
    texts = {name: Text(**document[name]) for name in ("summary", "description")}
    return Alert(**document | texts | {"severity": Severity(document["severity"])})
