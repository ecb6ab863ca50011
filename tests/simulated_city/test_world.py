from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collector.periods import Period, Span, slots
from collector.simulated_city import truth
from collector.simulated_city.cases import NEVER
from collector.simulated_city.faults import HOUR, Faults, default_faults
from collector.simulated_city.magnitudes import Settings
from collector.simulated_city.world import World, make_world
from tests.simulated_city.small_city import FIVE_MINUTES, MONTH, SETTINGS, SMALL, ZONE

SLOTS = [slot for day in MONTH.days() for slot in slots(day, FIVE_MINUTES)]


def arrays(thing: Any) -> list[Any]:
    if isinstance(thing, np.ndarray):
        return [thing]
    if is_dataclass(thing):
        return [array for one in fields(thing) for array in arrays(getattr(thing, one.name))]
    if isinstance(thing, dict | list):
        return [array for one in (thing.values() if isinstance(thing, dict) else thing) for array in arrays(one)]
    return []


def test_the_same_settings_give_the_same_city(world: World) -> None:
    again = make_world(SETTINGS)
    assert len(arrays(world)) > 40
    assert all(np.array_equal(one, other) for one, other in zip(arrays(world), arrays(again), strict=True))


def test_another_seed_gives_another_city(world: World) -> None:
    other = make_world(replace(SETTINGS, seed=8))
    assert not np.array_equal(world.cases.opened_at, other.cases.opened_at)
    assert not np.array_equal(world.video.own.seconds, other.video.own.seconds)


def test_the_size_of_one_subsystem_does_not_change_another(world: World) -> None:
    other = make_world(replace(SETTINGS, magnitudes=replace(SMALL, channels=20)))
    assert np.array_equal(world.cases.opened_at, other.cases.opened_at)


def test_settings_survive_their_file(tmp_path: Path) -> None:
    SETTINGS.save(tmp_path / "city.json")
    assert Settings.load(tmp_path / "city.json") == SETTINGS


def test_availability_is_what_looking_at_every_slot_gives(world: World) -> None:
    video = world.video
    edges = [*SLOTS, MONTH.span.end]
    up, down = 0, 0
    for slot, following in pairwise(edges):
        online = video.online.state_at(slot)[video.channel_device]
        listed = video.listed.state_at(slot)
        works = video.own.state_at(slot) & online & listed
        up += int(works.sum()) * (following - slot)
        down += int((listed & ~works).sum()) * (following - slot)
    found = truth.availability(video.works, video.listed, SLOTS, MONTH.span.end)
    assert (found.up_ms, found.down_ms) == (up, down)
    assert found.up_ms == found.up_ms_by_subject.sum()
    assert Fraction(9, 10) < found.value < Fraction(99, 100)


def test_an_offline_device_shows_only_in_the_device(world: World) -> None:
    video = world.video
    slot = next(slot for slot in SLOTS if not video.online.state_at(slot).all())
    under_offline = ~video.online.state_at(slot)[video.channel_device]
    assert (video.own.state_at(slot) & under_offline).any()
    assert not (video.works.state_at(slot) & under_offline).any()


def test_channels_join_go_and_some_never_work(world: World) -> None:
    larger = make_world(replace(SETTINGS, magnitudes=replace(SMALL, channels=2_000))).video
    first, last = larger.listed.state_at(SETTINGS.start), larger.listed.state_at(SETTINGS.end)
    assert (~first & last).any()
    assert (first & ~last).any()
    never = ~larger.own.initial & (np.diff(larger.own.offsets) == 0)
    assert 5 <= never.sum() <= 50


def test_channel_ids_are_distinct_and_have_20_digits(world: World) -> None:
    ids = world.video.channel_ids()
    assert len(set(ids)) == SMALL.channels
    assert all(len(one) == 20 and one.isdigit() and one[10:13] == "132" for one in ids)


@pytest.mark.parametrize("by", ["opened_at", "accepted_at", "due_at"])
@pytest.mark.parametrize("later", [0, 20 * 24 * HOUR])
def test_case_counts_are_what_going_through_the_cases_gives(world: World, by: str, later: int) -> None:
    cohort, cutoff = Span(MONTH.span.start, MONTH.days()[9].span.end), MONTH.days()[9].span.end
    found = truth.case_counts(world.cases, cohort, cutoff, by, known_at=cutoff + later)
    counts = dict.fromkeys([one.name for one in fields(truth.CaseCounts)], 0)
    for case in range(len(world.cases)):
        if cohort.start <= getattr(world.cases, by)[case] < cohort.end and world.cases.opened_at[case] < cutoff:
            for name in facts_of(world, case, cutoff, cutoff + later):
                counts[name] += 1
    assert counts == {name: getattr(found, name) for name in counts}
    judged = found.on_time + found.closed_late + found.open_late + found.open_not_due
    assert found.reported == judged + found.no_due_date
    assert found.closed > 30


