"""What every test can ask for: real servers, the folder of real data, golden files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers import in_ci, need, postgres_server, postgres_url, redis_server, redis_url, refuse

pytest_plugins = ["tests.web.small_city"]  # the small city of the exporter and the pages

__all__ = ["postgres_server", "postgres_url", "redis_server", "redis_url"]

ROOT = Path(__file__).resolve().parent.parent

# The same examples in every run; no limit of time for one example, the machine may be busy.
settings.register_profile("citygauge", derandomize=True, deadline=None, database=None)
settings.load_profile("citygauge")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; read the diff before you commit")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        need(*mark.args)
    for mark in item.iter_markers("real_data"):
        need_files(*mark.args)


def need_files(*names: str) -> None:
    """Skip where the folder of real data is missing; where it is there but lacks a file, skip too, and fail under CI=true."""
    folder = real_data_folder()
    if not folder.is_dir():
        refuse("needs the folder of real data: name it in CITYGAUGE_DATA", fail=False)
    missing = [name for name in names if not (folder / name).exists()]
    if missing:
        refuse(f"the folder of real data has no {', '.join(missing)}", fail=in_ci())


def real_data_folder() -> Path:
    return Path(os.environ.get("CITYGAUGE_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture
def real_data() -> Path:
    """The folder of real data; mark the test with ``real_data("cases/file.csv", …)`` to name the files it reads."""
    need_files()
    return real_data_folder()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a file; with ``--update-golden`` write the file instead."""

    def check(path: Path, actual: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, encoding="utf-8")
        assert actual == path.read_text(encoding="utf-8"), f"{path.name} differs; if that is meant: pytest --update-golden"

    return check
