"""Files come in whole and once, or not at all; and what the command line answers in words and numbers."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector.errors import ConfigurationError, SourceChanged
from collector.importing import import_file
from collector.installation import Installation
from collector.store import schema
from collector.store.runs import Outcome
from tests.scripted import MINUTE, OCTOBER, make_city

ROOT = Path(__file__).resolve().parent.parent
TEXT = """
  - {id: cases, connector: file, kind: cases}
  - {id: app, connector: file, kind: activity}
"""
CASES = "case,opened_at,closed_at\nA,2026-10-01 08:00,2026-10-02 09:00\nB,2026-10-01 09:00,\n"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = make_city(tmp_path, TEXT).installation
    made.database  # noqa: B018 - made before several threads open it
    yield made
    made.close()


def write(folder: Path, text: str | bytes, name: str = "cases.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def count(installation: Installation, *tables: sa.Table) -> list[int]:
    with installation.database.read() as connection:
        return [connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in tables]


def test_a_file_becomes_one_run_with_its_rows(installation: Installation, tmp_path: Path) -> None:
    run = import_file(installation.source("cases"), write(tmp_path, CASES), OCTOBER).run
    assert run is not None
    assert (run.outcome, run.rows, run.at) == (Outcome.OK, 2, OCTOBER)
    assert run.vouches


def test_the_same_file_twice_counts_once_under_whatever_name(installation: Installation, tmp_path: Path) -> None:
    first = import_file(installation.source("cases"), write(tmp_path, CASES), OCTOBER)
    again = import_file(installation.source("cases"), write(tmp_path, CASES), OCTOBER + MINUTE)
    assert first.run is not None
    assert again.run is None
    assert count(installation, schema.runs) == [1]


def test_the_next_file_at_the_same_instant_has_a_slot_of_its_own(installation: Installation, tmp_path: Path) -> None:
    source = installation.source("cases")
    runs = [import_file(source, write(tmp_path, CASES + f"{one},2026-10-03,\n"), OCTOBER).run for one in "CDE"]
    assert [run and run.slot for run in runs] == [OCTOBER, OCTOBER + 1, OCTOBER + 2]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (CASES + "C,yesterday,\n", "cases.csv line 4, column opened_at"),
        (CASES + ",2026-10-01,\n", "cases.csv line 4, column case"),
        (CASES + "C,2026-10-01\n", "cases.csv line 4"),
        (CASES.replace("opened_at", "opened"), "column opened_at"),
        ("", "cases.csv"),
        ("case,opened_at,closed_at\n", "cases.csv"),
        (CASES.encode() + b"\xff\xfe,2026-10-01,\n", "cases.csv"),
        (b"\x00\x01\x02", "cases.csv"),
    ],
    ids=["no time", "no case", "a short row", "no column", "empty", "only a head", "no UTF-8", "bytes"],
)
def test_a_file_with_a_mistake_is_refused_whole_and_names_the_place(
    installation: Installation, tmp_path: Path, text: str | bytes, place: str
) -> None:
    with pytest.raises(SourceChanged) as caught:
        import_file(installation.source("cases"), write(tmp_path, text), OCTOBER)
    assert place in str(caught.value)
    assert count(installation, schema.runs, schema.batches, schema.evidence) == [0, 0, 0]


@pytest.mark.parametrize(
    "body",
    [gzip.compress(CASES.encode())[:-9], b"no gzip", gzip.compress(CASES.encode())[:-8] + b"\0" * 8],
    ids=["cut", "none", "wrong sum"],
)
def test_a_packed_file_that_cannot_be_unpacked_is_refused(installation: Installation, tmp_path: Path, body: bytes) -> None:
    with pytest.raises(SourceChanged, match=r"cases\.csv\.gz"):
        import_file(installation.source("cases"), write(tmp_path, body, "cases.csv.gz"), OCTOBER)
    assert count(installation, schema.runs) == [0]


@pytest.mark.parametrize(("name", "body"), [("cases.xlsx", b"PK\x03\x04 and no more"), ("cases.parquet", b"PAR1 no PAR1")])
def test_a_file_that_only_begins_as_a_workbook_or_a_table_is_refused(
    installation: Installation, tmp_path: Path, name: str, body: bytes
) -> None:
    with pytest.raises(SourceChanged, match=name.replace(".", r"\.")):
        import_file(installation.source("cases"), write(tmp_path, body, name), OCTOBER)


def test_a_folder_and_a_file_that_is_not_there_are_refused_in_words(installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Is a directory"):
        import_file(installation.source("cases"), tmp_path, OCTOBER)
    with pytest.raises(ConfigurationError, match=r"none\.csv: No such file or directory"):
        import_file(installation.source("cases"), tmp_path / "none.csv", OCTOBER)


def test_a_source_that_is_polled_takes_no_files(installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="source video: only a source of connector `file` takes files"):
        import_file(installation.source("video"), write(tmp_path, CASES), OCTOBER)


def test_accounts_are_nowhere_in_the_store(installation: Installation, tmp_path: Path) -> None:
    path = write(tmp_path, "actor,at\n13900001111,2026-10-01 08:00\n13900002222,2026-10-01 09:00\n", "log.csv")
    run = import_file(installation.source("app"), path, OCTOBER).run
    assert run is not None
    assert run.pseudonymised
    installation.close()
    stored = b"".join(one.read_bytes() for one in tmp_path.glob("store.db*"))
    assert b"1390000" not in stored


def test_files_that_come_at_once_are_all_kept_and_each_once(installation: Installation, tmp_path: Path) -> None:
    files = [write(tmp_path, CASES + f"C{i},2026-10-03,\n", f"{i}.csv") for i in range(5)]
    source = installation.source("cases")

    with ThreadPoolExecutor(5) as several:
        done = list(several.map(lambda path: import_file(source, path, OCTOBER), files * 2))

    runs = [one.run for one in done if one.run is not None]
    assert len({run.slot for run in runs}) == len({run.evidence for run in runs}) == 5
    assert count(installation, schema.runs) == [5]


# --- the command line


def citygauge(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "collector", *arguments], cwd=folder, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip


def test_exit_codes_tell_the_operator_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(
        "city: a\nstore: sqlite:///store.db\nsources:\n"
        "  - {id: metrics, connector: prometheus, url: 'http://127.0.0.1:9/', every: 1h, query: up, subject_label: instance}\n"
        + TEXT.lstrip("\n"),
        encoding="utf-8",
    )
    write(tmp_path, CASES)
    write(tmp_path, CASES + "C,yesterday,\n", "broken.csv")

    good, broken, usage, unreachable = (
        citygauge(tmp_path, *arguments)
        for arguments in (("import", "cases", "cases.csv"), ("import", "cases", "broken.csv"), ("import", "metrics", "cases.csv"),
                          ("poll", "metrics"))
    )  # fmt: skip

    assert (good.returncode, good.stdout, good.stderr) == (0, "cases.csv: 2 rows\n", "")
    assert broken.returncode == 3
    assert broken.stderr.startswith("citygauge: broken.csv line 4, column opened_at: ")
    assert usage.returncode == 2
    assert usage.stderr == "citygauge: source metrics: only a source of connector `file` takes files\n"
    assert unreachable.returncode == 3
    assert "unavailable: GET http://127.0.0.1:9/api/v1/query: the connection was refused or lost" in unreachable.stderr
    assert not any("Traceback" in one.stderr for one in (good, broken, usage, unreachable))


def test_a_mistake_in_the_city_file_ends_with_2_and_its_place(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text("city: a\ntimezone: Asia/Peking\n", encoding="utf-8")
    done = citygauge(tmp_path, "check")
    assert done.returncode == 2
    assert done.stderr == "citygauge: city.yaml:2:1: timezone: 'Asia/Peking' is not a time zone such as Asia/Shanghai\n"
