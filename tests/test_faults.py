from string import Formatter

import pytest

from collector.faults import AND_MORE_BY_SUBJECT, DISAPPEARED, FAULTS, LISTS, PLACES, Fault, in_chinese


def _placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name]


@pytest.mark.parametrize("fault", [*FAULTS, *PLACES, *LISTS], ids=lambda fault: fault.en[:40])
def test_both_languages_tell_the_same(fault: Fault) -> None:
    told = _placeholders(fault.en)

    assert sorted(told) == sorted(_placeholders(fault.zh))
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.en[:40])
def test_every_sentence_is_found_again_and_no_other_one_takes_its_place(fault: Fault) -> None:
    told = {name: f"<{name}>" for name in _placeholders(fault.en)}

    assert in_chinese(fault(**told)) == fault.zh.format(**told)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("case 17: closed before it was opened", "案件 17：结案时间早于立案时间"),
        ("case 闭: 店:1: has no opening instant", "案件 闭: 店:1：没有立案时间"),
        ("cases.csv line 12: subject A has two states at 2026-10-01T08:00:00+08:00; the later line counts",
         "cases.csv 第 12 行：对象 A 在 2026-10-01T08:00:00+08:00 有两个状态，以后一行为准"),
        ("survey at 2026-10-01T00:00:00+08:00: there is no count of 满意", "问卷（2026-10-01T00:00:00+08:00）：缺少 满意 的计数"),
        ("meter 列头柜A: no answer in time", "电表 列头柜A：未及时应答"),
        ("2026-10-01: PUE 5.32 is outside 1 to 5", "2026-10-01：PUE 5.32 不在 1 到 5 之间"),
    ],
)  # fmt: skip
def test_a_fault_is_read_in_chinese(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese


def test_who_left_a_list_is_named_in_chinese() -> None:
    text = DISAPPEARED(count=12, names=AND_MORE_BY_SUBJECT(names="a, b", count=10))

    assert in_chinese(text).startswith(
        "从来源清单中消失、不再计入应有对象的：12 个（a, b 等，另有 10 个（见 --by subject））；"
    )


def test_a_name_that_reads_like_a_place_stays_as_it_is() -> None:
    assert "：1 个（case 5）；" in in_chinese(DISAPPEARED(count=1, names="case 5"))


@pytest.mark.parametrize("text", ["", "case 17", "something that nobody wrote down", "a\nb: c"])
def test_what_is_no_fault_stays_as_it_is(text: str) -> None:
    assert in_chinese(text) == text
