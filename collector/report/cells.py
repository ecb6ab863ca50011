"""Cells that several sheets of the workbook have: a measurement's numbers, and labels in both languages."""

from __future__ import annotations

from collector.measurement import Measurement, Number
from collector.report.quantities import Reading
from collector.report.sheets import Cell, Column
from collector.report.words import Words

MEASURED = (
    Column("value", 12),
    Column("unit", 7),
    Column("lower", 12),
    Column("upper", 12),
    Column("coverage", 10),
    Column("n", 10),
)


def measured_cells(reading: Reading, measured: Measurement, beside: Measurement | None = None) -> list[Cell]:
    """The cells of ``MEASURED``; a side that nothing bounds says so. beside: a measurement whose numbers are to be told apart."""
    other = beside or Measurement(None, None, None, None, n=0)

    def bound(number: Number | None, its_other: Number | None) -> Cell:
        return reading.words("unbounded") if number is None else reading.quantity(number, its_other)

    return [
        reading.quantity(measured.value, other.value),
        reading.unit,
        bound(measured.lower, other.lower),
        bound(measured.upper, other.upper),
        reading.coverage(measured),
        measured.n,
    ]


def label(words: Words, key: str) -> str:
    return words.both(key) if words.knows(key) else key
