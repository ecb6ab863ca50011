"""The numbers of a figure in its unit, ready to print: values, bounds, target, coverage; and why there is no value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from collector.figures import Figure
from collector.measurement import Measurement, Number
from collector.report.rounding import DASH, SPACE, Quantity, digits_apart, digits_for, exact, share
from collector.report.words import Words, printable, short
from collector.verdict import Target

OPERATORS = {">=": "≥", "<=": "≤", "=": "=", ">": ">", "<": "<"}
_WORDED_UNITS = ("s", "min", "h", "d")


@dataclass(frozen=True)
class Reading:
    """A figure with the words to tell it in."""

    figure: Figure
    words: Words

    @property
    def title(self) -> str:
        return short(self.figure.indicator.title)

    @property
    def measure(self) -> str:
        """The name of its measure."""
        return str(self.figure.indicator.measure)

    @property
    def unit(self) -> str:
        """The indicator's unit as printed; the counted thing where the definition names none."""
        given, measure = self.figure.indicator.unit, self.measure
        if given in _WORDED_UNITS:
            return self.words(f"unit.{given}")
        if not given and self.words.knows(f"unit.{measure}"):
            return self.words(f"unit.{measure}")
        return short(given, 20)

    @property
    def target(self) -> Target | None:
        text = self.figure.indicator.target
        return Target.parse(text) if text else None

    @property
    def threshold(self) -> Quantity | None:
        """The target's number as it is written."""
        target = self.target
        if target is None:
            return None
        return Quantity(exact(target.threshold), -int(target.threshold.as_tuple().exponent), self.unit)

    @property
    def target_text(self) -> str:
        return f"{OPERATORS[self.target.operator]}{SPACE}{self.threshold}" if self.target else DASH

    def quantity(self, number: Number | None, beside: Number | None = None) -> Quantity | None:
        """A number in base units, in the indicator's unit and with the digits it needs.

        beside: a number that it is read beside; both get so many digits that they can be told apart, unless they are equal.
        """
        if number is None:
            return None
        scaled = exact(number) * self.figure.scale
        other = scaled if beside is None else exact(beside) * self.figure.scale
        least = max(self._digits(scaled), self._digits(other))
        return Quantity(scaled, digits_apart(scaled, other, least), self.unit)

    def text(self, number: Number | None, beside: Number | None = None) -> str:
        shown = self.quantity(number, beside)
        return DASH if shown is None else str(shown)

    def interval(self, measured: Measurement, beside: Measurement | None = None) -> str:
        """``[94.12, 95.03] %``; a side that nothing bounds says so and is open."""
        unbounded = self.words("unbounded")
        lower = self.quantity(measured.lower, beside.lower if beside else None)
        upper = self.quantity(measured.upper, beside.upper if beside else None)
        left = f"[{lower.plain}" if lower else f"({unbounded}"
        right = f"{upper.plain}]" if upper else f"{unbounded})"
        return f"{left}, {right}" + (SPACE + self.unit if self.unit and (lower or upper) else "")

    def coverage(self, measured: Measurement) -> Quantity | None:
        return None if measured.coverage is None else share(measured.coverage, self.figure.indicator.min_coverage)

    def coverage_text(self, measured: Measurement) -> str:
        shown = self.coverage(measured)
        return DASH if shown is None else str(shown)

    @property
    def min_coverage(self) -> Quantity:
        return share(self.figure.indicator.min_coverage)

    @property
    def excluded(self) -> str:
        """How many exclusions took time from the figure, and that some were entered after the fact; empty where none did."""
        late = sum(one.after_the_fact for one in self.figure.exclusions)
        if late:
            return self.words("excluded_late", count=len(self.figure.exclusions), late=late)
        return self.words("excluded_count", count=len(self.figure.exclusions)) if self.figure.exclusions else ""

    @property
    def plain(self) -> str:
        """The figure without exclusions; empty where nothing was excluded."""
        measured = self.figure.without_exclusions
        if measured is None:
            return ""
        kept = self.figure.measurement
        value = self.why_no_value(measured) or self.text(measured.value, kept.value)
        return self.words("plain_text", value=value, interval=self.interval(measured, kept))

    @property
    def verdict(self) -> str:
        return self.words(f"verdict.{self.figure.verdict.value}")

    @property
    def basis(self) -> str:
        return self.words(f"basis.{self.figure.basis}")

    @property
    def counted(self) -> str:
        """What n counts; empty where it needs no word."""
        key = "n.case" if self.measure.startswith("case_") else f"n.{self.measure}"
        return self.words(key) if self.words.knows(key) else ""

    def why_no_value(self, measured: Measurement) -> str | None:
        """None where there is a value."""
        words, least = self.words, self.figure.indicator.min_coverage
        if measured.value is not None:
            return None
        if not measured.applicable:
            return words("why.not_applicable")
        if measured.coverage is None:
            return words("why.nothing_owed")
        if measured.coverage == 0:
            return words("why.missing")
        if measured.coverage < least:
            return words("why.low_coverage", coverage=self.coverage_text(measured), least=self.min_coverage)
        return words("why.faulty") if measured.faults else words("why.empty")

    def _least_digits(self, scaled: Fraction) -> int:
        if self.measure == "pue":
            return 3
        divided = self.measure == "case_duration" or self.unit in {"%", "‰"}
        return 2 if divided or scaled.denominator > 1 else 0

    def _digits(self, scaled: Fraction) -> int:
        return digits_for(scaled, self._least_digits(scaled), self._marks())

    def _marks(self) -> list[Decimal]:
        """Numbers that a rounded value must not be taken for: the target, nothing, and the whole of a share."""
        target = self.target
        marks = [target.threshold] if target else []
        return marks + ([Decimal(0), Decimal(100)] if self.unit == "%" else [])


def label_of(key: str, words: Words) -> str:
    """A break-down's label as printed; subjects without the attribute come under the empty name."""
    return short(key) if printable(key) else words("no_department")
