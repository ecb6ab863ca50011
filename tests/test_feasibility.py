"""What is said to be safe holds in every future, what is said to be unreachable in none; a requirement is exact to the step."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from collector.city.indicators import CaseClosure, CaseOnTime, CaseRework
from collector.feasibility import (
    SECOND,
    Assumption,
    Cases,
    Feasibility,
    Goal,
    Parts,
    Requirement,
    Status,
    count,
    daily_mean,
    pue,
    rate,
    share,
)
from collector.feasibility_text import AT_LEAST, AT_MOST, brief, describe
from collector.measurement import Measurement
from collector.measures.availability import Seen, subject_time
from collector.measures.case_rates import case_closure, case_on_time, case_rework
from collector.measures.cases import CaseRule
from collector.measures.states import Times
from collector.measuring.ahead import feasibility_of
from collector.verdict import Target, Verdict, judge
from tests.measures.build import cases, october
from tests.scripted import DAY, HOUR

ONE = Fraction(1)
PERCENT = Fraction(100)
WORDS = "up_seconds", "down_seconds"
OPERATORS = st.sampled_from([">=", ">", "<=", "<"])
THRESHOLDS = st.one_of(st.integers(0, 20).map(lambda n: Decimal(5 * n)), st.decimals(0, 100, places=2))
STEPS = st.integers(0, 40)
LEAST = st.sampled_from([0.0, 0.5, 0.9, 1.0])


def availability(up: int, down: int, unknown: int) -> Measurement:
    times = Times(*(np.array([part], np.int64) for part in (up, down, unknown)))
    nothing = np.zeros(1, np.int64)
    return subject_time(Seen(times, nothing, nothing), np.array([True]))


def is_met(up: int, down: int, unknown: int, target: Target, least: float) -> bool:
    return judge(availability(up, down, unknown), target, PERCENT, least) is Verdict.MET


def goal(text: str, scale: Fraction = PERCENT) -> Goal:
    return Goal.of(Target.parse(text), scale)


# --- shares of a whole


@given(STEPS, STEPS, STEPS, STEPS, OPERATORS, THRESHOLDS, LEAST, st.data())
def test_a_share_that_is_safe_is_met_in_every_future_and_one_unreachable_in_none(
    up: int, down: int, unknown: int, ahead: int, operator: str, threshold: Decimal, least: float, data: st.DataObject
) -> None:
    target = Target(operator, threshold)
    found = share(Parts(up, down, unknown, ahead), Goal.of(target, PERCENT), least, WORDS)
    assume(found is not None)
    assert found is not None
    met = {
        is_met(up + more + known_up, down + ahead - more + known_down, unknown - known_up - known_down, target, least)
        for more in {0, ahead, data.draw(st.integers(0, ahead))}
        for known_up in {0, unknown, data.draw(st.integers(0, unknown))}
        for known_down in {0, unknown - known_up}
    }
    # each extreme is among these futures, so the three answers are told apart exactly
    expected = {frozenset({True}): Status.SAFE, frozenset({False}): Status.UNREACHABLE}
    assert found.status is expected.get(frozenset(met), Status.REACHABLE)


@given(STEPS, STEPS, STEPS, STEPS, OPERATORS, THRESHOLDS, LEAST)
def test_at_the_requirement_of_a_share_the_verdict_is_met_and_one_step_beyond_it_is_not(
    up: int, down: int, unknown: int, ahead: int, operator: str, threshold: Decimal, least: float
) -> None:
    target = Target(operator, threshold)
    found = share(Parts(up, down, unknown, ahead), Goal.of(target, PERCENT), least, WORDS)
    assume(found is not None and found.requirement is not None)
    assert found is not None
    assert found.requirement is not None
    amount, late = int(found.requirement.amount), int(found.requirement.late)
    falling = found.requirement.quantity == "up_seconds"

    def ends(bad: int, learned: int) -> bool:
        good = ahead - bad
        if falling:
            return is_met(up + bad, down + good + learned, unknown - learned, target, least)
        return is_met(up + good + learned, down + bad, unknown - learned, target, least)

    assert ends(amount, late)
    assert late == 0 or not ends(amount, late - 1)
    assert amount == ahead or not ends(amount + 1, late)


@given(STEPS, STEPS, st.integers(1, 40), STEPS, st.sampled_from([">=", ">"]), THRESHOLDS)
def test_the_amount_by_value_is_exact_where_what_was_not_observed_is_left_out(
    up: int, down: int, unknown: int, ahead: int, operator: str, threshold: Decimal
) -> None:
    target = Target(operator, threshold)
    found = share(Parts(up, down, unknown, ahead), Goal.of(target, PERCENT), 0.5, WORDS)
    assume(found is not None and found.requirement is not None and found.requirement.of_value is not None)
    assert found is not None
    assert found.requirement is not None
    amount = int(found.requirement.of_value or 0)
    assert up + down + ahead == 0 or is_met(up + ahead - amount, down + amount, 0, target, 0.5)
    assert amount == ahead or not is_met(up + ahead - amount - 1, down + amount + 1, 0, target, 0.5)


@pytest.mark.parametrize(
    ("target", "status"),
    [(">= 95", Status.SAFE), ("> 95", Status.REACHABLE), ("= 95", None), ("<= 95", Status.REACHABLE)],
)
def test_a_boundary_belongs_to_the_target_where_the_verdict_says_so(target: str, status: Status | None) -> None:
    found = share(Parts(95, 0, 0, 5), goal(target), 0.9, WORDS)
    assert (found and found.status) == status


def test_nothing_owed_has_no_feasibility() -> None:
    assert share(Parts(0, 0, 0, 0), goal(">= 95"), 0.9, WORDS) is None


# --- rates of cases

COUNTS = st.integers(0, 30)


def case_rate(hits: int, counted: int) -> Measurement:
    rate_of = Fraction(hits, counted)
    return Measurement(rate_of, rate_of, rate_of, 1.0, counted)


def rate_is_met(hits: int, counted: int, target: Target) -> bool:
    return judge(case_rate(hits, counted), target, PERCENT) is Verdict.MET


RATES = st.tuples(COUNTS, COUNTS, COUNTS, st.booleans()).map(
    lambda drawn: Cases(drawn[0], max(1, drawn[0] + drawn[1]), min(drawn[1], drawn[2]), drawn[3])
)


@given(RATES, st.sampled_from([">=", ">"]), THRESHOLDS, st.tuples(COUNTS, st.integers(0, 500), COUNTS))
def test_a_rate_is_never_safe_and_unreachable_in_no_future(
    drawn: Cases, operator: str, threshold: Decimal, future: tuple[int, int, int]
) -> None:
    target = Target(operator, threshold)
    found = rate(drawn, Goal.of(target, PERCENT), ("hit", "miss"))
    assert found is None or found.status is not Status.SAFE
    turned, hits, misses = min(future[0], drawn.turnable), future[1], future[2]
    if found and found.status is Status.UNREACHABLE:
        assert not rate_is_met(drawn.hits + turned + hits, drawn.counted + hits + misses, target)


@given(RATES, st.sampled_from([">=", ">"]), THRESHOLDS)
def test_at_the_requirement_of_a_rate_the_verdict_is_met_and_one_case_beyond_it_is_not(
    drawn: Cases, operator: str, threshold: Decimal
) -> None:
    target = Target(operator, threshold)
    found = rate(drawn, Goal.of(target, PERCENT), ("hit", "miss"))
    assume(found is not None and found.requirement is not None)
    assert found is not None
    assert found.requirement is not None
    amount = int(found.requirement.amount)

    def with_hits(number: int) -> bool:
        new = max(0, number - drawn.turnable)
        return rate_is_met(drawn.hits + number, drawn.counted + new, target)

    def with_misses(number: int) -> bool:
        if drawn.fickle:
            return number <= drawn.hits and rate_is_met(drawn.hits - number, drawn.counted, target)
        return rate_is_met(drawn.hits, drawn.counted + number, target)

    future = with_misses if found.requirement.at_most else with_hits
    assert future(amount)
    assert not future(amount + 1 if found.requirement.at_most else amount - 1)


def test_the_cases_of_a_month_say_how_many_more_must_be_closed() -> None:
    """Of five cases two are closed, two are open past due, and one is open and not due yet."""
    closed = {"due_at": "08", "closed_at": "06"}
    table = cases(closed, closed, {"due_at": "09"}, {"due_at": "09", "returned": 1}, {"due_at": "30"})
    seen = october("10", cutoff="10")
    common = {"id": "x", "source": "cases"}

    def found(measured: Measurement, indicator: object, target: str) -> Requirement | None:
        assert isinstance(indicator, CaseClosure | CaseOnTime | CaseRework)
        one = feasibility_of(None, indicator, seen.period, seen.cutoff, measured, goal(target))  # type: ignore[arg-type]
        assert one is not None
        assert (one.status, one.assumptions) == (Status.REACHABLE, (Assumption.CASES_STAY,))
        return one.requirement

    whole, _ = case_closure(table, seen, CaseRule())
    closure = CaseClosure(measure="case_closure", **common)
    assert found(whole, closure, ">= 75") == Requirement("cases_closed", False, ONE)
    assert found(whole, closure, "> 75") == Requirement("cases_closed", False, 2 * ONE)
    assert found(whole, closure, ">= 25") == Requirement("cases_open", True, 4 * ONE)
    accepted = CaseClosure(measure="case_closure", base="accepted_in_period", **common)
    whole, _ = case_closure(table, seen, CaseRule("accepted_in_period"))
    assert found(whole, accepted, ">= 80") == Requirement("cases_closed", False, 2 * ONE)
    whole, _ = case_on_time(table, seen, CaseRule())
    assert found(whole, CaseOnTime(measure="case_on_time", **common), ">= 75") == Requirement(
        "cases_in_time", False, 4 * ONE
    )
    whole, _ = case_rework(table, seen, CaseRule())
    rework = CaseRework(measure="case_rework", **common)
    assert found(whole, rework, "<= 20") == Requirement("cases_not_returned", False, ONE)
    assert found(whole, rework, "<= 50") == Requirement("cases_returned", True, ONE)


def test_one_late_case_makes_100_percent_unreachable() -> None:
    found = rate(Cases(9, 10), goal(">= 100"), ("cases_in_time", "cases_late"))
    assert found is not None
    assert found.status is Status.UNREACHABLE


# --- users

TIME = st.tuples(COUNTS, COUNTS, st.integers(1, 30)).map(lambda t: Parts(t[0], 0, t[1], t[2]))


def counted_users(number: Fraction | int, time: Parts, learned: int) -> Measurement:
    """As active_users gives it: what was seen is the lower bound, and the upper one only where everything was."""
    complete = learned == time.unknown
    return Measurement(number, number, number if complete else None, (time.seen + learned) / time.whole, 1)


@given(COUNTS, TIME, OPERATORS, st.integers(0, 40), LEAST, COUNTS)
def test_users_are_safe_once_met_and_the_missing_ones_are_exact(
    users: int, time: Parts, operator: str, threshold: int, least: float, more: int
) -> None:
    target = Target(operator, Decimal(threshold))

    def met(number: int, learned: int) -> bool:
        return judge(counted_users(number, time, learned), target, ONE, least) is Verdict.MET

    found = count(users, time, Goal.of(target, ONE), least, "users")
    assert found is not None
    if found.status is Status.SAFE:
        assert met(users + more, 0)
    elif found.status is Status.UNREACHABLE:
        assert not met(users + more, time.unknown)
    else:
        assert found.requirement is not None
        amount, late = int(found.requirement.amount), int(found.requirement.late / SECOND)
        assert met(users + amount, late)
        assert late == 0 or not met(users + amount, late - 1)
        beyond = amount + 1 if found.requirement.at_most else amount - 1
        assert not met(users + beyond, late) or (amount == 0 and late > 0)


@given(
    st.lists(st.one_of(st.none(), COUNTS), max_size=12), COUNTS, st.integers(1, 12), TIME, OPERATORS,
    st.integers(0, 30), LEAST, COUNTS,
)  # fmt: skip
def test_the_mean_that_the_days_left_need_is_exact_to_a_user(
    finished: list[int | None],
    today: int,
    left: int,
    time: Parts,
    operator: str,
    threshold: int,
    least: float,
    more: int,
) -> None:
    target, days = Target(operator, Decimal(threshold)), len(finished) + left
    so_far = sum(users or 0 for users in finished)

    def met(rest: int, learned: int) -> bool:
        mean = Fraction(so_far + rest, days)
        return judge(counted_users(mean, time, learned), target, ONE, least) is Verdict.MET

    found = daily_mean(finished, today, left, time, Goal.of(target, ONE), least)
    assert found is not None
    if found.status is Status.SAFE:
        assert met(today + more, 0)
    elif found.status is Status.UNREACHABLE:
        assert not met(today + more, time.unknown)
    else:
        assert found.requirement is not None
        rest, late = found.requirement.amount * left, int(found.requirement.late / SECOND)
        assert rest.denominator == 1
        assert met(int(rest), late)
        beyond = int(rest) + 1 if found.requirement.at_most else int(rest) - 1
        assert not met(beyond, late) or (rest == 0 and (late > 0 or today > 0))


def test_a_day_that_nobody_vouches_for_counts_no_user_for_the_verdict_and_not_at_all_for_the_value() -> None:
    found = daily_mean([100, None], 30, 2, Parts(9, 0, 1, 10), goal(">= 100", ONE), 0.9)
    assert found is not None
    assert found.requirement == Requirement("users_per_day", False, Fraction(150), Fraction(100), over=2)


# --- energy

ENERGY = st.integers(1, 1000).map(Fraction)


@given(
    ENERGY, ENERGY, st.integers(1, 30), st.integers(1, 30), st.sampled_from(["<=", "<"]), st.decimals(1, 5, places=2)
)
def test_the_pue_of_the_rest_is_exact_if_it_power_stays(
    facility: Fraction, it: Fraction, metered: int, rest: int, operator: str, threshold: Decimal
) -> None:
    target = Target(operator, threshold)
    ahead = it * rest / metered

    def met(rate_of: Fraction) -> bool:
        whole = (facility + rate_of * ahead) / (it + ahead)
        return judge(Measurement(whole, whole, whole, 1.0, 2), target) is Verdict.MET

    found = pue(facility, it, metered, metered + rest, Goal.of(target, ONE))
    assert found is not None
    assert found.assumptions == (Assumption.IT_POWER_STAYS,)
    if found.status is Status.SAFE:
        assert met(Fraction(5))
    elif found.status is Status.UNREACHABLE:
        assert not met(ONE)
    else:
        assert found.requirement is not None
        step = Fraction(1, 10**6)
        assert met(found.requirement.amount) is not found.requirement.exclusive
        assert met(found.requirement.amount - step)
        assert not met(found.requirement.amount + step)


def test_without_it_energy_or_rest_nothing_is_said_of_a_pue() -> None:
    assert pue(ONE, Fraction(0), 5, 10, goal("<= 1.5", ONE)) is None
    assert pue(ONE, ONE, 10, 10, goal("<= 1.5", ONE)) is None
    assert pue(ONE, ONE, 5, 10, goal(">= 1.5", ONE)) is None


# --- words


def test_the_words_keep_what_the_amount_promises() -> None:
    seconds = Fraction(3 * 3600 + 12 * 60) + Fraction(59)
    requirement = Requirement("down_seconds", True, seconds, over=12)
    told = describe(Feasibility(Status.REACHABLE, requirement, (Assumption.SUBJECTS_STAY,), 9 * DAY))
    assert told["en"] == (
        "reachable; at most 3 h 12 min more offline; over 12 subjects, 16 min 4 s each; 9 d left; "
        "assuming that the subjects stay the same"
    )
    assert told["zh"].startswith("可达标；离线时长最多再增加 3 小时 12 分；12 个对象合计，平均每个 16 分 4 秒；余 9 天")
    assert brief(Feasibility(Status.REACHABLE, requirement, (Assumption.IT_POWER_STAYS,)))["en"] == (
        "reachable; at most 3 h 12 min more offline; assuming that IT power stays at its mean so far"
    )
    late = replace(requirement, amount=Fraction(0), of_value=Fraction(90), late=Fraction(61), over=0)
    text = describe(Feasibility(Status.REACHABLE, late, left=HOUR))["en"]
    assert text == (
        "reachable; at most 0 s more offline; if late records show 1 min 1 s of what was not observed as online; "
        "1 min 30 s by the value, which leaves out what was not observed; 1 h left"
    )
    assert brief(Feasibility(Status.REACHABLE, late))["zh"].endswith("；且补报记录须表明未观测部分中有 1 分 1 秒 在线")


def test_a_lower_limit_is_rounded_up() -> None:
    told = describe(
        Feasibility(Status.REACHABLE, Requirement("users_per_day", False, Fraction(1001, 10) + Fraction(1, 99), over=3))
    )
    assert "at least 100.2 users a day on average over the 3 days not over" in told["en"]
    assert (
        "1,204 more distinct users"
        in describe(Feasibility(Status.REACHABLE, Requirement("users", False, Fraction(1204))))["en"]
    )


@pytest.mark.parametrize(("words", "at_most"), [(AT_MOST, True), (AT_LEAST, False)])
def test_every_quantity_has_words_in_both_languages(words: dict[str, tuple[str, str]], at_most: bool) -> None:
    for quantity in words:
        requirement = Requirement(quantity, at_most, Fraction(7, 2), ONE, 2 * ONE, 3)
        for text in describe(Feasibility(Status.REACHABLE, requirement, tuple(Assumption), DAY)).values():
            assert "{" not in text
