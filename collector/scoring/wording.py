"""Types that profiles and rule sets share: points, and texts in Chinese with English beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

Language = Literal["zh", "en"]


class Strict(BaseModel):
    """Nothing is guessed: an unknown key is a mistake, a number in quotes is a text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Told(Strict):
    """A text in Chinese, with English where somebody wrote it. A plain text in YAML is the Chinese one."""

    zh: str = Field(min_length=1)
    en: str | None = None

    def __call__(self, language: Language) -> str:
        """In ``language``; the Chinese text where there is no English one."""
        return self.en if language == "en" and self.en else self.zh


def _told(value: Any) -> Any:
    return {"zh": value} if isinstance(value, str) else value


def _exact(value: Any) -> Any:
    """A YAML number by the shortest decimal that names it, as it was written: 18.3 is 183/10."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("write a number, without quotes and without a unit")
    return Decimal(repr(value))


Bilingual = Annotated[
    Told,
    BeforeValidator(_told),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Told"}]}),
]
Number = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "number"})]
"""An exact decimal."""
Points = Annotated[Number, Field(ge=0)]
Share = Annotated[Number, Field(ge=0, le=1)]
