"""Bytes as tables: delimited text, workbooks, Parquet, and what is none of them."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import zipfile
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collector.errors import SourceChanged
from collector.periods import iso
from connectors.files.file import File


def _wall(*parts: int) -> datetime:
    """A wall clock, as workbooks and tables hold it."""
    return datetime(*parts)  # noqa: DTZ001


ZONE = ZoneInfo("Asia/Shanghai")
CSV = "name,at,value,unit\ncatalogue_total,2026-10-01T00:00:00Z,1200,项\nvisits,2026-10-02T00:00:00Z,7.5,\n"
FIGURES = [("catalogue_total", "2026-10-01T00:00:00Z", 1200.0, "项"), ("visits", "2026-10-02T00:00:00Z", 7.5, None)]


def _file(**options: Any) -> File:
    return File(File.Options.model_validate_json(json.dumps({"kind": "figures", **options})), ZONE)


def _figures(body: bytes, **options: Any) -> list[tuple[Any, ...]]:
    table = _file(**options).read("published", body).events.table
    at = [iso(one) for one in table["at"].cast(pa.int64()).to_pylist()]
    rows = zip(table["name"].to_pylist(), at, table["value"].to_pylist(), table["unit"].to_pylist(), strict=True)
    return sorted(rows)


def _workbook(*rows: tuple[Any, ...], date_format: str = "yyyy-mm-dd hh:mm:ss") -> bytes:
    book = openpyxl.Workbook()
    book.create_sheet("notes", 1)
    for row in rows:
        book.worksheets[0].append(row)
    for cell in (cell for row in book.worksheets[0].iter_rows() for cell in row if isinstance(cell.value, datetime)):
        cell.number_format = date_format
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def _refused(body: bytes, **options: Any) -> str:
    with pytest.raises(SourceChanged) as caught:
        _figures(body, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "options"),
    [
        (CSV.encode(), {}),
        (gzip.compress(CSV.encode()), {}),
        (CSV.encode("utf-8-sig"), {}),
        (CSV.encode("gb18030"), {"encoding": "gb18030"}),
        (CSV.encode("utf-16"), {"encoding": "utf-16"}),
        (CSV.replace("\n", "\r\n").encode(), {}),
        (CSV.replace(",", ";").encode(), {"delimiter": ";"}),
        (CSV.replace(",", "\t").encode(), {"delimiter": "tab"}),
        (re.sub(r"[^,\n]+", r'"\g<0>"', CSV).encode(), {}),
        (CSV.replace("name,", " name ,").replace("visits,", "\n visits  ,").encode(), {}),
        (CSV.partition("\n")[2].encode(), {"header": ["name", "at", "value", "unit"]}),
    ],
    ids=["csv", "gzip", "mark", "gb18030", "utf-16", "crlf", "semicolon", "tab", "quoted", "spaced", "no header"],
)
def test_delimited_text_of_every_dialect_gives_the_same_rows(body: bytes, options: dict[str, Any]) -> None:
    assert _figures(body, **options) == FIGURES


def test_any_run_of_blanks_may_separate_the_fields() -> None:
    body = b" total   20261001  1\t5 \r\n\ttotal 20261002 1 6\r\n"
    found = _figures(
        body,
        delimiter="whitespace",
        header=["what", "day", "n", "v"],
        time_format="%Y%m%d",
        columns={"name": "what", "at": "day", "value": "v"},
    )
    assert [(name, value) for name, _, value, _ in found] == [("total", 5.0), ("total", 6.0)]


def test_a_workbook_gives_the_same_rows_with_real_times_or_text() -> None:
    head = ("name", "at", "value", "unit", None)
    times = _workbook(
        head,
        ("catalogue_total", _wall(2026, 10, 1, 8), 1200, "项"),
        ("visits", _wall(2026, 10, 2, 8), 7.5, None),
        (),
    )
    texts = _workbook(
        head, ("catalogue_total", "2026-10-01T00:00:00Z", "1200", "项"), (), ("visits", "2026-10-02 08:00:00", 7.5, "")
    )
    mixed = _workbook(
        head, ("catalogue_total", "2026-10-01T00:00:00Z", 1200, "项"), ("visits", _wall(2026, 10, 2, 8), 7.5, None)
    )
    assert [_figures(body) for body in (times, texts, mixed)] == [FIGURES] * 3


def test_a_workbook_cell_that_shows_no_hour_is_a_whole_day() -> None:
    rows = [("name", "at", "value"), ("visits", _wall(2026, 10, 1), 1)]
    days = [_file().read("w", _workbook(*rows, date_format=shown)).observed for shown in ("yyyy/m/d", "yyyy/m/d hh:mm")]
    assert [[span.milliseconds for span in spans] for spans in days] == [[86_400_000], []]


def test_dates_that_excel_made_of_only_some_texts_are_refused() -> None:
    rows = [("name", "at", "value"), ("visits", _wall(2026, 1, 10), 1), ("visits", "13/10/2026", 1)]
    assert "line 2, column at" in _refused(_workbook(*rows), time_format="%d/%m/%Y")


def test_a_sheet_is_chosen_by_name_and_one_that_is_missing_named() -> None:
    body = _workbook(("name", "at", "value"), ("visits", _wall(2026, 1, 10), 1))
    assert "has no sheet 'Tabelle'; its sheets are Sheet, notes" in _refused(body, sheet="Tabelle")
    assert "column name" in _refused(body, sheet="notes")


def test_numbers_as_ids_in_a_workbook_keep_no_decimal_point() -> None:
    body = _workbook(("name", "at", "value"), (101000295613.0, _wall(2026, 1, 10), 1))
    assert _figures(body)[0][0] == "101000295613"


def test_parquet_keeps_its_types() -> None:
    name, unit = pa.array(["catalogue_total", "visits"]), ["项", None]
    local = pa.array([_wall(2026, 10, 1, 8), _wall(2026, 10, 2, 8)], pa.timestamp("us"))
    body = _parquet(name=name.dictionary_encode(), at=local, value=pa.array([1200, 7.5], pa.float64()), unit=unit)
    assert _figures(body) == FIGURES
    fixed = local.cast(pa.timestamp("ns")).cast(pa.timestamp("ns", "UTC"))
    assert _figures(_parquet(name=name, at=fixed, value=["1200", "7.5"], unit=unit))[0][1] == "2026-10-01T08:00:00Z"
    assert (
        _file().read("p", _parquet(name=["a"], at=[date(2026, 10, 1)], value=[1])).observed[0].milliseconds
        == 86_400_000
    )


def test_a_missing_value_of_a_parquet_float_is_blank() -> None:
    body = _parquet(name=["a", "a"], at=["2026-10-01", "2026-10-02"], value=pa.array([float("nan"), 1.0]))
    assert len(_figures(body)) == 1


def test_a_nested_parquet_column_is_refused() -> None:
    assert "column name: holds list" in _refused(_parquet(name=[["a"]], at=["2026-10-01"], value=[1]))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name,at,value\na,2026-10-01\n", "published line 2: has 2 fields where the columns are 3"),
        ("name,at,value\n\na,2026-10-01,1\na,2026-10-01,1,2\n", "published line 4: has 4 fields where the"),
        ('name,at,value\n"a\nb",2026-10-01,1\na,2026-10-01\n', "published line 4: has 2 fields"),
        ("name;at;value\na;2026-10-01;1\n", "column name: is not in the file, whose columns are name;at;value"),
        ('name,at,value\n"a,2026-10-01,1\n', "published line 2: has 1 fields"),
        ("name,at,value,at\na,2026-10-01,1,2\n", "published column at: stands twice in the file"),
        ('name,at,value\na,2026-10-01,"1,234"\n', "published line 2, column value: '1,234' is not a number"),
        ("name,at,value\na,2026-10-01,nan\n", "published line 2, column value: 'nan' is not a finite number"),
        ("name,at,value\na,2026-10-01,1\n,2026-10-01,1\n", "published line 3, column name: is blank; every"),
        ("name,at,value\na,,1\n", "published line 2, column at: is blank"),
        ("name,at,value\na,yesterday,1\n", "published line 2, column at: 'yesterday' is not an ISO 8601 time"),
        ("name,value\na,1\n", "whose columns are name, value; mend columns: {at: …}"),
        ("", "published: is empty"),
        ("\ufeff \n", "published: is empty"),
        ("<html><body>Sign in</body></html>", "published: is a web page or XML, not a table"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_refused_with_line_and_remedy(text: str, complaint: str) -> None:
    assert complaint in _refused(text.encode())


def test_text_in_another_encoding_is_refused_with_its_line() -> None:
    assert "published line 2: is not utf-8; set encoding" in _refused(CSV.encode("gb18030"))


def test_old_workbooks_and_other_archives_are_named() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("figures.csv", CSV)
    assert "is not a complete Excel workbook" in _refused(out.getvalue())
    assert "save it as .xlsx" in _refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))


def test_an_error_quotes_no_more_of_a_cell_than_a_line() -> None:
    assert len(_refused(f"name,at,value\na,{'x' * 5000},1\n".encode())) < 300


def test_a_table_without_rows_has_no_records_and_vouches_for_nothing() -> None:
    for body in (
        b"name,at,value\n",
        b"name,at,value",
        _workbook(("name", "at", "value")),
        _parquet(name=[], at=[], value=[]),
    ):
        imported = _file().read("published", body)
        assert (imported.events.table.num_rows, imported.observed) == (0, [])


BODIES = {
    "csv": CSV.encode(),
    "gzip": gzip.compress(CSV.encode() * 9),
    "workbook": _workbook(("name", "at", "value"), *[("visits", _wall(2026, 1, 10), n) for n in range(40)]),
    "parquet": _parquet(name=["visits"] * 40, at=["2026-10-01"] * 40, value=list(range(40))),
}


@pytest.mark.parametrize("kind", BODIES)
def test_damaged_bytes_are_refused_or_harmless(kind: str) -> None:
    body, chance = BODIES[kind], random.Random(20261001)
    file = _file()
    for _ in range(150):
        broken = bytearray(body)
        for _ in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        for damaged in (
            bytes(broken),
            body[: chance.randrange(len(body))],
            bytes(broken[: chance.randrange(len(body))]),
        ):
            try:
                file.read(kind, damaged).events.table.validate(full=True)
            except SourceChanged:
                continue
