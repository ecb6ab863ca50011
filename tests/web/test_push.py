"""Records that a subsystem sends: who may, what is kept, and that nothing counts twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from collector.periods import Span
from collector.records import Kind
from collector.store import schema
from collector.store.answers import read_evidence
from tests.scripted import DAY
from tests.web.small_city import NOVEMBER, NOW, SECRET, TOKEN, SmallCity

CASE = {"case": "1", "opened_at": "2026-11-01T08:00:00+08:00", "closed_at": "2026-11-01T09:00:00+08:00"}
SPAN = {"start": "2026-11-01T00:00:00+08:00", "end": "2026-11-02T12:00:00+08:00"}


def push(client: TestClient, body: Any, source: str = "cases", token: str = TOKEN, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        f"/api/v1/sources/{source}/records", content=content,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers},
    )  # fmt: skip


def stored_cases(small: SmallCity) -> list[str]:
    table = small.city.installation.history.rows("cases", Kind.CASES, Span(NOVEMBER - DAY, NOW), NOW)
    return table["case"].to_pylist()


def count(small: SmallCity, table: sa.Table) -> int:
    with small.city.installation.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_pushed_records_are_stored_and_vouch_for_their_span(small: SmallCity, client: TestClient) -> None:
    answer = push(client, {"records": [CASE], "vouches": SPAN})
    assert answer.status_code == 201
    assert answer.json()["stored"] is True
    assert answer.json()["run"]["vouches"] == ["2026-10-31T16:00:00Z", "2026-11-02T04:00:00Z"]
    assert stored_cases(small) == ["1"]


def test_the_same_body_again_is_answered_with_the_first_run(small: SmallCity, client: TestClient) -> None:
    first = push(client, {"records": [CASE]}, **{"Idempotency-Key": "k1"})
    small.clock.at += 5000
    for headers in ({"Idempotency-Key": "k1"}, {"Idempotency-Key": "k2"}, {}):
        again = push(client, {"records": [CASE]}, **headers)
        assert (again.status_code, again.json()) == (200, {"stored": False, "run": first.json()["run"]})
    assert stored_cases(small) == ["1"]


def test_a_key_that_came_with_other_records_is_refused_and_stores_nothing(small: SmallCity, client: TestClient) -> None:
    push(client, {"records": [CASE]}, **{"Idempotency-Key": "k1"})
    answer = push(client, {"records": [CASE | {"case": "2"}]}, **{"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")
    assert stored_cases(small) == ["1"]


def test_two_bodies_at_the_same_instant_are_two_runs(small: SmallCity, client: TestClient) -> None:
    slots = [push(client, {"records": [CASE | {"case": case}]}).json()["run"]["slot"] for case in ("1", "2")]
    assert len(set(slots)) == 2
    assert stored_cases(small) == ["1", "2"]


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xe9"]
)
def test_without_the_token_nothing_is_taken(small: SmallCity, client: TestClient, header: str | None) -> None:
    before = count(small, schema.runs)
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = client.post("/api/v1/sources/cases/records", content=b"{}", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert TOKEN not in answer.text
    assert count(small, schema.runs) == before


def test_the_token_of_another_source_does_not_count(client: TestClient) -> None:
    assert push(client, {"records": []}, source="app", token=TOKEN).status_code == 401


def test_a_source_that_is_polled_takes_no_records(client: TestClient) -> None:
    answer = push(client, {"records": []}, source="video")
    assert (answer.status_code, "connector is not `push`" in answer.json()["detail"]) == (400, True)


def test_an_unknown_source_is_not_found(client: TestClient) -> None:
    assert push(client, {"records": []}, source="nobody").status_code == 404


def test_a_source_whose_token_is_missing_is_not_ready_and_does_not_say_why(
    small: SmallCity, client: TestClient
) -> None:
    (small.city.installation.city.folder / "app.token").unlink()
    answer = push(client, {"records": []}, source="app")
    assert answer.status_code == 503
    assert "app.token" not in answer.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body $"),
        (b'{"records": [', "body $"),
        (b"<html>", "body $"),
        (b'{"records": [{"case": "1", "opened_at": NaN}]}', "body $"),
        ({"records": [{"case": 1, "opened_at": CASE["opened_at"]}]}, "body $.records[0].case"),
        ({"records": [CASE, CASE | {"due": "x"}]}, "body $.records[1]"),
        ({"records": [CASE], "vouches": {"start": SPAN["end"], "end": SPAN["start"]}}, "body $.vouches.end"),
        ({"records": [CASE], "vouches": SPAN | {"end": "2026-11-02T12:30:01+08:00"}}, "body $.vouches.end"),
        ({"records": []}, "body"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_by_field_and_stores_nothing(
    small: SmallCity, client: TestClient, body: Any, field: str
) -> None:
    before = count(small, schema.runs), count(small, schema.evidence)
    answer = push(client, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (count(small, schema.runs), count(small, schema.evidence)) == before


def test_a_body_larger_than_the_source_takes_is_refused(small: SmallCity, client: TestClient) -> None:
    answer = push(client, b" " * ((1 << 20) + 1))
    assert (answer.status_code, answer.json()["detail"]) == (
        413,
        "the body is larger than 1 MiB; send fewer records at once",
    )


def test_a_body_that_does_not_announce_its_size_is_refused_while_it_comes(client: TestClient) -> None:
    sent = 0

    def chunks() -> Any:
        nonlocal sent
        for _ in range(64):
            sent += 1 << 16
            yield b" " * (1 << 16)

    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert client.post("/api/v1/sources/cases/records", content=chunks(), headers=headers).status_code == 413


def test_a_compressed_body_is_refused_in_words(client: TestClient) -> None:
    assert push(client, b"", **{"Content-Encoding": "gzip"}).status_code == 415


def test_of_an_account_only_its_keyed_hash_is_kept(small: SmallCity, client: TestClient) -> None:
    account = "13800138000"
    body = {"records": [{"actor": account, "at": "2026-11-02T08:00:00+08:00"}], "vouches": SPAN}
    answer = push(client, body, source="app", token=SECRET + TOKEN)
    assert answer.status_code == 201
    with small.city.installation.database.read() as connection:
        digests = connection.execute(
            sa.select(schema.evidence.c.digest).where(schema.evidence.c.source == "app")
        ).scalars()
        kept = [read_evidence(connection, "app", digest) for digest in digests.all()]
    hashed = small.city.installation.source("app").pseudonym(account)
    assert any(hashed.encode() in body for body in kept)
    assert not any(account.encode() in body for body in kept)
    small.clock.at += 60_000
    assert 'citygauge_active_users{source="app",window="day"} 1.0' in client.get("/metrics").text
