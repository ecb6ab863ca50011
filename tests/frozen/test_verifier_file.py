"""The verifier as one file: a process of its own that loads Python, the packages it names, and itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions, requires
from pathlib import Path
from zipfile import ZipFile

import pytest

from collector.verifier import NEEDS
from tests.frozen.attackers import Intruder, Operator
from tests.frozen.small_city import Built


@pytest.fixture(scope="module")
def october(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("auditor") / "october.bundle"
    path.write_bytes(built.third)
    return path


def run(verifier: Path, *arguments: str, python: tuple[str, ...] = ("-I",)) -> subprocess.CompletedProcess[str]:
    """In an empty environment and another folder, as an auditor would."""
    command = [sys.executable, *python, str(verifier), *arguments]
    folder = verifier.parent
    return subprocess.run(command, cwd=folder, env={"PYTHONUTF8": "1"}, capture_output=True, text=True, check=False)


def test_the_file_verifies_a_bundle_against_key_and_checkpoint(
    built: Built, october: Path, verifier_file: Path
) -> None:
    kept = october.with_name("kept.txt")
    kept.write_bytes(built.earlier.encode())

    done = run(verifier_file, str(october), "--key", built.keyids[0], "--checkpoint", str(kept))

    assert (done.returncode, done.stderr) == (0, "")
    assert "试验市 2026-10 修订 revision 3" in done.stdout
    assert "its first 25 leaves are those of the earlier checkpoint" in done.stdout
    assert len(re.findall(r"^    \w+ ", done.stdout, re.MULTILINE)) == 8


def test_the_file_takes_a_checkpoint_as_a_report_prints_it(built: Built, october: Path, verifier_file: Path) -> None:
    done = run(verifier_file, str(october), "--checkpoint", str(built.earlier_short), "--json")

    told = json.loads(done.stdout)
    assert (done.returncode, told["continues"], told["checkpoint"]) == (0, 25, str(built.latest_short))


def test_the_file_names_the_place_and_exits_1(built: Built, verifier_file: Path, tmp_path: Path) -> None:
    intruder = Intruder(built.third)
    name = intruder.files[3]
    del intruder.parts[name]
    (tmp_path / "changed.bundle").write_bytes(intruder.bundle())

    done = run(verifier_file, str(tmp_path / "changed.bundle"))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"verify: {name}: is missing\n"


def test_the_file_computes_the_figures_again(built: Built, verifier_file: Path, tmp_path: Path) -> None:
    operator = Operator.of(built.third, built.private)
    operator.indicator("pue")["measurement"]["value"] = "1.2"
    (tmp_path / "changed.bundle").write_bytes(operator.bundle())

    done = run(verifier_file, str(tmp_path / "changed.bundle"))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("verify: snapshot.json indicators.pue.measurement.value: the files give ")


@pytest.mark.parametrize("wrong", [("--checkpoint", "25-47671f"), ("--key", "c81e1eac66897626")])
def test_wrong_usage_exits_2(october: Path, verifier_file: Path, wrong: tuple[str, str]) -> None:
    done = run(verifier_file, str(october), *wrong)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("verify: ")


def test_a_bundle_that_is_not_there_exits_2(verifier_file: Path) -> None:
    done = run(verifier_file, "nothing.bundle")

    assert (done.returncode, done.stderr) == (2, "verify: nothing.bundle: No such file or directory\n")


ALONE = """
import importlib.abc, json, runpy, sys

class Refused(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

_, refused, *sys.argv = sys.argv
refused = set(json.loads(refused))
before = list(sys.modules)
sys.meta_path.insert(0, Refused())
runpy.run_path(sys.argv[0], run_name="__main__")
print(json.dumps({name: str(getattr(sys.modules[name], "__file__", None)) for name in sys.modules if name not in before}))
"""
"""Runs a program as if the refused packages were not installed, and prints the modules it has loaded, by file, as its last line."""


@pytest.fixture(scope="module")
def refused() -> set[str]:
    """The modules of all packages that are installed here and are neither named by NEEDS nor required by what is; and our connectors."""
    allowed = needed()
    installed = {top for top, names in packages_distributions().items() if allowed.isdisjoint(map(plain, names))}
    return installed - {"collector"} | {"connectors"}


@pytest.fixture(scope="module")
def loaded(october: Path, verifier_file: Path, refused: set[str]) -> dict[str, str]:
    command = [sys.executable, "-I", "-c", ALONE, json.dumps(sorted(refused)), str(verifier_file), str(october)]
    done = subprocess.run(
        command, cwd=october.parent, env={"PYTHONUTF8": "1"}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    files: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return files


def test_it_runs_with_the_standard_library_and_the_named_packages_alone(
    loaded: dict[str, str], refused: set[str]
) -> None:
    tops = {name.partition(".")[0] for name in loaded}

    assert {"chinese_calendar", "cryptography", "numpy", "pyarrow", "pydantic", "rfc8785"} <= tops
    assert {"sqlalchemy", "celery", "fastapi", "ruamel", "typer", "rich", "fsspec", "connectors"} <= refused
    assert tops.isdisjoint(refused | {"sqlite3"})


def test_its_own_modules_come_from_the_file(loaded: dict[str, str], verifier_file: Path) -> None:
    ours = {name: file for name, file in loaded.items() if name.partition(".")[0] == "collector"}

    assert "collector.frozen.verification" in ours
    assert {name for name, file in ours.items() if not file.startswith(str(verifier_file))} == set()


def test_of_alerts_it_holds_only_the_conditions_that_a_definition_may_carry(verifier_file: Path) -> None:
    with ZipFile(verifier_file) as file:
        held = {name for name in file.namelist() if "alert" in name or "receiver" in name}
    assert held == {"collector/city/alerts.py"}


def needed() -> set[str]:
    """NEEDS and all that these packages require, without extras."""
    found: set[str] = set()
    waiting = list(NEEDS)
    while waiting:
        name = plain(waiting.pop())
        if name not in found:
            found.add(name)
            waiting += [one for one in (requires(name) or ()) if "extra ==" not in one] if is_installed(name) else []
    return found


def is_installed(name: str) -> bool:
    """A requirement with a marker may be none of this Python's."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def plain(requirement: str) -> str:
    """The normalised name of what is required (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement)[0]).lower()
