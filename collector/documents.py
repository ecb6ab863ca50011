"""Figures as plain documents in the indicator's unit: what ``measure --json`` and the API print. Numbers are unrounded."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from collector.breakdown_document import breakdown_document
from collector.feasibility import Feasibility
from collector.feasibility_text import describe
from collector.figures import Figure
from collector.measurement import Measurement, Number
from collector.measures.breakdown import Breakdown
from collector.measuring.exclusions import AppliedExclusion
from collector.periods import Period, iso


def figures_document(figures: list[Figure], period: Period, as_of: int) -> dict[str, Any]:
    return {
        "period": period_document(period, as_of),
        "as_of": iso(as_of),
        "indicators": [figure_document(figure) for figure in figures],
    }


def period_document(period: Period, as_of: int) -> dict[str, Any]:
    return {
        "label": period.label,
        "start": iso(period.span.start, period.zone),
        "end": iso(period.span.end, period.zone),
        "timezone": str(period.zone),
        "complete": as_of >= period.span.end,
    }


def figure_document(figure: Figure) -> dict[str, Any]:
    indicator, scale = figure.indicator, figure.scale
    return {
        "id": indicator.id,
        "name": indicator.title,
        "measure": indicator.measure,
        "method": getattr(indicator, "method", None),
        "unit": indicator.unit,
        **measurement_document(figure.measurement, scale),
        "basis": figure.basis,
        "target": indicator.target,
        "verdict": figure.verdict.value,
        "without_exclusions": measurement_document(figure.without_exclusions, scale) if figure.without_exclusions else None,
        "exclusions": [exclusion_document(one, figure.period.zone) for one in figure.exclusions],
        "feasibility": feasibility_document(figure.feasibility) if figure.feasibility else None,
        "faults": list(figure.measurement.faults),
        "by": _by(figure.by, scale),
    }


def _by(by: Mapping[str, Measurement], scale: Fraction) -> dict[str, Any]:
    if isinstance(by, Breakdown):
        return breakdown_document(by, scale, lambda one: measurement_document(one, scale))
    return {label: measurement_document(one, scale) for label, one in by.items()}


def measurement_document(measured: Measurement, scale: Fraction) -> dict[str, Any]:
    return {
        "value": scaled(measured.value, scale),
        "lower": scaled(measured.lower, scale),
        "upper": scaled(measured.upper, scale),
        "coverage": None if measured.coverage is None else float(measured.coverage),
        "n": measured.n,
        "numerator": scaled(measured.numerator, Fraction(1)),
        "denominator": scaled(measured.denominator, Fraction(1)),
        "parts": _plain(measured.parts),
    }


def exclusion_document(one: AppliedExclusion, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "source": one.source,
        "start": iso(one.start, zone),
        "end": iso(one.end, zone),
        "reason": one.reason,
        "approved_by": one.approved_by,
        "entered_at": iso(one.entered_at, zone),
        "after_the_fact": one.after_the_fact,
        "subjects": one.subjects,
    }


def feasibility_document(one: Feasibility) -> dict[str, Any]:
    """Amounts are in their own unit: seconds where the quantity's name says so, else things counted. Unrounded."""
    requirement = one.requirement
    return {
        "status": one.status.value,
        "requirement": requirement and {
            "quantity": requirement.quantity,
            "limit": "at_most" if requirement.at_most else "at_least",
            "amount": scaled(requirement.amount, Fraction(1)),
            "exclusive": requirement.exclusive,
            "of_value": scaled(requirement.of_value, Fraction(1)),
            "late": scaled(requirement.late, Fraction(1)),
            "over": requirement.over or None,
        },
        "assumptions": [assumption.value for assumption in one.assumptions],
        "left_seconds": scaled(Fraction(one.left, 1000), Fraction(1)),
        "text": describe(one),
    }  # fmt: skip


def scaled(value: Number | None, scale: Fraction) -> float | int | None:
    """A number in the indicator's unit; exact fractions are scaled before they become a float."""
    if value is None:
        return None
    if isinstance(value, float):
        return value if scale == 1 else float(Fraction(value) * scale)
    exact = Fraction(value) * scale
    return exact.numerator if exact.denominator == 1 else float(exact)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Fraction | Decimal):
        return scaled(Fraction(value), Fraction(1))
    return value
