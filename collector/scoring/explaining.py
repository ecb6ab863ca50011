"""How a line's score was reached, in one sentence with the rule and where the rule is from."""

from __future__ import annotations

from collector.scoring.judged import Given, Judged, basis_text, interval_text, number_text, target_text
from collector.scoring.numbers import plain
from collector.scoring.qualitative import allowed_scores, finding_text
from collector.scoring.rule_set import Qualitative, Reverse, Rule
from collector.verdict import Verdict


def explanation(judged: Judged, given: Given) -> str:
    rule, say = given.rule_of(judged.line), given.say
    if judged.score is None or rule is None:
        return say("no_score")
    told = say("rule_assumed" if rule.unverified else "rule", how=_how(judged, rule, given), source=rule.source)
    if judged.line.assumption is not None:
        told += say("assumption", text=judged.line.assumption(say.language))
    return told


def why_open(judged: Judged, given: Given) -> str:
    return given.say(f"why.{judged.open_because}", **judged.values)


def _how(judged: Judged, rule: Rule, given: Given) -> str:
    line, say = judged.line, given.say
    weight = plain(line.weight)
    if isinstance(rule, Qualitative):
        return _found(judged, rule, given)
    if not judged.is_known:
        return say("open", why=why_open(judged, given), weight=weight)
    assert judged.score is not None
    points = {"lower": plain(judged.score.lower), "upper": plain(judged.score.upper)}
    if judged.is_open or judged.value is None:
        interval = interval_text(line, judged.lower, judged.upper, say)
        return say(
            "between" if judged.is_open else "same",
            basis=basis_text(judged, say),
            interval=interval,
            rule=_name(rule, given),
            weight=weight,
            **points,
        )
    actual = {"actual": number_text(line, judged.value, say), "target": target_text(line, say)}
    key = "full" if judged.verdict is Verdict.MET else "part"  # 94.99 of 95 may round to the full points and is no 95
    return say(key, points=points["upper"], rule=_name(rule, given), weight=weight, **actual)


def _found(judged: Judged, rule: Qualitative, given: Given) -> str:
    declaration, line, say = judged.declaration, judged.line, given.say
    if declaration is None or judged.open_because in {"no_declaration", "no_points", "above_weight"}:
        return say("open", why=why_open(judged, given), weight=plain(line.weight))
    if not declaration.finding:
        assert declaration.score is not None
        return say("stated", points=plain(declaration.score))
    allowed = allowed_scores(line, given, rule, declaration)
    range_ = {"lower": plain(allowed.lower), "upper": plain(allowed.upper), "finding": finding_text(judged, given)}
    if declaration.score is None:
        return say("found_open", **range_)
    return say("found", points=plain(declaration.score), **range_)


def _name(rule: Rule, given: Given) -> str:
    return given.say(f"rule.reverse.{rule.variant}" if isinstance(rule, Reverse) else f"rule.{rule.kind}")
