"""Every kind of fault, as a client of the city's HTTP port meets it."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
from email.utils import parsedate_to_datetime

import pytest

from collector.periods import instant
from collector.simulated_city.faults import DELAY_SECONDS, MINUTE, SKEW, FaultKind
from tests.simulated_city.conftest import Get
from tests.simulated_city.small_city import FAULTY_HOUR, SETTINGS

LOGIN = f"/wvp/api/user/login?username=citygauge&password={hashlib.md5(SETTINGS.password.encode()).hexdigest()}"
PAGES = {
    "video": "/wvp/api/common/channel/list?page=1&count=40",
    "portal": "/portal/control",
    "prometheus": "/prometheus/api/v1/query?query=up",
    "hotline": "/open311/requests.json",
    "logs": "/logs/access-2026-10-01.json",
}
everywhere = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())


def channels(get: Get, kind: FaultKind, page: int) -> dict:
    """A page of channels during a fault, with a token from before it."""
    at = FAULTY_HOUR[kind]
    key = get(LOGIN, at - 10 * MINUTE)[0].headers["access-token"]
    return json.loads(get(f"/wvp/api/common/channel/list?page={page}&count=40", at, access_token=key)[1])["data"]


@everywhere
def test_closed_ends_the_connection_without_an_answer(get: Get, path: str) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        get(path, FAULTY_HOUR[FaultKind.CLOSED])


@everywhere
def test_errors_and_login_pages_are_told_by_status_and_type(get: Get, path: str) -> None:
    assert get(path, FAULTY_HOUR[FaultKind.ERROR])[0].status == 500
    assert get(path, FAULTY_HOUR[FaultKind.UNAVAILABLE])[0].status == 503
    response, body = get(path, FAULTY_HOUR[FaultKind.LOGIN_PAGE])
    assert response.status == 200
    assert body.startswith(b"<!DOCTYPE html>")


@everywhere
def test_a_truncated_answer_ends_before_its_announced_length(get: Get, path: str) -> None:
    with pytest.raises(http.client.IncompleteRead):
        get(path, FAULTY_HOUR[FaultKind.TRUNCATED])


def test_a_slow_answer_comes_late_and_whole(get: Get) -> None:
    begun = time.monotonic()
    assert get(PAGES["portal"], FAULTY_HOUR[FaultKind.SLOW])[0].status == 200
    assert time.monotonic() - begun >= DELAY_SECONDS


def test_a_skewed_clock_shows_in_the_date(get: Get) -> None:
    for kind, skew in ((FaultKind.SKEWED, SKEW), (FaultKind.HALF_PAGE, 0)):
        response, _ = get(PAGES["portal"], FAULTY_HOUR[kind])
        assert instant(parsedate_to_datetime(response.headers["date"])) == FAULTY_HOUR[kind] + skew


def test_half_a_page_announces_more_than_it_holds(get: Get) -> None:
    page = channels(get, FaultKind.HALF_PAGE, 1)
    assert len(page["list"]) == 20
    assert page["total"] > 100


def test_a_list_that_changes_while_it_is_read_has_two_totals_and_skips_an_item(get: Get) -> None:
    first, second = (channels(get, FaultKind.CHANGING, page) for page in (1, 2))
    assert second["total"] == first["total"] - 1
    assert second["list"][0]["gbId"] == first["list"][-1]["gbId"] + 2


def test_after_a_fault_everything_works_again(get: Get) -> None:
    for at in FAULTY_HOUR.values():
        assert get(PAGES["portal"], at + 5 * MINUTE)[0].status == 200
