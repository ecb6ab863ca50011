"""Form packs: how one authority prints the form. A pack is a YAML file; those of a site lie in a folder of its own.

A pack says which columns stand where and how wide, which facts stand on top, who signs, and which words are printed. The numbers and
the words that every pack shares are not its business.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from collector.errors import ConfigurationError
from collector.report.forms.words import FORM_WORDS, Language
from collector.strict_yaml import read_yaml, validated

SHIPPED = Path(__file__).with_name("packs")
DEFAULT = "national"

MERGED = ("block", "level1", "level2")
"""Columns whose cells are merged downwards where their texts are equal; they stand first."""
OFFICIAL = (*MERGED, "level3", "target", "actual", "weight", "score", "reason")
OWN = ("evidence", "declared")
FUND_COLUMNS = ("fund_name", "initial", "annual", "executed", "fund_weight", "rate", "fund_score")

Width = Annotated[float, Field(gt=0, le=200)]


class Both(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str

    def text(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


class Pack(BaseModel):
    """facts: rows of labels on top of the form; the form's other facts follow, two in a row. columns: width in mm by key, in order.

    funds: how many columns each of the first six cells of a row of 项目资金 covers; the seventh covers the rest. sign: who signs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Both
    source: str
    orientation: Literal["landscape", "portrait"]
    facts: tuple[tuple[Both, ...], ...]
    columns: dict[str, Width]
    funds: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=6, max_length=6)]
    sign: tuple[Both, ...]
    labels: dict[str, Both] = {}

    @model_validator(mode="after")
    def _columns_and_labels_are_known(self) -> Self:
        named = list(self.columns)
        if tuple(named[: len(MERGED)]) != MERGED:
            raise ValueError(f"columns: the first ones are {', '.join(MERGED)}, since their cells are merged")
        if wrong := set(named).symmetric_difference(OFFICIAL) - set(OWN):
            raise ValueError(
                f"columns: {min(wrong)!r} is missing or not known; they are {', '.join((*OFFICIAL, *OWN))}"
            )
        if sum(self.funds) > len(named) - 2:
            raise ValueError("funds: the six cells must leave the seventh at least one column")
        if strange := sorted(set(self.labels) - FORM_WORDS.keys()):
            raise ValueError(f"labels: {strange[0]!r} is no label of the form; the labels are {', '.join(FORM_WORDS)}")
        return self

    def words(self, language: Language) -> dict[str, str]:
        return {key: both.text(language) for key, both in self.labels.items()}


def load_pack(name: str = DEFAULT, folder: Path | None = None) -> Pack:
    """The pack ``name``: of the site's ``folder`` if it has one, else the shipped one.

    Raises ConfigurationError for a name that no file has, and for a mistake in the file, naming file and key.
    """
    path = _find(name, folder)
    written = _read(path)
    document = dict(written)
    base = document.pop("extends", None)
    if base is not None:
        document = _extended(dict(_read(_find(str(base), None))), document)
    return validated(path, written, document, Pack, page="docs/forms.md")


def pack_names(folder: Path | None = None) -> list[str]:
    return sorted({path.stem for place in _places(folder) for path in place.glob("*.yaml")})


def _places(folder: Path | None) -> Sequence[Path]:
    return [SHIPPED] if folder is None else [folder, SHIPPED]


def _find(name: str, folder: Path | None) -> Path:
    known = pack_names(folder)
    if name not in known:
        raise ConfigurationError(f"there is no form pack {name!r}; the packs are {', '.join(known)}")
    return next(path for place in _places(folder) if (path := place / f"{name}.yaml").is_file())


def _read(path: Path) -> Any:
    return read_yaml(path, "a form pack", "a form pack is a mapping that begins with `name:`")


def _extended(base: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The keys of ``document`` take the place of those of ``base``; labels do so one by one."""
    labels = {**base.get("labels", {}), **(document.get("labels") or {})}
    return base | document | {"labels": labels}
