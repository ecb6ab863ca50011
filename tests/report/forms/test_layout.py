"""What the form says before it has a format: merges, intervals of points, amounts, and grids without holes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from collector.report.forms.document import Cell, Grid, Heading
from collector.report.forms.fitting import lines, may_break, row_heights
from collector.report.forms.form_grid import lines_grid, top_grid
from collector.report.forms.layout import lay_out, words_of
from collector.report.forms.packs import load_pack
from collector.report.forms.texts import clean, grades_text, money, percent, points, score_text
from collector.report.forms.words import FormWords
from collector.scoring.form import Form, Score, Section, Table

ZH, EN = FormWords("zh"), FormWords("en")


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Score(Decimal("4.20"), Decimal("5.00")), "4.2～5"),
        (Score(Decimal("3.75"), Decimal("3.75")), "3.75"),
        (Score(Decimal(100), Decimal(100)), "100"),
        (None, "—"),
    ],
)
def test_a_score_is_printed_as_an_interval_where_it_is_one(score: Score | None, text: str) -> None:
    assert score_text(score, ZH) == text


def test_grades_are_listed_with_or_before_the_last() -> None:
    assert [grades_text(one, ZH) for one in (["优"], ["良", "优"], ["中", "良", "优"])] == [
        "优",
        "良或优",
        "中、良或优",
    ]
    assert grades_text(["中", "良", "优"], EN) == "中, 良 or 优"


def test_only_a_whole_rate_is_printed_as_whole() -> None:
    assert [percent(one) for one in (Decimal("0.8629"), Decimal(1), Decimal("0.99999"), 0.5)] == [
        "86.29%",
        "100.00%",
        "99.999%",
        "50.00%",
    ]


def test_an_amount_that_is_not_nothing_is_not_printed_as_nothing() -> None:
    assert [str(money(one)) for one in (Decimal("1444.49"), Decimal("0.0003"), Decimal(0))] == [
        "1,444.49",
        "0.0003",
        "0.00",
    ]


def test_points_keep_their_digits_and_lose_their_zeros() -> None:
    assert [points(one) for one in (Decimal("8.63"), Decimal("5.0"), Decimal("1E+1"), Decimal("0.00"))] == [
        "8.63",
        "5",
        "10",
        "0",
    ]


def test_marks_that_turn_a_text_are_shown() -> None:
    assert clean("a\u202eb\r\nc\td") == "a\N{REPLACEMENT CHARACTER}b\nc d"


def test_levels_are_merged_only_where_they_follow_one_another(form: Form) -> None:
    pack = load_pack()
    again = replace(form, lines=(*form.lines[:7], replace(form.lines[0], id="x")))
    rows = lines_grid(again, pack, words_of(again, pack)).rows[1:9]
    assert [[(cell.text, cell.rows) for cell in row if cell.rows > 1 or cell.text in {"数量指标", "质量指标"}] for row in rows] == [
        [("绩效\n指标", 8), ("产出指标", 8), ("数量指标", 6)], [], [], [], [], [], [("质量指标", 1)], [("数量指标", 1)],
    ]  # fmt: skip


def test_a_second_level_of_one_name_under_two_first_levels_is_not_merged(form: Form) -> None:
    pack = load_pack()
    two = tuple(
        replace(line, levels=(first, "质量", "x")) for line, first in zip(form.lines[:2], ("产出", "效益"), strict=True)
    )
    rows = lines_grid(replace(form, lines=two), pack, words_of(form, pack)).rows
    assert [[cell.text for cell in row[:3]] for row in rows[1:3]] == [
        ["绩效\n指标", "产出", "质量"],
        ["效益", "质量", "x"],
    ]


def test_weights_that_are_not_what_the_form_is_out_of_are_printed_beside_it(form: Form) -> None:
    pack = load_pack()
    total = replace(form.total, weights=Decimal(110))
    row = lines_grid(replace(form, total=total), pack, words_of(form, pack)).rows[-1]
    assert [cell.text for cell in row] == [
        "总  分",
        "110\n（满分100）",
        "88.55～98.37",
        "等级：良或优",
        "实测占比52.00%",
        "申报99分",
    ]


def test_points_and_rate_stand_on_the_first_row_of_the_money_only(form: Form) -> None:
    pack = load_pack()
    rows = [[cell.text for cell in row] for row in top_grid(form, pack, words_of(form, pack)).rows]
    assert rows[4] == ["年度资金总额", "1,444.49", "1,246.51", "1,246.51", "10", "100.00%", "10"]
    assert rows[6] == ["上年结转资金", "244.49", "244.49", "244.49", "", "", ""]


def test_every_grid_fills_its_columns(form: Form) -> None:
    for name in ("national", "hefei"):
        grids = [
            block for page in lay_out(form, load_pack(name)).pages for block in page.blocks if isinstance(block, Grid)
        ]
        assert len(grids) == 4
        for grid in grids:
            assert {sum(slot.cell.columns for slot in row) for row in grid.lattice()} == {len(grid.widths)}


@pytest.mark.parametrize(
    "rows", [((Cell("a"),),), ((Cell("a", columns=3),),), ((Cell("a", rows=2), Cell("b")), (Cell("c"), Cell("d")))]
)
def test_a_grid_with_a_hole_or_an_overlap_is_refused(rows: tuple[tuple[Cell, ...], ...]) -> None:
    with pytest.raises((ValueError, IndexError)):
        Grid((10.0, 10.0), rows).lattice()


def test_a_section_has_its_number_once(form: Form) -> None:
    form = replace(form, sections=(Section("项目概况", ()), Section("二、结论", ()), Section("3. 问题", ())))
    titles = [
        block.text
        for block in lay_out(form, load_pack()).pages[0].blocks
        if isinstance(block, Heading) and block.level == 2
    ]
    assert titles == ["一、项目概况", "二、结论", "3. 问题"]


def test_a_table_whose_rows_are_not_as_long_as_its_head_is_refused(form: Form) -> None:
    form = replace(form, sections=(Section("x", (Table(("a", "b"), (("1",),)),)),))
    with pytest.raises(ValueError, match="has 2 columns, and a row with 1 cells"):
        lay_out(form, load_pack())


def test_a_chinese_character_takes_the_room_of_two_letters() -> None:
    assert lines("名" * 10, 20.0) == lines("x" * 20, 20.0) == 2
    assert lines("", 20.0) == 1


def test_a_row_is_as_tall_as_its_tallest_cell_and_a_merged_one_widens_the_last() -> None:
    grid = Grid((20.0, 20.0), ((Cell("名" * 60, rows=2), Cell("a")), (Cell("b"),)))
    one, two = row_heights(grid)
    assert one < two
    assert may_break(Grid((20.0,), ((Cell("名"),), (Cell("名" * 1000),)))) == [False, True]
