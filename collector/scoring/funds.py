"""项目资金（万元）: the rows, the execution rate with its denominator named, and its points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from collector.rounding import half_up
from collector.scoring.form import Fund, Score
from collector.scoring.layout import DeclaredFund, Funds
from collector.scoring.numbers import percent
from collector.scoring.rule_set import Execution, RuleSet
from collector.scoring.rules import Scale, execution_rate, share_at
from collector.scoring.words import Say


@dataclass(frozen=True)
class FundValues:
    """Money of one row in 万元; None where it is not known."""

    initial: Decimal | None = None
    annual: Decimal | None = None
    executed: Decimal | None = None


@dataclass(frozen=True)
class FundTable:
    """rate: executed / budget of the first row, 0 to 1 and above; None where one of the two is missing."""

    rows: tuple[Fund, ...] = ()
    rate: Fraction | None = None
    score: Score | None = None
    findings: tuple[str, ...] = ()


def fund_table(funds: Funds | None, rules: RuleSet, given: Mapping[str, FundValues], say: Say) -> FundTable:
    """given: by the Chinese name of the row; a row that is not in it has the published values, if any."""
    if funds is None:
        return FundTable()
    values = [given.get(row.name.zh, _published(row.declared)) for row in funds.rows]
    rate = _rate(values[0], funds.denominator)
    score = _score(funds, rules, rate)
    first = Fund(
        funds.rows[0].name(say.language),
        *_money(values[0]),
        funds.weight,
        None if rate is None else _decimal(rate),
        score,
    )
    others = [Fund(row.name(say.language), *_money(one)) for row, one in zip(funds.rows[1:], values[1:], strict=True)]
    return FundTable((first, *others), rate, score, _findings(funds, rate, say))


def _published(declared: DeclaredFund | None) -> FundValues:
    return FundValues(declared.initial, declared.annual, declared.executed) if declared else FundValues()


def _money(values: FundValues) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    return values.initial, values.annual, values.executed


def _rate(values: FundValues, denominator: str) -> Fraction | None:
    budget = values.annual if denominator == "annual" else values.initial
    return None if budget is None or values.executed is None else execution_rate(values.executed, budget)


def _score(funds: Funds, rules: RuleSet, rate: Fraction | None) -> Score | None:
    """min(1, B/A) x weight; the whole range where the rate is not known."""
    if funds.weight is None:
        return None
    scale, rule = Scale(funds.weight, rules.decimals), rules.rules[funds.rule]
    assert isinstance(rule, Execution)
    if rate is None:
        return scale.open
    points = scale.rounded(share_at(rule, rate, Fraction(1)))
    return Score(points, points)


def _decimal(rate: Fraction) -> Decimal:
    with localcontext(prec=28):
        return Decimal(rate.numerator) / Decimal(rate.denominator)


def _findings(funds: Funds, rate: Fraction | None, say: Say) -> tuple[str, ...]:
    """Where the published rate is not the quotient of the published sums, at the digits it is published with."""
    declared = funds.declared.rate if funds.declared else None
    if declared is None or rate is None:
        return ()
    digits = max(2, -int(declared.as_tuple().exponent))
    if half_up(rate, digits) == declared:
        return ()
    denominator = say(f"denominator.{funds.denominator}")
    return (say("rate", declared=percent(Fraction(declared)), computed=percent(rate), denominator=denominator),)
