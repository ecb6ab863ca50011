"""What an indicator means, in words: one row for its formula and one for every setting that its measure has."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from collector.city.exclusions import Exclusion
from collector.city.indicators import CaseIndicator, IndicatorBase, Schedule
from collector.measures.cases import CaseRule
from collector.report.quantities import Reading
from collector.report.words import Words, printable

_SAID_ELSEWHERE = {
    "id",
    "name",
    "measure",
    "unit",
    "source",
    "sources",
    "where",
    "target",
    "min_coverage",
    "base",
    "cohort",
    "alerts",  # no part of what the figure means
}


def definition_rows(reading: Reading, digest: str) -> list[tuple[str, str]]:
    """(key of the label, text) for the definition as it stands in the snapshot."""
    indicator, words = reading.figure.indicator, reading.words
    rows = [
        ("setting.name", printable(indicator.title)),
        ("setting.id", indicator.id),
        ("setting.formula", words(formula_key(indicator))),
    ]
    if indicator.source_ids:
        rows.append(("setting.sources", ", ".join(indicator.source_ids)))
    if indicator.where:
        rows.append(("setting.where", _filter(indicator.where)))
    rows += _case_rows(indicator, words)
    for name in type(indicator).model_fields:
        given = getattr(indicator, name)
        if name not in _SAID_ELSEWHERE and given is not None:
            rows.append((f"setting.{name}", setting_text(name, given, words)))
    if reading.figure.measurement.parts.get("interim") is True:
        rows.append(("setting.interim", words("interim_pue")))
    rows.append(("setting.min_coverage", str(reading.min_coverage)))
    rows.append(("setting.target", reading.target_text if reading.target else words("no_target_set")))
    return [*rows, ("definition_digest", digest)]


def formula_key(indicator: IndicatorBase) -> str:
    """The formula's sentence; measures with several formulas have one for each."""
    measure: str = indicator.measure  # type: ignore[attr-defined]
    variant = {"availability": "method", "case_closure": "base"}.get(measure)
    return f"formula.{measure}.{getattr(indicator, variant)}" if variant else f"formula.{measure}"


def setting_text(name: str, given: Any, words: Words) -> str:
    """A setting's value: a word of the glossary where it is one of a few, else as it was written."""
    if isinstance(given, bool):
        return words("yes" if given else "no")
    if isinstance(given, str):
        key = f"{name}.{given}"
        return f"{words(key)} ({given})" if words.knows(key) and words(key) != given else printable(given)
    if isinstance(given, Decimal):
        return f"{given:f}"
    if isinstance(given, timedelta):
        return duration_text(given, words)
    if isinstance(given, Schedule):
        hours = ", ".join(f"{start}–{end}" for start, end in given.hours)
        return f"{words('every_day' if given.days == 'all' else 'working_days')} {hours}"
    if isinstance(given, tuple):
        return ", ".join(printable(str(one)) for one in given)
    return printable(json.dumps(given, ensure_ascii=False, default=str))


def duration_text(given: timedelta, words: Words) -> str:
    seconds = given.total_seconds()
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds / length:.0f} {words(f'unit.{unit}')}"
    return f"{seconds:g} {words('unit.s')}"


def _case_rows(indicator: IndicatorBase, words: Words) -> list[tuple[str, str]]:
    """base: only where it decides the denominator. cohort: as it takes effect; it follows from the base where not given."""
    if not isinstance(indicator, CaseIndicator):
        return []
    rows = []
    if indicator.measure == "case_closure":  # type: ignore[attr-defined]
        rows.append(("setting.base", setting_text("base", indicator.base, words)))
    if indicator.base == "closed_vs_accepted":
        return rows
    counted_by = CaseRule(indicator.base, indicator.cohort, indicator.decided_by).counted_by
    return [*rows, ("setting.cohort", setting_text("cohort", counted_by, words))]


def scope_text(exclusion: Exclusion, words: Words) -> str:
    """Whom an exclusion is for."""
    parts = [_filter(exclusion.where)] if exclusion.where else []
    parts += [", ".join(printable(one) for one in exclusion.subjects)] if exclusion.subjects else []
    return "; ".join(parts) or words("all_subjects")


def _filter(where: dict[str, tuple[str, ...]]) -> str:
    return "; ".join(
        f"{printable(name)} = {' | '.join(printable(one) for one in values)}" for name, values in where.items()
    )
