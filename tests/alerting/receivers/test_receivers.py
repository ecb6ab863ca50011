"""What each receiver sends, over loopback, and what it makes of the answers: taken, worth another try, or given up."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import unquote

import pytest

from collector.alerting.receiver import Undeliverable
from collector.alerting.receivers import dingtalk, feishu
from tests.alerting.loopback import Loopback
from tests.alerting.samples import START, alert, built, told


def options_of(via: str, url: str) -> dict[str, Any]:
    return {"url": url} | ({"secret": "s" * 32} if via == "webhook" else {})


ROBOTS = {
    "dingtalk": ({"errcode": 0, "errmsg": "ok"}, {"errcode": 130101, "errmsg": "send too fast"}, {"errcode": 310000}),
    "wecom": ({"errcode": 0, "errmsg": "ok"}, {"errcode": 45009}, {"errcode": 93000}),
    "feishu": ({"code": 0, "msg": "success", "data": {}}, {"code": 11232}, {"code": 19021}),
}
OVER_HTTP = [*ROBOTS, "webhook"]


def test_dingtalk_signs_as_its_published_vector_does() -> None:
    assert dingtalk.sign("SECabc", "1700000000123") == unquote("IqXBU/aLfwMA3S/tDcfRmHx5vWHw9Y1aOgFLBr1Ti9w=")


def test_feishu_signs_as_its_vector_does() -> None:
    assert feishu.sign("SECabc", "1700000000") == "XprR1de+0SSBnwWyU/4k6x2TL+Q2SJlM5NNEdAv7MWg="


@pytest.mark.parametrize("via", ROBOTS)
def test_a_robot_that_answers_code_0_has_taken_the_message(via: str, server: Loopback) -> None:
    server.body = ROBOTS[via][0]
    built(via, **options_of(via, server.url())).send(told())
    assert "视频监控设备在线率低于目标" in json.dumps(server.asked[0].json, ensure_ascii=False)


@pytest.mark.parametrize("via", ROBOTS)
def test_a_robot_that_is_told_too_much_is_left_alone_for_a_while(via: str, server: Loopback) -> None:
    server.body = ROBOTS[via][1]
    with pytest.raises(Undeliverable, match="too many messages") as caught:
        built(via, **options_of(via, server.url())).send(told())
    assert not caught.value.permanent
    assert caught.value.retry_after_seconds is not None
    assert caught.value.retry_after_seconds >= 60


@pytest.mark.parametrize("via", ROBOTS)
def test_http_200_with_an_error_in_it_is_a_refusal_for_good(via: str, server: Loopback) -> None:
    server.body = ROBOTS[via][2]
    with pytest.raises(Undeliverable, match="refused with code") as caught:
        built(via, **options_of(via, server.url())).send(told())
    assert caught.value.permanent


@pytest.mark.parametrize("via", ROBOTS)
@pytest.mark.parametrize("body", ["<html>login</html>", "{}", "[]", '{"errcode": "0"}'])
def test_an_answer_that_is_no_robots_is_tried_again(via: str, body: str, server: Loopback) -> None:
    server.body = body
    with pytest.raises(Undeliverable, match="not a robot's") as caught:
        built(via, **options_of(via, server.url())).send(told())
    assert not caught.value.permanent


@pytest.mark.parametrize("via", OVER_HTTP)
@pytest.mark.parametrize(("status", "permanent"), [(400, True), (404, True), (429, False), (500, False), (503, False)])
def test_the_status_tells_whether_to_try_again(via: str, status: int, permanent: bool, server: Loopback) -> None:
    server.status, server.body = status, {}
    with pytest.raises(Undeliverable, match=f"HTTP {status}") as caught:
        built(via, **options_of(via, server.url())).send(told())
    assert caught.value.permanent is permanent


@pytest.mark.parametrize("via", OVER_HTTP)
def test_a_receiver_that_is_down_is_tried_again_and_its_address_is_not_told(via: str) -> None:
    options: dict[str, Any] = {"url": "http://127.0.0.1:1/token-5f3a"} | (
        {"secret": "s" * 32} if via == "webhook" else {}
    )
    with pytest.raises(Undeliverable) as caught:
        built(via, **options).send(told())
    assert not caught.value.permanent
    assert "5f3a" not in str(caught.value)


def test_dingtalk_sends_signature_keyword_and_mentions(server: Loopback) -> None:
    server.body = {"errcode": 0}
    built("dingtalk", url=server.url(), secret="SECabc", keyword="城市体征", at_mobiles=["10000000001"]).send(told())
    query = server.asked[0].query
    assert query["sign"] == dingtalk.sign("SECabc", query["timestamp"])
    message = server.asked[0].json
    assert message["markdown"]["title"].startswith("城市体征 【告警】【严重】 示例市")
    assert message["markdown"]["text"].endswith("@10000000001")
    assert message["at"]["atMobiles"] == ["10000000001"]


def test_feishu_signs_in_the_body(server: Loopback) -> None:
    server.body = {"code": 0}
    built("feishu", url=server.url(), secret="SECabc").send(told())
    message = server.asked[0].json
    assert message["sign"] == feishu.sign("SECabc", message["timestamp"])


def test_wecom_stays_within_4096_bytes_and_counts_what_it_leaves_out(server: Loopback) -> None:
    server.body = {"errcode": 0}
    built("wecom", url=server.url()).send(told(*(alert(number, "极长的名称" * 40) for number in range(1, 60))))
    text = server.asked[0].json["markdown"]["content"]
    assert len(text.encode()) <= 4096
    kept = text.count("**【告警 严重】")
    assert text.endswith(f"另有{59 - kept}项，见控制台")


@pytest.mark.parametrize("via", ROBOTS)
def test_a_name_cannot_forge_links_mentions_or_lines(via: str, server: Loopback) -> None:
    server.body = ROBOTS[via][0]
    built(via, **options_of(via, server.url())).send(told(alert(name="[点我](http://evil) <@all> `x`\n# 伪造\u202e")))
    text = json.dumps(server.asked[0].json, ensure_ascii=False)
    for forged in ("[点我]", "<@all>", "\\n# 伪造", "\u202e"):
        assert forged not in text


def test_a_webhook_is_signed_and_carries_the_same_key_at_every_attempt(server: Loopback) -> None:
    server.body = {}
    receiver = built("webhook", url=server.url(), secret="k" * 32)
    receiver.send(told())
    receiver.send(told())
    first = server.asked[0]
    stamp, _, signed = first.headers["Citygauge-Signature"].removeprefix("t=").partition(",v1=")
    expected = hmac.new(b"k" * 32, f"{stamp}.".encode() + first.body, hashlib.sha256).hexdigest()
    assert signed == expected
    assert [one.headers["Idempotency-Key"] for one in server.asked] == ["k-1", "k-1"]
    assert first.json["status"] == "firing"


def test_a_webhook_waits_as_long_as_it_is_asked_to(server: Loopback) -> None:
    server.status, server.headers = 503, {"Retry-After": "120"}
    with pytest.raises(Undeliverable) as caught:
        built("webhook", url=server.url(), secret="k" * 32).send(told())
    assert caught.value.retry_after_seconds == 120


def test_alertmanager_is_told_labels_times_and_the_end_of_what_resolved(server: Loopback) -> None:
    built("alertmanager", url=server.url("/")).send(told(alert(1), alert(2, ends_at=START + 60_000)))
    assert server.asked[0].path == "/api/v2/alerts"
    firing, resolved = server.asked[0].json
    assert firing["labels"]["indicator"] == "rate_1"
    assert firing["startsAt"] == "2026-10-21T00:00:00Z"
    assert firing["endsAt"] > firing["startsAt"]
    assert resolved["endsAt"] == "2026-10-21T00:01:00Z"
    assert not {"value", "summary"} & set(firing["labels"])


def test_of_a_cluster_one_instance_that_answers_is_enough(server: Loopback) -> None:
    built("alertmanager", url=["http://127.0.0.1:1", server.url("/")]).send(told())
    with pytest.raises(Undeliverable) as caught:
        built("alertmanager", url=["http://127.0.0.1:1", "http://127.0.0.1:2"]).send(told())
    assert not caught.value.permanent


def test_what_alertmanager_cannot_read_is_given_up(server: Loopback) -> None:
    server.status, server.body = 422, {"code": 602}
    with pytest.raises(Undeliverable, match="HTTP 422") as caught:
        built("alertmanager", url=server.url("/")).send(told())
    assert caught.value.permanent
