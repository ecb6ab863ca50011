"""How long to wait before a notification is tried again, and before a receiver's rate allows the next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

FIRST_MS = 5_000
LONGEST_MS = 600_000
_WHOLE = 1 << 32


def retry_after(key: str, attempts: int) -> int:
    """Milliseconds to wait after the ``attempts``-th failure (1, 2 …): doubling from 5 s to 10 min, by a half to all of it.

    The jitter comes from the key, so that two workers agree and a test can tell; notifications differ in theirs.
    """
    longest = min(LONGEST_MS, FIRST_MS << min(attempts - 1, 20))
    drawn = int.from_bytes(hashlib.sha256(f"{key}/{attempts}".encode()).digest()[:4], "big")
    return longest // 2 + longest // 2 * drawn // _WHOLE


def allowed_at(sent: Sequence[int], messages: int, within: int, now: int) -> int:
    """When the next message may go, given when the last ones went (ms), so that no span of ``within`` ms has more than ``messages``.

    A message dated later than now (the clock went back) counts as sent now.
    """
    recent = sorted(min(at, now) for at in sent)
    return now if len(recent) < messages else max(now, recent[-messages] + within)
