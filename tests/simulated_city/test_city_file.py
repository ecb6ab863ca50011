from __future__ import annotations

from pathlib import Path

from collector.city.load import load_city
from collector.simulated_city.city import Addresses
from collector.simulated_city.city_file import city_file
from collector.simulated_city.world import World

ADDRESSES = Addresses("http://127.0.0.1:8080", "127.0.0.1", 5020, "/srv/city/cases.db")


def test_the_city_file_is_one_that_citygauge_reads(tmp_path: Path, world: World) -> None:
    path = tmp_path / "city.yaml"
    text = city_file(ADDRESSES, world, store="sqlite:///citygauge.db", broker="embedded", archive="archive/")
    path.write_text(text, encoding="utf-8")
    city = load_city(path)
    ids = [source.id for source in city.sources]
    assert ids == ["video", "portal", "platforms", "cases", "hotline", "app", "meters"]
    assert {indicator.source for indicator in city.indicators} == set(ids)
    assert world.settings.password not in text
