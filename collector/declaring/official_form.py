"""A declaration as the official form itself (项目支出绩效自评表, docx or xlsx), recognised as the audit recognises it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from collector.audit.document import Cell, Document, Form, Fund, Row
from collector.audit.text import compact, number
from collector.declaring.statement import Item, Statement, Told
from collector.errors import ConfigurationError
from collector.scoring.numbers import plain

UNSAID = frozenset({"", "-", "—", "/", "缺测", "数据不足", "无值", "notmeasured", "toolittleobserved", "novalue"})
"""What stands in a cell in which nothing is declared; a form that this system filled says 缺测 where nothing was measured."""
_INTERVAL = re.compile(r"[\d.]+(?:~|–|-|to)[\d.]+")


def form_of(document: Document) -> Form | None:
    """The one form in which something is declared; None where there is none. Raises ConfigurationError for several."""
    filled = [form for form in document.forms if any(_is_told(row.actual) or _is_told(row.score) for row in form.rows)]
    if len(filled) > 1:
        places = "; ".join(str(form.place) for form in filled)
        raise ConfigurationError(
            f"{document.name}: holds {len(filled)} filled forms ({places}); declare them one file each"
        )
    return filled[0] if filled else None


def statement_of(document: Document, form: Form) -> Statement:
    """Lines, reasons and funds of the form. The rate and the points of the funds are computed and not taken from it."""
    return Statement((*_lines(document.name, form), *_funds(document.name, form)), remarks=document.remarks)


def _lines(file: str, form: Form) -> Iterator[Item]:
    for row in form.rows:
        at = f"{file}: {row.name.place}"
        told = Told(actual=_words(row.actual), score=_points(file, row), reason=_words(row.reason))
        if told != Told():
            yield from told.items(row.name.text.strip(), at)


def _points(file: str, row: Row) -> Decimal | None:
    """The score of the cell; a form of ours prints an interval where it is open, and that declares nothing."""
    if row.score is None or not _is_told(row.score) or _INTERVAL.fullmatch(compact(row.score.text)):
        return None
    points = number(row.score.text)
    if points is None:
        raise ConfigurationError(
            f"{file}: {row.score.place}: the score {row.score.text[:40]!r} is no number; write the points"
        )
    return points


def _funds(file: str, form: Form) -> Iterator[Item]:
    for fund in form.funds:
        body = {
            key: plain(amount)
            for key in ("initial", "annual", "executed")
            if (amount := _money(file, fund, key)) is not None
        }
        if body:
            yield Item("fund", fund.name.text.strip(), body, f"{file}: {fund.name.place}")


def _money(file: str, fund: Fund, key: str) -> Decimal | None:
    cell: Cell | None = getattr(fund, key)
    if cell is None or not _is_told(cell):
        return None
    amount = number(cell.text)
    if amount is None:
        raise ConfigurationError(f"{file}: {cell.place}: {cell.text[:40]!r} is no sum of money; write a number in 万元")
    return amount


def _words(cell: Cell | None) -> str:
    return cell.text.strip() if cell is not None and _is_told(cell) else ""


def _is_told(cell: Cell | None) -> bool:
    return cell is not None and compact(cell.text).lower() not in UNSAID
