"""Names in a file found in a profile: lines by id or 三级指标, rows of funds, facts, vetoes by theirs. What is not found is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from collector.audit.text import compact
from collector.declaring.statement import Item
from collector.errors import ConfigurationError
from collector.scoring.profile import Profile
from collector.store.declarations import Kind

_NUMBERING = re.compile(r"^(?:指标)?(?:\d+|[一二三四五六七八九十]+)[:.、)]|^指标\d+|^\(\d+\)")
_WHAT: Mapping[Kind, str] = {
    "line": "line", "reason": "line", "fund": "row of funds", "fact": "fact", "veto": "veto", "goal": "goal",
}  # fmt: skip


def named(item: Item, profile: Profile) -> Item:
    """With the profile's own name of what it is about. Raises ConfigurationError naming file, place, and the nearest name."""
    if item.kind == "goal":
        return item
    known = _names(item.kind, profile)
    for written in (_plain(item.name), _plain(_NUMBERING.sub("", _plain(item.name)))):
        if written in known:
            return replace(item, name=known[written])
    raise ConfigurationError(_unknown(item, profile, known))


def _unknown(item: Item, profile: Profile, known: Mapping[str, str]) -> str:
    close = get_close_matches(_plain(item.name), known, 1)
    there_are = ", ".join(dict.fromkeys(known.values())) or "none"
    meant = f"did you mean {known[close[0]]}?" if close else f"there are {there_are}"
    return f"{item.at}: the profile {profile.id} has no {_WHAT[item.kind]} {item.name[:60]!r}; {meant} Write its id or its name"


def _names(kind: Kind, profile: Profile) -> dict[str, str]:
    """The profile's name by every way of writing it; a name that two lines share stands for neither."""
    match kind:
        case "line" | "reason":
            pairs = [(name, line.id) for line in profile.lines for name in (line.name.zh, line.name.en) if name]
            names = [_plain(name) for name, _ in pairs]
            once = {_plain(name): id_ for name, id_ in pairs if names.count(_plain(name)) == 1}
            return once | {_plain(line.id): line.id for line in profile.lines}
        case "fund":
            rows = profile.funds.rows if profile.funds else ()
            return {_plain(name): row.name.zh for row in rows for name in (row.name.zh, row.name.en) if name}
        case "fact":
            return {_plain(fact.id): fact.id for fact in profile.facts}
    return {_plain(veto.id): veto.id for veto in profile.vetoes}


def _plain(text: str) -> str:
    """Without white space and quotes, which forms print in every width."""
    return re.sub(r"[\"'“”‘’「」]", "", compact(text)).lower()
