"""What every step of filling a form shares: a line as judged, and what it is judged with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from collector.figures import Figure
from collector.measurement import Measurement
from collector.rounding import half_up
from collector.scoring.declaration import Declaration
from collector.scoring.fill import FilledByFunds
from collector.scoring.form import Basis, Score
from collector.scoring.numbers import SYMBOLS, digits_of, plain, printed
from collector.scoring.profile import Line, Profile
from collector.scoring.rule_set import Qualitative, Rule, RuleSet
from collector.scoring.rules import Quantitative, Scale
from collector.scoring.words import Say
from collector.verdict import Verdict

BreakDowns = Mapping[str, Mapping[str, Mapping[str, Measurement]]]
"""Measurements by indicator, by break-down (``day``, ``department``), by label."""
_TIMES = {"d": "day", "h": "hour", "min": "minute"}
"""Units of time of a city file -> key of the word for it."""


@dataclass(frozen=True)
class Given:
    """What a form is filled from. execution: the rate of the funds' first row, 0 to 1 and above; None where it is not known.

    period: label of the period that the figures are of.
    """

    profile: Profile
    rules: RuleSet
    say: Say
    period: str
    figures: Mapping[str, Figure]
    declarations: Mapping[str, Declaration]
    broken_down: BreakDowns = field(default_factory=dict)
    execution: Fraction | None = None

    def scale_of(self, line: Line) -> Scale:
        return Scale(line.weight, self.rules.decimals)

    def rule_of(self, line: Line) -> Rule | None:
        return self.rules.rules[line.rule] if line.rule else None

    def quantitative(self, line: Line) -> Quantitative:
        rule = self.rule_of(line)
        assert rule is not None
        assert not isinstance(rule, Qualitative)
        return rule

    def name(self, line: Line) -> str:
        return line.name(self.say.language)


@dataclass(frozen=True)
class Judged:
    """A line with what is known of it. value, lower, upper: in the line's unit; None of a bound is infinite (with ``is_known``).

    score: None where the line has neither target nor weight. open_because: key and values of the words that say why the score is
    not settled; empty where it is. findings: sentences for the foot of the form.
    """

    line: Line
    basis: Basis
    verdict: Verdict
    score: Score | None
    value: Fraction | None = None
    lower: Fraction | None = None
    upper: Fraction | None = None
    is_known: bool = False
    coverage: float | None = None
    figure: Figure | None = None
    declaration: Declaration | None = None
    open_because: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[str, ...] = ()

    @property
    def is_point(self) -> bool:
        return self.is_known and self.lower is not None and self.lower == self.upper

    @property
    def is_open(self) -> bool:
        return self.score is not None and not self.score.is_settled


def number_text(line: Line, number: Fraction, say: Say) -> str:
    """With the line's unit; never rounded across the target, or to the whole or nothing of a share."""
    return printed(number, _least_digits(line, number), _marks(line)) + unit_text(line, say)


def unit_text(line: Line, say: Say) -> str:
    """The unit as the form prints it: times in words, what the line is counted in as it is."""
    return say(_TIMES[line.unit]) if line.unit in _TIMES else line.unit


def interval_text(line: Line, lower: Fraction | None, upper: Fraction | None, say: Say) -> str:
    """``[94.12, 95.03]%``; a side that nothing bounds says so."""
    digits = max(_least_digits(line, one) for one in (lower or Fraction(0), upper or Fraction(0)))
    ends = [say("unbounded") if one is None else printed(one, digits, _marks(line)) for one in (lower, upper)]
    left = "(" if lower is None else "["
    return f"{left}{ends[0]}, {ends[1]}{')' if upper is None else ']'}{unit_text(line, say)}"


def gap_text(line: Line, gap: Fraction, say: Say) -> str:
    """A difference of two numbers of the line; of percentages it is in percentage points."""
    digits = _least_digits(line, gap)
    while gap and not half_up(gap, digits):
        digits += 1
    return plain(half_up(gap, digits)) + (say("points_of_percent") if line.unit == "%" else unit_text(line, say))


def is_computed(judged: Judged) -> bool:
    """Whether the value is the quotient of the funds table, beside which another may have been declared."""
    return isinstance(judged.line.fill, FilledByFunds) and judged.is_known


def basis_text(judged: Judged, say: Say) -> str:
    return say("basis.funds" if is_computed(judged) else f"basis.{judged.basis}")


def target_text(line: Line, say: Say) -> str:
    """As the province prints it, else ``≥95%``; empty where there is no target."""
    if line.target_text is not None:
        return line.target_text(say.language)
    if line.qualitative is not None:
        return line.qualitative(say.language)
    target = line.parsed_target
    return f"{SYMBOLS[target.operator]}{format(target.threshold, 'f')}{unit_text(line, say)}" if target else ""


def score_text(score: Score) -> str:
    """``7.93``, or ``7.2–8``."""
    return plain(score.lower) if score.is_settled else f"{plain(score.lower)}–{plain(score.upper)}"


def _least_digits(line: Line, number: Fraction) -> int:
    if line.indicator is not None and line.indicator.measure == "pue":
        return 3
    target = digits_of(line.parsed_target.threshold) if line.parsed_target else 0
    return max(target, 0 if number.denominator == 1 else 2)


def _marks(line: Line) -> list[Fraction]:
    target = line.parsed_target
    marks = [Fraction(target.threshold)] if target else []
    return marks + ([Fraction(0), Fraction(100)] if line.unit == "%" else [])
