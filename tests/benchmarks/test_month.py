"""The month that is loaded is the month that polls would have left, and a wrong figure does not pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.peers import month
from benchmarks.peers.channels import MINUTES, Channels, Rates
from collector.figures import measure
from collector.installation import Installation
from collector.ledger import Sealed
from collector.measurement import Measurement
from collector.periods import Period, Span, moment
from collector.records import State, Sweep
from collector.segment import Segment
from collector.store.commit import Answered, commit
from collector.store.evidence import EvidenceWriter
from collector.store.runs import Outcome, Run
from collector.store.segments import sealed_segments

CHANNELS, LAST = 12, 40


@pytest.fixture(scope="module")
def channels() -> Channels:
    """Twelve channels of four platforms, polled in some of the first 40 minutes."""
    random = np.random.default_rng(4)
    platform = np.arange(CHANNELS) % 4
    polled = np.zeros((4, MINUTES), bool)
    polled[:, :LAST] = random.random((4, LAST)) < 0.9
    polled[:, 3] = True
    first, minutes, states = [0], [], []
    online, observed = np.zeros(CHANNELS, np.int64), np.zeros(CHANNELS, np.int64)
    for channel in range(CHANNELS):
        seen = np.flatnonzero(polled[platform[channel]])
        state = random.random(len(seen)) < 0.6
        turns = np.flatnonzero(np.append(True, state[1:] != state[:-1]))
        minutes += seen[turns].tolist()
        states.append(int(state[0]))
        first.append(len(minutes))
        online[channel], observed[channel] = state.sum(), len(seen)
    return Channels(
        np.arange(CHANNELS) % 3, platform, polled, np.array(first), np.array(minutes, np.uint16),
        np.array(states, np.uint8), online, observed,
    )  # fmt: skip


@pytest.fixture(scope="module")
def loaded(channels: Channels) -> Installation:
    return month.build(channels, days=1)


def test_the_figures_of_a_loaded_day_are_the_truth(loaded: Installation, channels: Channels) -> None:
    day = Period.parse("2026-09-01", month.ZONE)
    figure = measure(loaded.history, loaded.city.indicator("online"), day, month.SEALED_AT, "department")
    truth = channels.truth()
    assert rate(figure.measurement) == pytest.approx(truth.overall, rel=1e-12)
    assert [rate(figure.by[f"d{n:03}"]) for n in range(3)] == pytest.approx(truth.department, rel=1e-12)
    subjects = figure.subjects
    assert subjects is not None
    assert (subjects.tally.up / subjects.tally.known)[month.channel_order(channels)] == pytest.approx(
        truth.channel, rel=1e-12
    )


def test_a_loaded_day_is_sealed_as_the_same_polls_committed_one_by_one(
    loaded: Installation, channels: Channels
) -> None:
    polled = month.new_city()
    for platform in month.platforms(channels):
        poll_one_by_one(polled, platform, channels)
        assert polled.sealer.seal_day(
            platform.source, moment(month.MONTH.span.start, month.ZONE).date(), month.SEALED_AT
        )
    for source in month.PLATFORMS:
        ours, theirs = segment_of(loaded, source), segment_of(polled, source)
        assert ours.part("record").equals(theirs.part("record"))
        assert ours.part("subject").equals(theirs.part("subject"))
        vouched = ["run_at", "outcome", "vouch_start", "vouch_end"]
        assert ours.part("run", vouched).equals(theirs.part("run", vouched))


def test_a_figure_that_is_wrong_by_a_little_does_not_pass(channels: Channels) -> None:
    truth = channels.truth()
    assert truth.check(truth) == 0
    for wrong in (
        replace(truth, overall=truth.overall + 1e-11),
        replace(truth, department=truth.department + [0, 1e-11, 0]),
        replace(truth, channel=truth.channel[::-1]),
    ):
        with pytest.raises(AssertionError, match="differs from the truth"):
            wrong.check(truth)


def test_figures_of_too_few_channels_do_not_pass(channels: Channels) -> None:
    truth = channels.truth()
    with pytest.raises(AssertionError):
        Rates(truth.overall, truth.department, truth.channel[:-1]).check(truth)


def rate(measured: Measurement) -> float:
    """Of what was seen; the value itself is withheld, since most of the day was not."""
    assert measured.numerator is not None
    assert measured.denominator is not None
    return float(measured.numerator / measured.denominator)


def poll_one_by_one(installation: Installation, platform: month.Platform, channels: Channels) -> None:
    """Every poll of the platform as a complete answer, committed on its own."""
    source = installation.source(platform.source)
    states = np.full(len(platform.keys), State.DOWN, np.uint8)
    for minute in np.flatnonzero(platform.polled).tolist():
        mine = platform.minute == minute
        states = states.copy()
        states[platform.number[mine]] = np.where(platform.online[mine], State.UP, State.DOWN)
        at = month.MONTH.span.start + minute * month.MINUTE
        run = Run(platform.source, at, at, Outcome.OK, (Span(at, at + month.MINUTE),))
        sweep = Sweep(platform.keys, states, {"department": platform.departments})
        commit(source, [Answered(run, sweep, EvidenceWriter(platform.source, at, {}).finish())])


def segment_of(installation: Installation, source: str) -> Segment:
    with installation.database.read() as connection:
        (sealed,) = sealed_segments(connection, source)
    assert isinstance(sealed, Sealed)
    return Segment(installation.archive.read(sealed.path, sealed.digest))
