"""A frozen month written down by hand (``october.json``), with break-downs as they would be measured from its sealed days."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

from collector.covering import Covering
from collector.measurement import Measurement
from collector.proof.checkpoint import read_short
from collector.report.content import Line, Report, SourceRuns, effects_on, in_period
from collector.report.frozen import read_snapshot
from collector.report.proof import Proof
from collector.snapshot import canonical
from collector.store.snapshots import Snapshot

HERE = Path(__file__).parent
DAYS = [f"2026-10-{day:02}" for day in range(1, 32)]

Document = dict[str, Any]


def october() -> Document:
    document: Document = json.loads((HERE / "october.json").read_text(encoding="utf-8"))
    return document


def snapshot_of(document: Document) -> Snapshot:
    body = canonical(document)
    return Snapshot("2026-10", document["revision"], hashlib.sha256(body).hexdigest(), 0, body)


def rate(value: Fraction | None, coverage: Fraction = Fraction(1)) -> Measurement:
    """A share with ``coverage`` of it seen; without a value where less than nine tenths were."""
    seen = (value or Fraction(0)) * coverage
    kept = value if coverage >= Fraction(9, 10) else None
    return Measurement(kept, seen, seen + 1 - coverage, float(coverage), n=1200)


def by_day() -> dict[str, Measurement]:
    """Two days that say nothing, three that were seen in part."""
    coverage = {5: Fraction(0), 6: Fraction(3, 5), 14: Fraction(19, 20), 20: Fraction(47, 50), 21: Fraction(97, 100)}
    return {
        day: rate(Fraction(930 + 10 * (i * i % 7), 1000) if i != 5 else None, coverage.get(i, Fraction(1)))
        for i, day in enumerate(DAYS)
    }


def users_by_day() -> dict[str, Measurement]:
    daily = [Measurement(5000 + 37 * (i * i % 11), 5000 + 37 * (i * i % 11), None, 1.0, n=9) for i in range(31)]
    daily[3] = Measurement(None, 0, None, 0.0, n=0)
    return dict(zip(DAYS, daily, strict=True))


def by_department() -> dict[str, Measurement]:
    values = {
        "公安局": Fraction(957, 1000),
        "交通局": Fraction(91, 100),
        "": Fraction(1),
        "城市管理和综合行政执法局赫山分局": Fraction(3, 4),
    }
    return {name: rate(value, Fraction(98, 100)) for name, value in values.items()} | {
        "教育局": rate(None, Fraction(0))
    }


BY: dict[str, dict[str, dict[str, Measurement]]] = {
    "video_online_rate": {"day": by_day(), "department": by_department()},
    "dau": {"day": users_by_day()},
    "pue": {"day": {day: Measurement(1.49 + 0.01 * (i % 3), None, None, 1.0, n=6) for i, day in enumerate(DAYS[:7])}},
}


PROOF = Proof(
    "4b1d" * 16,
    Covering(read_short("612-0f3ac0de5e1f0a77-4b1d4b1d4b1d4b1d"), 1_793_669_405_250),
    "2026-10-r2.bundle",
)


def report_of(document: Document) -> Report:
    frozen = read_snapshot(snapshot_of(document))
    lines = [
        Line(
            one,
            frozen.definitions[one.indicator.id],
            deepcopy(BY.get(one.indicator.id, {})),
            {"department": "archive: segment.parquet is missing"},
        )
        if one.indicator.id == "closure"
        else Line(one, frozen.definitions[one.indicator.id], deepcopy(BY.get(one.indicator.id, {})))
        for one in frozen.figures
    ]
    asked = frozen.period.span.start, frozen.period.span.end - 300_000
    sources = [
        SourceRuns("video", "wvp", "公安局", 3, {"ok": 8812, "unavailable": 104, "missed": 12}, *asked),
        SourceRuns("cases", "sql_cases", "城市管理局", 1, {"ok": 743, "changed": 1}, *asked),
        SourceRuns("meters", "modbus", None, 0, not_read="archive: segment.parquet is missing"),
    ]
    return Report(in_period(frozen), lines, sources, PROOF, effects_on(frozen.figures, [], frozen))
