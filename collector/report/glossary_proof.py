"""The words of what makes a report provable: revisions and their effects, signature and checkpoint, exclusions of a figure."""

from __future__ import annotations

_REVISION = {
    "revised": ("修订说明", "Revision"),
    "revised_text": (
        "第 {revision} 版取代第 {before} 版。",
        "Revision {revision} takes the place of revision {before}.",
    ),
    "revision_reason": ("修订原因", "reason"),
    "author": ("修订人", "author"),
    "because.supplements": ("新增的分段文件", "segments that are new"),
    "because.late_records": ("封存之外的记录有变（来源）", "records outside of the segments changed (source)"),
    "because.registers": ("登记册有变（来源）", "register changed (source)"),
    "because.exclusions": ("剔除时段有变", "exclusions changed"),
    "because.definitions": ("口径有变（指标）", "definition changed (indicator)"),
    "effects": ("修订对各指标的影响", "Effects on the figures"),
    "no_effects": ("没有指标因此改变。", "No figure changed by it."),
    "before": ("修订前", "before"),
    "after": ("修订后", "after"),
    "which_revision": ("版本", "revision"),
    "not_in_revision": ("该版无此指标", "not in this revision"),
    "same_numbers": ("数值未变；计算依据、异常或口径有变", "the same numbers; sums, faults or definition changed"),
}

_SIGNATURE = {
    "signed_by": ("签名密钥", "signing key"),
    "whole_key": ("签名密钥全称", "signing key, whole id"),
    "checkpoint": ("日志检查点", "log checkpoint"),
    "signed_at": ("签于 {at}", "signed {at}"),
    "checkpoint_use": (
        "请留存此检查点：日后运行 citygauge verify {bundle} --checkpoint {checkpoint}，即可查明数值能否复算、历史是否被重写。",
        (
            "Keep this checkpoint: citygauge verify {bundle} --checkpoint {checkpoint} tells later whether the figures can be "
            "computed again and whether history was rebuilt."
        ),
    ),
    "file": ("文件", "file"),
    "file.segment": ("日分段", "day segment"),
    "file.later": ("分段之外的记录", "records outside of the segments"),
    "file.subjects": ("监测对象清单", "list of subjects"),
    "file.register": ("登记册", "register"),
}

_EXCLUDED = {
    "excluded": ("本指标的剔除", "Excluded from the figure"),
    "excluded_sheet": ("各指标的剔除", "Excluded by indicator"),
    "excluded_count": ("剔除 {count} 段", "{count} excluded"),
    "excluded_late": (
        "剔除 {count} 段，其中 {late} 段事后录入",
        "{count} excluded, {late} of them entered after the fact",
    ),
    "plain_text": ("不剔除时 {value}，{interval}", "without exclusions {value}, {interval}"),
    "subjects_concerned": ("对象数", "subjects"),
}

PROOF = _REVISION | _SIGNATURE | _EXCLUDED
