"""What the city file says about a source whose rows come from files."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from collector import connector
from collector.periods import parse_duration
from collector.records import ATTRIBUTES, SCHEMAS, Kind

REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    Kind.STATES: ("subject", "at", "state"),
    Kind.CASES: ("case", "opened_at"),
    Kind.ACTIVITY: ("actor", "at"),
    Kind.READINGS: ("meter", "at", "role"),
    Kind.FIGURES: ("name", "at", "value"),
}
"""Columns that a file has under our name, as ``columns`` says, or as a constant. Their cells are not
blank, except that a blank may be a word for a state, and that a figure without a value is left out."""

HOLDS_SAMPLES = 2.5
StateName = Literal["up", "down", "gone", "unknown"]


def columns_of(kind: Kind) -> tuple[str, ...]:
    """Our columns of a kind; those of states are joined by the attributes of their subjects."""
    return (*SCHEMAS[kind].names, *(ATTRIBUTES if kind is Kind.STATES else ()))


def _plain_words() -> dict[StateName, tuple[str, ...]]:
    return {"up": ("up",), "down": ("down",), "gone": ("gone",), "unknown": ("unknown",)}


def _word(value: Any) -> Any:
    """YAML reads ``1`` and ``true`` as a number and a truth value, a file writes them as words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value.strip() if isinstance(value, str) else value


def _words(value: Any) -> Any:
    return tuple(_word(one) for one in (value if isinstance(value, list | tuple) else [value]))


def _spans(value: Any) -> Any:
    """One pair or a list of pairs, of texts or of what YAML made of them, as pairs of texts."""
    if not isinstance(value, list | tuple):
        return value
    pairs = [value] if value and not isinstance(value[0], list | tuple) else value
    texts = (datetime, date)
    return tuple(tuple(one.isoformat() if isinstance(one, texts) else one for one in pair) for pair in pairs)


_LIST = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": ["string", "number", "boolean"]}}]}
_PAIR = {"type": "array", "items": {"type": "string", "format": "date-time"}, "minItems": 2, "maxItems": 2}
_SPANS = {"anyOf": [_PAIR, {"type": "array", "items": _PAIR}]}

Word = Annotated[str, BeforeValidator(_word), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Words = Annotated[tuple[str, ...], BeforeValidator(_words), WithJsonSchema(_LIST)]
Spans = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_spans), WithJsonSchema(_SPANS)]


class FileOptions(connector.Options):
    kind: Kind = Field(description="what a row is: states, cases, activity, readings or figures")
    columns: dict[str, Words] = Field(
        default_factory=dict,
        description="our column: the file's column, or several whose texts are joined by a blank;"
        " a column not named here is looked for under our own name",
    )
    constants: dict[str, Word] = Field(
        default_factory=dict, description="our column: the text of a column that the file lacks"
    )
    where: dict[str, Words] = Field(
        default_factory=dict, description="the file's column: only rows with one of these texts are read"
    )
    blanks: Words = Field(default=(), description="texts that mean that nothing stands there, such as NULL or -")
    reads: Literal["changes", "samples"] = Field(
        default="changes",
        description="states: a row holds until the subject's next row, or at most so long as holds says",
    )
    every: str | None = Field(default=None, description="samples: how often a subject is sampled")
    holds: str | None = Field(
        default=None, description="samples: how long one counts when no next one comes; default 2.5 times every"
    )
    observed: Spans = Field(default=(), description="[start, end) that the rows vouch for, or a list of such pairs")
    states: dict[StateName, Words] = Field(
        default_factory=_plain_words,
        description="the file's words for each state; any other word is an error",
    )
    time_format: str | None = Field(
        default=None, description="strptime pattern of times that are not ISO 8601, or epoch_s, epoch_ms"
    )
    delimiter: str = Field(default=",", description="one character, or tab, or whitespace (any run of blanks)")
    header: tuple[str, ...] = Field(default=(), description="names of the columns where the file has no line of names")
    sheet: str | None = Field(default=None, description="sheet of a workbook; default the first")
    encoding: str = Field(default="utf-8", description="of text files; utf-8 may begin with a byte order mark; gb18030")

    @field_validator("every", "holds")
    @classmethod
    def _is_a_duration(cls, text: str | None) -> str | None:
        if text is not None and parse_duration(text) <= timedelta(0):
            raise ValueError("must be longer than 0s")
        return text

    @field_validator("observed")
    @classmethod
    def _are_instants(cls, spans: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        for text in (text for span in spans for text in span):
            try:
                datetime.fromisoformat(text)
            except ValueError:
                raise ValueError(f"{text!r} is not an ISO 8601 instant such as 2026-10-01T00:00:00+08:00") from None
        return spans

    @field_validator("states")
    @classmethod
    def _words_differ(cls, states: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        words = [word for those in states.values() for word in those]
        if twice := sorted({word for word in words if words.count(word) > 1}):
            raise ValueError(f"the word {twice[0]!r} stands twice")
        return states

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, name: str) -> str:
        try:
            return codecs.lookup(name).name
        except LookupError:
            raise ValueError(f"{name!r} is not an encoding such as utf-8 or gb18030") from None

    @field_validator("delimiter")
    @classmethod
    def _is_a_delimiter(cls, text: str) -> str:
        if text not in ("tab", "whitespace") and (len(text) != 1 or not text.isascii() or text in '"\r\n'):
            raise ValueError(f"{text!r} is not one character, tab or whitespace")
        return "\t" if text == "tab" else text

    @field_validator("time_format")
    @classmethod
    def _is_a_pattern(cls, text: str | None) -> str | None:
        if text not in (None, "epoch_s", "epoch_ms") and "%" not in str(text):
            raise ValueError(f"{text!r} is not a strptime pattern such as %d/%m/%Y %H:%M, epoch_s or epoch_ms")
        return text

    @model_validator(mode="after")
    def _columns_are_ours(self) -> FileOptions:
        ours = columns_of(self.kind)
        for key, names in (("columns", self.columns), ("constants", self.constants)):
            for name in names:
                if name not in ours:
                    raise ValueError(f"{key}: {name!r} is no column of {self.kind}; those are {', '.join(ours)}")
        if both := sorted(self.columns.keys() & self.constants.keys()):
            raise ValueError(f"{both[0]!r} stands in columns and in constants")
        return self

    @model_validator(mode="after")
    def _reading_fits_the_kind(self) -> FileOptions:
        sampled = self.reads == "samples"
        if self.kind is not Kind.STATES and (sampled or "states" in self.model_fields_set):
            raise ValueError("reads and states go with kind: states")
        if sampled and not (self.every or self.holds):
            raise ValueError("reads: samples needs every (how often a subject is sampled) or holds")
        if not sampled and (self.every or self.holds):
            raise ValueError("every and holds go with reads: samples")
        return self

    @property
    def holds_for(self) -> timedelta:
        """How long a sample counts when no next one comes."""
        return parse_duration(self.holds) if self.holds else self._every * HOLDS_SAMPLES

    @property
    def last_counts_for(self) -> timedelta:
        """How far the file vouches beyond its last sample: one interval, as each sample before it stood for."""
        return min(self._every, self.holds_for) if self.every else self.holds_for

    @property
    def _every(self) -> timedelta:
        return parse_duration(self.every) if self.every else timedelta(0)