def facts_of(world: World, case: int, cutoff: int, known_at: int) -> list[str]:
    """The counts that one case belongs to, step by step from its history."""
    cases = world.cases
    due = int(cases.due_at[case])
    disposed = closed = None
    if cases.disposed_at[case] <= known_at:
        disposed = int(cases.disposed_at[case])
    if cases.close_seen_at[case] <= known_at:
        closed = int(cases.closed_at[case])
    reopened = cases.reopened_at[case] <= known_at
    if reopened:
        again, closed_again = int(cases.disposed_again_at[case]), int(cases.closed_again_at[case])
        disposed, closed = again if again <= known_at else None, closed_again if closed_again <= known_at else None
    disposed = disposed if disposed is not None and disposed < cutoff else None
    closed = closed if closed is not None and closed < cutoff else None
    names = ["reported"]
    names += ["reopened"] if reopened else []
    names += ["should_archive"] if disposed is not None or due < cutoff else []
    names += ["closed"] if closed is not None else []
    names += ["faults"] if closed is not None and closed < cases.opened_at[case] else []
    if due == NEVER:
        return [*names, "no_due_date"]
    if closed is not None:
        names.append("on_time" if closed <= due else "closed_late")
    else:
        names.append("open_late" if due < cutoff else "open_not_due")
    if disposed is not None:
        return [*names, "on_time_by_disposal" if disposed <= due else "disposed_late"]
    return names + (["undisposed_late"] if due < cutoff else [])


def test_nothing_of_a_case_happens_on_a_whole_hour_or_out_of_order(world: World) -> None:
    cases = world.cases
    for at in (cases.opened_at, cases.accepted_at, cases.due_at, cases.disposed_at, cases.closed_at, cases.reopened_at):
        assert (at[at < NEVER] % HOUR != 0).all()
    for earlier, later in [
        (cases.opened_at, cases.accepted_at), (cases.accepted_at, cases.disposed_at),
        (cases.disposed_at, cases.close_seen_at), (cases.close_seen_at, cases.reopened_at),
        (cases.reopened_at, cases.disposed_again_at), (cases.disposed_again_at, cases.closed_again_at),
    ]:  # fmt: skip
        assert (earlier <= later).all()


def test_users_are_counted_once_a_day_and_once_a_month(world: World) -> None:
    daily, month = {}, set()
    for day in MONTH.days():
        lines = next(one for date, one in world.logins.days.items() if date.isoformat() == day.label)
        let_in = {int(account) for account, ok in zip(lines.account, lines.succeeded, strict=True) if ok}
        daily[day.label] = len(let_in)
        month |= let_in
        assert ((lines.at >= day.span.start) & (lines.at < day.span.end)).all()
    assert {date.isoformat(): users for date, users in truth.daily_users(world.logins, MONTH).items()} == daily
    assert truth.distinct_users(world.logins, MONTH.span) == len(month)
    assert sum(daily.values()) / len(daily) == pytest.approx(SMALL.daily_users, rel=0.1)
    assert max(daily.values()) < len(month) < sum(daily.values())


def test_energy_is_the_difference_of_registers(world: World) -> None:
    facility, *it = world.energy.meters
    edges = MONTH.span.start, MONTH.span.end
    found = truth.site_energy(world.energy, MONTH.span)
    counted = facility.register(edges[1]) - facility.register(edges[0])
    assert found.facility_wh == counted * 10 * facility.current_ratio
    assert found.it_wh == sum(meter.register(edges[1]) - meter.register(edges[0]) for meter in it)
    assert float(found.pue) == pytest.approx(SMALL.pue, rel=0.05)


def test_a_counter_that_wraps_and_a_replaced_meter_leave_the_true_energy_alone(world: World) -> None:
    sizes = replace(SMALL, meter_wraps=True, meter_replaced=True)
    other = make_world(replace(SETTINGS, magnitudes=sizes)).energy
    assert truth.site_energy(other, MONTH.span) == truth.site_energy(world.energy, MONTH.span)
    facility, _, replaced = other.meters
    assert facility.register(SETTINGS.start) > facility.register(SETTINGS.end)
    assert facility.register(SETTINGS.start) < 1 << 32
    assert replaced.register(SETTINGS.end) == pytest.approx((replaced.energy_wh(SETTINGS.end)) / 2, rel=0.1)


def test_default_faults_lie_inside_their_month_and_leave_its_edges_alone() -> None:
    for month in ("2026-10", "2026-02"):
        span = Period.parse(month, ZONE).span
        faults = default_faults(Period.parse(month, ZONE))
        assert all(span.start + HOUR < fault.start < fault.end < span.end - HOUR for fault in faults)
    assert Faults(faults).at("video", faults[0].start) is faults[0].kind
    assert Faults(faults).at("video", faults[0].end) is None
    assert Faults(faults).at("portal", faults[0].start) is None
