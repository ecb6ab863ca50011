from __future__ import annotations

import pytest

from benchmarks.run import BEGIN, END, with_table
from benchmarks.table import HEAD, Line, missed, shown, table
from benchmarks.timing import Row, Timing

OURS = Line("month", "10 channels", 0.002, at_most=0.1, wall_seconds=0.003)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (0.00012345, "0.000123"),
        (0.5, "0.5"),
        (9.999, "10"),
        (12.34, "12.3"),
        (1234.5, "1,234"),
        (33_000, "33,000"),
    ],
)
def test_a_number_is_shown_with_three_digits_and_no_exponent(number: float, text: str) -> None:
    assert shown(number) == text


def test_a_peers_ratio_is_its_figure_over_ours() -> None:
    peer = Line("month", "10 channels", 10.0, who="Prometheus", at_least=5_000).beside(OURS)
    assert peer.times == pytest.approx(5_000)
    assert peer.cells[5:8] == ("5,000 x", ">= 5,000 x", "ok")


@pytest.mark.parametrize(
    ("line", "judged"),
    [
        (OURS, "ok"),
        (Line("month", "", 0.2, at_most=0.1), "over"),
        (Line("month", "", 9.9, at_least=5_000).beside(OURS), "under"),
        (Line("month", "", 9.9).beside(OURS), ""),
        (Line("month", "", None, at_least=5_000).beside(OURS), ""),
    ],
)
def test_a_line_is_judged_by_its_limit_or_by_the_ratio_that_is_to_be_reached(line: Line, judged: str) -> None:
    assert line.judged == judged


def test_what_is_over_or_under_is_missed() -> None:
    over, under = Line("a", "", 2.0, at_most=1.0), Line("b", "", 0.001, at_least=2).beside(OURS)
    assert missed([OURS, over, under]) == [over, under]


def test_a_row_by_wall_time_shows_wall_seconds_and_names_its_cpu_seconds() -> None:
    line = Line.of(Row("demo", "2 months", Timing(174.2, 114.1, 1), target=120.0, by_wall=True))
    assert line.cells[3:5] == ("114 s wall", "114")
    assert (line.target, line.judged, line.note) == ("<= 120 s wall", "ok", "174 CPU-s")


def test_a_line_that_was_not_run_says_so() -> None:
    assert Line("month", "", None, who="Prometheus", note="exit code 1").cells[3] == "not run"


def test_the_table_has_as_many_cells_in_every_row_as_in_its_head() -> None:
    rows = table([OURS, Line("b", "x", None)]).splitlines()
    assert {row.count("|") for row in rows} == {len(HEAD) + 1}


def test_the_page_keeps_what_stands_around_the_marks() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert with_table(page, "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


@pytest.mark.parametrize("page", ["no marks", f"{BEGIN} only", f"{END} {BEGIN}"])
def test_a_page_without_its_marks_is_refused(page: str) -> None:
    with pytest.raises(SystemExit, match="marks"):
        with_table(page, "new")
