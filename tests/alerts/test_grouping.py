"""When a group is told and what: by tables, and that over any history nothing is told wrongly, too often, or never."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.alerts.grouping import Decision, Group, Member, Pace, decide, due_at
from collector.alerts.notification import Cause

PEOPLE = Pace(wait=10, interval=100, repeat=1_000)
MACHINE = Pace(wait=10, interval=100, repeat=1_000, repost=60)


def on(name: str, at: int = 0, **more: bool) -> Member:
    return Member(name, True, at, **more)


def off(name: str, at: int = 0, **more: bool) -> Member:
    return Member(name, False, at, **more)


def told(group: Group, members: list[Member], now: int, pace: Pace = PEOPLE) -> tuple[Group, Decision | None]:
    return decide(group, members, pace, now)


def test_a_new_group_waits_and_is_told_all_that_fires_by_then() -> None:
    group, nothing = told(Group(), [on("a")], 0)
    assert (nothing, due_at(group, True, PEOPLE)) == (None, 10)
    group, nothing = told(group, [on("a"), on("b", 5)], 9)
    assert nothing is None
    group, decision = told(group, [on("a"), on("b", 5)], 10)
    assert decision == Decision(Cause.NEW, ("a", "b"), ())
    assert (group.number, group.told, group.told_at) == (1, {"a": 0, "b": 5}, 10)


def test_what_ended_while_it_waited_is_never_told() -> None:
    group, _ = told(Group(), [on("a")], 0)
    assert told(group, [off("a")], 10)[1] is None


def test_changes_are_told_an_interval_later_at_the_earliest() -> None:
    group = Group(None, 0, {"a": 0}, 1)
    group, nothing = told(group, [on("a"), on("b", 30)], 30)
    assert (nothing, due_at(group, True, PEOPLE)) == (None, 100)
    group, decision = told(group, [off("a"), on("b", 30)], 100)
    assert decision == Decision(Cause.CHANGED, ("b",), ("a",))
    assert group.told == {"b": 30}


def test_an_alert_that_ended_and_began_again_is_told_again() -> None:
    assert told(Group(None, 0, {"a": 0}, 1), [on("a", 70)], 100)[1] == Decision(Cause.CHANGED, ("a",), ())


def test_what_still_fires_is_repeated_unless_somebody_is_on_it() -> None:
    group = Group(None, 0, {"a": 0}, 1)
    assert told(group, [on("a")], 999)[1] is None
    assert told(group, [on("a")], 1_000)[1] == Decision(Cause.REPEAT, ("a",), ())
    assert told(group, [on("a", acknowledged=True)], 5_000)[1] is None
    assert told(group, [off("a", acknowledged=True)], 5_000)[1] == Decision(Cause.CHANGED, (), ("a",))


def test_a_receiver_that_forgets_is_told_at_once_and_again_acknowledged_or_not() -> None:
    group, decision = told(Group(), [on("a")], 0, MACHINE)
    assert decision == Decision(Cause.NEW, ("a",), ())
    assert told(group, [on("a", acknowledged=True)], 59, MACHINE)[1] is None
    assert told(group, [on("a", acknowledged=True)], 60, MACHINE)[1] == Decision(Cause.REPOST, ("a",), ())
    assert told(group, [off("a")], 1, MACHINE)[1] == Decision(Cause.CHANGED, (), ("a",))


def test_a_muted_alert_is_told_when_the_muting_ends_if_it_still_fires() -> None:
    group, nothing = told(Group(), [on("a", muted=True)], 0)
    assert (nothing, group) == (None, Group())
    group, _ = told(group, [on("a")], 50)
    assert told(group, [on("a")], 60)[1] == Decision(Cause.NEW, ("a",), ())


def test_the_end_of_an_alert_that_was_told_comes_after_the_muting() -> None:
    group = Group(None, 0, {"a": 0}, 1)
    group, nothing = told(group, [off("a", muted=True)], 500)
    assert nothing is None
    assert told(group, [off("a")], 700)[1] == Decision(Cause.CHANGED, (), ("a",))


def test_ends_are_not_told_where_nobody_wants_them_and_a_new_beginning_is() -> None:
    pace = Pace(0, 100, 1_000, resolved=False)
    group, nothing = told(Group(None, 0, {"a": 0}, 1), [off("a")], 500, pace)
    assert (nothing, group.told) == (None, {})
    assert told(group, [on("a", 600)], 600, pace)[1] == Decision(Cause.NEW, ("a",), ())


def test_a_clock_that_went_back_delays_by_an_interval_at_most() -> None:
    group, _ = told(Group(None, 10_000, {"a": 0}, 1), [off("a")], 4_000)
    assert due_at(group, False, PEOPLE) == 4_100
    assert told(group, [off("a")], 4_100)[1] == Decision(Cause.CHANGED, (), ("a",))


steps = st.lists(
    st.tuples(st.integers(0, 120), st.dictionaries(st.sampled_from("abc"), st.tuples(st.booleans(), st.booleans()), max_size=3)),
    min_size=1, max_size=30,
)  # fmt: skip


@given(steps, st.sampled_from([PEOPLE, MACHINE, Pace(0, 100, 1_000)]))
def test_over_any_history_the_receiver_believes_what_is_so_and_is_not_told_too_often(
    drawn: list[tuple[int, dict[str, tuple[bool, bool]]]], pace: Pace
) -> None:
    now, group = 0, Group()
    alerts: dict[str, tuple[bool, int | None]] = {}
    believed: dict[str, int] = {}
    sent: list[tuple[int, Cause]] = []
    muted: dict[str, bool] = {}
    quiet = [(pace.interval + pace.wait + 1, {})] * 3  # then nothing happens any more
    for passed, events in [*drawn, *quiet]:
        now += passed
        for name, (fires, mute) in events.items():
            was, since = alerts.get(name, (False, None))
            alerts[name], muted[name] = (fires, now if fires and not was else since), mute
        members = [Member(name, fires, at, muted[name]) for name, (fires, at) in alerts.items() if at is not None]
        group, decision = decide(group, members, pace, now)
        if decision:
            assert not any(muted[name] for name in decision.firing + decision.resolved)
            assert all(alerts[name][0] for name in decision.firing)
            assert all(name in believed and not alerts[name][0] for name in decision.resolved)
            believed = {name: at for name, at in believed.items() if name not in decision.resolved}
            believed |= {name: alerts[name][1] or 0 for name in decision.firing}
            sent.append((now, decision.cause))
        assert believed == dict(group.told)
    live = {name for name, mute in muted.items() if not mute}
    assert {name: at for name, (fires, at) in alerts.items() if fires and name in live} == {
        name: at for name, at in believed.items() if name in live
    }
    changed = [at for at, cause in sent if cause is Cause.CHANGED]
    if pace.repost is None:
        before = [at for at, _ in sent]
        assert all(at - max(one for one in before if one < at) >= pace.interval for at in changed)
