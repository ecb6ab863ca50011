"""What makes a figure provable: hashes, signatures, the log's proofs, the container. Everything here but ``keys`` is pure.

The package needs nothing but the standard library, ``cryptography`` and ``rfc8785``, so that a verifier can carry it.
"""

from __future__ import annotations

from collector.errors import CitygaugeError


class ProofFailed(CitygaugeError):
    """Something that proves a figure does not match; ``place`` says where, ``reason`` what does not match."""

    exit_code = 1

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason
