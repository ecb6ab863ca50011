"""Every fault of every subsystem, through the real connectors: recorded in words, nothing half-stored, the others go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector.demo.tasks import SUBSYSTEMS
from collector.installation import Installation
from collector.poll import poll
from collector.simulated_city.city import SimulatedCity
from collector.simulated_city.city_file import city_file
from collector.simulated_city.faults import HOUR, MINUTE, SKEW, Fault, FaultKind
from collector.store import schema
from collector.store.runs import Outcome, Run
from tests.simulated_city.small_city import MONTH, SETTINGS

SOURCES = tuple(SUBSYSTEMS)
KINDS = tuple(FaultKind)
START = MONTH.span.start + 48 * HOUR
TIMEOUT = "0.8s"
"""Longer than a slow answer takes, short enough to wait for a silent one."""


def instant_of(kind: FaultKind, source: str) -> int:
    """When, and only when, the source's subsystem has this fault; each has an hour of its own."""
    return START + (KINDS.index(kind) * len(SOURCES) + SOURCES.index(source)) * HOUR


@dataclass
class Polled:
    simulated: SimulatedCity
    installation: Installation

    def at(self, instant: int, source: str) -> Run:
        self.simulated.clock.set_all(instant)
        self.simulated.case_database.advance(instant)
        return poll(self.installation.source(source), instant, clock=lambda: instant)

    def stored(self, run: Run) -> dict[str, int]:
        """Rows by table that belong to a run."""
        tables = (schema.batches, schema.subjects, schema.vectors)
        with self.installation.database.read() as connection:
            return {
                table.name: connection.execute(
                    sa.select(sa.func.count()).select_from(table).where(table.c.run_id == run.id)
                ).scalar_one()
                for table in tables
            }


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polled]:
    folder: Path = tmp_path_factory.mktemp("bad-input")
    faults = tuple(
        Fault(SUBSYSTEMS[source], kind, instant_of(kind, source), instant_of(kind, source) + 5 * MINUTE)
        for kind in KINDS
        for source in SOURCES
    )
    settings = replace(SETTINGS, faults=faults)
    with SimulatedCity(folder, settings) as simulated, pytest.MonkeyPatch.context() as patch:
        for name, value in simulated.environment.items():
            patch.setenv(name, value)
        text = city_file(simulated.addresses, simulated.world, store="sqlite:///store.db", broker="embedded", archive="archive/")
        text = text.replace("    connector:", f"    timeout: {TIMEOUT}\n    connector:")
        text = text.replace("page_size: 2000", "page_size: 40")
        text = text.replace("{subject:", f"{{timeout: {TIMEOUT}, subject:")
        (folder / "city.yaml").write_text(text, encoding="utf-8")
        installation = Installation(folder / "city.yaml")
        made = Polled(simulated, installation)
        for source in SOURCES:
            assert made.at(START - HOUR, source).outcome is Outcome.OK
        yield made
        installation.close()


CUT, HTML = "the answer was cut short", "the answer is an HTML page, not JSON"
WIRE = {
    FaultKind.CLOSED: (Outcome.UNAVAILABLE, CUT),
    FaultKind.ERROR: (Outcome.UNAVAILABLE, "answered HTTP 500"),
    FaultKind.UNAVAILABLE: (Outcome.UNAVAILABLE, "answered HTTP 503"),
    FaultKind.SILENT: (Outcome.UNAVAILABLE, "no answer in time"),
    FaultKind.TRUNCATED: (Outcome.UNAVAILABLE, CUT),
    FaultKind.LOGIN_PAGE: (Outcome.CHANGED, HTML),
}
"""What a fault on the wire makes of a run, by its kind; a kind that is not there does not hurt."""
NO_TABLE = (Outcome.CHANGED, "table to_stat_info: does not exist, or the account may not read it")
NO_METER = "no meter answered (facility: "
EXPECTED = {
    "video": WIRE | {
        FaultKind.HALF_PAGE: (Outcome.PARTIAL, "$.data: 7 entries came of 15 announced"),
        FaultKind.CHANGING: (Outcome.PARTIAL, "$.data: the total changed between pages"),
    },
    # A page that answers with an error is down, which is a good run; one that does not answer may be our own network's fault.
    "portal": dict.fromkeys((FaultKind.CLOSED, FaultKind.TRUNCATED), (Outcome.UNAVAILABLE, "our own network is out")),
    "platforms": WIRE,
    "cases": dict.fromkeys(KINDS, NO_TABLE),
    "hotline": WIRE,
    "app": WIRE | {FaultKind.LOGIN_PAGE: (Outcome.CHANGED, "was replaced or cut: no line ends at byte")},
    "meters": {
        FaultKind.CLOSED: (Outcome.UNAVAILABLE, "the connection is closed as soon as something is asked"),
        FaultKind.ERROR: (Outcome.UNAVAILABLE, f"{NO_METER}the gateway says: no answer)"),
        FaultKind.SLOW: (Outcome.UNAVAILABLE, f"{NO_METER}no answer in time)"),
        FaultKind.SILENT: (Outcome.UNAVAILABLE, f"{NO_METER}no answer in time)"),
    },
}  # fmt: skip
PLACES = {
    "video": ("/wvp/api/device/query/devices", "/api/device/query/devices", "/api/common/channel/list"),
    "portal": ("control: ",),
    "platforms": ("/api/v1/query",),
    "cases": ("table to_stat_info",),
    "hotline": ("/open311/requests.json", "requests from 20"),
    "app": ("access-2026-10-",),
    "meters": ("127.0.0.1:",),
}
"""Where a failure was: one of these stands in the text."""
NOT_ASKED = {(FaultKind.SILENT, "portal")}
"""The probe's control page is waited for as long as any target may take, ten seconds."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_recorded_in_words_and_stays_in_its_source(city: Polled, kind: FaultKind) -> None:
    for source in SOURCES:
        if (kind, source) in NOT_ASKED:
            continue
        instant = instant_of(kind, source)
        outcome, words = EXPECTED[source].get(kind, (Outcome.OK, ""))

        run = city.at(instant, source)
        others = {other: city.at(instant, other) for other in SOURCES if other != source}

        assert (run.outcome, run.at, run.slot) == (outcome, instant, instant), f"{source}: {run.error}"
        assert {other: one.error for other, one in others.items() if one.outcome is not Outcome.OK} == {}
        if outcome is Outcome.OK:
            assert run.error is None
            continue
        assert run.error is not None
        assert words in run.error
        assert any(place in run.error for place in PLACES[source]), run.error
        assert SETTINGS.password not in run.error
        assert "?" not in run.error
        assert run.vouches == ()
        assert run.rows == 0
        assert city.stored(run) == {"batches": 0, "subjects": 0, "vectors": 0}


@pytest.mark.parametrize("source", ["video", "platforms", "hotline", "app"])
def test_t22_a_clock_that_is_7_minutes_off_is_measured_and_our_own_counts(city: Polled, source: str) -> None:
    run = city.at(instant_of(FaultKind.SKEWED, source), source)
    after = city.at(instant_of(FaultKind.SKEWED, "meters") + 10 * MINUTE, source)

    assert run.skew_seconds == pytest.approx(SKEW / 1000, abs=3)
    assert run.at == instant_of(FaultKind.SKEWED, source)
    assert after.skew_seconds == pytest.approx(0, abs=3)


def test_t21_a_slot_that_failed_is_answered_for_and_not_asked_again(city: Polled) -> None:
    slot = instant_of(FaultKind.ERROR, "video")
    first = city.at(slot, "video")
    source = city.installation.source("video")

    again = poll(source, slot, clock=lambda: slot + 10 * MINUTE)

    assert again.id == first.id
    assert again.at == slot
    assert again.outcome is Outcome.UNAVAILABLE
