"""``citygauge report PERIOD --profile``: the official form of a county's year, 30 indicators with charts of 12 months.

Built first: a year (``county_year``), sealed and frozen, and a profile with a line for each indicator.
Timed: the whole command in a process of its own, start and imports included, for one format each; the target is wall time on two cores.

    python -m benchmarks.county_report --keep DIR --profile        where the time goes; DIR keeps what was built
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.cities import ZONE
from benchmarks.county_year import SOURCES, build_year
from benchmarks.timing import Row, median, once
from collector.freeze import freeze_period
from collector.installation import Installation
from collector.periods import Period
from collector.report.evaluation import write_form

YEAR, LAST_MONTH = (Period.parse(label, ZONE) for label in ("2025", "2025-12"))
TARGET = 10.0
REPEATS = 3
FORMATS = ("docx", "xlsx", "pdf", "html")
FROZEN_AFTER = 3 * 86_400_000

_ONLINE = {"measure": "availability", "unit": "%"}
_CASES = {"source": "cases", "unit": "%"}
_APP = {"measure": "active_users", "source": "app"}


def indicators() -> dict[str, tuple[str, dict[str, object]]]:
    """Target and definition of the thirty, by id."""
    found: dict[str, tuple[str, dict[str, object]]] = {
        "online": (">= 95", {**_ONLINE, "source": "video"}),
        "online_mean": (">= 95", {**_ONLINE, "source": "video", "method": "subject_mean"}),
        "platforms_up": (">= 99", {**_ONLINE, "source": "platforms"}),
        "portals_up": (">= 99", {**_ONLINE, "source": "portals"}),
        "rework": ("<= 5", {**_CASES, "measure": "case_rework"}),
        "found": (">= 60", {**_CASES, "measure": "case_found_by", "found_by": ["视频", "巡查"]}),
        "accepted": (">= 10000", {"measure": "case_count", "source": "cases", "count": "accepted"}),
        "requests": (">= 2000", {"measure": "case_count", "source": "requests", "count": "accepted"}),
        "requests_closed": (">= 90", {"measure": "case_closure", "source": "requests", "unit": "%"}),
        "mau": (">= 5000", {**_APP, "window": "month"}),
        "pue": ("<= 1.8", {"measure": "pue", "source": "meters"}),
    }
    found |= {
        f"online_{n}": (">= 95", {**_ONLINE, "source": "video", "where": {"department": [f"单位{n:02}"]}})
        for n in range(4)
    }
    bases = ("should_archive", "accepted_in_period")
    found |= {base: (">= 90", {**_CASES, "measure": "case_closure", "base": base}) for base in bases}
    found |= {
        f"closure_{n}": (">= 90", {**_CASES, "measure": "case_closure", "where": {"category": [f"类别{n}"]}})
        for n in range(2)
    }
    found |= {
        f"on_time_{by}": (">= 80", {**_CASES, "measure": "case_on_time", "decided_by": by})
        for by in ("closing", "disposal")
    }
    found |= {
        f"duration_{stat}": ("<= 72", {"measure": "case_duration", "source": "cases", "stat": stat, "unit": "h"})
        for stat in ("p50", "p90", "mean")
    }
    found |= {f"dau_{stat}": (">= 1000", {**_APP, "window": "day", "stat": stat}) for stat in ("mean", "max", "last")}
    names = ("catalogue", "items", "registered")
    return found | {
        name: (">= 500", {"measure": "figure", "source": "published", "figure": name, "stat": "last"}) for name in names
    }


def rows(quick: bool) -> list[Row]:
    period = LAST_MONTH if quick else YEAR
    with tempfile.TemporaryDirectory(prefix="citygauge-benchmark-") as folder:
        path = build(Path(folder), period)
        return [
            Row(
                f"county_report, {form}", f"30 indicators, {'a month' if quick else '12 months'}",
                median([_command(path, period, form) for _ in range(1 if quick else REPEATS)]), TARGET, by_wall=True,
                note="the whole command",
            )
            for form in (FORMATS[:1] if quick else FORMATS)
        ]  # fmt: skip


def build(folder: Path, period: Period) -> Path:
    """The city file of a county with its year stored, sealed and frozen; ``folder`` may have it from before."""
    path = folder / "city.yaml"
    if not (folder / "built").exists():
        known = indicators()
        assert len(known) == 30
        definitions = [{"id": name, "target": target, **rest} for name, (target, rest) in known.items()]
        written = "".join(f"  - {json.dumps(one, ensure_ascii=False)}\n" for one in definitions)
        build_year(path, f"{SOURCES}indicators:\n{written}", period)
        (folder / "county.yaml").write_text(_profile(), encoding="utf-8")
        installation = Installation(path)
        freeze_period(installation, period.label, period.span.end + FROZEN_AFTER)
        installation.close()
        (folder / "built").touch()
    return path


def _profile() -> str:
    """Ninety points over thirty lines and ten of the funds; YAML reads JSON."""
    lines = [
        {
            "id": name, "level": ["产出指标", "质量指标"], "name": name, "weight": 3, "target": target,
            "unit": rest.get("unit", ""), "rule": "positive" if target.startswith(">") else "reverse",
            "fill": {"by": "measurement", "indicator": {"id": name, **rest}, "connectors": ["file"]}, "cite": "样例",
        }
        for name, (target, rest) in indicators().items()
    ]  # fmt: skip
    kinds = ("overview", "goals", "process", "conclusion", "lines", "experience", "problems", "suggestions", "notes")
    profile = {
        "id": "county", "title": "试验县", "version": "1", "region": "试验县", "year": YEAR.label and int(YEAR.label),
        "cite": "样例", "rule_set": "national-2020", "form_title": "项目支出绩效自评表",
        "funds": {"weight": 10, "cite": "样例", "rows": [{"name": "年度资金总额"}]}, "goal": {"expected": "建成"},
        "levels": [{"name": "产出指标", "weight": 90, "second": [{"name": "质量指标"}]}], "lines": lines,
        "sections": [{"kind": kind, "title": kind} for kind in kinds],
    }  # fmt: skip
    return json.dumps(profile, ensure_ascii=False)


def _command(path: Path, period: Period, form: str) -> tuple[float, float]:
    """(CPU seconds, wall seconds) of the command."""
    command = [sys.executable, "-m", "collector", "report", period.label, "--profile", "county.yaml", "--format", form]
    before, started = _children(), time.perf_counter()
    subprocess.run(
        [*command, "--config", str(path), "-o", str(path.parent / f"form.{form}")],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return _children() - before, time.perf_counter() - started


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Build (or take what DIR has), write one form, and tell what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.county_report")
    parser.add_argument("--keep", type=Path, help="folder that keeps what was built for the next time")
    parser.add_argument("--quick", action="store_true", help="a month instead of a year")
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0])
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    given = parser.parse_args()
    period = LAST_MONTH if given.quick else YEAR
    with tempfile.TemporaryDirectory(prefix="citygauge-benchmark-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        path = build(folder, period)
        print(f"built in {time.perf_counter() - started:.1f} s")
        installation, profile = Installation(path), cProfile.Profile()
        if given.profile:
            profile.enable()
        paths = {given.format: folder / f"form.{given.format}"}
        cpu, wall = once(lambda: write_form(installation, period.label, "county.yaml", paths))
        profile.disable()
        print(f"written in {wall:.2f} s wall, {cpu:.2f} CPU-s")
        if given.profile:
            pstats.Stats(profile).sort_stats("cumulative").print_stats(70)


if __name__ == "__main__":
    main()
