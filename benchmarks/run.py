"""Runs the benchmarks, prints their table, and writes it into docs/performance.md. From the project's folder:

    python -m benchmarks.run --quick                    about a minute, two with peers
    python -m benchmarks.run                            every size, the nightly run
    python -m benchmarks.run --peers DIR                the same, other systems beside it on the same generated data
    python -m benchmarks.run --only measure_month       one file; writes nothing

Times are medians after a warm-up. On a busy machine CPU seconds rise too (shared caches), so the table names the load, and a peer
runs right after the project's own figure.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from benchmarks import (
    cases_million,
    county_report,
    demo_two_months,
    logins,
    measure_month,
    month_snapshot,
    plan,
    poll_unchanged,
    quiet_poll_with_history,
    scaling,
    scrape_million,
)
from benchmarks.peers.beside import COMPARISONS
from benchmarks.peers.folder import DEFAULT, Folder
from benchmarks.table import Line, missed, table
from benchmarks.timing import Row

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"

BENCHMARKS: dict[str, Callable[[bool], list[Row]]] = {
    "measure_month": measure_month.rows,
    "poll_unchanged": poll_unchanged.rows,
    "quiet_poll_with_history": quiet_poll_with_history.rows,
    "logins": logins.rows,
    "cases_million": cases_million.rows,
    "month_snapshot": month_snapshot.rows,
    "county_report": county_report.rows,
    "scrape_million": scrape_million.rows,
    "demo_two_months": demo_two_months.rows,
}
"""On work that each of them generates itself."""

LINES: dict[str, Callable[[bool], Iterable[Line]]] = {"task_price": scaling.task_price, "scaling": scaling.lines}
"""The same with figures of other units than seconds."""


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 1 where a target is missed and ``--strict`` is given."""
    wanted = _parser().parse_args(arguments)
    peers = None if wanted.no_peers else Folder.find(wanted.peers)
    if not peers and set(wanted.only or ()) - {*BENCHMARKS, *LINES}:
        raise SystemExit(f"--only {' '.join(wanted.only)}: needs --peers DIR")
    started, load = time.monotonic(), os.getloadavg()[0]
    lines = []
    for line in _measured(_works(peers, wanted.quick), wanted.only):
        print(" | ".join(cell for cell in line.cells if cell), flush=True)
        lines.append(line)
    loads = f"load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end"
    taken = f"{(time.monotonic() - started) / 60:.0f} min"
    caption = (
        f"{'Quick' if wanted.quick else 'Full'} run: {machine()}; {wanted.date}; {taken}; {loads}. {_beside(peers)}"
    )
    text = f"{caption}\n\n{table(lines)}"
    if not wanted.only and not wanted.no_write:
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
        if peers and not wanted.quick:
            plan.main()
    print("\n" + text)
    return int(wanted.strict and bool(missed(lines)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run", description="Run the benchmarks and print their table."
    )
    parser.add_argument(
        "--quick", action="store_true", help="smaller sizes where no target names one; cheap peers, no demo"
    )
    parser.add_argument(
        "--only", action="append", choices=list(dict.fromkeys([*COMPARISONS, *BENCHMARKS, *LINES])),
        help="run this one; may be repeated; writes no page",
    )  # fmt: skip
    parser.add_argument(
        "--peers", type=Path, metavar="DIR", help="folder of peers, set up [../shared/bench where it is set up]"
    )
    parser.add_argument("--no-peers", action="store_true", help="the project alone, whatever is set up")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a target is missed")
    parser.add_argument("--no-write", action="store_true", help=f"leave docs/{PAGE.name} as it is")
    parser.add_argument(
        "--date", type=date.fromisoformat, default=datetime.now(UTC).date(), help="date to print [today]"
    )
    return parser


def _works(peers: Folder | None, quick: bool) -> dict[str, Callable[[], Iterable[Line]]]:
    """Every work of the run, in its order."""
    works: dict[str, Callable[[], Iterable[Line]]] = {}
    for name, rows in BENCHMARKS.items():
        works[name] = partial(_own, rows, quick)
    for name, lines in LINES.items():
        works[name] = partial(lines, quick)
    beside = {name: partial(compare, peers, quick) for name, compare in COMPARISONS.items()} if peers else {}
    return beside | {name: work for name, work in works.items() if name not in beside}


def _own(rows: Callable[[bool], list[Row]], quick: bool) -> list[Line]:
    return [Line.of(row) for row in rows(quick)]


def _measured(works: dict[str, Callable[[], Iterable[Line]]], only: list[str] | None) -> Iterator[Line]:
    """Their lines, and on standard error which one is at work."""
    names = only or list(works)
    for number, name in enumerate(names, start=1):
        started = time.monotonic()
        print(f"[{number}/{len(names)}] {name} …", file=sys.stderr, flush=True)
        yield from works[name]()
        print(f"[{number}/{len(names)}] {name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _beside(peers: Folder | None) -> str:
    if peers is None:
        return f"No peers: neither --peers nor ../{DEFAULT.parent.name}/{DEFAULT.name} was set up; work generated by benchmarks/ itself."
    return (
        "Lines with peers are on the data of the peers' generator, each peer right after the project; "
        "the others on work generated by benchmarks/ itself."
    )


def machine() -> str:
    return f"{os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}"


def _processor() -> str:
    """The processor's model where Linux tells it, else the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def with_table(page: str, text: str) -> str:
    """The page with ``text`` between its marks. Raises SystemExit where they are missing."""
    before, found, rest = page.partition(BEGIN)
    _, also_found, after = rest.partition(END)
    if not found or not also_found:
        raise SystemExit(f"{PAGE.name}: the marks {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main())
