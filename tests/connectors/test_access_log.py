"""Access logs, read from a folder and over HTTP while they grow."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from pydantic import ValidationError

from collector.connector import Part, Poll
from collector.errors import SourceChanged, SourceUnavailable
from connectors.apps.access_log import LINES_A_PART, AccessLog
from tests.connectors.conftest import Request, Response

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = 1_790_784_000_000  # 2026-10-01T00:00:00+08:00
HOUR, MINUTE = 3_600_000, 60_000
DAY = 24 * HOUR


def _hash(account: str) -> str:
    return hashlib.blake2b(account.encode(), digest_size=16).hexdigest()


def _log(template: str, /, **options: object) -> AccessLog:
    place = {"url" if template.startswith("http") else "path": template}
    text = json.dumps({**place, "columns": {"actor": "account", "at": "time"}, **options})
    return AccessLog(AccessLog.Options.model_validate_json(text), ZONE)


def _line(account: str, time: str = "2026-10-01T08:00:00+08:00", **more: object) -> bytes:
    return json.dumps({"time": time, "account": account, **more}).encode() + b"\n"


@pytest.fixture
def at(poll: Poll) -> Callable[..., Poll]:
    return lambda at, cursor=None: replace(poll, at=at, cursor=cursor, pseudonym=_hash)


def _fetched(log: AccessLog, poll: Poll) -> tuple[list[Part], str | None]:
    parts, fetching = [], log.fetch(poll)
    while True:
        try:
            parts.append(next(fetching))
        except StopIteration as end:
            return parts, end.value


def _actors(log: AccessLog, poll: Poll) -> tuple[list[str], str | None]:
    parts, cursor = _fetched(log, poll)
    return [actor.hex() for actor in log.parse(parts).table["actor"].to_pylist()], cursor


def _hashes(*accounts: str) -> list[str]:
    return [_hash(account) for account in accounts]


class Logs:
    """A server of log files by byte ranges, as nginx's; ``ranges=False`` one that knows none."""

    def __init__(self, *, ranges: bool = True) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str | None] = []
        self._ranges = ranges

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.headers.get("Range"))
        body = self.files.get(request.path)
        if body is None:
            return Response(status=404)
        match = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        if match is None or not self._ranges:
            return Response(body)
        start = int(match[1])
        if start >= len(body):
            return Response(status=416, headers={"Content-Range": f"bytes */{len(body)}"})
        return Response(body[start:], 206, {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"})


@pytest.fixture(params=["folder", "http", "http without ranges"])
def place(request: pytest.FixtureRequest, tmp_path: Path, serve: Callable[..., str]) -> tuple[str, Callable[..., None]]:
    """(template, write(day, body)): the same log in a folder and on two kinds of server."""
    if request.param == "folder":
        return f"{tmp_path}/access-{{day}}.json", lambda day, body: (tmp_path / f"access-{day}.json").write_bytes(body)
    logs = Logs(ranges=request.param == "http")
    return f"{serve(logs)}/access-{{day}}.json", lambda day, body: logs.files.update({f"/access-{day}.json": body})


Place = tuple[str, Callable[..., None]]
At = Callable[..., Poll]


def test_a_second_poll_reads_only_what_came_since(place: Place, at: At) -> None:
    where, write = place
    log = _log(where)
    write("2026-10-01", _line("a") + _line("b"))
    first, cursor = _actors(log, at(MIDNIGHT + HOUR))
    write("2026-10-01", _line("a") + _line("b") + _line("c"))
    second, cursor = _actors(log, at(MIDNIGHT + 2 * HOUR, cursor))
    third, _ = _actors(log, at(MIDNIGHT + 3 * HOUR, cursor))
    assert (first, second, third) == (_hashes("a", "b"), _hashes("c"), [])


def test_a_line_that_is_still_being_written_waits_for_the_next_poll(place: Place, at: At) -> None:
    where, write = place
    log = _log(where)
    write("2026-10-01", _line("a") + _line("b")[:9])
    first, cursor = _actors(log, at(MIDNIGHT + HOUR))
    write("2026-10-01", _line("a") + _line("b"))
    second, _ = _actors(log, at(MIDNIGHT + HOUR, cursor))
    assert (first, second) == (_hashes("a"), _hashes("b"))


def test_the_old_days_file_is_finished_before_the_next_is_begun(place: Place, at: At) -> None:
    where, write = place
    log = _log(where)
    write("2026-10-01", _line("a"))
    _, cursor = _actors(log, at(MIDNIGHT + 23 * HOUR))
    write("2026-10-01", _line("a") + _line("b"))
    write("2026-10-02", _line("c"))
    write("2026-10-03", _line("d"))
    actors, cursor = _actors(log, at(MIDNIGHT + 2 * DAY + HOUR, cursor))
    assert actors == _hashes("b", "c", "d")
    assert json.loads(cursor or "") == {"day": "2026-10-03", "offset": len(_line("d")), "line": 1}


def test_the_last_line_of_a_day_that_is_over_needs_no_line_end(place: Place, at: At) -> None:
    where, write = place
    log = _log(where)
    write("2026-10-01", _line("a").rstrip())
    write("2026-10-02", b"")
    _, cursor = _actors(log, at(MIDNIGHT + HOUR))
    assert _actors(log, at(MIDNIGHT + DAY + HOUR, cursor))[0] == _hashes("a")


def test_a_day_goes_on_for_the_lag_after_midnight(place: Place, at: At) -> None:
    where, write = place
    log = _log(where, lag="5m")
    write("2026-10-01", _line("a"))
    _, cursor = _actors(log, at(MIDNIGHT + DAY + 4 * MINUTE))
    write("2026-10-01", _line("a") + _line("late"))
    write("2026-10-02", _line("b"))
    assert _actors(log, at(MIDNIGHT + DAY + 5 * MINUTE, cursor))[0] == _hashes("late", "b")


@pytest.mark.parametrize("body", [b"", _line("a"), _line("a") + b"x" * 400])
def test_a_file_that_was_replaced_is_not_read_on(body: bytes, place: Place, at: At) -> None:
    where, write = place
    log = _log(where)
    write("2026-10-01", _line("a") + _line("b"))
    _, cursor = _actors(log, at(MIDNIGHT + HOUR))
    write("2026-10-01", body)
    with pytest.raises(SourceChanged, match=r"access-2026-10-01\.json: was replaced or cut"):
        _actors(log, at(MIDNIGHT + 2 * HOUR, cursor))


def test_a_morning_without_a_file_is_one_without_logins(place: Place, at: At) -> None:
    where, write = place
    log = _log(where)
    none, cursor = _actors(log, at(MIDNIGHT + 11 * HOUR))
    write("2026-10-01", _line("a"))
    assert (none, _actors(log, at(MIDNIGHT + 12 * HOUR, cursor))[0]) == ([], _hashes("a"))


def test_a_day_without_a_file_until_the_afternoon_is_no_answer(place: Place, at: At) -> None:
    with pytest.raises(SourceUnavailable, match=r"access-2026-10-01\.json: there is no such file yet"):
        _actors(_log(place[0]), at(MIDNIGHT + 12 * HOUR + 1))


def test_a_day_that_is_over_without_a_file_is_no_answer(place: Place, at: At) -> None:
    where, write = place
    write("2026-10-01", _line("a"))
    write("2026-10-03", _line("c"))
    _, cursor = _actors(_log(where), at(MIDNIGHT + HOUR))
    with pytest.raises(
        SourceUnavailable, match=r"access-2026-10-02\.json: there is no such file though its day is over"
    ):
        _actors(_log(where), at(MIDNIGHT + 2 * DAY + HOUR, cursor))


def test_a_file_that_had_been_read_and_is_gone_is_a_change(tmp_path: Path, at: At) -> None:
    log = _log(f"{tmp_path}/{{day}}.log")
    (tmp_path / "2026-10-01.log").write_bytes(_line("a"))
    _, cursor = _actors(log, at(MIDNIGHT + HOUR))
    (tmp_path / "2026-10-01.log").unlink()
    with pytest.raises(SourceChanged, match=r"2026-10-01\.log: is gone"):
        _actors(log, at(MIDNIGHT + HOUR, cursor))


def test_a_missing_folder_is_not_taken_for_a_day_without_logins(tmp_path: Path, at: At) -> None:
    with pytest.raises(SourceUnavailable, match="there is no such folder"):
        _actors(_log(f"{tmp_path}/none/{{day}}.log"), at(MIDNIGHT + HOUR))


def test_only_the_missing_bytes_are_asked_for(serve: Callable[..., str], at: At) -> None:
    logs = Logs()
    log = _log(f"{serve(logs)}/{{day}}")
    logs.files["/2026-10-01"] = _line("a")
    _, cursor = _actors(log, at(MIDNIGHT + HOUR))
    _actors(log, at(MIDNIGHT + HOUR, cursor))
    assert logs.asked == [None, f"bytes={len(_line('a')) - 1}-"]


def test_another_range_than_was_asked_for_is_a_change(serve: Callable[..., str], at: At) -> None:
    wrong = Response(b"\n", 206, {"Content-Range": "bytes 0-0/1"})
    cursor = '{"day":"2026-10-01","offset":50,"line":1}'
    with pytest.raises(SourceChanged, match="Content-Range: is not the range from byte 49 on"):
        _actors(_log(serve(lambda _: wrong) + "/{day}"), at(MIDNIGHT + HOUR, cursor))


def test_raw_account_ids_do_not_leave_fetch(tmp_path: Path, at: At) -> None:
    (tmp_path / "2026-10-01.log").write_bytes(_line("13800138000", phone="13800138000") + _line("13800138000"))
    parts, cursor = _fetched(_log(f"{tmp_path}/{{day}}.log"), at(MIDNIGHT + HOUR))
    kept = b"".join(part.body for part in parts)
    assert kept == b'{"actor":"%s","at":1790812800000}\n' % _hash("13800138000").encode() * 2
    assert "13800138000" not in str(cursor)


def test_an_account_is_hashed_once_however_often_it_was_active(tmp_path: Path, at: At) -> None:
    hashed: list[str] = []
    (tmp_path / "2026-10-01.log").write_bytes(_line("a") * 50)
    poll = replace(at(MIDNIGHT + HOUR), pseudonym=lambda account: hashed.append(account) or _hash(account))
    list(_log(f"{tmp_path}/{{day}}.log").fetch(poll))
    assert hashed == ["a"]


def test_a_long_log_comes_in_parts(tmp_path: Path, at: At) -> None:
    (tmp_path / "2026-10-01.log").write_bytes(_line("a") * (LINES_A_PART + 1))
    parts, _ = _fetched(_log(f"{tmp_path}/{{day}}.log"), at(MIDNIGHT + HOUR))
    assert [(part.name, part.body.count(b"\n")) for part in parts] == [
        ("2026-10-01.log 1", LINES_A_PART),
        ("2026-10-01.log 2", 1),
    ]


def test_only_lines_with_the_chosen_values_of_the_same_type_count(tmp_path: Path, at: At) -> None:
    lines = [
        _line("yes", event="login", status=200),
        _line("other event", event="view", status=200),
        _line("failed", event="login", status=401),
        _line("as text", event="login", status="200"),
        _line("as float", event="login", status=200.0),
        _line("as list", event="login", status=[200]),
        b'{"event":"view","status":200}\n',
    ]
    (tmp_path / "2026-10-01.log").write_bytes(b"".join(lines))
    log = _log(f"{tmp_path}/{{day}}.log", where={"event": ["login"], "status": [200]})
    assert _actors(log, at(MIDNIGHT + HOUR))[0] == _hashes("yes")


def test_true_is_not_one(tmp_path: Path, at: At) -> None:
    (tmp_path / "2026-10-01.log").write_bytes(_line("a", ok=True) + _line("b", ok=1))
    log = _log(f"{tmp_path}/{{day}}.log", where={"ok": [True]})
    assert _actors(log, at(MIDNIGHT + HOUR))[0] == _hashes("a")


def test_lines_of_nobody_are_passed_over(tmp_path: Path, at: At) -> None:
    lines = [_line(""), _line("-"), _line("guest"), b'{"time":"2026-10-01T08:00:00Z","account":null}\n', _line("a")]
    (tmp_path / "2026-10-01.log").write_bytes(b"".join(lines))
    log = _log(f"{tmp_path}/{{day}}.log", nobody=["", "-", "guest"])
    assert _actors(log, at(MIDNIGHT + HOUR))[0] == _hashes("a")


@pytest.mark.parametrize(
    ("times", "time", "milliseconds"),
    [
        ("iso", "2026-10-01T08:00:00", 0),
        ("iso", "2026-10-01 08:00:00.250", 250),
        ("iso", "2026-10-01T00:00:00Z", 0),
        ("iso", "2026-10-01T01:00:00+01:00", 0),
        ("epoch_s", 1_790_812_800, 0),
        ("epoch_s", 1_790_812_800.123, 123),
        ("epoch_ms", 1_790_812_800_123, 123),
    ],
)
def test_times_are_read_in_the_zone_or_by_their_offset(
    times: str, time: object, milliseconds: int, tmp_path: Path, at: At
) -> None:
    (tmp_path / "2026-10-01.log").write_bytes(json.dumps({"account": 17, "time": time}).encode() + b"\n")
    log = _log(f"{tmp_path}/{{day}}.log", times=times)
    (part,) = log.fetch(at(MIDNIGHT + HOUR))
    assert msgspec.json.decode(part.body) == {"actor": _hash("17"), "at": 1_790_812_800_000 + milliseconds}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"secret\n", "line 2 of 2026-10-01.log: is not a JSON object"),
        (b'["secret"]\n', "line 2 of 2026-10-01.log: is not a JSON object"),
        (b"\xff\xfe\n", "is not a JSON object"),
        (b"\n", "is not a JSON object"),
        (b'{"time":"2026-10-01T08:00:00Z","ok":1}\n', "line 2 of 2026-10-01.log: account: is missing"),
        (b'{"account":"secret","ok":1}\n', "line 2 of 2026-10-01.log: time: is missing"),
        (b'{"account":["secret"],"time":"2026-10-01T08:00:00Z","ok":1}\n', "account: is no account id"),
        (b'{"account":true,"time":"2026-10-01T08:00:00Z","ok":1}\n', "account: is no account id"),
        (b'{"account":"secret","time":"yesterday","ok":1}\n', "time: is not a time as times: iso says"),
        (b'{"account":"secret","time":"2026-10-01","ok":1}\n', "time: is not a time as times: iso says"),
        (b'{"account":"secret","time":1790812800,"ok":1}\n', "time: is not a time as times: iso says"),
        (b'{"account":"secret","time":"2026-10-01T08:00:00Z"}\n', "line 2 of 2026-10-01.log: ok: is missing"),
    ],
)
def test_a_line_that_does_not_fit_is_named_without_its_content(
    line: bytes, message: str, tmp_path: Path, at: At
) -> None:
    (tmp_path / "2026-10-01.log").write_bytes(_line("a", ok=1) + line)
    with pytest.raises(SourceChanged, match=re.escape(message)) as refused:
        _actors(_log(f"{tmp_path}/{{day}}.log", where={"ok": [1]}), at(MIDNIGHT + HOUR))
    assert "secret" not in str(refused.value)


def test_a_bad_line_is_numbered_within_its_file_also_after_earlier_polls(tmp_path: Path, at: At) -> None:
    log = _log(f"{tmp_path}/{{day}}.log")
    (tmp_path / "2026-10-01.log").write_bytes(_line("a") * 3)
    _, cursor = _actors(log, at(MIDNIGHT + HOUR))
    (tmp_path / "2026-10-01.log").write_bytes(_line("a") * 3 + b"x\n")
    with pytest.raises(SourceChanged, match="line 4 of"):
        _actors(log, at(MIDNIGHT + HOUR, cursor))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "/log/access.json"}, r"needs \{day\}"),
        ({"url": "https://app.example/{day}", "path": "/log/{day}"}, "either path or url"),
        ({"path": "/log/{day}", "credentials": {"username": "a", "password": "b"}}, "credentials go with url"),
        ({"url": "https://user:secret@app.example/{day}"}, "String should match pattern"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        AccessLog.Options.model_validate_json(json.dumps({"columns": {"actor": "account", "at": "time"}, **change}))
