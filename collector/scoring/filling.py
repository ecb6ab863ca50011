"""The form filled: profile, rule set and frozen figures in, every cell of 项目支出绩效自评表 and the report around it out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from collector.errors import ConfigurationError
from collector.figures import Figure
from collector.scoring.declaration import Declaration, published_declarations
from collector.scoring.findings import line_findings, period_findings, weight_findings
from collector.scoring.form import Chart, Form, Proof
from collector.scoring.funds import FundTable, FundValues, fund_table
from collector.scoring.judged import BreakDowns, Given, Judged
from collector.scoring.judging import judge_line
from collector.scoring.lines import row
from collector.scoring.profile import Profile
from collector.scoring.rule_set import RuleSet
from collector.scoring.sections import sections_of
from collector.scoring.settling_text import settling_text
from collector.scoring.totals import findings_of_total, total_of, vetoes_of
from collector.scoring.weights import total_weight
from collector.scoring.wording import Language
from collector.scoring.words import Say


@dataclass(frozen=True)
class Inputs:
    """What a form is filled with beside profile, rules and figures; all of it may be left out.

    period: label of the period that the figures are of (``2026-10``).
    indicators: which indicator of the city fills a line, where it is not the one that the profile names; line -> indicator.
    declarations: by line; they take the place of what an as-declared profile says was published.
    funds: by the Chinese name of the row. facts: by the fact's id. goal: 实际完成情况.
    reasons: 偏差原因 by line, instead of the draft. vetoes: whether a veto holds, by its id.
    broken_down: measurements by indicator, break-down (``day``, ``department``) and label. charts: by the kind of section.
    """

    period: str = ""
    indicators: Mapping[str, str] = field(default_factory=dict)
    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    funds: Mapping[str, FundValues] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    goal: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    vetoes: Mapping[str, bool] = field(default_factory=dict)
    broken_down: BreakDowns = field(default_factory=dict)
    charts: Mapping[str, Sequence[Chart]] = field(default_factory=dict)


def fill_form(
    profile: Profile,
    rules: RuleSet,
    figures: Sequence[Figure],
    inputs: Inputs | None = None,
    *,
    proof: Proof | None = None,
    language: Language = "zh",
) -> Form:
    """figures: of one period. Raises ConfigurationError for inputs that belong to no line, row, fact or veto of the profile."""
    inputs = inputs or Inputs()
    _all_known(profile, inputs)
    say = Say(language)
    funds = fund_table(profile.funds, rules, inputs.funds, say)
    given = _given(profile, rules, figures, inputs, say, funds.rate)
    return _form(given, funds, judge(given), inputs, proof)


def judge_all(
    profile: Profile, rules: RuleSet, figures: Sequence[Figure], inputs: Inputs | None = None, language: Language = "zh"
) -> tuple[Given, tuple[Judged, ...]]:
    """The lines judged, without the form around them, with what they were judged by; for comparisons."""
    inputs = inputs or Inputs()
    _all_known(profile, inputs)
    rate = fund_table(profile.funds, rules, inputs.funds, Say(language)).rate
    given = _given(profile, rules, figures, inputs, Say(language), rate)
    return given, judge(given)


def judge(given: Given) -> tuple[Judged, ...]:
    return tuple(judge_line(line, given) for line in given.profile.lines)


def _given(
    profile: Profile, rules: RuleSet, figures: Sequence[Figure], inputs: Inputs, say: Say, rate: Fraction | None
) -> Given:
    known = {one.indicator.id: one for one in figures}
    named = {line.id: line.indicator.id for line in profile.lines if line.indicator is not None}
    wanted = named | dict(inputs.indicators)
    return Given(
        profile=profile,
        rules=rules,
        say=say,
        period=inputs.period or next((one.period.label for one in figures), ""),
        figures={line: known[name] for line, name in wanted.items() if name in known},
        declarations=published_declarations(profile) | dict(inputs.declarations),
        broken_down=inputs.broken_down,
        execution=rate,
    )


def _form(given: Given, funds: FundTable, judged: tuple[Judged, ...], inputs: Inputs, proof: Proof | None) -> Form:
    profile, say = given.profile, given.say
    vetoes, weights = vetoes_of(judged, given, inputs.vetoes), total_weight(profile)
    settling = settling_text(judged, funds.score, given, vetoes, weights)
    form = Form(
        title=profile.form_title(say.language),
        subtitle=_subtitle(given),
        facts=tuple((fact.label(say.language), inputs.facts.get(fact.id, fact.value)) for fact in profile.facts),
        funds=funds.rows,
        goal=(profile.goal.expected(say.language), _goal(given, inputs)),
        lines=tuple(row(one, given, inputs.reasons) for one in judged),
        total=total_of(judged, funds.score, given, vetoes, weights, settling),
        proof=proof,
        profile=f"{profile.id} {profile.version}",
        rule_set=f"{given.rules.id} {given.rules.version}",
        language=say.language,
        findings=(
            *weight_findings(given),
            *findings_of_total(judged, given, weights, vetoes),
            *funds.findings,
            *line_findings(judged, given, inputs.reasons),
            *period_findings(judged, given),
        ),
        labels={key: text(say.language) for key, text in profile.labels.items()},
    )
    return sections_of(form, given, judged, inputs.charts)


def _subtitle(given: Given) -> str:
    year = given.profile.year
    if year is not None:
        return given.say("year", year=year)
    return given.say("period", period=given.period) if given.period else ""


def _goal(given: Given, inputs: Inputs) -> str:
    if inputs.goal is not None:
        return inputs.goal
    published = given.profile.goal.actual
    return published(given.say.language) if published else ""


def _all_known(profile: Profile, inputs: Inputs) -> None:
    lines = {line.id for line in profile.lines}
    rows = {row.name.zh for row in profile.funds.rows} if profile.funds else set()
    for what, names, known in (
        ("declaration", inputs.declarations, lines),
        ("indicators", inputs.indicators, lines),
        ("reasons", inputs.reasons, lines),
        ("funds", inputs.funds, rows),
        ("facts", inputs.facts, {fact.id for fact in profile.facts}),
        ("vetoes", inputs.vetoes, {veto.id for veto in profile.vetoes}),
    ):
        if strange := sorted(set(names) - known):
            there_are = ", ".join(sorted(known)) or "none"
            raise ConfigurationError(f"{what}: the profile {profile.id} has no {strange[0]!r}; it has {there_are}")
