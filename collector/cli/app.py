"""The commands, by what they are about; each module registers its own on ``app``."""

from __future__ import annotations

from collector.cli import demo, describe, methods, plausibility, processes, proof, records, results
from collector.cli.options import app

__all__ = ["app", "demo", "describe", "methods", "plausibility", "processes", "proof", "records", "results"]
