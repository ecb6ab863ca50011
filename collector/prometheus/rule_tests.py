"""Unit tests of a rule file, for ``promtool test rules``: of each rule that it fires after ``for`` and not before, that it
goes on while nothing is certain or nothing is known, that it is resolved, and that it does not fire where there are no data.

Times are counted from the epoch, where promtool's evaluation begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from collector.city.model import City
from collector.prometheus.conditions import Conditions, identity
from collector.prometheus.courses import AFTER, QUIET, Course, Courses, Parts, constant, running
from collector.prometheus.promql import selector
from collector.prometheus.rule_file import EXPORTER_DOWN, JOB, Judged, judged, to_yaml

MINUTE = 60
LONGER_STEP = 4 * MINUTE
"""Of tests with a ``for`` above ``LONG``; below the five minutes for which Prometheus looks back."""
LONG = 3 * 3600


def rule_tests(city: City, rules: str, job: str = JOB) -> str:
    """YAML for ``promtool test rules``. rules: the rule file's name, as seen from this one."""
    found, _ = judged(city, job)
    longest = max((one.rule.hold // 1000 for one in found), default=0)
    step = LONGER_STEP if longest > LONG else MINUTE
    conditions = Conditions(city, job)
    courses = Courses(city, conditions, step)
    together = _together([Case.of(one, courses.of(one), step) for one in found])
    always = [running(conditions.metric("view_timestamp_seconds")), constant(conditions.metric("store_up"), 1, 1)]
    tests = [_test(cases, always, step) for cases in together]
    tests += [_nothing(found, longest, step, job), _exporter(job, step)]
    return to_yaml({"rule_files": [rules], "evaluation_interval": duration_of(step), "tests": tests})


@dataclass(frozen=True)
class Case:
    """The test of one rule. series: name -> values. checks: (step, how many of its alerts fire)."""

    one: Judged
    parts: Parts
    series: dict[str, str]
    checks: dict[int, int]

    @classmethod
    def of(cls, one: Judged, courses: Iterable[Course], step: int) -> Case:
        hold, resolve = -(-one.rule.hold // 1000), -(-one.rule.clear // 1000)
        parts = Parts.of(hold, resolve, step)
        fires = parts.breach + -(-hold // step)
        checks = {parts.breach - 1: 0, fires - 1: 0, fires: 1, parts.absent - 1: 1, parts.clear - 1: 1, parts.end: 0}
        if resolve:
            checks[parts.clear + -(-resolve // step) - 1] = 1
        series = {course.series: values([parts.sample(course, n) for n in range(parts.end + 1)]) for course in courses}
        return cls(one, parts, series, checks)


def _together(cases: Iterable[Case]) -> list[list[Case]]:
    """Cases whose series do not contradict one another run in one test: promtool evaluates all rules in each."""
    groups: list[tuple[dict[str, str], list[Case]]] = []
    for case in cases:
        for series, group in groups:
            if all(series.get(name, told) == told for name, told in case.series.items()):
                series.update(case.series)
                group.append(case)
                break
        else:
            groups.append((dict(case.series), [case]))
    return [group for _, group in groups]


def _test(cases: Sequence[Case], always: Iterable[Course], step: int) -> dict[str, Any]:
    end = max(case.parts.end for case in cases)
    series = {course.series: values([course.clear(n * step) for n in range(end + 1)]) for course in always}
    for case in cases:
        series |= case.series
    return {
        "name": "fires after its time and not before, goes on while nothing is certain, is resolved: "
        + ", ".join(case.one.rule.key for case in cases),
        "interval": duration_of(step),
        "input_series": [{"series": name, "values": told} for name, told in series.items()],
        "promql_expr_test": [
            _check(_firing(case.one), number * step, count) for case in cases for number, count in sorted(case.checks.items())
        ],
    }  # fmt: skip


def _nothing(found: Iterable[Judged], longest: int, step: int, job: str) -> dict[str, Any]:
    end = (longest // step + QUIET + AFTER) * step
    up = selector("citygauge_store_up", job=job)
    return {
        "name": "no rule fires where there are no data",
        "interval": duration_of(step),
        "input_series": [{"series": up, "values": values([1.0] * (end // step + 1))}],
        "promql_expr_test": [_check(_firing(one), end, 0) for one in found],
    }


def _exporter(job: str, step: int) -> dict[str, Any]:
    up = selector("citygauge_store_up", job=job)
    fires = selector("ALERTS", alertstate="firing", alertname=EXPORTER_DOWN)
    samples = [1.0] * QUIET + [0.0] * 10 + [1.0] * AFTER
    checks = ((QUIET - 1, 0), (QUIET + 1, 0), (QUIET + 9, 1), (QUIET + 14, 0))
    return {
        "name": "the exporter or its store is down for five minutes",
        "interval": duration_of(step),
        "input_series": [{"series": up, "values": values(samples)}],
        "promql_expr_test": [_check(fires, number * step, count) for number, count in checks],
    }


def values(samples: Sequence[float | None]) -> str:
    """The samples in promtool's words: ``a+bxn`` is n+1 samples from a in steps of b, ``_xn`` none, ``stale`` the end."""
    told, at = [], 0
    while at < len(samples):
        first, end = samples[at], at + 1
        if first is None:
            while end < len(samples) and samples[end] is None:
                end += 1
            told.append("stale" if end == at + 1 else f"stale _x{end - at - 1}")
        else:
            step = _difference(samples, at)
            while end < len(samples) and _difference(samples, end - 1) == step is not None:
                end += 1
            slope = step or 0.0
            told.append(f"{_plain(first)}{'-' if slope < 0 else '+'}{_plain(abs(slope))}x{end - at - 1}")
        at = end
    return " ".join(told)


def _difference(samples: Sequence[float | None], at: int) -> float | None:
    if at + 1 >= len(samples):
        return None
    first, second = samples[at], samples[at + 1]
    return None if first is None or second is None else second - first


def _plain(number: float) -> str:
    return repr(number).removesuffix(".0")


def _firing(one: Judged) -> str:
    return selector("ALERTS", alertstate="firing", **identity(one.rule))


def _check(query: str, seconds: int, count: int) -> dict[str, Any]:
    samples = [{"labels": "{}", "value": count}] if count else []
    return {"expr": f"count({query})", "eval_time": f"{seconds}s", "exp_samples": samples}


def duration_of(seconds: int) -> str:
    return f"{seconds // MINUTE}m"
