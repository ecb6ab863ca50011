"""What somebody declares for a line: a value, a finding or a score, with who, when and the attachment. Never mixed with measurements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from collector.scoring.profile import Line, Profile
from collector.verdict import Target

_CELL = re.compile(r"\s*(>=|<=|≥|≤|>|<|＞|＜|=|＝)?\s*([+-]?\d+(?:\.\d+)?)\s*(.*?)\s*")
_OPERATORS = {"≥": ">=", "≤": "<=", "＞": ">", "＜": "<", "＝": "="}


@dataclass(frozen=True)
class Declaration:
    """actual: the cell as written. value: the number that was reached, in the line's unit. finding: the name of a qualitative band.

    score: the points that the declaration gives itself. n: answers of a survey. declared_at: as written, ISO 8601.
    attachment: name or digest of the evidence; empty where none came with it. published: read from a published form.
    """

    line: str
    actual: str = ""
    value: Decimal | None = None
    unit: str = ""
    finding: str = ""
    score: Decimal | None = None
    n: int | None = None
    by: str = ""
    declared_at: str = ""
    attachment: str = ""
    published: bool = False


@dataclass(frozen=True)
class Claim:
    """A declared number and what is claimed of it: ``=`` that it was reached, ``>=`` that no less was, and so on."""

    operator: str
    number: Decimal

    @property
    def is_inequality(self) -> bool:
        return self.operator != "="

    @property
    def target(self) -> Target:
        return Target(self.operator, self.number)


def published_declarations(profile: Profile) -> dict[str, Declaration]:
    """What the published form of an as-declared profile says, by line."""
    if profile.declared is None:
        return {}
    told = profile.declared
    return {
        line.id: Declaration(
            line=line.id,
            actual=cell.actual,
            value=cell.number,
            unit=line.unit,
            score=cell.score,
            n=cell.n,
            by=told.by,
            declared_at=told.declared_at,
            published=True,
        )
        for line in profile.lines
        if (cell := line.declared) is not None
    }


def claim_of(line: Line, declaration: Declaration) -> Claim | None:
    """The declared number with its operator; None where the cell holds no single number in the line's unit.

    ``≥850个`` is a claim of at least 850; ``3-4`` and ``约70%`` are no numbers.
    """
    match = _CELL.fullmatch(declaration.actual)
    operator = _OPERATORS.get(match[1], match[1]) if match and match[1] else "="
    if declaration.value is not None:
        return Claim(operator, declaration.value)
    if match is None or match[3] != line.unit:
        return None
    return Claim(operator, Decimal(match[2]))


def repeats_target(line: Line, declaration: Declaration) -> bool:
    """Whether the declared cell says nothing but the target over again, operator and all."""
    if line.parsed_target is None:
        return line.qualitative is not None and declaration.actual.strip() == line.qualitative.zh
    claim = claim_of(line, declaration)
    return claim is not None and claim.is_inequality and claim.target == line.parsed_target
