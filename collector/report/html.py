"""The report as one HTML file: style and charts inside, no script, nothing loaded from anywhere, made to be printed on A4."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from collector.measurement import Measurement
from collector.periods import instant, moment
from collector.report.charts import BarChart, LineChart, bar_chart, line_chart
from collector.report.content import Line, Report, beside
from collector.report.definitions import definition_rows, scope_text
from collector.report.effects import changes
from collector.report.quantities import Reading
from collector.report.rounding import clock_time, count, date_time
from collector.report.sums import Sum, sums
from collector.report.words import Words, printable, short
from collector.store.runs import Outcome
from collector.verdict import Verdict

LISTED_FAULTS = 20
"""So many faults are listed per indicator; the workbook has all that the measurement lists."""

LISTED_CAUSES = 20
"""So many files, exclusions and definitions of each kind are listed for a revision."""


@dataclass(frozen=True)
class Section:
    """One indicator, ready for the template. by_day, by_department: None where there is nothing to draw."""

    line: Line
    reading: Reading
    definition: list[tuple[str, str]]
    sums: list[Sum]
    by_day: LineChart | None
    by_department: BarChart | None

    @property
    def measured(self) -> Measurement:
        return self.reading.figure.measurement


def as_html(report: Report, words: Words) -> bytes:
    """UTF-8. Every text from outside passes through the template engine's escaping."""
    frozen = report.frozen
    verdicts = Counter(line.figure.verdict.value for line in report.lines)
    page = (
        _environment(words)
        .get_template("report.html")
        .render(
            report=report,
            frozen=frozen,
            sections=[_section(line, words) for line in report.lines],
            verdicts=[(one.value, verdicts[one.value]) for one in Verdict if verdicts[one.value]],
            when=lambda at: date_time(moment(at, frozen.period.zone)),
            clock=lambda at: clock_time(moment(at, frozen.period.zone)),
            clock_date=lambda value: clock_time(value.astimezone(frozen.period.zone)),
            entered_late=lambda one: instant(one.entered_at) > instant(one.start),
            scope_of=lambda one: scope_text(one, words),
            outcomes=[outcome.value for outcome in Outcome],
            listed_faults=LISTED_FAULTS,
            listed_causes=LISTED_CAUSES,
            effects=changes(report.effects, words),
        )
    )
    return page.encode()


def _environment(words: Words) -> Environment:
    environment = Environment(
        loader=PackageLoader("collector.report"),
        autoescape=True,  # for every template, whatever its file is called
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"printable": printable, "short": short, "count": count, "beside": beside}
    environment.globals["w"] = words
    return environment


def _section(line: Line, words: Words) -> Section:
    reading = Reading(line.figure, words)
    return Section(
        line=line,
        reading=reading,
        definition=definition_rows(reading, line.definition_digest),
        sums=sums(reading),
        by_day=line_chart(reading, line.by.get("day", {}), with_target=_is_daily_target(line)),
        by_department=bar_chart(reading, line.by.get("department", {})),
    )


def _is_daily_target(line: Line) -> bool:
    """A target for the distinct users of a month says nothing about a day's."""
    return getattr(line.figure.indicator, "window", "day") == "day"
