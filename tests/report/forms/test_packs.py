"""Form packs: what they say is printed, a site's own come first, and a mistake names file and key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from collector.errors import ConfigurationError
from collector.report.forms.form_grid import lines_grid, top_grid
from collector.report.forms.layout import lay_out, words_of
from collector.report.forms.packs import SHIPPED, load_pack, pack_names
from collector.scoring.form import Form
from tests.report.forms.reading import docx_text


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_shipped_pack_can_be_laid_out(form: Form, name: str, language: str) -> None:
    document = lay_out(replace(form, language=language), load_pack(name))  # type: ignore[arg-type]
    assert [page.landscape for page in document.pages] == [False, True, True]


def test_the_hefei_form_names_who_is_responsible_and_leaves_blank_what_is_not_known(form: Form) -> None:
    pack = load_pack("hefei")
    form = replace(form, facts=(*form.facts, ("联系方式", "0730-1234567")))
    rows = [[(cell.text, cell.look) for cell in row] for row in top_grid(form, pack, words_of(form, pack)).rows]
    assert rows[1:4] == [
        [("主管部门", "label"), ("青澜县数据资源管理局", "text"), ("预算单位", "label"), ("", "text")],
        [("项目责任人", "label"), ("", "text"), ("联系方式", "label"), ("0730-1234567", "text")],
        [("项目起止时间", "label"), ("", "text")],
    ]
    assert [text for text, _ in rows[4]] == ["实施单位", "青澜县智慧城市运行管理中心", "预算编码", "2026-0412-0037"]
    assert rows[5][-2] == ("预算\n执行率\n（B/A）", "label")


def test_the_hefei_form_as_word(file: Callable[..., bytes]) -> None:
    text = docx_text(file("docx", "zh", "hefei"))
    assert "项目责任人（签字）：" in text
    assert "项目起止时间" in text


def test_a_site_pack_without_own_columns_prints_the_official_ones_only(form: Form, tmp_path: Path) -> None:
    official = "".join(
        f"  {key}: 20\n"
        for key in ("block", "level1", "level2", "level3", "target", "actual", "weight", "score", "reason")
    )
    (tmp_path / "county.yaml").write_text(
        f"extends: national\ncolumns:\n{official}labels: {{level3: {{zh: 具体指标, en: Indicator}}}}\n",
        encoding="utf-8",
    )
    pack = load_pack("county", tmp_path)
    head = lines_grid(form, pack, words_of(form, pack)).rows[0]
    assert [cell.text for cell in head] == [
        "",
        "一级指标",
        "二级指标",
        "具体指标",
        "年度指标值",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    ]
    assert not [
        block for page in lay_out(form, pack).pages for block in page.blocks if "※" in str(getattr(block, "text", ""))
    ]


def test_a_site_pack_takes_the_place_of_a_shipped_one_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "national.yaml").write_text(
        (SHIPPED / "national.yaml").read_text(encoding="utf-8").replace("landscape", "portrait"), encoding="utf-8"
    )
    assert load_pack("national", tmp_path).orientation == "portrait"
    assert load_pack("national").orientation == "landscape"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("extends: national\ncolums: {}\n", r"county\.yaml:2:1: colums: there is no such key here; docs/forms\.md lists the keys"),
        (
            "extends: national\ncolumns: {level1: 1}\n",
            r"county\.yaml:1:1: county: columns: the first ones are block, level1, level2",
        ),
        (
            "extends: national\ncolumns: {block: 9, level1: 9, level2: 9}\n",
            r"county\.yaml:1:1: county: columns: 'actual' is missing or not known",
        ),
        (
            "extends: national\nfunds: [5, 5, 5, 5, 5, 5]\n",
            r"county\.yaml:1:1: county: funds: the six cells must leave the seventh",
        ),
        ("extends: national\nlabels: {lvl: {zh: a, en: b}}\n", r"county\.yaml:1:1: county: labels: 'lvl' is no label of the form"),
        ("extends: nowhere\n", "there is no form pack 'nowhere'; the packs are hefei, national"),
        ("- 1\n", r"county\.yaml:1:1: a form pack is a mapping"),
        ("a: [\n", r"county\.yaml:2:1: expected the node content"),
    ],
)
def test_a_mistake_in_a_pack_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "county.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=complaint):
        load_pack("county", tmp_path)


def test_a_pack_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(ConfigurationError, match="there is no form pack 'hunan'; the packs are hefei, national"):
        load_pack("hunan")


def test_a_label_that_nothing_prints_is_refused(form: Form) -> None:
    with pytest.raises(ConfigurationError, match="labels: 'lvl1' is no label of the form"):
        lay_out(replace(form, labels={"lvl1": "一级"}), load_pack())
