from __future__ import annotations

import pytest

from collector.report.content import Report
from collector.report.words import Words
from tests.report.october import october, report_of


@pytest.fixture
def report() -> Report:
    return report_of(october())


@pytest.fixture
def chinese() -> Words:
    return Words("zh")
