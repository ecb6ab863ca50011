"""Declared against measured, line by line, with the totals of both: what ``citygauge compare`` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from collector.documents import scaled
from collector.errors import ConfigurationError
from collector.figures import Figure
from collector.installation import Installation
from collector.profile_files import load_evaluation
from collector.report.evaluation import declared_of, inputs_of, used_by
from collector.report.frozen import read_snapshot
from collector.scoring.comparing import Comparison, compare_line
from collector.scoring.filling import fill_form, judge_all
from collector.scoring.form import Form, Line, Score
from collector.scoring.judged import Judged
from collector.scoring.wording import Language
from collector.store.snapshots import latest_snapshot

WRONG = ("overstated", "outside")
"""What makes the command exit 1."""


@dataclass(frozen=True)
class Compared:
    """A line with what was declared of it; ``comparison`` is None where nothing was."""

    row: Line
    judged: Judged
    comparison: Comparison | None


@dataclass(frozen=True)
class Comparisons:
    """stated: the points that the declaration gives itself, added up over lines and funds; None where a line is without.

    form: the same form, for its totals and findings. stated_funds: of the funds' row.
    """

    form: Form
    lines: tuple[Compared, ...]
    stated: Decimal | None
    stated_funds: Decimal | None

    @property
    def counts(self) -> Mapping[str, int]:
        return Counter(one.comparison.kind for one in self.lines if one.comparison)

    @property
    def is_wrong(self) -> bool:
        return any(self.counts.get(kind) for kind in WRONG)


def compared(installation: Installation, label: str, profile: str, language: Language = "zh") -> Comparisons:
    """Over the newest revision of a frozen period. Raises ConfigurationError where it is not frozen."""
    evaluation = load_evaluation(profile, installation.city.folder)
    figures = _figures(installation, label, used_by(evaluation.profile))
    inputs = inputs_of(declared_of(installation, evaluation.profile, label), label)
    form = fill_form(evaluation.profile, evaluation.rules, figures, inputs, language=language)
    given, judged = judge_all(evaluation.profile, evaluation.rules, figures, inputs, language)
    lines = tuple(Compared(row, one, compare_line(one, given)) for row, one in zip(form.lines, judged, strict=True))
    funds = evaluation.profile.funds
    published = not inputs.funds and funds is not None and funds.declared is not None and funds.weight is not None
    of_funds = funds.declared.score if published and funds and funds.declared else None
    return Comparisons(form, lines, _stated(lines, of_funds), of_funds)


def _figures(installation: Installation, label: str, only: frozenset[str]) -> list[Figure]:
    with installation.database.read() as connection:
        snapshot = latest_snapshot(connection, label)
    if snapshot is None:
        raise ConfigurationError(f"{label} is not frozen: run `citygauge snapshot {label}` first")
    return [one for one in read_snapshot(snapshot).figures if one.indicator.id in only]


def _stated(lines: Sequence[Compared], of_funds: Decimal | None) -> Decimal | None:
    weighed = [one.row for one in lines if one.row.weight]
    told = [row.declared.stated for row in weighed if row.declared and row.declared.stated is not None]
    return sum(told, of_funds or Decimal(0)) if told and len(told) == len(weighed) else None


def comparison_document(found: Comparisons) -> dict[str, Any]:
    """For ``--json``: numbers in the lines' units and unrounded; what there is not is null."""
    form = found.form
    first = form.funds[0] if form.funds else None
    return {
        "profile": form.profile,
        "rule_set": form.rule_set,
        "lines": [_line(one) for one in found.lines],
        "funds": first
        and {"rate": _number(first.rate), "score": _score(first.score), "stated_score": _number(found.stated_funds)},
        "counts": {
            kind: found.counts.get(kind, 0)
            for kind in ("agree", "overstated", "understated", "outside", "unverifiable")
        },
        "total": {
            "weights": _number(form.total.weights),
            "declared": _number(form.total.declared),
            "declared_grade": form.total.declared_grade,
            "stated": _number(found.stated),
            "measured": _score(form.total.score),
            "grades": list(form.total.grades),
            "measured_share": _number(form.total.measured_share),
        },
        "findings": list(form.findings),
    }


def _line(one: Compared) -> dict[str, Any]:
    row, judged, told, against = one.row, one.judged, one.row.declared, one.comparison
    return {
        "line": row.id,
        "name": row.levels[2],
        "unit": judged.line.unit,
        "target": row.target,
        "weight": _number(row.weight),
        "declared": told and told.actual,
        "by": told and told.by,
        "declared_at": told and told.declared_at,
        "attachment": told and told.attachment,
        "basis": row.basis,
        "value": _number(judged.value),
        "lower": _number(judged.lower),
        "upper": _number(judged.upper),
        "coverage": row.coverage,
        "verdict": row.verdict,
        "outcome": against and against.kind,
        "by_how_much": against and _number(against.gap),
        "copies_target": against and against.copies_target,
        "stated_score": told and _number(told.stated),
        "declared_score": told and _number(told.score),
        "score": _score(row.score),
        "text": row.difference,
    }


def _score(score: Score | None) -> dict[str, Any] | None:
    return None if score is None else {"lower": _number(score.lower), "upper": _number(score.upper)}


def _number(number: Decimal | Fraction | None) -> int | float | None:
    return None if number is None else scaled(Fraction(number), Fraction(1))
