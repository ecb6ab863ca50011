"""The published self-evaluations, where they lie beside the project; found by what they are about, not by file name."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "seeds"
ABOUT = {
    "jinzhai": "金寨县城市大脑2023年度",
    "yaohai": "合肥市瑶海区数据资源局",
    "yiyang": "益阳市新型智慧城市提升工程",
    "gangu": "甘谷县城市管理综合行政执法队",
    "junan": "莒南县2019年度数字化城市管理",
}


def published(city: str) -> Path:
    """The report of a city; the test is skipped where the reports are not there."""
    texts = sorted(FOLDER.glob("*.txt")) if FOLDER.is_dir() else []
    found = [path for path in texts if ABOUT[city] in path.read_text(encoding="utf-8")]
    if not found:
        pytest.skip(f"the published reports are not in {FOLDER.name}/ beside the project")
    return found[0]
