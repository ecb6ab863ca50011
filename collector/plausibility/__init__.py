"""Doubts about records that are formally fine; each module but ``gather`` is pure. What each check can tell: docs/plausibility.md."""
