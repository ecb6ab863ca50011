"""docs/verify-by-hand.md is run as it stands: its script gives a frozen month's figures, its commands accept the bundle."""

from __future__ import annotations

import ast
import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from collector.bundling import make_bundle
from collector.errors import SourceUnavailable
from collector.freeze import freeze_period
from collector.importing import import_file
from collector.periods import iso
from collector.prover import key_ring
from collector.store.segments import sealed_segments
from tests.scripted import DAY, HOUR, OCTOBER, City, make_city

PAGE = Path(__file__).resolve().parents[2] / "docs" / "verify-by-hand.md"
NOVEMBER = OCTOBER + 31 * DAY
FROZEN = NOVEMBER + 3 * DAY
ENDS = iso(NOVEMBER + 2 * DAY)
CITY = f"""
  - {{id: sites, connector: file, kind: states, observed: ["{iso(OCTOBER)}", "{ENDS}"]}}
  - {{id: cases, connector: file, kind: cases, observed: ["{iso(OCTOBER)}", "{ENDS}"]}}
  - id: app
    connector: file
    kind: activity
    observed: [["{iso(OCTOBER)}", "{iso(OCTOBER + 11 * DAY)}"], ["{iso(OCTOBER + 13 * DAY)}", "{ENDS}"]]
  - {{id: meters, connector: file, kind: readings, observed: ["{iso(OCTOBER)}", "{ENDS}"]}}
indicators:
  - {{id: online, measure: availability, source: video, min_coverage: 0.8, target: ">= 95"}}
  - {{id: withheld, measure: availability, source: video, min_coverage: 0.999}}
  - {{id: sites_up, measure: availability, source: sites}}
  - {{id: closure, measure: case_closure, source: cases}}
  - {{id: accepted, measure: case_closure, source: cases, base: accepted_in_period}}
  - {{id: on_time, measure: case_on_time, source: cases}}
  - {{id: dau, measure: active_users, source: app, window: day}}
  - {{id: mau, measure: active_users, source: app}}
  - {{id: pue, measure: pue, source: meters, min_coverage: 0.8}}
  - {{id: doors_up, measure: availability, source: doors, min_coverage: 0.8}}
  - {{id: patient, measure: availability, source: doors, ignore_shorter_than: 1d}}
  - {{id: reported, measure: case_count, source: cases}}
exclusions:
  - {{source: sites, start: "{iso(OCTOBER + 5 * DAY)}", end: "{iso(OCTOBER + 6 * DAY)}", reason: 检修, approved_by: 王局,
     entered_at: "{iso(OCTOBER)}"}}
"""
COMPUTED = {"online", "withheld", "doors_up", "sites_up", "closure", "accepted", "on_time", "dau", "mau", "pue"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def channels(hour: int) -> dict[str, str] | Exception:
    """Channels fail at their own paces, two days are lost, c joins on the 5th, d leaves on the 20th and comes back."""
    if 200 <= hour < 250 or hour % 91 == 0:
        return SourceUnavailable("refused")
    states = {
        "a": "up" if hour % 36 else "down",
        "b": "unknown" if hour % 27 == 3 else "down" if hour % 12 == 8 else "up",
    }
    if hour > 100:
        states["c"] = "up"
    if not 470 < hour < 600:
        states["d"] = "up" if hour % 28 else "down"
    return states


def cases() -> list[str]:
    """Cases of September and October; every third is late, every seventh stays open, every fifth has no due date."""
    rows = ["case,opened_at,accepted_at,due_at,disposed_at,closed_at,suspended"]
    for i in range(200):
        opened = OCTOBER - 3 * DAY + i * 4 * HOUR
        due = "" if i % 5 == 1 else iso(opened + 2 * DAY)
        done = opened + (3 * DAY if i % 3 == 0 else DAY)
        known = done < NOVEMBER and i % 7
        ended = f"{iso(done) if i % 9 else ''},{iso(done + 5 * HOUR) if i % 4 else ''}" if known else ","
        accepted = iso(opened + 5 * HOUR) if i % 2 else ""
        rows.append(f"c{i},{iso(opened)},{accepted},{due},{ended},{'true' if i % 17 == 2 else ''}")
    return rows


def late_cases() -> list[str]:
    """Learned late: one closed meanwhile, one opened again, one told twice, one unheard of, one closed in November."""
    return [
        "case,opened_at,due_at,disposed_at,closed_at",
        f"c28,{iso(OCTOBER + 2 * DAY)},{iso(OCTOBER + 3 * DAY)},{iso(OCTOBER + 4 * DAY)},{iso(OCTOBER + 4 * DAY)}",
        f"c40,{iso(OCTOBER + 4 * DAY)},{iso(OCTOBER + 6 * DAY)},,",
        f"c44,{iso(OCTOBER + 5 * DAY)},{iso(OCTOBER + 6 * DAY)},,",
        f"c44,{iso(OCTOBER + 5 * DAY)},{iso(OCTOBER + 6 * DAY)},,{iso(OCTOBER + 6 * DAY)}",
        f"new,{iso(OCTOBER + 8 * DAY)},{iso(OCTOBER + 9 * DAY)},,",
        f"c161,{iso(OCTOBER + 23 * DAY)},,{iso(NOVEMBER + DAY)},{iso(NOVEMBER + DAY)}",
    ]


def sites() -> list[str]:
    rows = [f"{name},{iso(OCTOBER + shift)},up" for name, shift in (("hall", 0), ("desk", 3 * HOUR))]
    for i in range(1, 30, 4):
        rows += [f"hall,{iso(OCTOBER + i * DAY)},down", f"hall,{iso(OCTOBER + i * DAY + 7 * HOUR)},up"]
    return ["subject,at,state", *rows, f"desk,{iso(OCTOBER + 18 * DAY)},gone"]


def logins() -> list[str]:
    return ["actor,at", *(f"u{(i * i) % 61},{iso(OCTOBER + i * HOUR)}" for i in range(-20, 800, 3))]


def readings() -> list[str]:
    """Hourly counters: the main one is reset on the 9th and slow on the 21st, rack-b is not read for a day, the lift no more."""
    rows = ["meter,at,kwh,role"]
    totals = {"main": 7000.0, "rack-a": 100.0, "rack-b": 5.0, "lift": 3.0}
    for hour in range(-5, 32 * 24):
        slow = 0.3 if 20 * 24 <= hour < 21 * 24 else 1.0
        totals["main"] = 0.0 if hour == 8 * 24 + 5 else totals["main"] + slow * (14.1 + hour % 5)
        totals["rack-a"] += 6.3 + hour % 3
        totals["rack-b"] += 3.7
        for meter, role in (("main", "facility"), ("rack-a", "it"), ("rack-b", "it"), ("lift", "other")):
            if not (meter == "rack-b" and 300 < hour < 324) and not (meter == "lift" and hour > 600):
                rows.append(f"{meter},{iso(OCTOBER + hour * HOUR + 7 * 60_000)},{totals[meter]},{role}")
    return rows


def bring(city: City, source: str, rows: list[str], now: int) -> None:
    path = city.installation.city.folder / f"{source}-{now}.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    import_file(city.installation.source(source), path, now)


def seal_all(city: City, now: int) -> None:
    for one in city.installation.sealer.due(now):
        city.installation.sealer.seal_day(one.source, one.day, now)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """October with outages, joins, departures, late records and an exclusion, frozen and packed as an operator does."""
    folder = tmp_path_factory.mktemp("city")
    city = make_city(folder, CITY, every="4h", names=("video", "doors"))
    for hour in range(-12, 32 * 24, 4):
        city.say("video", OCTOBER + hour * HOUR, channels(hour))
        city.say("doors", OCTOBER + hour * HOUR, channels(hour + 4))
    for source, rows in (("cases", cases()), ("sites", sites()), ("app", logins()), ("meters", readings())):
        bring(city, source, rows, NOVEMBER + 2 * HOUR)
    seal_all(city, NOVEMBER + DAY)
    key_ring(city.installation).make(OCTOBER)
    key_ring(city.installation).rotate(NOVEMBER)
    bring(city, "cases", late_cases(), NOVEMBER + 2 * DAY)
    seal_all(city, FROZEN)
    freeze_period(city.installation, "2026-10", FROZEN)
    path = folder / "2026-10-r1.bundle"
    path.write_bytes(make_bundle(city.installation, "2026-10", 1, FROZEN))
    with city.installation.database.read() as connection:
        assert max(one.number for one in sealed_segments(connection, "cases")) == 1  # a supplement is in it
    city.installation.close()
    return path


@pytest.fixture
def month(bundle: Path, tmp_path: Path) -> Path:
    """The bundle unpacked by the page's first command, beside the script."""
    (tmp_path / "2026-10-r1.bundle").write_bytes(bundle.read_bytes())
    (tmp_path / "by_hand.py").write_text(blocks("python")[0], encoding="utf-8")
    assert shell(tmp_path, blocks("bash")[0]).returncode == 0
    return tmp_path / "month"


def shell(folder: Path, commands: str) -> subprocess.CompletedProcess[str]:
    """Run what the page says in a shell that stops at the first failure, with this Python first on the path."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = ["bash", "-euo", "pipefail", "-c", commands]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def compared(month: Path) -> subprocess.CompletedProcess[str]:
    """The script run away from our code, which it could not import."""
    command = [sys.executable, "-I", "../by_hand.py", "."]
    return subprocess.run(command, cwd=month, capture_output=True, text=True, check=False)


def rewritten(month: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The snapshot with other figures in it, under a signature that nobody looks at here."""
    envelope = json.loads((month / "snapshot.json").read_bytes())
    document = json.loads(base64.b64decode(envelope["payload"]))
    change(document)
    envelope["payload"] = base64.b64encode(json.dumps(document).encode()).decode()
    (month / "snapshot.json").write_text(json.dumps(envelope), encoding="utf-8")


def test_the_script_gives_the_figures_of_the_snapshot(month: Path) -> None:
    done = compared(month)

    rows = [line.split() for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert {row[0] for row in rows if row[-1] == "equal"} == COMPUTED
    assert {row[0] for row in rows if row[-1] == "here"} == {"patient", "reported"}
    figures = {(row[0], row[1]): row[2] for row in rows}
    assert figures["withheld", "value"] == "None"  # below its min_coverage, by hand as by Citygauge
    assert all(0 < float(figures[one, "coverage"]) < 1 for one in ("online", "dau", "pue"))  # some of it was not seen


@pytest.mark.parametrize("place", [("online", "lower"), ("closure", "value"), ("mau", "coverage"), ("pue", "value")])
def test_a_figure_that_the_files_do_not_give_is_told(month: Path, place: tuple[str, str]) -> None:
    def change(document: dict[str, Any]) -> None:
        measured = next(one["measurement"] for one in document["indicators"] if one["id"] == place[0])
        measured[place[1]] = repr(float(Fraction(measured[place[1]])) + 2e-9)

    rewritten(month, change)

    done = compared(month)
    assert done.returncode == 1
    assert [line.split()[:2] for line in done.stdout.splitlines() if line.endswith("DIFFERS")] == [list(place)]


def test_a_figure_that_was_withheld_without_reason_is_told(month: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["indicators"][0]["measurement"]["value"] = None

    rewritten(month, change)

    assert compared(month).returncode == 1


def test_the_script_is_short_and_imports_nothing_of_ours() -> None:
    [script] = blocks("python")

    nodes = list(ast.walk(ast.parse(script)))
    imported = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    assert len(script.splitlines()) <= 60
    assert not [node for node in nodes if isinstance(node, ast.ImportFrom)]
    assert imported - set(sys.stdlib_module_names) == {"duckdb"}


@pytest.mark.needs("bash", "openssl", "sha256sum")
def test_every_command_of_the_page_accepts_the_bundle(month: Path) -> None:
    done = shell(month, "\n".join(blocks("bash")[1:]))

    assert (done.returncode, done.stderr) == (0, "")
    # of the newer key by the older one, of the snapshot, of the checkpoint
    assert done.stdout.count("Signature Verified Successfully") == 3
    assert "snapshot 2026-10/1 and its segments are in the log" in done.stdout


@pytest.mark.needs("bash", "openssl", "sha256sum")
@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("snapshot.json", b'"sig":"'),
        ("keys.json", b'"endorsement":"'),
        ("log.jsonl", b'"digest":"'),
        ("checkpoint.txt", b"at 20"),
        ("files/segments/cases/2026-10/*-0-*", b"PAR1"),
        ("files/frozen/2026-10/cases-later-*", b"PAR1"),
    ],
)
def test_the_commands_of_the_page_stop_where_a_byte_differs(month: Path, name: str, after: bytes) -> None:
    file = next(month.glob(name))
    body = bytearray(file.read_bytes())
    at = body.index(after) + len(after)
    body[at] = ord("8") if body[at] != ord("8") else ord("9")
    file.write_bytes(body)

    assert shell(month, "\n".join(blocks("bash")[1:-1])).returncode != 0


@pytest.mark.needs("bash", "openssl", "sha256sum")
def test_the_commands_of_the_page_stop_at_a_file_that_is_not_listed(month: Path) -> None:
    (month / "files" / "more.parquet").write_bytes(b"")

    assert shell(month, "\n".join(blocks("bash")[1:-1])).returncode != 0
