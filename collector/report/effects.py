"""The effects of a revision as rows: each figure as it was and as it is, in its unit and with the digits that tell the two apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collector.figures import Figure
from collector.report.frozen import Effect, Told
from collector.report.quantities import Reading
from collector.report.words import Words


@dataclass(frozen=True)
class Row:
    """A figure in one of the two revisions. which: ``before`` or ``after``. told, other: None where a revision does not have it."""

    reading: Reading
    which: str
    told: Told | None
    other: Told | None

    @property
    def numbers(self) -> tuple[str, str, str] | None:
        """Value, interval and coverage, to be read beside those of the other row."""
        if self.told is None:
            return None
        mine, other = self.told.measurement, self.other.measurement if self.other else None
        value = self.reading.text(mine.value, other.value if other else None)
        return value, self.reading.interval(mine, other), self.reading.coverage_text(mine)

    @property
    def verdict(self) -> str:
        """The word of the program."""
        return self.told.verdict.value if self.told else ""


@dataclass(frozen=True)
class Change:
    """One figure that a revision changed. same: whether the numbers and the verdict are those from before."""

    reading: Reading
    told: tuple[Row, Row]
    same: bool


def changes(effects: Sequence[tuple[Figure, Effect]], words: Words) -> list[Change]:
    return [_change(Reading(figure, words), effect) for figure, effect in effects]


def _change(reading: Reading, effect: Effect) -> Change:
    before = Row(reading, "before", effect.before, effect.after)
    after = Row(reading, "after", effect.after, effect.before)
    return Change(reading, (before, after), effect.before == effect.after)
