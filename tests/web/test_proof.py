"""The API for those who check: snapshots, bundles, checkpoints; and what the status page says of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from collector.freeze import Correction, freeze_period
from collector.frozen.verification import verify
from collector.installation import Installation
from collector.proof.checkpoint import read_checkpoint, read_short
from collector.prover import key_ring
from collector.store import schema
from collector.store.snapshots import latest_snapshot
from collector.web.server import create_app
from tests.scripted import DAY
from tests.web.small_city import NOW, SmallCity

Page = Callable[..., str]
WEEK = "2026-10-31/2026-11-02"


@pytest.fixture
def revised(small: SmallCity) -> TestClient:
    """October with a second revision: another target, and with it another verdict."""
    path = small.city.installation.path
    path.write_text(path.read_text(encoding="utf-8").replace(">= 75", ">= 76"), encoding="utf-8")
    installation = Installation(path)
    freeze_period(installation, "2026-10", NOW, Correction("目标改为 76 %", "李工"))
    return TestClient(create_app(installation, small.clock))


def test_a_snapshot_comes_byte_for_byte_with_its_digest_as_tag(small: SmallCity, client: TestClient) -> None:
    with small.city.installation.database.read() as connection:
        stored = latest_snapshot(connection, "2026-10")
    assert stored
    answer = client.get("/api/v1/snapshots/2026-10")
    assert answer.content == stored.body
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    again = client.get("/api/v1/snapshots/2026-10", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_bundle_is_a_file_that_verifies_with_its_digest_as_tag(client: TestClient) -> None:
    answer = client.get("/api/v1/snapshots/2026-10/bundle")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="2026-10-r1.bundle"'
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    document = verify(answer.content).document
    assert (document["revision"], document["indicators"][0]["measurement"]["value"]) == (1, "3/4")
    again = client.get("/api/v1/snapshots/2026-10/bundle", headers={"If-None-Match": f'"x", {answer.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")


def test_a_bundle_of_an_older_revision_can_be_had(revised: TestClient) -> None:
    bundles = [
        revised.get(f"/api/v1/snapshots/2026-10/bundle{query}").content for query in ("", "?revision=2", "?revision=1")
    ]
    assert [verify(body).document["revision"] for body in bundles] == [2, 2, 1]


def test_a_period_with_a_slash_in_its_name_has_a_bundle_too(small: SmallCity, client: TestClient) -> None:
    freeze_period(small.city.installation, WEEK, NOW)
    answer = client.get(f"/api/v1/snapshots/{WEEK}/bundle")
    assert answer.headers["content-disposition"] == 'attachment; filename="2026-10-31_2026-11-02-r1.bundle"'
    assert verify(answer.content).document["period"]["label"] == WEEK


def test_a_file_that_the_archive_lost_is_named(small: SmallCity, client: TestClient) -> None:
    for file in (small.city.installation.path.parent / "archive").rglob("*.parquet"):
        file.unlink()
    answer = client.get("/api/v1/snapshots/2026-10/bundle")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert re.search(r"archive: .*parquet is missing", answer.json()["detail"])


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("snapshots/2026-09", 404, "there is no snapshot of 2026-09"),
        ("snapshots/2026-10?revision=2", 404, "there is no snapshot of 2026-10 revision 2"),
        ("snapshots/2026-09/bundle", 404, "there is no snapshot of 2026-09; /api/v1/snapshots lists what there is"),
        ("snapshots/2026-10/bundle?revision=7", 404, "there is no snapshot of 2026-10 revision 7"),
        ("snapshots/2026-10/bundle?revision=new", 422, "revision: "),
    ],
)
def test_a_snapshot_that_there_is_not_is_said_to_be_missing(
    client: TestClient, path: str, status: int, text: str
) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert text in answer.json()["detail"]


def test_the_newest_checkpoint_comes_as_the_text_that_was_signed(small: SmallCity, client: TestClient) -> None:
    freeze_period(small.city.installation, WEEK, NOW)
    answer = client.get("/api/v1/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    checkpoint = read_checkpoint(answer.content.decode(), key_ring(small.city.installation).public_keys())
    assert (checkpoint.origin, checkpoint.at, checkpoint.size) == ("citygauge/试验市", NOW, _leaves(small))


def test_without_a_checkpoint_the_answer_says_what_makes_one(small: SmallCity, client: TestClient) -> None:
    with small.city.installation.database.write() as connection:
        connection.execute(sa.delete(schema.checkpoints))
    answer = client.get("/api/v1/checkpoint")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert "`citygauge checkpoint`" in answer.json()["detail"]


def test_the_openapi_document_says_which_answers_are_no_json(client: TestClient) -> None:
    paths = json.loads(client.get("/api/v1/openapi.json").content)["paths"]
    bundle, checkpoint = (paths[f"/api/v1/{path}"]["get"] for path in ("snapshots/{period}/bundle", "checkpoint"))
    assert bundle["responses"]["200"]["content"] == {
        "application/zip": {"schema": {"type": "string", "format": "binary"}}
    }
    assert checkpoint["responses"]["200"]["content"] == {"text/plain": {"schema": {"type": "string"}}}
    assert {one["name"] for one in bundle["parameters"]} == {"period", "revision", "If-None-Match"}


def test_the_page_has_the_checkpoint_of_each_snapshot_and_a_link_to_its_bundle(page: Page, client: TestClient) -> None:
    text = page()
    (printed,) = re.findall(r"<code>(\d+-[0-9a-f]{16}-[0-9a-f]{16})</code>", text)
    body = client.get("/api/v1/snapshots/2026-10/bundle").content
    assert verify(body, earlier=read_short(printed)).earlier == read_short(printed).size
    assert '<a href="api/v1/snapshots/2026-10/bundle?revision=1">下载</a>' in text


def test_the_page_shows_the_newest_revision_with_the_checkpoint_that_covers_it(revised: TestClient) -> None:
    text = revised.get("/").text
    assert '<td class="num" data-label="修订">2</td>' in text
    assert re.search(rf"<code>{_newest_size(revised)}-[0-9a-f]{{16}}-", text)


def test_the_page_stays_up_without_keys_and_says_why_there_is_no_checkpoint(small: SmallCity, page: Page) -> None:
    folder = small.city.installation.path.parent
    (folder / "keys").rename(folder / "lost")
    assert "there is no signing key yet" in page()
    (folder / "lost").rename(folder / "keys")
    assert "there is no signing key yet" not in page()


def test_a_snapshot_that_no_checkpoint_covers_shows_a_dash_until_one_does(small: SmallCity, page: Page) -> None:
    with small.city.installation.database.write() as connection:
        connection.execute(sa.delete(schema.checkpoints))
    assert '<td data-label="日志检查点">—</td>' in page()
    freeze_period(small.city.installation, WEEK, NOW + DAY)
    assert '<td data-label="日志检查点">—</td>' not in page()


def _leaves(small: SmallCity) -> int:
    with small.city.installation.database.read() as connection:
        count: int = connection.execute(sa.select(sa.func.count()).select_from(schema.log)).scalar_one()
    return count


def _newest_size(client: TestClient) -> str:
    return str(client.get("/api/v1/checkpoint").text.split("\n")[1])
