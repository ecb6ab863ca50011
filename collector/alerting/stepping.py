"""Every alert one evaluation on: what was observed meets what is known, by fingerprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from collector.alerting.observing import Observation
from collector.alerts import texts
from collector.alerts.evaluation import Phase, Seen, Signal, evaluate
from collector.alerts.labels import fingerprint
from collector.alerts.notification import Severity
from collector.alerts.rules import About as Subject
from collector.alerts.rules import Rule
from collector.store.alerts import About, KeptAlert

Known = KeptAlert


def step(
    known: Mapping[str, Known], observed: Mapping[str, list[Observation]], rules: Iterable[Rule], at: int, elapsed: int
) -> dict[str, Known]:
    """All alerts at ``at``, ``elapsed`` ms after the step before. Alerts that are quiet and never fired are left out.

    What was not observed now goes on with its last signal. Alerts of a rule that is no more are resolved.
    """
    after: dict[str, Known] = {}
    by_rule: dict[str, list[Known]] = {}
    for one in known.values():
        by_rule.setdefault(one.about.rule, []).append(one)
    for rule in rules:
        mine = by_rule.pop(rule.key, [])
        found = observed.get(rule.key)
        stepped = _carried(mine, rule, at, elapsed) if found is None else _observed(mine, found, rule, at, elapsed)
        after |= {
            one.fingerprint: one
            for one in stepped
            if one.state.phase is not Phase.INACTIVE or one.state.fired_at is not None
        }
    for orphan in (one for left in by_rule.values() for one in left):
        ended = _moved(orphan, 0, 0, Seen(Signal.CLEAR, at, 0, orphan.state.period))
        if ended.state.fired_at is not None:
            after[ended.fingerprint] = ended
    return after


def _carried(mine: Iterable[Known], rule: Rule, at: int, elapsed: int) -> list[Known]:
    return [_moved(one, rule.hold, rule.clear, Seen(one.state.signal, at, elapsed, one.state.period)) for one in mine]


def _observed(mine: list[Known], found: list[Observation], rule: Rule, at: int, elapsed: int) -> list[Known]:
    known = {one.fingerprint: one for one in mine}
    grouped = any(one.about.group for one in mine)
    out: list[Known] = []
    for one in found:
        if one.signal is Signal.UNKNOWN and grouped and not one.group:  # nothing could be observed at all
            out += [
                _moved(each, rule.hold, rule.clear, Seen(Signal.UNKNOWN, at, elapsed, each.state.period))
                for each in mine
            ]
            return out
        about = _about(rule, one)
        name = fingerprint(about.labels)
        before = known.pop(name, None)
        seen = Seen(one.signal, at, elapsed, one.period)
        state, _ = evaluate(rule.hold, rule.clear, seen, before.state if before else None)
        if before is not None and one.signal is not Signal.BREACH:
            about = _as_it_was(about, before.about)
        out.append(Known(name, about, state))
    # A group that is not observed any more has nothing that is owed.
    return out + [
        _moved(left, rule.hold, 0, Seen(Signal.CLEAR, at, elapsed, left.state.period)) for left in known.values()
    ]


def _moved(one: Known, hold: int, clear: int, seen: Seen) -> Known:
    state, _ = evaluate(hold, clear, seen, one.state)
    return replace(one, state=state)


def _as_it_was(now: About, before: About) -> About:
    """Texts speak of the breach: those of its last observation stay, also for saying that it has ended."""
    return replace(now, summary=before.summary, description=before.description, annotations=before.annotations)


def _about(rule: Rule, one: Observation) -> About:
    return About(
        rule=rule.key, labels=rule.labels | one.group, severity=Severity(rule.condition.severity), owner=rule.owner,
        group=one.group, sources=rule.sources, receivers=rule.condition.receivers,
        summary=one.summary, description=texts.joined([one.summary, *one.details]), annotations=one.annotations,
        link=link_of(rule),
    )  # fmt: skip


def link_of(rule: Rule) -> str:
    """The path of the console that shows what the rule is about."""
    return f"/#{rule.about.value}-{rule.subject}" if rule.about is not Subject.CITY else "/"


__all__ = ["Known", "link_of", "step"]
