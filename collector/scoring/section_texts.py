"""What the data say, by topic: each function makes the blocks of one topic, in the form's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from collector.scoring.form import Chart, Form, Score, Table
from collector.scoring.form import Line as Row
from collector.scoring.judged import Given, Judged, score_text
from collector.scoring.numbers import percent, plain
from collector.scoring.settling import added
from collector.verdict import exact

Block = str | Table | Chart
_DASH = "—"


@dataclass(frozen=True)
class Source:
    """The form so far (without sections), and what it was filled from."""

    form: Form
    given: Given
    judged: tuple[Judged, ...]

    def rows(self) -> Iterable[tuple[Judged, Row]]:
        return zip(self.judged, self.form.lines, strict=True)


def facts(source: Source) -> list[Block]:
    if not source.form.facts:
        return []
    say = source.given.say
    return [Table((say("item"), say("content")), tuple((label, text or _DASH) for label, text in source.form.facts))]


def funds(source: Source) -> list[Block]:
    say, rows, layout = source.given.say, source.form.funds, source.given.profile.funds
    if not rows or layout is None:
        return []
    head = tuple(say(key) for key in ("fund", "initial", "annual", "executed"))
    table = Table(head, tuple((one.name, *map(_money, (one.initial, one.annual, one.executed))) for one in rows))
    if rows[0].rate is None:
        return [table, say("execution_unknown")]
    values = {
        "annual": _money(rows[0].annual),
        "executed": _money(rows[0].executed),
        "rate": percent(Fraction(rows[0].rate)),
    }
    return [table, say("execution", denominator=say(f"denominator.{layout.denominator}"), **values)]


def goal(source: Source) -> list[Block]:
    expected, actual = source.form.goal
    say = source.given.say
    return [say("goal.expected", text=expected), say("goal.actual", text=actual) if actual else say("goal.unsaid")]


def targets(source: Source) -> list[Block]:
    say = source.given.say
    head = tuple(say(key) for key in ("first", "third", "target", "weight"))
    return [
        Table(
            head,
            tuple((one.levels[0], one.levels[2], one.target or _DASH, plain(one.weight)) for one in source.form.lines),
        )
    ]


def process(source: Source) -> list[Block]:
    say, period = source.given.say, source.given.period
    return [say.sentences([say("process", period=period), say("process.declared")]) if period else say("process.none")]


def rules(source: Source) -> list[Block]:
    say, one = source.given.say, source.given.rules
    cites = say.join(one.cite)
    return [say("rules", title=one.title(say.language), version=one.version, decimals=one.decimals, cites=cites)]


def bases(source: Source) -> list[Block]:
    """How many lines, and how much weight, rest on what."""
    say = source.given.say
    rows = []
    for basis in ("measured", "imported", "declared", "missing"):
        lines = [one for one in source.form.lines if one.basis == basis]
        rows.append((say(f"basis.{basis}"), str(len(lines)), plain(sum((one.weight for one in lines), Decimal(0)))))
    return [Table((say("basis"), say("lines_count"), say("weight")), tuple(rows))]


def total(source: Source) -> list[Block]:
    say, total_, declared = source.given.say, source.form.total, source.given.profile.declared
    if total_.score is None:
        return [say("no_total")]
    shares = {
        "measured": percent(Fraction(total_.measured_share)),
        "imported": percent(Fraction(total_.imported_share)),
    }
    grades = say.either(total_.grades)
    told: list[Block] = [
        say("total", score=score_text(total_.score), weights=plain(total_.weights), grades=grades, **shares)
    ]
    if declared is not None and declared.score is not None:
        told.append(say("declared_total_is", score=plain(declared.score), grade=declared.grade))
    return told


def heads(source: Source) -> list[Block]:
    """Each 一级指标 with its weight and score; the funds row first."""
    say, rows = source.given.say, []
    if source.form.funds and (first := source.form.funds[0]).weight is not None:
        rows.append((say("funds_row"), plain(first.weight), _score(first.score)))
    names = dict.fromkeys(one.levels[0] for one in source.form.lines)
    for name in names:
        lines = [one for one in source.form.lines if one.levels[0] == name]
        scores = [one.score for one in lines if one.score is not None]
        rows.append((name, plain(sum((one.weight for one in lines), Decimal(0))), score_text(added(scores))))
    return [Table((say("first"), say("weight"), say("score")), tuple(rows))]


def lines(source: Source) -> list[Block]:
    """Every line in one table, and a paragraph for each of which something was declared."""
    say = source.given.say
    head = tuple(
        say(key) for key in ("third", "target", "actual", "interval", "coverage", "basis", "verdict", "weight", "score")
    )
    table = Table(head, tuple(_cells(one, source) for one in source.form.lines))
    told = [
        say("problem.difference", name=one.levels[2], text=one.difference)
        for one in source.form.lines
        if one.difference
    ]
    return [table, *told]


def _cells(row: Row, source: Source) -> tuple[str, ...]:
    say = source.given.say
    coverage = _DASH if row.coverage is None else percent(exact(row.coverage))
    return (
        *(row.levels[2], row.target or _DASH, row.actual, row.interval or _DASH, coverage),
        *(say(f"basis.{row.basis}"), say(f"verdict.{row.verdict}"), plain(row.weight), _score(row.score)),
    )


def _money(amount: Decimal | None) -> str:
    return _DASH if amount is None else plain(amount)


def _score(score: Score | None) -> str:
    return _DASH if score is None else score_text(score)
