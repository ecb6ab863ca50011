"""Weights and scores as one place prints them, whether form, table or prose: groups (heads) of parts (indicators), and the total."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from collector.audit.document import Cell, Document, Form, Item, Place, ScoreTable
from collector.audit.text import single


@dataclass(frozen=True)
class Part:
    name: str
    weight: Decimal
    score: Decimal | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    """weight, score: as printed for the head itself, or None."""

    name: str
    weight: Decimal | None
    score: Decimal | None
    cell: Cell
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Scheme:
    """source: 自评表, 得分表 or 正文. execution: the weight that stands with the funds, outside the groups."""

    source: str
    place: Place
    groups: tuple[Group, ...]
    execution: Part | None
    total_weight: Cell | None
    total_score: Cell | None

    @property
    def parts(self) -> list[Part]:
        """The lowest level that is printed, with the execution rate."""
        own = [self.execution] if self.execution else []
        return own + [part for group in self.groups for part in (group.parts or _as_part(group))]

    @property
    def heads(self) -> list[Part] | None:
        """The heads with the execution rate; None unless every head prints a weight."""
        own = [self.execution] if self.execution else []
        heads = [part for group in self.groups for part in _as_part(group)]
        return own + heads if len(heads) == len(self.groups) else None

    @property
    def scored(self) -> list[Part] | None:
        """The parts if each has a score, else None."""
        parts = self.parts
        return parts if parts and all(part.score is not None for part in parts) else None


def _as_part(group: Group) -> list[Part]:
    return [Part(group.name, group.weight, group.score, (group.cell,))] if group.weight is not None else []


def schemes(document: Document) -> list[Scheme]:
    found = [_of_form(form) for form in document.forms] + [_of_table(one) for one in document.score_tables]
    return [*found, *_of_prose(document.items)]


def _of_form(form: Form) -> Scheme:
    groups = []
    for at, head in enumerate(form.heads):
        parts = tuple(_parts(form, at))
        groups.append(Group(head.name.label, head.weight, head.score, head.name, parts))
    kept = tuple(group for group in groups if group.parts)
    return Scheme("自评表", form.place, kept, _execution(form), form.total_weight, form.total_score)


def _parts(form: Form, head: int) -> Iterator[Part]:
    for row in form.of_head(head):
        weight = _points(row.weight)
        if weight is not None:
            cells = tuple(cell for cell in (row.name, row.weight, row.score) if cell and cell.text)
            yield Part(row.name.label, weight, _points(row.score), cells)


def _points(cell: Cell | None) -> Decimal | None:
    found = single(cell.text) if cell else None
    return found.amount if found else None


def _execution(form: Form) -> Part | None:
    """The funds' weight, unless an indicator row of the same name holds it already."""
    if any(re.search(r"预算执行率", row.name.label) for row in form.rows):
        return None
    for fund in form.funds:
        weight = _points(fund.weight)
        if weight is not None:
            cells = tuple(cell for cell in (fund.name, fund.weight, fund.rate, fund.score) if cell and cell.text)
            return Part("预算执行率", weight, _points(fund.score), cells)
    return None


def _of_table(table: ScoreTable) -> Scheme:
    groups = []
    for at, name in enumerate(table.names):
        weight, score = _points(table.weights[at]), _points(table.scores[at])
        groups.append(Group(name.label, weight, score, name, ()))
    return Scheme("得分表", table.table.place, tuple(groups), None, table.total[0], table.total[1])


def _of_prose(items: tuple[Item, ...]) -> list[Scheme]:
    heads = [(at, item) for at, item in enumerate(items) if item.level == 1]
    if not heads:
        return []
    groups = [Group(one.name, one.weight, one.score, one.cell, tuple(_below(items, at))) for at, one in heads]
    return [Scheme("正文", heads[0][1].cell.place, tuple(groups), None, None, None)]


def _below(items: tuple[Item, ...], head: int) -> Iterator[Part]:
    for item in items:
        if item.parent == head:
            yield Part(item.name, item.weight, item.score, (item.cell,))
