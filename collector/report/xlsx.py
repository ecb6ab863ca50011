"""The report as a workbook: one sheet for the summary and one for each kind of detail, with real numbers and printed by rows.

Texts are written as strings whatever they begin with, so that no name becomes a formula or a link. The dates inside the file are
the snapshot's: the same snapshot gives the same bytes.
"""

from __future__ import annotations

from datetime import date, datetime

from collector.periods import moment
from collector.report.cells import MEASURED, label, measured_cells
from collector.report.content import Line, Report
from collector.report.definitions import definition_rows, scope_text
from collector.report.quantities import OPERATORS, Reading, label_of
from collector.report.rounding import Quantity, date_time
from collector.report.sheets import Book, Cell, Column
from collector.report.sums import sums
from collector.report.words import Words, printable, short
from collector.report.xlsx_proof import checkpoint_line, evidence_sheet, excluded_sheet, revision_sheet
from collector.store.runs import Outcome


def as_workbook(report: Report, words: Words) -> bytes:
    frozen = report.frozen
    title = f"{short(frozen.city)} {frozen.period.label} {words('report')}"
    heading = f"{title} · {words('revision_text', revision=frozen.revision)}"
    properties: dict[str, str | datetime] = {
        "title": title,
        "comments": f"SHA-256 {frozen.digest}",
        "created": moment(frozen.as_of),
    }
    book = Book(words, heading, properties, footer=str(report.proof.checkpoint.short))
    readings = [(line, Reading(line.figure, words)) for line in report.lines]
    _summary(book, report, readings)
    revision_sheet(book, report)
    _definitions(book, readings)
    _broken_down(book, readings, "day")
    _broken_down(book, readings, "department")
    _sources(book, report)
    _exclusions(book, report)
    excluded_sheet(book, report, readings)
    _faults(book, readings)
    evidence_sheet(book, report)
    return book.close()


def _summary(book: Book, report: Report, readings: list[tuple[Line, Reading]]) -> None:
    frozen, words = report.frozen, book.words
    start, end = (
        date_time(moment(at, frozen.period.zone)) for at in (frozen.period.span.start, frozen.period.span.end)
    )
    head = [
        words.both("span") + ": " + words("span_text", start=start, end=end),
        words.both("as_of") + ": " + date_time(moment(frozen.as_of, frozen.period.zone)),
        words.both("digest") + ": " + frozen.digest,
        words.both("signed_by") + ": " + report.proof.short_key,
        checkpoint_line(report, words),
        words("checkpoint_use", bundle=report.proof.bundle, checkpoint=report.proof.checkpoint.short),
    ]
    columns = [
        Column("indicator", 24), Column("id", 24), *MEASURED[:-1], Column("min_coverage", 11), Column("operator", 9),
        Column("target", 9), Column("verdict", 14), Column("basis", 10), Column("n", 9), Column("without_exclusions", 13),
        Column("excluded", 18), Column("no_value_because", 26),
    ]  # fmt: skip
    book.sheet("summary", columns, [_summary_row(reading) for _, reading in readings], head)


def _summary_row(reading: Reading) -> list[Cell]:
    figure, measured = reading.figure, reading.figure.measurement
    target, plain = reading.target, figure.without_exclusions
    return [
        reading.title,
        figure.indicator.id,
        *measured_cells(reading, measured)[:-1],
        reading.min_coverage,
        OPERATORS[target.operator] if target else None,
        reading.threshold,
        reading.verdict,
        reading.basis,
        measured.n,
        reading.quantity(plain.value, measured.value) if plain else None,
        reading.excluded or None,
        reading.why_no_value(measured),
    ]


def _definitions(book: Book, readings: list[tuple[Line, Reading]]) -> None:
    words = book.words
    rows: list[list[Cell]] = []
    for line, reading in readings:
        rows += [
            [reading.title, label(words, key), text, None, None]
            for key, text in definition_rows(reading, line.definition_digest)
        ]
        for one in sums(reading):
            plain = not one.side or one.key == one.side
            item = label(words, one.key) if plain else f"{words(one.side)}: {words(one.key)}"
            number = None if one.number is None else Quantity(one.number, 0 if one.number.denominator == 1 else 3)
            rows.append([reading.title, item, one.text, number, one.unit])
    columns = [
        Column("indicator", 34),
        Column("item", 34),
        Column("meaning", 70),
        Column("number_value", 22),
        Column("unit", 10),
    ]
    book.sheet("definition", columns, rows)


def _broken_down(book: Book, readings: list[tuple[Line, Reading]], by: str) -> None:
    rows: list[list[Cell]] = [
        [
            reading.title,
            date.fromisoformat(key) if by == "day" else label_of(key, book.words),
            *measured_cells(reading, one),
            reading.why_no_value(one),
        ]
        for line, reading in readings
        for key, one in line.by.get(by, {}).items()
    ]
    columns = [
        Column("indicator", 34),
        Column(by, 14 if by == "day" else 30),
        *MEASURED,
        Column("no_value_because", 34),
    ]
    missing = [
        f"{reading.title}: {book.words('no_chart', reason=printable(line.not_broken_down[by]))}"
        for line, reading in readings
        if by in line.not_broken_down
    ]
    book.sheet(f"by_{by}", columns, rows, missing)


def _sources(book: Book, report: Report) -> None:
    zone = report.frozen.period.zone
    rows: list[list[Cell]] = [
        [
            source.id,
            source.connector,
            source.department,
            *(None if source.not_read else source.outcomes.get(one.value, 0) for one in Outcome),
            *(None if at is None else moment(at, zone) for at in (source.first_at, source.last_at)),
            source.files,
        ]
        for source in report.sources
    ]
    unread = [f"{one.id}: {book.words('no_runs', reason=one.not_read)}" for one in report.sources if one.not_read]
    outcomes = [Column(f"outcome.{one.value}", 12) for one in Outcome]
    columns = [Column("source", 20), Column("connector", 16), Column("department", 24), *outcomes]
    columns += [Column("first_run", 20), Column("last_run", 20), Column("files", 10)]
    book.sheet("sources", columns, rows, [str(zone), *unread])


def _exclusions(book: Book, report: Report) -> None:
    zone, words = report.frozen.period.zone, book.words
    rows: list[list[Cell]] = [
        [
            one.source,
            scope_text(one, words),
            one.start.astimezone(zone),
            one.end.astimezone(zone),
            one.reason,
            one.approved_by,
            one.entered_at.astimezone(zone),
            words("after_the_fact") if one.entered_at > one.start else None,
        ]
        for one in report.frozen.exclusions
    ]
    columns = [
        Column("source", 18),
        Column("subjects", 34),
        Column("start", 20),
        Column("end", 20),
        Column("reason", 40),
    ]
    columns += [Column("approved_by", 18), Column("entered_at", 20), Column("note", 14)]
    book.sheet("exclusions", columns, rows, [str(zone)] if rows else [words("no_exclusions")])


def _faults(book: Book, readings: list[tuple[Line, Reading]]) -> None:
    rows: list[list[Cell]] = [
        [reading.title, book.words.fault(fault)] for _, reading in readings for fault in reading.figure.measurement.faults
    ]
    book.sheet("faults_found", [Column("indicator", 34), Column("fault", 110)], rows)
