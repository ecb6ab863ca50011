"""What can be found of a part of an installation, and what to do about it, each said once in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from collector.alerts.notification import Text


class State(StrEnum):
    """well; doubtful: it works, and somebody should look; wrong: figures are lost, or will be."""

    WELL = "well"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


@dataclass(frozen=True)
class Diagnosis:
    """part: of the installation, as in the city file. remedy: None where nothing is to be done."""

    part: str
    state: State
    found: Text
    remedy: Text | None = None


@dataclass(frozen=True)
class Finding:
    """The sentences of one thing that can be found, with the same placeholders in both languages."""

    state: State
    found: Text
    remedy: Text | None = None

    def __call__(self, part: str, **told: object) -> Diagnosis:
        return Diagnosis(part, self.state, _filled(self.found, told), self.remedy and _filled(self.remedy, told))


def _filled(text: Text, told: dict[str, object]) -> Text:
    return Text(text.zh.format(**told).strip(), text.en.format(**told).strip())


def _well(zh: str, en: str) -> Finding:
    return Finding(State.WELL, Text(zh, en))


def _doubtful(zh: str, en: str, do_zh: str, do_en: str) -> Finding:
    return Finding(State.DOUBTFUL, Text(zh, en), Text(do_zh, do_en))


def _wrong(zh: str, en: str, do_zh: str, do_en: str) -> Finding:
    return Finding(State.WRONG, Text(zh, en), Text(do_zh, do_en))


_RUN = ("运行 `citygauge up`，或分别运行 scheduler 和 worker", "run `citygauge up`, or scheduler and worker")
_POLL = ("`citygauge poll {id} --dry-run`", "`citygauge poll {id} --dry-run`")

UP = _well("正常", "well")
FREE = _well("可用空间 {free}", "{free} free")
FULL = _wrong(
    "可用空间只有 {free}", "only {free} are free",
    "腾出空间；`citygauge expire` 删除过期应答", "make room; `citygauge expire` removes old answers",
)  # fmt: skip
NO_BROKER = _wrong("{error}", "{error}", "启动它，或改正 `broker`", "start it, or set `broker` right")
KEY = _well("当前密钥 {key}", "current key {key}")
NO_KEY_YET = _well("尚无密钥，首次冻结时生成", "none yet; the first snapshot makes one")
NO_KEY = _wrong(
    "{error}",
    "{error}",
    "按提示处理；或恢复密钥目录、口令",
    "do as it says, or restore the folder of the keys or their passphrase",
)
NO_STORE = _wrong(
    "不能使用：{error}", "cannot be used: {error}",
    "检查数据库是否运行、`store` 是否正确", "check that the database runs and that `store` is right",
)  # fmt: skip
DAMAGED_STORE = _wrong(
    "文件已损坏：{error}", "the file is damaged: {error}",
    "停止运行，从备份恢复（docs/operations.md）", "stop, and restore it from the backup (docs/operations.md)",
)  # fmt: skip
ALL_THERE = _well("{count} 个日段齐全", "all {count} segments are there")
NOT_WRITABLE = _wrong(
    "不能写入：{error}", "cannot be written: {error}",
    "检查 `archive` 及其权限；在此之前不会封存", "check `archive` and who may write there; until then no day is sealed",
)  # fmt: skip
LOST = _wrong(
    "缺失或被改动的日段：{names}", "segments that are missing or changed: {names}",
    "从备份恢复；没有它们就不能计量这些日子", "restore them from the backup: without them these days cannot be measured",
)  # fmt: skip
NOBODY_POLLS = _wrong("没有在轮询，最后一次在 {since}", "nobody polls; the last time was {since}", *_RUN)
NOT_POLLED = _wrong("无人轮询", "polled by nobody", *_RUN)
NEVER = _wrong("从未轮询", "never polled", *_POLL)
DOWN = _wrong("中断 {error}", "down {error}", *_POLL)
FAILING = _doubtful("失败 {error}", "failing {error}", *_POLL)
SKEWED = _doubtful(
    "时钟相差 {skew}", "its clock differs by {skew}", "校准本机与对方的时钟（NTP）", "set both clocks right (NTP)"
)
NOT_SEALED = _wrong(
    "待封存 {count} 天，最早 {first}", "{count} days wait to be sealed, the first {first}",
    "`citygauge seal`；若会再积压，看 worker 的日志", "`citygauge seal`; where they wait again, read the worker's log",
)  # fmt: skip
NOT_FROZEN = _doubtful("尚未冻结：{months}", "not frozen yet: {months}", *["`citygauge snapshot {first}`"] * 2)
NOT_EVALUATED = _wrong(
    "没有在判定告警，最后一次在 {since}", "alerts are not evaluated; the last time was {since}", *_RUN
)
NOT_TOLD = _wrong(
    "送达失败 {error}", "cannot be told anything {error}", "改正后会自动补发", "set it right; what waits is sent then"
)
