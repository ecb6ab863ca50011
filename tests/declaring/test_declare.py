"""Declared values go into the store whole or not at all, with who, when and what was attached; the later one holds."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from collector.declaring.declared import declared_inputs
from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.periods import iso
from collector.profile_files import load_evaluation
from collector.scoring.filling import Inputs, fill_form
from tests.declaring.conftest import NOW, Declare, Stored
from tests.scripted import DAY, ZONE

WHOLE = """
by: 数据局李工
at: "2026-11-20T10:00:00+08:00"
period: 2026
lines:
  cost: {actual: 96.5万元, score: 20, attachment: 决算.pdf}
  制度健全: {finding: 达成年度指标, score: 18, reason: 制度已修订}
  online: {actual: "≥95%", reason: 光缆被挖断}
  满意度: {number: 96.4, n: 412}
funds:
  年度资金总额: {initial: 120, annual: 100, executed: 96.5}
facts: {project: 智慧城管}
goal: 已建成
"""


def test_a_file_is_stored_with_who_when_and_the_attachment(
    city: Installation, tmp_path: Path, hand_in: Declare, stored: Stored
) -> None:
    (tmp_path / "决算.pdf").write_bytes(b"%PDF accounts")
    done = hand_in(WHOLE, by=None)
    cost = next(one for one in stored() if one.name == "cost")
    assert (cost.profile, cost.period, cost.author) == ("small", "2026", "数据局李工")
    assert (iso(cost.declared_at, ZONE), cost.recorded_at) == ("2026-11-20T10:00:00+08:00", NOW)
    assert cost.attachment is not None
    assert (cost.attachment.name, cost.attachment.digest) == ("决算.pdf", hashlib.sha256(b"%PDF accounts").hexdigest())
    assert city.archive.read(f"declared/{cost.attachment.digest}", cost.attachment.digest) == b"%PDF accounts"
    assert cost.file.name == "declared.yaml"
    assert city.archive.read(f"declared/{cost.file.digest}", cost.file.digest).decode() == WHOLE
    assert (len(done.stored), done.superseded) == (9, 0)


def test_the_form_is_filled_with_all_of_it(
    city: Installation, tmp_path: Path, hand_in: Declare, stored: Stored
) -> None:
    (tmp_path / "决算.pdf").write_bytes(b"%PDF accounts")
    hand_in(WHOLE)
    form = _form(city, stored)
    lines = {line.id: line for line in form.lines}
    assert (lines["cost"].actual, lines["cost"].score) == ("96.5万元", lines["cost"].score)
    assert lines["cost"].declared is not None
    assert lines["cost"].declared.attachment.startswith("决算.pdf (SHA-256 ")
    assert (lines["rules"].actual, str(lines["rules"].score and lines["rules"].score.lower)) == ("达成年度指标", "18")
    assert (lines["online"].reason, lines["rules"].reason) == ("光缆被挖断", "制度已修订")
    assert lines["satisfaction"].interval.startswith("[94.")
    assert (form.funds[0].rate, form.goal[1], form.facts) == (Decimal("0.965"), "已建成", (("项目名称", "智慧城管"),))


def test_a_later_declaration_holds_and_the_earlier_one_is_kept(
    city: Installation, hand_in: Declare, stored: Stored
) -> None:
    hand_in("lines: {cost: {actual: 120万元}}")
    done = hand_in("lines: {cost: {actual: 90万元}}", NOW + DAY)
    assert done.superseded == 1
    assert [one.body["actual"] for one in stored()] == ["120万元", "90万元"]
    assert _form(city, stored).lines[2].actual == "90万元"


def test_the_declaration_for_the_period_itself_holds_before_that_of_its_year(
    city: Installation, hand_in: Declare, stored: Stored
) -> None:
    hand_in("lines: {cost: {actual: 8万元}}", period="2026-10")
    hand_in("lines: {cost: {actual: 90万元}}", NOW + DAY, period="2026")
    hand_in("lines: {cost: {actual: 7万元}}", NOW + DAY, period="2026-11")
    assert _form(city, stored).lines[2].actual == "8万元"


def test_a_reason_alone_leaves_the_declared_value_as_it_was(
    city: Installation, hand_in: Declare, stored: Stored
) -> None:
    hand_in("lines: {cost: {actual: 120万元}}")
    hand_in("lines: {cost: {reason: 材料涨价}}", NOW + DAY)
    line = _form(city, stored).lines[2]
    assert (line.actual, line.reason) == ("120万元", "材料涨价")


WRONG = {
    "an unknown line": ("lines: {costs: {actual: 9万元}}", r"declared.yaml:1:9: lines.costs: .* no line 'costs'; did you mean cost\?"),
    "an unknown row of funds": ("funds: {省级: {annual: 1}}", "no row of funds '省级'; there are 年度资金总额, 其他资金"),
    "an unknown fact": ("facts: {projet: x}", r"no fact 'projet'; did you mean project\?"),
    "an unknown veto": ("vetoes: {fraud: true}", "no veto 'fraud'; there are none"),
    "an unknown key": ("lines: {cost: {aktual: 9}}", "1:16: lines.cost.aktual: there is no such key here; docs/evaluation.md"),
    "a number in quotes": ("lines: {cost: {number: '9'}}", "lines.cost.number: write a number, without quotes and without a unit"),
    "a line that says nothing": ("lines: {cost: {}}", "lines.cost: declares nothing; give actual, number, finding, score or reason"),
    "answers without a share": ("lines: {满意度: {n: 100}}", "says nothing of what was reached"),
    "a unit that is not the line's": ("lines: {cost: {number: 9, unit: 元}}", "unit '元': the line is in '万元'; convert the value"),
    "points above the weight": ("lines: {cost: {actual: 9万元, score: 21}}", "score 21 is above the weight 20 of cost"),
    "points outside of the band": ("lines: {rules: {finding: 达成年度指标, score: 3}}", "score 3 is outside of 16 to 20"),
    "a band that there is not": ("lines: {rules: {finding: 很好}}", "finding '很好' is none of 达成年度指标"),
    "a finding of a number": ("lines: {cost: {finding: 达成年度指标}}", "cost has a target with a number and takes no finding"),
    "answers of no survey": ("lines: {cost: {actual: 9万元, n: 3}}", "cost is no survey and takes no n"),
    "two numbers": ("lines: {cost: {actual: 9万元, number: 8}}", "actual says '9万元' and number 8; make them agree"),
    "an attachment that is missing": ("lines: {cost: {actual: 9万元, attachment: x.pdf}}", r"lines.cost: attachment .*x\.pdf: No such"),
    "one line by two names": ("lines: {cost: {actual: 9万元}, 成本: {actual: 9万元}}", "cost is declared twice, first at"),
    "an instant to come": ("at: '2027-01-01'\nlines: {cost: {actual: 9万元}}", "which is still to come"),
    "no instant": ("at: gestern\nlines: {cost: {actual: 9万元}}", "'gestern' is not an ISO 8601 instant; write"),
    "no period": ("period: Herbst\nlines: {cost: {actual: 9万元}}", "period 'Herbst': write 2026-10-05"),
    "money that is none": ("funds: {年度资金总额: {}}", "funds.年度资金总额: declares nothing; give initial, annual or executed"),
    "nothing": ("by: 张工", "declares nothing; docs/evaluation.md shows what a declaration says"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_nothing_is_stored_where_there_is(case: str, hand_in: Declare, stored: Stored, tmp_path: Path) -> None:
    text, message = WRONG[case]
    right = "" if "lines:" in text or case == "nothing" else "\nlines: {cost: {actual: 9万元}}"
    with pytest.raises(ConfigurationError, match=message):
        hand_in(text + right)
    assert stored() == []
    assert not (tmp_path / "archive").exists()


def test_every_mistake_is_told_at_once(hand_in: Declare) -> None:
    with pytest.raises(ConfigurationError) as raised:
        hand_in("lines:\n  costs: {actual: 9万元}\n  pues: {number: 1}\n")
    assert [line.split(": ")[0].rpartition(":")[0].rpartition(":")[2] for line in str(raised.value).splitlines()] == [
        "2",
        "3",
    ]


def test_who_and_which_evaluation_must_be_known(hand_in: Declare) -> None:
    with pytest.raises(ConfigurationError, match=r"who declares this\? Give --by, or `by:` in the file"):
        hand_in("lines: {cost: {actual: 9万元}}", by=None)
    with pytest.raises(ConfigurationError, match=r"for which evaluation\? Give --profile"):
        hand_in("lines: {cost: {actual: 9万元}}", profile=None)


def test_a_bare_number_is_in_the_unit_of_its_line_but_never_a_percentage(
    city: Installation, hand_in: Declare, stored: Stored
) -> None:
    hand_in('lines: {cost: {actual: "96.5"}, satisfaction: {actual: "0.96", n: 200}}')
    lines = {line.id: line for line in _form(city, stored).lines}
    assert str(lines["cost"].score and lines["cost"].score.lower) == "20.00"
    assert "不是以“%”计的单一数值" in lines["satisfaction"].explanation


def _form(city: Installation, stored: Stored):  # type: ignore[no-untyped-def]
    evaluation = load_evaluation("small.yaml", city.city.folder)
    told = declared_inputs(stored(), evaluation.profile, "2026-10", city.city.zone)
    return fill_form(evaluation.profile, evaluation.rules, [], Inputs(period="2026-10", **vars(told)))
