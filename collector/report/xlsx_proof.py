"""The sheets of the workbook that make its figures provable: the revision, what was excluded, the files and the signature."""

from __future__ import annotations

from datetime import date

from collector.measurement import Measurement
from collector.periods import moment
from collector.report.cells import MEASURED, label, measured_cells
from collector.report.content import Line, Report, beside
from collector.report.effects import Row, changes
from collector.report.frozen import Frozen
from collector.report.quantities import Reading
from collector.report.rounding import date_time
from collector.report.sheets import Book, Cell, Column
from collector.report.words import Words


def checkpoint_line(report: Report, words: Words) -> str:
    checkpoint = report.proof.checkpoint
    signed = words("signed_at", at=date_time(moment(checkpoint.at, report.frozen.period.zone)))
    return f"{words.both('checkpoint')}: {checkpoint.short} {signed}"


def revision_sheet(book: Book, report: Report) -> None:
    """Only of a revision that corrects another one."""
    frozen, words = report.frozen, book.words
    if frozen.revises is None:
        return
    head = [
        words("revised_text", revision=frozen.revision, before=frozen.revision - 1),
        f"{words.both('revision_reason')}: {frozen.revises.reason}",
        f"{words.both('author')}: {frozen.revises.author}",
    ]
    head += [f"{label(words, f'because.{kind}')}: {', '.join(names)}" for kind, names in frozen.revises.because.items()]
    rows = [_revised(row, words) for change in changes(report.effects, words) for row in change.told]
    columns = [Column("indicator", 30), Column("which_revision", 16), *MEASURED[:-1], Column("verdict", 14)]
    book.sheet("revised", columns, rows, [*head, words.both("effects") if rows else words("no_effects")])


def _revised(row: Row, words: Words) -> list[Cell]:
    head: list[Cell] = [row.reading.title, words(row.which)]
    if row.told is None:
        return [*head, None, None, None, None, None, words("not_in_revision")]
    other = row.other.measurement if row.other else None
    return [*head, *measured_cells(row.reading, row.told.measurement, other)[:-1], words(f"verdict.{row.verdict}")]


def excluded_sheet(book: Book, report: Report, readings: list[tuple[Line, Reading]]) -> None:
    """What was taken out of which figure, with the value that it has without."""
    zone, words = report.frozen.period.zone, book.words
    rows: list[list[Cell]] = [
        [
            reading.title,
            *_with_and_without(reading.figure.measurement, reading.figure.without_exclusions, reading),
            one.source,
            one.subjects,
            *(moment(at, zone) for at in (one.start, one.end)),
            one.reason,
            one.approved_by,
            moment(one.entered_at, zone),
            words("after_the_fact") if one.after_the_fact else None,
        ]
        for _, reading in readings
        for one in reading.figure.exclusions
    ]
    columns = [Column("indicator", 34), Column("value", 12), Column("without_exclusions", 13), Column("source", 18)]
    columns += [Column("subjects_concerned", 10), Column("start", 20), Column("end", 20), Column("reason", 40)]
    columns += [Column("approved_by", 18), Column("entered_at", 20), Column("note", 14)]
    book.sheet("excluded_sheet", columns, rows, [str(zone)] if rows else [words("no_exclusions")])


def _with_and_without(kept: Measurement, plain: Measurement | None, reading: Reading) -> list[Cell]:
    return [reading.quantity(kept.value), reading.quantity(plain.value, kept.value) if plain else None]


def evidence_sheet(book: Book, report: Report) -> None:
    frozen, words = report.frozen, book.words
    head = [
        f"{words.both('digest')}: {frozen.digest}",
        f"{words.both('previous')}: {frozen.previous or words('no_previous')}",
        f"{words.both('whole_key')}: {report.proof.keyid}",
        checkpoint_line(report, words),
        f"{words.both('software')}: {frozen.software}",
    ]
    columns = [Column("source", 20), Column("file", 24), Column("day", 14), Column("number", 8), Column("sha256", 70)]
    book.sheet("evidence", columns, [row for source in frozen.files for row in _files(source, frozen, words)], head)


def _files(source: str, frozen: Frozen, words: Words) -> list[list[Cell]]:
    files = frozen.files[source]
    segments: list[list[Cell]] = [
        [source, words("file.segment"), date.fromisoformat(one.day), one.number, one.sha256] for one in files.segments
    ]
    return segments + [[source, words(f"file.{role}"), None, None, file.sha256] for role, file in beside(files)]
