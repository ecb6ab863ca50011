"""What one file declares, whatever its format: items that know their place in the file, for the sentence that refuses them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from collector.errors import ConfigurationError
from collector.scoring.numbers import plain
from collector.store.declarations import Kind


@dataclass(frozen=True)
class Item:
    """One thing declared. name: as written; the id, once it was found in a profile.

    body: plain JSON with numbers as text, keys left out where nothing was said. at: file and place. attachment: path as written.
    """

    kind: Kind
    name: str
    body: dict[str, Any]
    at: str
    attachment: str = ""


@dataclass(frozen=True)
class Statement:
    """What a file says. by, at, period, profile: empty where it says nothing of them; the command line does then.

    at: ISO 8601. remarks: what of the file was left out, for whoever reads the answer.
    """

    items: tuple[Item, ...]
    by: str = ""
    at: str = ""
    period: str = ""
    profile: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What is said of one line, however the file writes it; ``None`` and empty where nothing is."""

    actual: str = ""
    number: Decimal | None = None
    unit: str = ""
    finding: str = ""
    score: Decimal | None = None
    n: int | None = None
    attachment: str = ""
    reason: str = ""

    def items(self, name: str, at: str) -> Iterator[Item]:
        """The declared value and the reason, each where it is told. Raises ConfigurationError where neither is."""
        value = _given(
            actual=self.actual.strip(),
            number=self.number,
            unit=self.unit,
            finding=self.finding,
            score=self.score,
            n=self.n,
        )
        if set(value) - {"unit", "n"}:
            yield Item("line", name, value, at, self.attachment)
        elif value or self.attachment:
            raise ConfigurationError(f"{at}: says nothing of what was reached; give actual, number, finding or score")
        if self.reason.strip():
            yield Item("reason", name, {"text": self.reason.strip()}, at)
        elif not value:
            raise ConfigurationError(f"{at}: declares nothing; give actual, number, finding, score or reason")


def refuse_twice(items: Iterable[Item]) -> None:
    """Raises ConfigurationError for two declarations about one thing."""
    seen: dict[tuple[str, str], str] = {}
    for one in items:
        about = (one.kind, one.name)
        if about in seen:
            raise ConfigurationError(
                f"{one.at}: {one.name or one.kind} is declared twice, first at {seen[about]}; keep one"
            )
        seen[about] = one.at


def _given(**told: Any) -> dict[str, Any]:
    return {key: plain(one) if isinstance(one, Decimal) else one for key, one in told.items() if one not in {None, ""}}
