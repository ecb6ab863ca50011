"""The identity of an alert: its label set, as one fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping


def fingerprint(labels: Mapping[str, str]) -> str:
    """16 hex digits, the same for the same labels in any order."""
    return _digest(json.dumps(dict(labels), ensure_ascii=False, sort_keys=True))


def shared(labels: Mapping[str, str], group_by: Iterable[str]) -> dict[str, str]:
    """The labels of a group; a label that the alert does not have is left out."""
    return {name: labels[name] for name in group_by if name in labels}


def group_key(labels: Mapping[str, str]) -> str:
    """Of a group's labels: stable over time and short."""
    return _digest(json.dumps(dict(labels), ensure_ascii=False, sort_keys=True))


def notification_key(receiver: str, group: str, number: int) -> str:
    """Idempotency key of the ``number``-th notification of a receiver's group (32 hex digits)."""
    return hashlib.sha256(f"{receiver}/{group}/{number}".encode()).hexdigest()[:32]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
