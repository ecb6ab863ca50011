"""`citygauge doctor` finds what was broken on purpose, and nothing in an installation that is well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from collector.cli.app import app
from collector.doctor.diagnosis import Diagnosis, State
from collector.doctor.examine import examine
from collector.errors import SourceUnavailable
from collector.installation import Installation
from collector.periods import local_date
from collector.prover import Prover
from tests.scripted import DAY, HOUR, MINUTE, OCTOBER, ZONE, City, make_city

NOW = OCTOBER + 3 * DAY + 12 * HOUR
ANSWER = {"a": "up", "b": "down"}


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """Polled every hour for three and a half days, the three days sealed."""
    city = make_city(tmp_path)
    for hour in range(3 * 24 + 13):
        city.say("video", OCTOBER + hour * HOUR, ANSWER)
    seal(city, 3)
    yield city
    city.installation.close()


def seal(city: City, days: int) -> None:
    for number in range(days):
        day = local_date(OCTOBER + number * DAY, ZONE)
        city.installation.sealer.seal_day("video", day, OCTOBER + (number + 1) * DAY + MINUTE)


def found(city: City, now: int = NOW) -> dict[str, Diagnosis]:
    return {one.part: one for one in examine(city.installation, now)}


def ill(city: City, now: int = NOW) -> dict[str, str]:
    """What is not well, by part, in English."""
    return {part: one.found.en for part, one in found(city, now).items() if one.state is not State.WELL}


def segments(city: City) -> list[Path]:
    return sorted((city.installation.city.folder / "archive/segments").rglob("*.parquet"))


def test_an_installation_that_is_well(city: City) -> None:
    assert ill(city) == {}
    assert list(found(city)) == ["disk", "broker", "keys", "store", "archive", "source video", "sealing", "snapshots"]
    assert found(city)["archive"].found.zh == "3 个日段齐全"


def test_nobody_polls(city: City) -> None:
    told = ill(city, NOW + 3 * HOUR + MINUTE)
    assert told == {"sources": "nobody polls; the last time was 2026-10-04T12:00:00+08:00"}


def test_a_source_that_is_down_fails_or_was_never_polled(tmp_path: Path) -> None:
    city = make_city(tmp_path, names=("down", "failing", "new", "well", "idle"))
    for hour in range(6):
        at = OCTOBER + hour * HOUR
        city.say("well", at, ANSWER)
        city.say("down", at, ANSWER if hour < 2 else SourceUnavailable("GET /: no answer in 30 s"))
        city.say("failing", at, ANSWER if hour < 5 else SourceUnavailable("GET /: answered HTTP 500"))
        if hour < 2:
            city.say("idle", at, ANSWER)
    assert ill(city, OCTOBER + 5 * HOUR + MINUTE) == {
        "source down": "down GET /: no answer in 30 s",
        "source failing": "failing GET /: answered HTTP 500",
        "source new": "never polled",
        "source idle": "polled by nobody",
    }
    city.installation.close()


def test_a_segment_that_is_missing_or_changed(city: City) -> None:
    newest = segments(city)[-1]
    newest.write_bytes(newest.read_bytes()[:-1] + b"x")
    assert ill(city)["archive"].startswith(
        f"segments that are missing or changed: segments/video/2026-10/{newest.name}"
    )
    first = segments(city)[0]
    first.unlink()
    assert ill(city)["archive"] == f"segments that are missing or changed: segments/video/2026-10/{first.name}"


def test_an_archive_that_cannot_be_written(city: City) -> None:
    folder = city.installation.city.folder / "archive"
    shutil.rmtree(folder)
    folder.write_text("a file")
    assert ill(city)["archive"].startswith("cannot be written: archive: doctor.probe")


def test_a_store_that_is_damaged(city: City) -> None:
    with city.installation.database.read() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    city.installation.close()
    path = city.installation.city.folder / "store.db"
    body = bytearray(path.read_bytes())
    body[8192 : len(body) // 2] = b"\x5a" * (len(body) // 2 - 8192)
    path.write_bytes(body)

    told = {one.part: one for one in examine(Installation(city.installation.path), NOW)}
    assert told["store"].state is State.WRONG
    assert "archive" not in told  # nothing can be said of what lies in it


def test_a_store_that_does_not_answer_and_whose_password_is_not_told(tmp_path: Path) -> None:
    city = make_city(tmp_path, store="postgresql+psycopg://ops:hunter2@127.0.0.1:1/none")
    told = ill(city)
    assert told["store"].startswith("cannot be used: store: the database does not answer")
    assert "hunter2" not in str(list(examine(city.installation, NOW)))


def test_a_broker_that_does_not_answer(tmp_path: Path) -> None:
    city = make_city(tmp_path, "broker: redis://:hunter2@127.0.0.1:1/0\n")
    assert ill(city)["broker"] == "broker: no answer (ConnectionError)"
    city.installation.close()


def test_a_key_that_others_may_read_or_that_does_not_open(city: City) -> None:
    Prover(city.installation).signing_key(NOW)
    assert found(city)["keys"].state is State.WELL
    (private,) = (city.installation.city.folder / "keys").glob("*.pem")
    private.chmod(0o644)
    assert f"{private.name}: is open to other users (mode 0644); run: chmod 600" in ill(city)["keys"]
    private.chmod(0o600)
    private.write_text("no key")
    assert private.name in ill(city)["keys"]


def test_days_that_wait_to_be_sealed_and_a_month_to_be_frozen(city: City) -> None:
    later = OCTOBER + 4 * DAY + 2 * HOUR
    city.say("video", later, ANSWER)
    assert ill(city, later + MINUTE)["sealing"] == "1 days wait to be sealed, the first video 2026-10-04"

    november = OCTOBER + 31 * DAY
    for number in range(3, 31):
        city.say("video", OCTOBER + number * DAY + 20 * HOUR, ANSWER)
    seal(city, 31)
    city.say("video", november + HOUR, ANSWER)
    told = found(city, november + 2 * HOUR)
    assert told["snapshots"].found.en == "not frozen yet: 2026-10"
    assert told["snapshots"].remedy is not None
    assert told["snapshots"].remedy.zh == "`citygauge snapshot 2026-10`"


def test_alerts_that_nobody_evaluates(tmp_path: Path) -> None:
    city = make_city(tmp_path, "receivers: [{id: hook, via: log}]\n")
    city.say("video", OCTOBER, ANSWER)
    assert ill(city, OCTOBER + MINUTE) == {"alerts": "alerts are not evaluated; the last time was —"}
    city.installation.close()


def test_a_disk_that_is_nearly_full(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1 << 30))
    assert ill(city) == {"disk": "only 1.0 GiB are free"}


def test_the_command_says_what_to_do_and_exits_with_1_where_something_is_wrong(city: City) -> None:
    told = CliRunner().invoke(app, ["doctor", "--config", str(city.installation.path)])
    assert told.exit_code == 1  # by today's clock nobody polls
    assert "✔ store: 正常" in told.output
    assert "✘ sources: 没有在轮询，最后一次在 2026-10-04T12:00:00+08:00" in told.output
    assert "→ 运行 `citygauge up`，或分别运行 scheduler 和 worker" in told.output
    listed = CliRunner().invoke(app, ["doctor", "--json", "--config", str(city.installation.path)])
    parts = json.loads(listed.stdout)["parts"]
    assert [one["state"] for one in parts if one["part"] == "sources"] == ["wrong"]
