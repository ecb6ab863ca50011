"""The tree behind a figure, for people."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.tree import Tree


def tree_of(found: dict[str, Any]) -> Tree:
    measured, snapshot = found["measurement"], found["snapshot"]
    tree = Tree(f"[bold]{escape(found['definition'].get('name') or found['indicator'])}[/] {found['indicator']} {found['period']}")
    value = "—" if measured["value"] is None else measured["value"]
    bounds = f"[{measured['lower']}, {measured['upper']}]"
    tree.add(f"值 value {value} {escape(bounds)}, 覆盖率 coverage {measured['coverage']}, {found['verdict']}, {found['basis']}")
    head = tree.add(f"快照 snapshot revision {snapshot['revision']}, SHA-256 {snapshot['sha256']}, 日志 leaf {snapshot['leaf']}")
    if revises := snapshot["revises"]:
        head.add(escape(f"{revises['reason']} ({revises['author']})"))
    definition = tree.add(f"定义 definition SHA-256 {found['definition_sha256']}")
    for key, setting in found["definition"].items():
        definition.add(escape(f"{key}: {setting}"))
    sums = tree.add(f"分子/分母 numerator/denominator {measured['numerator']} / {measured['denominator']}, n {measured['n']}")
    for key, part in measured["parts"].items():
        sums.add(escape(f"{key}: {_short(part)}"))
    for one in found["excluded"]:
        sums.add(escape(f"剔除 excluded {one['source']} {one['start']} – {one['end']}, {one['subjects']} subjects"))
    for name, source in found["sources"].items():
        _add_source(tree.add(f"数据源 source {name}: {len(source['segments'])} 分段 segments"), source)
    return tree


def _add_source(branch: Tree, source: dict[str, Any]) -> None:
    for one in source["segments"]:
        leaf = branch.add(f"{one['day']}/{one['number']} {_told(one)}, leaf {one['leaf']}, SHA-256 {one['sha256']}")
        for run in one.get("asked", ()):
            leaf.add(escape(f"{run['at']} {run['outcome']} evidence {run['evidence']}" + (f" {run['error']}" if run["error"] else "")))
    for role in ("later", "subjects", "register"):
        if role in source:
            told = f" {_told(source[role])}," if "runs" in source[role] else ""
            branch.add(f"{role}{told} SHA-256 {source[role]['sha256']}")


def _told(one: dict[str, Any]) -> str:
    runs = ", ".join(f"{count} {outcome}" for outcome, count in one["runs"].items()) or "0"
    return f"{one['records']} records, runs {runs}, {one['evidence']} evidence"


def _short(part: Any) -> str:
    text = str(part)
    return text if len(text) <= 100 else f"{text[:97]}…"
