"""Records that a subsystem sends by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.connector import Part, Poll
from collector.errors import ConfigurationError, SourceChanged, SourceUnavailable
from collector.periods import Span, instant
from connectors.apps.push import Push

TOKEN = "0123456789abcdef"
AT = "2026-10-01T08:00:00+08:00"


def _push(kind: str, **options: object) -> Push:
    text = json.dumps({"kind": kind, "token": TOKEN, **options})
    return Push(Push.Options.model_validate_json(text), ZoneInfo("Asia/Shanghai"))


def _body(*records: dict[str, Any], **more: object) -> bytes:
    return json.dumps({"records": records, **more}).encode()


def _hash(account: str) -> str:
    return account.encode().hex().ljust(32, "0")


def test_it_is_never_polled(poll: Poll) -> None:
    with pytest.raises(SourceUnavailable, match="push sources are not polled"):
        list(_push("cases").fetch(poll))


def test_an_account_id_is_replaced_before_anything_is_kept() -> None:
    push = _push("activity")
    kept = push.redact(_body({"actor": "13800138000", "at": AT}), _hash)
    assert b"13800138000" not in kept
    (row,) = push.parse([Part("body", kept)]).table.to_pylist()
    assert row == {"actor": bytes.fromhex(_hash("13800138000")), "at": datetime(2026, 10, 1, tzinfo=UTC)}


def test_an_account_id_in_a_column_where_none_belongs_is_refused_before_anything_is_kept() -> None:
    with pytest.raises(SourceChanged, match="unknown field `phone`") as refused:
        _push("activity").redact(_body({"actor": "a", "at": AT, "phone": "13800138000"}), _hash)
    assert "13800138000" not in str(refused.value)


def test_a_raw_account_id_is_not_taken_as_a_record() -> None:
    with pytest.raises(SourceChanged, match=r"body \$\.records\[0\]\.actor"):
        _push("activity").parse([Part("body", _body({"actor": "13800138000", "at": AT}))])


def test_redacting_keeps_what_a_body_vouches_for() -> None:
    push = _push("activity")
    span = {"start": AT, "end": "2026-10-01T01:00:00Z"}
    kept = push.redact(_body({"actor": "a", "at": AT}, vouches=span), _hash)
    start = instant(datetime(2026, 10, 1, tzinfo=UTC))
    assert push.vouches(kept) == Span(start, start + 3_600_000)


def test_a_body_of_another_kind_is_kept_as_it_came() -> None:
    body = _body({"case": "1", "opened_at": AT})
    assert _push("cases").redact(body, _hash) is body


def test_a_body_that_vouches_for_nothing_says_so() -> None:
    assert _push("cases").vouches(_body({"case": "1", "opened_at": AT})) is None


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(SourceChanged, match="must lie after start"):
        _push("cases").vouches(_body(vouches={"start": AT, "end": AT}))


@pytest.mark.parametrize(
    ("kind", "record", "message"),
    [
        ("cases", {"case": "1", "opened_at": AT, "closed": AT}, "unknown field `closed`"),
        ("cases", {"case": "1"}, "missing required field `opened_at`"),
        ("cases", {"case": "1", "opened_at": "2026-10-01T08:00:00"}, "timezone"),
        ("cases", {"case": 1, "opened_at": AT}, "Expected `str`, got `int`"),
        ("cases", {"case": "1", "opened_at": AT, "reopened": True}, "Expected `int"),
        ("readings", {"meter": "m", "at": AT, "role": "it"}, "one of kwh and kw"),
        ("readings", {"meter": "m", "at": AT, "role": "it", "kwh": 1, "kw": 1}, "one of kwh and kw"),
        ("readings", {"meter": "m", "at": AT, "role": "IT", "kwh": 1}, "role"),
        ("figures", {"name": "n", "at": AT, "value": "5"}, "Expected `float`, got `str`"),
        ("figures", {"name": "n", "at": AT, "value": 5, "dimensions": {"a": 1}}, "Expected `str`, got `int`"),
    ],
)
def test_a_record_that_does_not_fit_its_kind_is_refused(kind: str, record: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceChanged, match=message):
        _push(kind).parse([Part("body", _body(record))])


def test_more_records_than_are_taken_at_once_are_refused() -> None:
    body = _body(*[{"case": str(number), "opened_at": AT} for number in range(3)])
    with pytest.raises(SourceChanged, match=r"3 records are more than max_rows \(2\)"):
        _push("cases", max_rows=2).parse([Part("body", body)])


def test_dimensions_are_canonical_whatever_their_order() -> None:
    records = [
        {"name": "n", "at": AT, "value": 1, "dimensions": d} for d in ({"b": "2", "a": "1"}, {"a": "1", "b": "2"})
    ]
    assert (
        _push("figures").parse([Part("body", _body(*records))]).table["dimensions"].to_pylist()
        == ['{"a":"1","b":"2"}'] * 2
    )


def test_a_short_token_is_refused_and_a_long_one_is_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="token: is shorter than 16 characters"):
        _push("cases", token="short")
    assert TOKEN not in repr(_push("cases").token)
