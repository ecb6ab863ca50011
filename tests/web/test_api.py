"""The API for reading."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from collector.web.server import create_app
from tests.web.small_city import SmallCity


def test_a_source_tells_how_it_stands(client: TestClient) -> None:
    source = client.get("/api/v1/sources/video").json()
    assert (source["standing"], source["kind"], source["every_seconds"]) == ("up", "states", 21600)
    assert source["last_success_at"] == "2026-11-02T04:00:00Z"
    assert source["last_run"]["vouches"] == ["2026-11-02T04:00:00Z", "2026-11-02T19:00:00Z"]


def test_runs_come_newest_first_and_by_source(client: TestClient) -> None:
    runs = client.get("/api/v1/runs?source=video&limit=2").json()
    assert [run["at"] for run in runs] == ["2026-11-02T04:00:00Z", "2026-11-01T22:00:00Z"]
    assert client.get("/api/v1/runs?source=app").json() == []


def test_indicators_are_told_as_the_city_file_defines_them(client: TestClient) -> None:
    first = client.get("/api/v1/indicators").json()[0]
    assert (first["id"], first["measure"], first["target"], first["min_coverage"]) == (
        "online",
        "availability",
        ">= 75",
        0.9,
    )


def test_measurements_are_in_the_indicator_s_unit_and_can_be_broken_down(client: TestClient) -> None:
    document = client.get("/api/v1/measurements?period=2026-10&indicator=online&by=subject").json()
    (figure,) = document["indicators"]
    assert (figure["value"], figure["verdict"]) == (75, "met")
    assert {subject: one["value"] for subject, one in figure["by"].items()} == {"a": 100, "b": 100, "c": 0, "d": 100}


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("sources/nobody", 404, "there is no source 'nobody'"),
        ("runs?source=nobody", 404, "there is no source 'nobody'"),
        ("runs?limit=0", 422, "limit: "),
        ("measurements", 422, "period: Field required"),
        ("measurements?period=2026-13", 400, "there is no such date"),
        ("measurements?period=2026-10&by=colour", 422, "by: "),
        ("measurements?period=2026-10&indicator=none", 400, "there is no indicator 'none'"),
        ("nothing", 404, "Not Found"),
    ],
)
def test_an_error_is_a_problem_document_with_a_clear_text(
    client: TestClient, path: str, status: int, text: str
) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert text in answer.json()["detail"]
    assert answer.json()["status"] == status


def test_an_error_that_nobody_foresaw_tells_nothing_but_that(small: SmallCity) -> None:
    def broken() -> int:
        raise RuntimeError("a secret")

    app = create_app(small.city.installation, broken)
    answer = TestClient(app, raise_server_exceptions=False).get("/api/v1/sources")
    assert answer.status_code == 500
    assert "a secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_openapi_document_names_every_path_and_there_is_no_page_from_elsewhere(client: TestClient) -> None:
    paths = json.loads(client.get("/api/v1/openapi.json").content)["paths"]
    reading = {"sources", "sources/{source}", "runs", "indicators", "measurements", "alerts"}
    proof = {"snapshots", "snapshots/{period}", "snapshots/{period}/bundle", "checkpoint"}
    assert paths.keys() == {f"/api/v1/{path}" for path in reading | proof | {"sources/{source}/records"}}
    assert [client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404, 404, 404]
