"""The city file by which Citygauge measures the simulated city, as for any other."""

from __future__ import annotations

from collections.abc import Mapping

from collector.simulated_city.case_database import TABLE
from collector.simulated_city.city import PASSWORD_VARIABLE, Addresses
from collector.simulated_city.energy import Energy, Meter
from collector.simulated_city.platform_pages import CONTROL, QUERY
from collector.simulated_city.platforms import Platforms
from collector.simulated_city.world import World
from collector.simulated_city.wvp import USERNAME

INDICATORS = """
indicators:
  - id: video_online_rate
    name: 视频监控设备在线率
    measure: availability
    source: video
    unit: "%"
    target: ">= 95"
  - id: portal_availability
    name: 门户网站可用率
    measure: availability
    source: portal
    unit: "%"
    target: ">= 99.9"
  - id: platform_availability
    name: 平台运行可用率
    measure: availability
    source: platforms
    unit: "%"
    target: ">= 99.5"
  - id: closure
    name: 案件结案率
    measure: case_closure
    source: cases
    base: should_archive
    unit: "%"
    target: ">= 95"
  - id: closure_accepted
    name: 当期受理案件结案率
    measure: case_closure
    source: cases
    base: accepted_in_period
    unit: "%"
  - id: on_time
    name: 按期处置率
    measure: case_on_time
    source: cases
    decided_by: disposal
    unit: "%"
    target: ">= 90"
  - id: cases_reported
    name: 案件上报数
    measure: case_count
    source: cases
    count: reported
  - id: rework
    name: 返工率
    measure: case_rework
    source: cases
    unit: "%"
  - id: found_by_video
    name: 视频发现占比
    measure: case_found_by
    source: cases
    found_by: [视频]
    unit: "%"
  - id: duration
    name: 案件办理时长中位数
    measure: case_duration
    source: cases
    stat: p50
    clock: natural
    unit: h
  - id: hotline_reported
    name: 热线受理量
    measure: case_count
    source: hotline
    count: reported
  - id: hotline_closure
    name: 热线办结率
    measure: case_closure
    source: hotline
    base: accepted_in_period
    unit: "%"
    target: ">= 90"
  - id: dau
    name: 日均活跃用户
    measure: active_users
    source: app
    window: day
    stat: mean
    target: ">= 5000"
  - id: mau
    name: 月活跃用户
    measure: active_users
    source: app
    window: month
  - id: pue
    name: 机房电能利用效率
    measure: pue
    source: meters
    category: PUE2
    target: "<= 1.5"
"""


LARGEST_KWH = 2_000_000_000
"""More than any of the meters can show: 32 bits of 0.01 kWh times the transformers' ratio of 40."""


EVERY = {"video": "5m", "portal": "5m", "platforms": "15m", "cases": "1h", "hotline": "1h", "app": "1h", "meters": "5m"}
"""The sources of a city file and how often each is polled."""


def city_file(
    addresses: Addresses, world: World, *, store: str, broker: str, archive: str,
    city: str = "模拟市", every: Mapping[str, str] = EVERY, more_sources: str = "", indicators: str = INDICATORS,
) -> str:  # fmt: skip
    """The text of ``city.yaml``; ``store``, ``broker`` and ``archive`` are written as given.

    every: which of the sources there are. more_sources: text of further ones.
    """
    head = f"city: {city}\ntimezone: {world.settings.timezone}\nstore: {store}\nbroker: {broker}\narchive: {archive}\n"
    texts = {
        "video": _video(addresses),
        "portal": _portal(addresses, world.portals),
        "platforms": _platforms(addresses),
        "cases": _cases(addresses),
        "hotline": _hotline(addresses),
        "app": _app(addresses),
        "meters": _meters(addresses, world.energy),
    }
    sources = [texts[source].replace("every: EVERY", f"every: {interval}") for source, interval in every.items()]
    return head + "sources:\n" + "".join(sources) + more_sources + indicators


def _video(addresses: Addresses) -> str:
    return f"""
  - id: video
    connector: wvp
    url: {addresses.http}/wvp
    every: EVERY
    department: 公安局
    credentials: {{username: {USERNAME}, password: "${{env:{PASSWORD_VARIABLE}}}"}}
    page_size: 2000
"""


def _portal(addresses: Addresses, portals: Platforms) -> str:
    targets = (
        f"      - {{subject: {key}, url: {addresses.http}/portal/{key}, name: {name}}}\n"
        for key, name in zip(portals.keys, portals.names, strict=True)
    )
    return f"""
  - id: portal
    connector: http_probe
    every: EVERY
    department: 政务服务局
    control: {addresses.http}/portal/{CONTROL}
    targets:
{"".join(targets)}"""


def _platforms(addresses: Addresses) -> str:
    return f"""
  - id: platforms
    connector: prometheus
    url: {addresses.http}/prometheus
    every: EVERY
    department: 大数据局
    query: '{QUERY}'
    subject_label: instance
    name_label: platform
"""


def _cases(addresses: Addresses) -> str:
    return f"""
  - id: cases
    connector: sql_cases
    url: sqlite:///{addresses.cases}
    every: EVERY
    department: 城市管理局
    table: {TABLE}
    updated_at: update_time
    columns:
      case: id
      opened_at: create_time
      accepted_at: accept_time
      due_at: due_time
      disposed_at: dispose_time
      closed_at: archive_time
      status: status
      category: sub_type_name
      department: dispose_unit_name
      district: district_name
      found_by: found_by
      returned: rework
    closed_statuses: [结案]
"""


def _hotline(addresses: Addresses) -> str:
    return f"""
  - id: hotline
    connector: open311
    url: {addresses.http}/open311
    every: EVERY
    department: 12345热线办
    lookback: 60d
    updated_after: true
"""


def _app(addresses: Addresses) -> str:
    return f"""
  - id: app
    connector: access_log
    url: {addresses.http}/logs/access-{{day}}.json
    every: EVERY
    department: 大数据局
    columns: {{actor: account, at: time}}
    where: {{event: [login], status: [200]}}
"""


def _meters(addresses: Addresses, energy: Energy) -> str:
    return f"""
  - id: meters
    connector: modbus
    host: {addresses.modbus_host}
    port: {addresses.modbus_port}
    every: EVERY
    department: 机关事务局
    meters:
{"".join(_meter(meter) for meter in energy.meters)}"""


def _meter(meter: Meter) -> str:
    return f"""
      - meter: {meter.key}
        role: {meter.role}
        device_id: {meter.unit}
        map: {meter.model}
        plausible: {{max_kwh: {LARGEST_KWH}}}
"""
