"""The arithmetic of docs/scaling.md: measured costs from the table of docs/performance.md, assumptions, and what follows from them.

    python -m benchmarks.plan        writes the page's tables anew from the last full run with peers (``benchmarks.run`` does so too)

A formula on the page is what is evaluated here: names of the rows above it, numbers and + - * /.
"""

from __future__ import annotations

import ast
import operator
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.table import OURS, shown

DOCS = Path(__file__).parent.parent / "docs"
PAGE, MEASURED = DOCS / "scaling.md", DOCS / "performance.md"
BEGIN, END = "<!-- plan: begin -->", "<!-- plan: end -->"
NOT_RUN = "The tables are written by the next full run with peers."


@dataclass(frozen=True)
class Cost:
    """A figure of the table of docs/performance.md: the row of this work and size that is ours. note: how its own begins."""

    name: str
    unit: str
    work: str
    size: str
    note: str = ""


@dataclass(frozen=True)
class Given:
    """What is assumed, and why."""

    name: str
    value: float
    unit: str
    why: str


@dataclass(frozen=True)
class Derived:
    """What follows. formula: of names above and numbers."""

    name: str
    formula: str
    unit: str


COSTS = (
    Cost("poll_s", "CPU-s, a poll of 1,000,000 channels, 0.16 % changed", "poll", "1,000,000 channels"),
    Cost("volatile_s", "CPU-s, the same, every record differs", "poll, volatile answers", "1,000,000 channels"),
    Cost("stored_b", "B, a channel-month in the archive", "storage, whole segments", "1,000,000 channels"),
    Cost("seal_s", "CPU-s, sealing a day of 250,000 channels", "sealing a day", "1,000,000 channels"),
    Cost(
        "month_s",
        "CPU-s, a month's rate of 1,000,000 channels",
        "month availability, 1,000,000 channels",
        "1,000,000 channels",
        "each file opened anew",
    ),
    Cost(
        "snapshot_s",
        "s, a month frozen with 30 indicators, 1,000,000 channels, 2 cores",
        "month_snapshot, 30 indicators",
        "1,000,000",
    ),
    Cost("task_ms", "CPU-ms, an empty Celery task", "task, empty, Celery and Redis", ""),
    Cost("small_poll_ms", "CPU-ms, a poll of 1,000 channels in process", "poll, in process", "1,000 channels"),
)

GIVEN = (
    Given("subjects", 100_000_000, "subjects", "the question: video channels of the whole country"),
    Given("per_source", 300_000, "subjects a source", "a platform of a prefecture"),
    Given("every_s", 60, "s between two polls of a source", "the default"),
    Given("answer_b", 414, "B of JSON a subject and poll", "the generator's answers, as WVP writes them"),
    Given(
        "page_b",
        1_100,
        "B a subject that a worker remembers of the last answer",
        "as measured for a million, see decisions",
    ),
    Given("use", 0.5, "of a core's time", "the other half is for peaks and other work"),
    Given("cores", 16, "cores a machine", "a usual server"),
    Given("months", 36, "months kept", "three years of evaluations"),
    Given(
        "pg_rows",
        500_000_000,
        "rows in one table",
        "beyond it, indices no longer fit into a usual server's memory (our judgement)",
    ),
)

