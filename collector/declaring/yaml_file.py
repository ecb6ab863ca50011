"""A declaration in YAML: lines by id or 三级指标, and the rest of the form. docs/evaluation.md lists the keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from collector.declaring.statement import Item, Statement, Told
from collector.errors import ConfigurationError
from collector.scoring.layout import DeclaredFund
from collector.scoring.numbers import plain
from collector.scoring.wording import Number, Points, Strict
from collector.strict_yaml import place_of, read_yaml, validated

PAGE = "docs/evaluation.md"


def _year(value: Any) -> Any:
    """``2026`` without quotes is a number in YAML and a year here."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class DeclaredLine(Strict):
    """actual: the cell as the form prints it. number: what was reached, in the line's unit. finding: a band, of a line in words."""

    actual: str = ""
    number: Number | None = None
    unit: str = ""
    finding: str = ""
    score: Points | None = None
    n: Annotated[int, Field(gt=0)] | None = None
    attachment: str = ""
    reason: str = ""


class DeclarationFile(Strict):
    """by: who declares. at: when, ISO 8601 in quotes. Names of funds are those of the rows, of facts and vetoes their ids."""

    profile: str = ""
    period: Annotated[str, BeforeValidator(_year)] = ""
    by: str = ""
    at: str = ""
    lines: dict[str, DeclaredLine] = Field(default_factory=dict)
    funds: dict[str, DeclaredFund] = Field(default_factory=dict)
    facts: dict[str, str] = Field(default_factory=dict)
    goal: str | None = None
    vetoes: dict[str, bool] = Field(default_factory=dict)


def read_yaml_file(path: Path) -> Statement:
    """Raises ConfigurationError naming file, line, column and key."""
    document = read_yaml(path)
    told = validated(path, document, document, DeclarationFile, PAGE)
    return Statement(tuple(_items(path, document, told)), told.by, told.at, told.period, told.profile)


def _items(path: Path, document: Any, told: DeclarationFile) -> Iterator[Item]:
    def at(*keys: str) -> str:
        return place_of(path, document, keys)

    for name, line in told.lines.items():
        yield from Told(**dict(line)).items(name, at("lines", name))
    for name, money in told.funds.items():
        body = {key: plain(amount) for key, amount in money if amount is not None}
        if not body:
            raise ConfigurationError(f"{at('funds', name)}: declares nothing; give initial, annual or executed")
        yield Item("fund", name, body, at("funds", name))
    for name, text in told.facts.items():
        yield Item("fact", name, {"text": text}, at("facts", name))
    if told.goal is not None:
        yield Item("goal", "", {"text": told.goal}, at("goal"))
    for name, holds in told.vetoes.items():
        yield Item("veto", name, {"holds": holds}, at("vetoes", name))
