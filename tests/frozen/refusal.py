"""What a test says of a bundle that must not verify."""

from __future__ import annotations

import re
from typing import Any

import pytest

from collector.frozen.verification import verify
from collector.proof import ProofFailed


def refused(body: bytes, place: str, reason: str, **known: Any) -> None:
    """The bundle is refused at a place (a regular expression, whole) with a reason (part of it)."""
    with pytest.raises(ProofFailed) as caught:
        verify(body, **known)
    assert re.fullmatch(place, caught.value.place), str(caught.value)
    assert reason in caught.value.reason, str(caught.value)
