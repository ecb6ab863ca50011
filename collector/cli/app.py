"""The commands, by what they are about; each module registers its own on ``app``."""

from __future__ import annotations

from collector.cli import (
    alerts,
    audit,
    declarations,
    demo,
    describe,
    doctor,
    evidence,
    methods,
    plausibility,
    processes,
    profiles,
    prometheus,
    proof,
    records,
    results,
)
from collector.cli.options import app

__all__ = [
    "alerts",
    "app",
    "audit",
    "declarations",
    "demo",
    "describe",
    "doctor",
    "evidence",
    "methods",
    "plausibility",
    "processes",
    "profiles",
    "prometheus",
    "proof",
    "records",
    "results",
]
