"""The video platform's REST interface, as WVP-GB28181-pro 2.7 answers it: login, devices, channels, totals.

Written from the project's source (UserController, DeviceQuery, ChannelController, the beans Device and
CommonGBChannel): business errors are HTTP 200 with another ``code``, a missing or expired token is HTTP 401, an
unknown one HTTP 400, pages are PageHelper's PageInfo. Fields that carry nothing for a list of channels are left out.
Filters (``online``, ``query``, …) are not simulated and refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from collector.simulated_city.faults import MINUTE, FaultKind
from collector.simulated_city.http_server import Answer, Request
from collector.simulated_city.listing import Listing
from collector.simulated_city.video import Video

USERNAME = "citygauge"
TOKEN_LIFE = 60 * MINUTE
BACK_THEN = "2025-03-01 09:00:00"


class Wvp:
    """Answers for the ``video`` subsystem; ``password`` is that of the one user there is."""

    def __init__(self, video: Video, password: str) -> None:
        self._password = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
        self._tokens: dict[str, int] = {}
        self._video = video
        self._channel_count = [0] * len(video.device_district)
        for device in video.channel_device.tolist():
            self._channel_count[device] += 1
        self._lists = {
            "/api/device/query/devices": Listing(self._device, video.online),
            "/api/common/channel/list": Listing(self._channel, video.own, video.listed),
        }

    def answer(self, request: Request) -> Answer:
        at = request.at
        if request.path == "/api/user/login":
            return self._log_in(request.query, at)
        if refusal := self._refusal(request, at):
            return refusal
        if request.path in self._lists:
            return self._page(self._lists[request.path], request.query, at, request.fault)
        if request.path == "/api/server/resource/info":
            return self._totals(at)
        return _failed(404, "请求的资源不存在", 404)

    def _log_in(self, query: Mapping[str, str], at: int) -> Answer:
        if (query.get("username"), query.get("password")) != (USERNAME, self._password):
            return _failed(100, "用户名或密码错误")
        token = f"simulated-{at}-{len(self._tokens)}"
        self._tokens[token] = at
        data = msgspec.json.encode({"code": 0, "msg": "成功", "data": {"username": USERNAME, "accessToken": token}})
        return Answer(data, headers={"access-token": token})

    def _refusal(self, request: Request, at: int) -> Answer | None:
        token = request.headers.get("access-token") or request.query.get("access-token")
        if token is None:
            return _failed(401, "请登录后重新请求", 401)
        if token not in self._tokens:
            return _failed(400, "token无效", 400)
        if not 0 <= at - self._tokens[token] < TOKEN_LIFE:
            return _failed(401, "token已过期", 401)
        return None

    def _page(self, listing: Listing, query: Mapping[str, str], at: int, fault: FaultKind | None) -> Answer:
        if query.keys() - {"page", "count", "access-token"} or not {"page", "count"} <= query.keys():
            return _failed(400, "参数或方法错误")
        number, size = int(query["page"]), int(query["count"])
        listing.move_to(at)
        total, start = len(listing), (number - 1) * size
        if fault is FaultKind.CHANGING and number > 1:
            total, start = total - 1, start + 1
        items = listing.slice(start, start + size)
        if fault is FaultKind.HALF_PAGE:
            items = items[: len(items) // 2]
        return Answer(_page_info(items, total, number, size))

    def _totals(self, at: int) -> Answer:
        devices, channels = self._lists.values()
        for listing in (devices, channels):
            listing.move_to(at)
        none = {"total": 0, "online": 0}
        data = {
            "device": {"total": len(devices), "online": devices.up_count},
            "channel": {"total": len(channels), "online": channels.up_count},
            "push": none,
            "proxy": none,
        }
        return Answer(msgspec.json.encode({"code": 0, "msg": "成功", "data": data}))

    def _device(self, device: int, is_online: bool) -> bytes:
        video = self._video
        place = video.district_names[video.device_district[device]]
        kind = "下级平台" if video.device_is_platform[device] else "录像机"
        return (
            f'{{"id":{device + 1},"deviceId":"{video.device_id(device)}","name":"{place}{kind}{device + 1}",'
            f'"manufacturer":"Simulated","transport":"UDP","streamMode":"TCP-PASSIVE","onLine":{_word(is_online)},'
            f'"heartBeatInterval":60,"heartBeatCount":3,'
            f'"channelCount":{self._channel_count[device]},"expires":3600,"charset":"GB2312","createTime":"{BACK_THEN}"}}'
        ).encode()

    def _channel(self, channel: int, is_on: bool) -> bytes:
        video = self._video
        device = int(video.channel_device[channel])
        place = video.civil_codes[video.device_district[device]]
        return (
            f'{{"gbId":{channel + 1},"gbDeviceId":"{video.channel_id(channel)}",'
            f'"gbName":"{video.channel_name(channel)}","gbManufacturer":"Simulated","gbCivilCode":"{place}","gbParental":0,'
            f'"gbParentId":"{video.device_id(device)}","gbStatus":"{"ON" if is_on else "OFF"}","gbPtzType":3,'
            f'"dataType":1,"dataDeviceId":{device + 1},"createTime":"{BACK_THEN}"}}'
        ).encode()


def _page_info(items: list[bytes], total: int, number: int, size: int) -> bytes:
    pages = -(-total // size)
    head = f'{{"code":0,"msg":"成功","data":{{"total":{total},"list":['
    tail = (
        f'],"pageNum":{number},"pageSize":{size},"size":{len(items)},"pages":{pages},'
        f'"isFirstPage":{_word(number == 1)},"isLastPage":{_word(number >= pages)},'
        f'"hasPreviousPage":{_word(number > 1)},"hasNextPage":{_word(number < pages)}}}}}'
    )
    return head.encode() + b",".join(items) + tail.encode()


def _word(truth: bool) -> str:
    return "true" if truth else "false"


def _failed(code: int, message: str, status: int = 200) -> Answer:
    return Answer(msgspec.json.encode({"code": code, "msg": message, "data": None}), status)
