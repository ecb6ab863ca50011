"""The status page: what it says, and what it must never say."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from collector.errors import SourceUnavailable
from collector.installation import Installation
from collector.web.server import create_app
from collector.web.shown import age, shown
from collector.web.words import MARKS, WORDS
from tests.scripted import DAY, HOUR, MINUTE
from tests.web.small_city import NOW, SECRET, TOKEN, SmallCity

Page = Callable[..., str]


def row(page: str, heading: str) -> str:
    """The cells of the table row with this heading, as plain text."""
    (found,) = re.findall(rf'<th scope="row">{re.escape(heading)}</th>(.*?)</tr>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_a_row_shows_value_bounds_coverage_target_verdict_and_basis(page: Page) -> None:
    text = row(page(), "在线率")
    ahead = "可达标；离线时长最多再增加 28 天 10 小时"
    assert text == f"≥ 75 % 74.57 % [74.32, 74.66] 99.66 % ▲ 未达标 {ahead} 实测 75 % [75, 75] ● 达标"


def test_what_a_target_still_takes_is_told_in_full_beside_the_short_form(page: Page) -> None:
    assert 'title="可达标；离线时长最多再增加 28 天 10 小时；4 个对象合计，平均每个 7 天 2 小时；' in page()


def test_an_indicator_that_nothing_was_seen_of_has_no_value_and_is_indeterminate(page: Page) -> None:
    assert "无数值 [0, 100] 0 % ◐ 无法判定 缺测" in row(page(), "&lt;script&gt;alert(1)&lt;/script&gt;")


def test_a_name_with_markup_in_it_is_text(page: Page) -> None:
    assert "<script" not in page()


def test_no_secret_of_the_city_file_stands_in_any_answer(client: TestClient) -> None:
    paths = ["", "?lang=en", "metrics", "api/v1/sources", "api/v1/runs", "api/v1/indicators", "api/v1/snapshots",
             "api/v1/snapshots/2026-10", "api/v1/measurements?period=2026-11", "api/v1/openapi.json"]  # fmt: skip
    for path in paths:
        answer = client.get(f"/{path}")
        assert answer.status_code == 200
        assert not [word for word in (TOKEN, SECRET, "127.0.0.1:9", "app.token") if word in answer.text], path


def test_a_source_shows_how_it_stands_and_when_it_is_next_polled(page: Page) -> None:
    assert row(page(), "video") == "— ● 正常 30 分钟前 成功 — 18:00:00"


def test_a_source_whose_older_answer_still_holds_is_failing_and_shows_the_error(small: SmallCity, page: Page) -> None:
    small.poll(NOW - 60_000, SourceUnavailable("GET /list: no answer <in> time"))
    assert "◐ 失败，旧应答仍有效 30 分钟前 无应答 GET /list: no answer &lt;in&gt; time" in row(page(), "video")


def test_a_source_without_a_valid_answer_is_down(small: SmallCity, page: Page) -> None:
    small.clock.at = NOW + 15 * HOUR
    assert row(page(), "video").startswith("— ▲ 无有效数据 15 小时前")


def test_a_source_that_takes_files_is_not_said_to_be_down(page: Page) -> None:
    assert "○ 按需导入" in row(page(), "old")


def test_a_month_that_is_not_frozen_is_said_to_be_so(small: SmallCity, page: Page) -> None:
    small.clock.at = NOW + 30 * DAY
    assert row(page(), "在线率").endswith("尚未封存")


def test_a_snapshot_is_listed_with_its_digest_and_a_link(page: Page, client: TestClient) -> None:
    text = page()
    digest = client.get("/api/v1/snapshots").json()[0]["digest"]
    assert digest in text
    assert '<a href="api/v1/snapshots/2026-10">2026-10</a>' in text


def test_the_page_speaks_english_when_asked(page: Page) -> None:
    text = page("?lang=en")
    assert '<html lang="en">' in text
    assert "▲ missed reachable; at most 28 d 10 h more offline measured" in row(text, "在线率")


def test_a_data_fault_is_said_in_the_language_of_the_page(small: SmallCity, page: Page) -> None:
    small.poll(NOW - MINUTE, {"b": "up", "c": "down", "d": "up"})
    assert "从来源清单中消失、不再计入应有对象的：1 个（a）" in page()
    assert "list and are owed no longer: 1 (a)" in page("?lang=en")


def test_a_language_that_there_is_not_is_refused(client: TestClient) -> None:
    assert client.get("/?lang=fr").json()["field"] == "lang"


def test_the_page_asks_nothing_of_other_hosts_and_runs_no_script(client: TestClient, page: Page) -> None:
    text = page()
    assert not re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", text)
    assert not re.findall(r"<script|<style|style=|onclick=|javascript:", text)
    headers = client.get("/").headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_city_without_anything_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text("city: 空市\n", encoding="utf-8")
    text = TestClient(create_app(Installation(tmp_path / "city.yaml"), lambda: NOW)).get("/").text
    for words in ("城市文件中没有定义指标。", "城市文件中没有数据源。", "还没有快照。", "没有发现数据问题。"):
        assert words in text


def test_both_languages_have_the_same_words_and_every_verdict_a_mark() -> None:
    assert WORDS["zh"].keys() == WORDS["en"].keys()
    assert MARKS.keys() <= WORDS["zh"].keys()


@pytest.mark.parametrize(
    ("number", "target", "text"),
    [
        (Fraction(1, 2), None, "50"),
        (Fraction(1, 3), None, "33.33"),
        (Fraction(949_996, 1_000_000), Fraction(95, 100), "94.9996"),
        (Fraction(950_004, 1_000_000), Fraction(95, 100), "95.0004"),
        (Fraction(94_995, 100_000), None, "95.00"),
        (0.1 + 0.2, None, "30.00"),
        (None, None, None),
    ],
)
def test_a_number_is_rounded_half_up_but_never_across_its_target(
    number: Fraction | None, target: Fraction | None, text: str | None
) -> None:
    assert shown(number, Fraction(100), target) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (7199, "1 h ago"), (90_000, "1 d ago")]
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, text: str) -> None:
    assert age(1000 * seconds, WORDS["en"]) == text
