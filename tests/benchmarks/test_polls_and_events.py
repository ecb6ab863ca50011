"""The folder's own forms become the project's without a value changed, and wrong counts do not pass."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from benchmarks.peers.events import check_cases
from benchmarks.peers.polls import _device_pages, renamed
from collector.connector import Part
from collector.records import State
from connectors.video.wvp import Wvp
from connectors.video.wvp_options import WvpOptions

ITEM = (
    '{"id":%d,"channelId":"3402000000132000000%d","deviceId":"34020000002000000000","name":"东街道路口枪机0%d","manufacture":"X",'
    '"model":"IP Camera","civilCode":"340200","parental":0,"parentId":"34020000002160000000","safetyWay":0,"ipAddress":"10.0.0.1",'
    '"port":5060,"ptzType":1,"status":"%s","longitude":118.3,"latitude":31.3,"hasAudio":false,"updateTime":"2026-09-01 00:00:00"}'
)
PAGE = (
    '{"code":0,"msg":"成功","data":{"total":2,"list":['
    + ",".join([ITEM % (1, 0, 0, "ON"), ITEM % (2, 1, 1, "OFF")])
    + '],"pageNum":1,"pageSize":1000,"size":2}}'
)
TRUTH = {"closure": 0.5, "ontime": 0.25, "med": 3600.0, "p90": 7200.0}


def test_the_connector_reads_from_a_renamed_page_what_the_page_says() -> None:
    parts = [Part("devices 1", _device_pages(1)[0]), Part("channels 1", renamed(PAGE.encode()))]
    sweep = Wvp(WvpOptions(url="http://video.invalid"), ZoneInfo("UTC")).parse(parts)
    assert list(sweep.subjects) == ["34020000001320000000", "34020000001320000001"]
    assert sweep.states.tolist() == [State.UP, State.DOWN]


def test_a_renamed_page_is_about_as_large_as_it_was() -> None:
    assert len(renamed(PAGE.encode())) == pytest.approx(len(PAGE.encode()), rel=0.1)


def figures(**other: float) -> list[Any]:
    counts = {"closure": 50, "ontime": 25, "med": 3600, "p90": 7200} | other
    measured = [SimpleNamespace(numerator=count, value=count) for count in counts.values()]
    return [SimpleNamespace(measurement=one) for one in measured]


def test_right_counts_and_quantiles_pass() -> None:
    check_cases(figures(), 100, TRUTH)


@pytest.mark.parametrize("wrong", [{"closure": 51}, {"ontime": 24}, {"med": 3600.001}, {"p90": 7199}])
def test_a_wrong_count_or_quantile_does_not_pass(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError):
        check_cases(figures(**wrong), 100, TRUTH)