DERIVED = (
    Derived("sources", "subjects / per_source", "sources"),
    Derived("tasks_per_s", "sources / every_s", "poll tasks a second"),
    Derived("task_cores", "tasks_per_s * task_ms / 1000", "cores that Celery itself takes"),
    Derived("poll_cores", "subjects / 1000000 * poll_s / every_s / use", "cores that poll, stable answers"),
    Derived("volatile_cores", "subjects / 1000000 * volatile_s / every_s / use", "cores that poll, volatile answers"),
    Derived("poll_machines", "volatile_cores / cores", "machines that poll, volatile answers"),
    Derived("network_gbit", "subjects * answer_b * 8 / every_s / 1000000000", "Gbit/s of answers, uncompressed"),
    Derived(
        "memory_gb",
        "subjects * page_b / 1000000000",
        "GB remembered by all workers together, each source in one process",
    ),
    Derived(
        "largest_source",
        "every_s * use / volatile_s * 1000000",
        "subjects that one source may have, as one process polls it",
    ),
    Derived("runs_a_year", "sources * 86400 / every_s * 365", "rows a year in the table of runs"),
    Derived("years_in_one_table", "pg_rows / runs_a_year", "years until the table of runs must be partitioned"),
    Derived(
        "sqlite_sources",
        "every_s * use / small_poll_ms * 1000",
        "small sources that one writer can commit in an interval",
    ),
    Derived("seal_core_hours", "subjects / 250000 * seal_s / 3600", "core-hours a day for sealing"),
    Derived("archive_tb_a_year", "subjects * stored_b * 12 / 1000000000000", "TB a year"),
    Derived("archive_tb", "archive_tb_a_year / 12 * months", "TB in all"),
    Derived(
        "snapshot_core_hours",
        "subjects / 1000000 * snapshot_s * 2 / 3600",
        "core-hours a month for freezing, as cities of 1,000,000",
    ),
    Derived("national_s", "subjects / 1000000 * month_s", "CPU-s for the national rate from the archive, one core"),
)

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


def evaluated(formula: str, known: Mapping[str, float]) -> float:
    """Raises KeyError for a name that is not known, ValueError for anything but names, numbers and + - * /."""

    def of(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](of(node.left), of(node.right))
        if isinstance(node, ast.Name):
            return known[node.id]
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return node.value
        raise ValueError(f"{formula!r}: only names, numbers and + - * / are allowed")

    return of(ast.parse(formula, mode="eval").body)


def tables(costs: Mapping[str, float]) -> str:
    """The page's three tables, from the value of every cost."""
    known = dict(costs) | {one.name: float(one.value) for one in GIVEN}
    lines = ["| cost | value | unit | row of the table |", "| --- | --- | --- | --- |"]
    lines += [f"| `{one.name}` | {shown(costs[one.name])} | {one.unit} | {one.work}{one.note and ', '}{one.note} |" for one in COSTS]
    lines += ["", "| assumed | value | unit | why |", "| --- | --- | --- | --- |"]
    lines += [f"| `{one.name}` | {shown(one.value)} | {one.unit} | {one.why} |" for one in GIVEN]
    lines += ["", "| follows | value | unit | formula |", "| --- | --- | --- | --- |"]
    for one in DERIVED:
        known[one.name] = evaluated(one.formula, known)
        lines.append(f"| `{one.name}` | {shown(known[one.name])} | {one.unit} | `{one.formula}` |")
    return "\n".join(lines)


def costs_of_page(page: str) -> dict[str, float]:
    """The costs that stand on the page, by name."""
    rows = re.findall(r"^\| `(\w+)` \| ([\d.,]+) \|", page, re.MULTILINE)
    names = {one.name for one in COSTS}
    return {name: float(value.replace(",", "")) for name, value in rows if name in names}


def costs_of_run(text: str) -> dict[str, float]:
    """The costs that a table of ``benchmarks.run`` has, by name; of two rows of a work and size the first."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        for cost in COSTS:
            mine = cells[:2] == [cost.work, OURS] and cells[2].startswith(cost.size) and cost.note in line
            if mine and cells[3] != "not run":
                found.setdefault(cost.name, float(cells[3].split()[0].replace(",", "")))
    return found


def refreshed(page: str, run: str) -> str:
    """The page with its tables from the run's figures. Raises SystemExit where the run lacks one of them, or the page its marks."""
    costs = costs_of_run(run)
    if lacking := [cost.work for cost in COSTS if cost.name not in costs]:
        raise SystemExit(f"{MEASURED.name} has no row for {', '.join(lacking)}: it takes a full run with peers")
    before, found, rest = page.partition(BEGIN)
    _, also_found, after = rest.partition(END)
    if not found or not also_found:
        raise SystemExit(f"{PAGE.name}: the marks {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n{tables(costs)}\n{END}{after}"


def main() -> int:
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), MEASURED.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
