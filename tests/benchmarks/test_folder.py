"""A folder of peers, here with scripts of a few lines, run by this Python."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks.peers.folder import NEEDED, Folder, PeersFailed, Record
from benchmarks.peers.listed import Peer, Script
from benchmarks.table import Line

ROW = {"area": "month", "peer": "chdb", "n": 1000, "what": "intervals", "cpu_s": 0.5, "wall_s": 0.25, "runs": 5}
OURS = Line("month", "1,000 channels", 0.01)
CHDB = Peer("chdb", "month", "chdb", "interv", 1000, at_least=15)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    for name in NEEDED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "venv/bin/python").unlink()
    (tmp_path / "venv/bin/python").symlink_to(sys.executable)
    (tmp_path / "data").mkdir()
    return Folder(tmp_path)


def script(folder: Folder, text: str) -> tuple[str, ...]:
    (folder.path / "script.py").write_text(text, encoding="utf-8")
    return ("script.py",)


def printing(*rows: dict[str, object]) -> str:
    return "".join(f"print({json.dumps(row)!r}, flush=True)\n" for row in rows)


def test_a_given_folder_that_is_not_set_up_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"venv/bin/python.*setup\.sh"):
        Folder.find(tmp_path)


def test_a_folder_that_is_set_up_is_found(folder: Folder) -> None:
    assert Folder.find(folder.path) == folder


def test_data_lie_where_the_folders_own_scripts_read_them(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERF_DATA", raising=False)
    assert folder.data == folder.path / "data"
    monkeypatch.setenv("PERF_DATA", "elsewhere")
    assert folder.data == Path("elsewhere")


@pytest.mark.parametrize("line", ["N=1000 transitions=5", "{", "[]", "7", '{"area": "month"}'])
def test_what_is_no_measure_is_passed_over(line: str) -> None:
    assert Record.read(line) is None


def test_the_measures_that_a_script_prints_are_read(folder: Folder) -> None:
    records = folder.run(script(folder, "print('starting')\n" + printing(ROW)))
    assert records == [Record("month", "chdb", 1000, "intervals", ROW)]


def test_a_script_is_stopped_when_it_has_told_enough_and_cleans_up_first(folder: Folder) -> None:
    text = f"import time\ntry:\n    {printing(ROW)}    time.sleep(60)\nfinally:\n    open('cleaned', 'w').close()\n"
    assert len(folder.run(script(folder, text), bool)) == 1
    assert (folder.path / "cleaned").exists()


def test_a_script_that_fails_names_its_last_words(folder: Folder) -> None:
    with pytest.raises(PeersFailed, match="exit code 3: no such table"):
        folder.run(script(folder, "import sys\nprint('no such table', file=sys.stderr)\nsys.exit(3)\n"))


def test_a_peer_that_failed_stands_in_the_table_as_not_run(folder: Folder) -> None:
    lines = list(Script(script(folder, "raise OSError('full')\n"), (CHDB,)).lines(folder, lambda _: OURS))
    assert [line.amount for line in lines] == [None]
    assert "full" in lines[0].note


def test_of_several_measures_of_a_peer_the_last_one_counts(folder: Folder) -> None:
    other = ROW | {"what": "samples", "cpu_s": 9.0}
    done = Peer("done", "month", "chdb", "done", 1000)
    rows = (ROW | {"cpu_s": 7.0}, ROW, other, ROW | {"what": "done"})
    found, _ = Script(script(folder, printing(*rows)), (CHDB, done)).lines(folder, lambda _: OURS)
    assert (found.amount, found.times, found.at_least, found.runs) == (0.5, pytest.approx(50), 15, 5)


def test_a_measure_that_a_script_does_not_print_is_missed_and_not_taken_for_another(folder: Folder) -> None:
    (line,) = Script(script(folder, printing(ROW | {"n": 10_000})), (CHDB,)).lines(folder, lambda _: OURS)
    assert line.amount is None
    assert "no such measure" in line.note


def test_a_measure_of_fewer_things_is_brought_to_the_works_number(folder: Folder) -> None:
    peer = Peer("exporter", "month", "chdb", "", 1000, share=10, note="10 x")
    (line,) = Script(script(folder, printing(ROW)), (peer,)).lines(folder, lambda _: OURS)
    assert (line.amount, line.wall_seconds, line.note) == (5.0, None, "10 x")


def test_what_a_script_needs_is_made_once_and_what_is_stale_is_removed(folder: Folder) -> None:
    (folder.path / "make.py").write_text("open('data/made', 'a').write('x')\n", encoding="utf-8")
    (folder.data / "stale").touch()
    wanted = Script(script(folder, printing(ROW)), (CHDB,), (("made", ("make.py",)),), ("stale",))
    for _ in range(2):
        list(wanted.lines(folder, lambda _: OURS))
    assert (folder.data / "made").read_text() == "x"
    assert not (folder.data / "stale").exists()
