"""Runs the benchmarks, prints their table, and writes it into docs/performance.md. From the project's folder:

    python -m benchmarks.run --quick                    about a minute
    python -m benchmarks.run                            every size, several minutes
    python -m benchmarks.run --only measure_month       one file; writes nothing

Times are medians after a warm-up. On a busy machine CPU seconds rise too (shared caches), so the table names the load.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks import cases_million, demo_two_months, logins, measure_month, poll_unchanged, quiet_poll_with_history
from benchmarks.timing import Row

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
HEAD = ("name", "size", "CPU s", "wall s", "target", "of target", "", "runs", "note")

BENCHMARKS: dict[str, Callable[[bool], list[Row]]] = {
    "poll_unchanged": poll_unchanged.rows,
    "measure_month": measure_month.rows,
    "quiet_poll_with_history": quiet_poll_with_history.rows,
    "cases_million": cases_million.rows,
    "logins": logins.rows,
    "demo_two_months": demo_two_months.rows,
}


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 1 where a target is missed and ``--strict`` is given."""
    wanted = _parser().parse_args(arguments)
    load = os.getloadavg()[0]
    rows = []
    for name in wanted.only or BENCHMARKS:
        for row in BENCHMARKS[name](wanted.quick):
            print(" | ".join(cell for cell in _cells(row) if cell), flush=True)
            rows.append(row)
    kind = "Quick" if wanted.quick else "Full"
    loads = f"load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end"
    table = _table(rows, f"{kind} run: {_machine()}; {wanted.date}; {loads}.")
    if not wanted.only and not wanted.no_write:
        PAGE.write_text(_with_table(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")
    print("\n" + table)
    return int(wanted.strict and any(row.is_over for row in rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run", description="Run the benchmarks and print their table."
    )
    parser.add_argument("--quick", action="store_true", help="smaller sizes where no target names one, no demo")
    parser.add_argument(
        "--only", action="append", choices=BENCHMARKS, help="run this one; may be repeated; writes no page"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 where a target is missed")
    parser.add_argument("--no-write", action="store_true", help=f"leave docs/{PAGE.name} as it is")
    parser.add_argument(
        "--date", type=date.fromisoformat, default=datetime.now(UTC).date(), help="date to print [today]"
    )
    return parser


def _cells(row: Row) -> tuple[str, ...]:
    target = f"{row.target:g} s {'wall' if row.by_wall else 'CPU'}" if row.target else ""
    ratio, judged = ("", "") if row.ratio is None else (f"{row.ratio:.2f}", "over" if row.is_over else "ok")
    cpu, wall = f"{row.timing.cpu_seconds:.4f}", f"{row.timing.wall_seconds:.4f}"
    return row.name, row.size, cpu, wall, target, ratio, judged, str(row.timing.runs), row.note


def _table(rows: list[Row], caption: str) -> str:
    lines = [HEAD, ("---",) * len(HEAD), *(_cells(row) for row in rows)]
    return "\n".join([caption, "", *(f"| {' | '.join(cells)} |" for cells in lines)])


def _machine() -> str:
    return f"{os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}"


def _processor() -> str:
    """The processor's model where Linux tells it, else the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _with_table(page: str, table: str) -> str:
    before, found, rest = page.partition(BEGIN)
    _, also_found, after = rest.partition(END)
    if not found or not also_found:
        raise SystemExit(f"{PAGE.name}: the marks {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main())
