"""An outage of the simulated city, seen through the real connector, becomes a firing alert at a webhook, and its end does too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from collector.installation import Installation, now
from collector.poll import poll
from collector.prometheus.rule_file import rule_file
from collector.simulated_city.city import SimulatedCity
from collector.simulated_city.histories import Histories
from collector.simulated_city.magnitudes import Magnitudes, Settings
from tests.prometheus.monitoring import exporter, prometheus, scraped, until
from tests.prometheus.test_end_to_end import hooked, posted

START, DAY, MINUTE = 1_790_000_000_000, 86_400_000, 60_000
CITY = """
city: 示例市
timezone: Asia/Shanghai
sources:
  - id: video
    connector: wvp
    url: {http}/wvp
    every: 1h
    department: 公安局
    credentials: {{username: citygauge, password: "${{env:CITYGAUGE_CITY_PASSWORD}}"}}
indicators:
  - id: online
    name: 在线率
    measure: availability
    source: video
    target: ">= 80"
    alerts: [{{when: threshold, below: 60, for: 1s, severity: critical}}]
"""
pytestmark = pytest.mark.needs("prometheus", "prometheus-alertmanager")


def working(works: Histories, at: int) -> float:
    """Share of the channels that work at an instant, by the city's own truth."""
    before = works.seconds <= (at - works.start) // 1000
    changes = np.bincount(works.subjects[before], minlength=len(works.initial))
    return float(np.mean(works.initial ^ (changes % 2 == 1)))


def test_an_outage_of_the_simulated_city_is_told_and_so_is_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = Magnitudes(channels=48, channels_per_device=8, districts=2, online_ratio=0.97)
    (tmp_path / "simulated").mkdir()
    with SimulatedCity(tmp_path / "simulated", Settings(START, START + 120 * DAY, sizes)) as city:
        monkeypatch.setenv("CITYGAUGE_CITY_PASSWORD", city.settings.password)
        (tmp_path / "city.yaml").write_text(CITY.format(http=city.addresses.http), encoding="utf-8")
        installation = Installation(tmp_path / "city.yaml")
        instants = range(START, START + 120 * DAY, 20 * MINUTE)
        shares = {at: working(city.world.video.works, at) for at in instants}
        well = next(at for at, share in shares.items() if share > 0.85)
        dark = next(at for at, share in shares.items() if at > well and share < 0.55)

        def ask(at: int) -> None:
            """Poll the platform as it is at ``at``."""
            city.clock.set("video", at)
            assert poll(installation.source("video"), now(), now).outcome.value == "ok"

        ask(well)
        with (
            hooked() as (hook, manager),
            exporter(installation) as address,
            prometheus(scraped(address, manager.url), rule_file(installation.city)) as server,
        ):
            until(lambda: server.query('citygauge_indicator_lower{indicator="online",period="now"} > 0.8'))
            ask(dark)
            told = until(lambda: posted(hook, "firing"))
            assert [one["labels"]["indicator"] for one in told["alerts"]] == ["online"]
            ask(next(at for at, share in shares.items() if at > dark and share > 0.85))
            assert until(lambda: posted(hook, "resolved"))
            assert "threshold" not in server.alerts()
