"""A break-down by subject as plain documents: what ``documents.measurement_document`` says of each row, worked out by columns.

A hundred thousand subjects are a hundred thousand small dicts and no fractions. The numbers are the same to the last digit: a quotient of
whole numbers below 2^53 in doubles is the double nearest to the exact one, and one without a remainder is a whole number in both.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from collector.measurement import Measurement
from collector.measures.breakdown import Breakdown

_EXACT = 1 << 53


def breakdown_document(by: Breakdown, scale: Fraction, one: Callable[[Measurement], dict[str, Any]]) -> dict[str, Any]:
    """By label. one: makes the document of a measurement, for the rows (or the break-downs) that columns cannot tell."""
    if by.mean or not _fits(by, scale):
        return {label: one(by[label]) for label in by}
    documents = dict(zip(by.labels, _rows(by, scale), strict=True))
    if by.base.disappeared is not None:
        for i in np.flatnonzero(by.base.disappeared).tolist():
            documents[by.labels[i]] = one(by.row(i))
    return documents


def _fits(by: Breakdown, scale: Fraction) -> bool:
    most = int(by.tally.owed.max(initial=0))
    return most * max(scale.numerator, scale.denominator, 1000) < _EXACT


def _rows(by: Breakdown, scale: Fraction) -> list[dict[str, Any]]:
    tally = by.tally
    up, known, owed = tally.up, tally.known, tally.owed
    coverage = np.where(owed > 0, known / np.maximum(owed, 1), 0.0)
    told = (known > 0) & ((coverage >= by.min_coverage) if by.withholds else True)
    bounds = (np.where(owed > 0, one, empty) for one, empty in ((up, 0), (up + tally.unknown, 1)))
    some, thousand = np.maximum(owed, 1), np.full(len(up), 1000)
    columns = {
        "value": _scaled(up, np.maximum(known, 1), scale, told),
        **{name: _scaled(above, some, scale) for name, above in zip(("lower", "upper"), bounds, strict=True)},
        "coverage": coverage.tolist(), "n": tally.owed_subjects.astype(np.int64).tolist(),
        "numerator": _scaled(up, thousand), "denominator": _scaled(known, thousand),
    }  # fmt: skip
    rows = zip(*columns.values(), _parts(by), strict=True)
    return [dict(zip((*columns, "parts"), row, strict=True)) for row in rows]


def _parts(by: Breakdown) -> list[dict[str, Any]]:
    tally, base = by.tally, by.base
    seconds = ("up", "down", "unknown", "excluded", "sampling")
    parts = {f"{name}_seconds": (getattr(tally, name) / 1000).tolist() for name in seconds}
    parts["subjects"] = tally.subjects.astype(np.int64).tolist()
    for name, counts in (("disappeared_subjects", base.disappeared), ("pending_removals", base.pending)):
        if counts is not None:
            parts[name] = counts.astype(np.int64).tolist()
    return [dict(zip(parts, row, strict=True)) for row in zip(*parts.values(), strict=True)]


def _scaled(
    above: np.ndarray, below: np.ndarray, scale: Fraction = Fraction(1), told: np.ndarray | None = None
) -> list[float | int | None]:
    """``above / below * scale``: whole numbers as int, None where nothing is ``told``."""
    over, under = above * scale.numerator, below * scale.denominator
    quotients: list[float | int | None] = (over / under).tolist()
    whole, remainder = np.divmod(over, under)
    for i in np.flatnonzero(remainder == 0).tolist():
        quotients[i] = int(whole[i])
    if told is not None:
        for i in np.flatnonzero(~told).tolist():
            quotients[i] = None
    return quotients
