"""A declared report as the rules see it: paragraphs and sentences that know their place, tables, the form, the scores in prose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from collector.audit.text import compact, number, sentences


@dataclass(frozen=True)
class Place:
    """Where something stands. Counts begin with 1; None where the kind of file has no such count. section: the nearest headings.

    character: of the line, where a line holds a whole page.
    """

    line: int | None = None
    section: str = ""
    table: int | None = None
    row: int | None = None
    column: int | None = None
    sheet: str = ""
    character: int | None = None

    def __str__(self) -> str:
        parts = [f"工作表 {self.sheet}"] if self.sheet else []
        if self.table is not None:
            cell = f"第 {self.row} 行" + (f"第 {self.column} 列" if self.column else "") if self.row else ""
            parts.append(f"表 {self.table}" + (f" {cell}" if cell else ""))
        if self.line is not None:
            inside = f"第 {self.character} 字起" if self.character else ""
            parts.append(f"第 {self.line} 行{inside}" if self.table is None else f"文件第 {self.line} 行")
        return " · ".join([*parts, self.section] if self.section else parts)


@dataclass(frozen=True)
class Cell:
    """Text of a table cell, or of a stretch of prose that plays its part. An inherited cell repeats the one it is merged with."""

    text: str
    place: Place
    inherited: bool = False

    @property
    def label(self) -> str:
        return compact(self.text)

    @property
    def number(self) -> Decimal | None:
        return number(self.text)


@dataclass(frozen=True)
class Sentence:
    text: str
    place: Place
    paragraph: int


@dataclass(frozen=True)
class Paragraph:
    """heading: it names a section and says nothing itself."""

    text: str
    place: Place
    heading: bool = False


@dataclass(frozen=True)
class Table:
    place: Place
    rows: tuple[tuple[Cell, ...], ...]

    def cells(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row


@dataclass(frozen=True)
class Fund:
    """A row of 项目资金: A is ``annual``, B is ``executed``. Money as printed, in the form's unit (万元)."""

    name: Cell
    initial: Cell | None
    annual: Cell | None
    executed: Cell | None
    weight: Cell | None
    rate: Cell | None
    score: Cell | None


@dataclass(frozen=True)
class Row:
    """One 三级指标. head: index into the form's heads. second: the 二级指标 as printed."""

    head: int
    second: str
    name: Cell
    target: Cell | None
    actual: Cell | None
    weight: Cell | None
    score: Cell | None
    reason: Cell | None


@dataclass(frozen=True)
class Head:
    """A 一级指标 with the weight printed beside it, or None."""

    name: Cell
    weight: Decimal | None
    score: Decimal | None = None


@dataclass(frozen=True)
class Form:
    """项目支出绩效自评表, as far as it could be recognised."""

    place: Place
    project: Cell | None
    funds: tuple[Fund, ...]
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    total_weight: Cell | None
    total_score: Cell | None

    def of_head(self, index: int) -> list[Row]:
        return [row for row in self.rows if row.head == index]


@dataclass(frozen=True)
class Item:
    """An indicator scored in prose: ``项目立项(满分7分,实得7分)``. level 1: a head; parent: index of the item it belongs to."""

    cell: Cell
    name: str
    level: int
    weight: Decimal
    score: Decimal
    rate: Decimal | None
    parent: int | None
    sentence: str


@dataclass(frozen=True)
class Total:
    """A total score in prose, with the grade the same sentence gives it."""

    cell: Cell
    score: Decimal
    grade: str


@dataclass(frozen=True)
class Band:
    """A grade and the score it begins at; inclusive: the bound itself belongs to it."""

    grade: str
    lower: Decimal
    inclusive: bool


@dataclass(frozen=True)
class Weights:
    """Weights of the heads as one place prints them (a sentence, a table): name of the head to weight."""

    cell: Cell
    source: str
    heads: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class ScoreTable:
    """Heads side by side: 分值, 得分 and 得分率, each a row or a column of a table; cells in the order of ``names``, the total apart."""

    table: Table
    names: tuple[Cell, ...]
    weights: tuple[Cell, ...]
    scores: tuple[Cell, ...]
    rates: tuple[Cell, ...]
    total: tuple[Cell | None, Cell | None, Cell | None]


@dataclass(frozen=True)
class Document:
    """The whole report. title, project: as printed, empty where not recognised. year: the evaluated one. name: of the file."""

    name: str
    title: str
    project: str
    year: int | None
    paragraphs: tuple[Paragraph, ...]
    tables: tuple[Table, ...] = ()
    forms: tuple[Form, ...] = ()
    items: tuple[Item, ...] = ()
    totals: tuple[Total, ...] = ()
    bands: tuple[Band, ...] = ()
    weights: tuple[Weights, ...] = ()
    score_tables: tuple[ScoreTable, ...] = ()
    scattered: Cell | None = None
    """The text of a form whose cells lost their order (a page's text layer), or None."""
    remarks: tuple[str, ...] = ()
    """What the reader could not take in, for whoever reads the findings."""
    prose: tuple[Sentence, ...] = field(default=())

    @property
    def text(self) -> str:
        return "\n".join(one.text for one in self.paragraphs)

    @property
    def everything(self) -> list[Sentence]:
        """The prose, and every cell of a table that holds text, as sentences."""
        cells = [cell for table in self.tables for cell in table.cells() if cell.text and not cell.inherited]
        own = [Sentence(one, cell.place, -1) for cell in cells for one in sentences(cell.text)]
        return [*self.prose, *own]

    def by_paragraph(self) -> Iterator[list[Sentence]]:
        """The sentences of one paragraph after another."""
        for _, own in groupby(self.prose, key=lambda one: one.paragraph):
            yield list(own)

    def __post_init__(self) -> None:
        if not self.prose:
            found = [
                Sentence(one, paragraph.place, index)
                for index, paragraph in enumerate(self.paragraphs)
                if not paragraph.heading
                for one in sentences(paragraph.text)
            ]
            object.__setattr__(self, "prose", tuple(found))
