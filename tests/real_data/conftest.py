"""Worked examples of docs/real-data.md, played as they are printed there, on real data."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "real-data.md"
VARIABLE = "CITYGAUGE_DATA"


def commands(name: str) -> list[str]:
    """The command lines that the page prints for the city file ``name``."""
    section = next(part for part in PAGE.read_text().split("\n## ") if f"{name}\n" in part)
    blocks = section.split("```sh\n")[1:]
    return [
        line for block in blocks for line in block.partition("```")[0].splitlines() if line.startswith("citygauge ")
    ]


@dataclass(frozen=True)
class Example:
    """A folder with a city file, and the commands of its section."""

    name: str
    folder: Path
    data: Path

    def play(self) -> list[Any]:
        """Run every command of the page by its own process; what those with ``--json`` print, in order."""
        printed = [(command, self._run(command)) for command in commands(self.name)]
        return [json.loads(text) for command, text in printed if "--json" in command]

    def measure(self, period: str, *more: str) -> dict[str, dict[str, Any]]:
        """The indicators by id, measured in this process, which starts sooner."""
        from collector.cli.app import app

        words = ["measure", "--period", period, "--json", "--config", str(self.folder / self.name), *more]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
        return by_id(json.loads(result.stdout))

    def _run(self, command: str) -> str:
        words = [word.replace(f"${VARIABLE}", str(self.data)) for word in shlex.split(command)[1:]]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "CITYGAUGE_CONFIG": self.name}
        line = [sys.executable, "-m", "collector", *words]
        done = subprocess.run(line, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        return done.stdout


def by_id(document: Any) -> dict[str, dict[str, Any]]:
    return {indicator["id"]: indicator for indicator in document["indicators"]}


@pytest.fixture
def example(real_data: Path, tmp_path: Path) -> Callable[[str], Example]:
    """``example("cdnow.yaml")``: that city file in a folder of its own."""

    def copy(name: str) -> Example:
        shutil.copy(Path(__file__).parent / name, tmp_path / name)
        return Example(name, tmp_path, real_data)

    return copy
