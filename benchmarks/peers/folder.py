"""The folder of peers: where it is, whether it is set up, and running its scripts.

Each script prints a JSON line for every measure (``perfkit.record``: area, peer, n, what, cpu_s, wall_s, …); that line is what is
read. A script measures the CPU seconds of all processes involved, servers included.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

DEFAULT = Path(__file__).resolve().parents[2].parent / "shared" / "bench"
NEEDED = ("venv/bin/python", "perfkit.py", "gen/export", "root/usr/bin/prometheus", "root/usr/bin/victoria-metrics")
"""What setup.sh of the folder makes."""
STOP_SECONDS = 120.0
"""A script that is asked to stop ends its servers first."""


@dataclass(frozen=True)
class Record:
    """A measure that a script printed."""

    area: str
    peer: str
    size: int
    what: str
    values: dict[str, Any]

    @classmethod
    def read(cls, line: str) -> Record | None:
        """None where the line is not one of ``perfkit.record``."""
        try:
            values = json.loads(line)
            return cls(values["area"], values["peer"], int(values["n"]), values["what"], values)
        except (ValueError, KeyError, TypeError):
            return None


class PeersFailed(Exception):
    """A script of the folder ended with an error."""


@dataclass(frozen=True)
class Folder:
    """A folder that is set up."""

    path: Path

    @classmethod
    def find(cls, given: Path | None) -> Folder | None:
        """The folder given, else the default one where it is set up. Raises SystemExit where the one given is not."""
        path = DEFAULT if given is None else given.resolve()
        missing = [name for name in NEEDED if not (path / name).exists()]
        if not missing:
            return cls(path)
        if given is not None:
            raise SystemExit(f"--peers {given}: {', '.join(missing)} missing; run its setup.sh first")
        return None

    @property
    def data(self) -> Path:
        """PERF_DATA, as the folder's own scripts read it."""
        return Path(os.environ.get("PERF_DATA", self.path / "data"))

    def run(self, script: Sequence[str], enough: Callable[[list[Record]], bool] | None = None) -> list[Record]:
        """The records of a script. enough: when it returns true the script is asked to stop (its servers end with it)."""
        found: list[Record] = []
        with tempfile.TemporaryFile("w+") as said, self._started(script, said) as process:
            try:
                for record in _records(process):
                    found.append(record)
                    if enough and enough(found):
                        process.send_signal(signal.SIGINT)
                        process.communicate(timeout=STOP_SECONDS)
                        return found
                process.wait(STOP_SECONDS)
            except BaseException:
                _end(process)
                raise
            if process.returncode:
                said.seek(0)
                last = (said.read().strip().splitlines() or ["no message"])[-1]
                raise PeersFailed(f"{' '.join(script)} ended with exit code {process.returncode}: {last}")
        return found

    def _started(self, script: Sequence[str], said: TextIO) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.path / "venv/bin/python"), *script], cwd=self.path, stdout=subprocess.PIPE, stderr=said, text=True,
            start_new_session=True, preexec_fn=_interruptible,  # noqa: PLW1509 - one system call
        )  # fmt: skip

    def make(self, made: str, *script: str) -> None:
        """Run a script of the folder unless ``made`` is in its data already."""
        if not (self.data / made).exists():
            print(f"  {' '.join(script)}", file=sys.stderr, flush=True)
            self.run(script)


def _interruptible() -> None:
    """What runs in the background ignores SIGINT, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(process: subprocess.Popen[str]) -> None:
    """Ask the script to end its servers and itself; end the whole session where it does not."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _records(process: subprocess.Popen[str]) -> Iterator[Record]:
    assert process.stdout is not None
    for line in process.stdout:
        if record := Record.read(line):
            yield record
