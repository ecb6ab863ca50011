"""What a form is filled with of what was declared: for its period, the longer ones around it, and the year that it evaluates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from collector.declaring.checking import declaration_of
from collector.periods import Period, iso
from collector.scoring.declaration import Declaration
from collector.scoring.funds import FundValues
from collector.scoring.profile import Profile
from collector.store.declarations import Kind, StoredDeclaration, holding

DIGITS = 12
"""So much of an attachment's SHA-256 is printed beside its name."""


@dataclass(frozen=True)
class DeclaredInputs:
    """As ``collector.scoring.filling.Inputs`` takes them."""

    declarations: dict[str, Declaration] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    funds: dict[str, FundValues] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    goal: str | None = None
    vetoes: dict[str, bool] = field(default_factory=dict)


def declared_inputs(told: Iterable[StoredDeclaration], profile: Profile, label: str, zone: ZoneInfo) -> DeclaredInputs:
    """told: all that was ever declared under the profile, in the order of recording.

    Of two that fit, the one for the shorter period holds: October's own before the year's. What is about a line that the profile has no
    more is left out; a profile of another version may have other lines.
    """
    kept = _fitting(told, profile, label, zone)

    def of(kind: Kind, known: Iterable[str]) -> dict[str, StoredDeclaration]:
        names = set(known)
        return {name: one for (found, name), one in kept.items() if found == kind and name in names}

    lines = [line.id for line in profile.lines]
    rows = [row.name.zh for row in profile.funds.rows] if profile.funds else []
    goal = kept.get(("goal", ""))
    return DeclaredInputs(
        {name: _declaration(one, profile, zone) for name, one in of("line", lines).items()},
        {name: one.body["text"] for name, one in of("reason", lines).items()},
        {name: _money(one) for name, one in of("fund", rows).items()},
        {name: one.body["text"] for name, one in of("fact", (fact.id for fact in profile.facts)).items()},
        goal.body["text"] if goal else None,
        {name: one.body["holds"] for name, one in of("veto", (veto.id for veto in profile.vetoes)).items()},
    )


def _fitting(
    told: Iterable[StoredDeclaration], profile: Profile, label: str, zone: ZoneInfo
) -> dict[tuple[Kind, str], StoredDeclaration]:
    """By kind and name; the one for the shortest period that fits."""
    filled = Period.parse(label, zone).span

    def length(one: StoredDeclaration) -> int | None:
        """Milliseconds of its period; None where that is neither around the form's nor the year that it evaluates."""
        span = Period.parse(one.period, zone).span
        around = span.start <= filled.start and filled.end <= span.end
        return span.milliseconds if around or one.period == str(profile.year) else None

    fitting = [(length_, one) for one in holding(told) if (length_ := length(one)) is not None]
    longest_first = sorted(fitting, key=lambda pair: -pair[0])
    return {(one.kind, one.name): one for _, one in longest_first}


def _declaration(one: StoredDeclaration, profile: Profile, zone: ZoneInfo) -> Declaration:
    told = declaration_of(profile.line(one.name), dict(one.body))
    attached = one.attachment
    attachment = f"{attached.name} (SHA-256 {attached.digest[:DIGITS]})" if attached else ""
    return replace(told, by=one.author, declared_at=iso(one.declared_at, zone), attachment=attachment)


def _money(one: StoredDeclaration) -> FundValues:
    return FundValues(**{key: Decimal(amount) for key, amount in one.body.items()})
