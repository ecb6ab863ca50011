"""A list of more than one page, from the platform's answer to the figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from collector.figures import Figure, measure
from collector.installation import Installation
from collector.periods import Period, iso
from collector.poll import poll
from collector.store.runs import Outcome, Run
from tests.connectors.conftest import Answer
from tests.connectors.test_wvp import FakeWvp, channel, envelope
from tests.scripted import HOUR, OCTOBER, ZONE

CHANNELS, DOWN = 250, 50
CITY = """city: 试验市
store: sqlite:///store.db
sources:
  - {{id: video, connector: wvp, url: "{url}", every: 1h, holds: 1h, page_size: 100, credentials: {{username: ops, password: secret}}}}
indicators:
  - {{id: online, measure: availability, source: video}}
"""


@pytest.fixture
def platform() -> FakeWvp:
    return FakeWvp(channel(number, gbStatus="OFF" if number <= DOWN else "ON") for number in range(1, CHANNELS + 1))


@pytest.fixture
def installation(platform: FakeWvp, serve: Callable[[Answer], str], tmp_path: Path) -> Iterator[Installation]:
    (tmp_path / "city.yaml").write_text(CITY.format(url=serve(platform)), encoding="utf-8")
    made = Installation(tmp_path / "city.yaml")
    yield made
    made.close()


def polled(installation: Installation, at: int) -> Run:
    return poll(installation.source("video"), at, clock=lambda: at)


def online(installation: Installation, hours: int) -> Figure:
    period = Period.parse(f"{iso(OCTOBER)}/{iso(OCTOBER + hours * HOUR)}", ZONE)
    return measure(installation.history, installation.city.indicator("online"), period, OCTOBER + hours * HOUR)


def test_t16_of_more_than_one_page_all_are_counted(installation: Installation, platform: FakeWvp) -> None:
    assert polled(installation, OCTOBER).outcome is Outcome.OK

    hour = online(installation, 1).measurement

    assert platform.channel_pages == [1, 2, 3]
    assert (hour.value, hour.n, hour.coverage) == (Fraction(CHANNELS - DOWN, CHANNELS), CHANNELS, 1)


def test_t16_a_run_that_did_not_get_all_pages_is_partial_and_does_not_count_as_observed(
    installation: Installation, platform: FakeWvp
) -> None:
    """The second poll gets the newest hundred only, all of them up."""
    polled(installation, OCTOBER)
    newest = [channel(number) for number in range(DOWN + 1, DOWN + 101)]
    platform.on_page = lambda page: envelope({"total": CHANNELS, "list": newest if page == 1 else []})

    run = polled(installation, OCTOBER + HOUR)
    both = online(installation, 2).measurement

    assert (run.outcome, run.vouches, run.rows) == (Outcome.PARTIAL, (), 0)
    assert (both.value, both.coverage) == (None, 0.5)
    assert both.lower == Fraction(CHANNELS - DOWN, 2 * CHANNELS)
    assert both.upper == Fraction(2 * CHANNELS - DOWN, 2 * CHANNELS)
