"""What a new revision of a snapshot changes: the effect on each figure, and what brought it about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]

SHOWN = ("value", "lower", "upper", "coverage")


def effects(before: Document, after: Document) -> list[dict[str, Any]]:
    """Every figure that is not what it was, as it was and as it is; None where the indicator was or is not there."""
    old, new = (_by_id(one) for one in (before, after))
    changed = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    return [{"id": name, "before": _brief(old.get(name)), "after": _brief(new.get(name))} for name in changed]


def causes(before: Document, after: Document) -> dict[str, list[str]]:
    """What the new revision was computed from and the old one was not, by kind; kinds without any are left out."""
    found = {
        "supplements": _supplements(before, after),
        "late_records": _replaced(before, after, "later"),
        "registers": _replaced(before, after, "register"),
        "exclusions": [
            f"{_sign(one, before, after)} {one['source']} {one['start']} to {one['end']}: {one['reason']} ({one['approved_by']})"
            for one in _differing(before["exclusions"], after["exclusions"])
        ],
        "definitions": _definitions(before, after),
    }
    return {kind: names for kind, names in found.items() if names}


def _by_id(document: Document) -> dict[str, Any]:
    return {one["id"]: one for one in document["indicators"]}


def _brief(figure: Document | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {name: figure["measurement"][name] for name in SHOWN} | {"verdict": figure["verdict"]}


def _supplements(before: Document, after: Document) -> list[str]:
    """Segment files that are new: supplements, and days of a source that was not measured before."""
    old = {one["sha256"] for source in before["sources"].values() for one in source["files"]["segments"]}
    return [
        f"{name} {one['day']}/{one['number']}"
        for name, source in after["sources"].items()
        for one in source["files"]["segments"]
        if one["sha256"] not in old
    ]


def _replaced(before: Document, after: Document, role: str) -> list[str]:
    """Sources whose file of this role is another one."""

    def digest(document: Document, name: str) -> Any:
        return document["sources"].get(name, {"files": {}})["files"].get(role, {}).get("sha256")

    return [name for name in after["sources"] if digest(before, name) != digest(after, name)]


def _definitions(before: Document, after: Document) -> list[str]:
    old, new = ({one["id"]: one["definition_sha256"] for one in document["indicators"]} for document in (before, after))
    return [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]


def _differing(one: list[Any], other: list[Any]) -> list[Any]:
    return [item for item in one if item not in other] + [item for item in other if item not in one]


def _sign(exclusion: Any, before: Document, after: Document) -> str:
    return "added" if exclusion in after["exclusions"] and exclusion not in before["exclusions"] else "withdrawn"
