"""Where a kind of meter keeps its energy or power, and how its registers become a number.

The shipped maps are data files in ``maps/``, each with its source and what is doubtful about it.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from collector.connector import Options

CODES = {
    "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q",
    "float32": "f", "float64": "d",
}  # fmt: skip
Address = Annotated[int, Field(ge=0, le=0xFFFF)]


class RegisterMap(Options):
    """Addresses count from 0 (0x0C83 is the register that manuals counting from 1 call 3204)."""

    quantity: Literal["kwh", "kw"] = Field(description="kwh: a cumulative counter; kw: power")
    address: Address
    type: Literal["int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]
    word_order: Literal["big", "little"] = Field(description="which of the registers comes first: big, the highest")
    scale: float = Field(gt=0, allow_inf_nan=False, description="kWh or kW for one count")
    pt: Address | None = Field(default=None, description="register (uint16) of the voltage ratio that multiplies")
    ct: Address | None = Field(default=None, description="register (uint16) of the current ratio that multiplies")
    function: Literal["holding", "input"] = "holding"
    source: str = Field(default="", description="document that says so")
    doubts: str = ""

    @property
    def width(self) -> int:
        """Registers that the value takes."""
        return struct.calcsize(CODES[self.type]) // 2

    @property
    def ratios(self) -> list[int]:
        return sorted(address for address in (self.pt, self.ct) if address is not None)

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """(address, count) of the reads that are needed; neighbouring ratio registers come by one."""
        blocks = [(self.address, self.width)]
        for address in self.ratios:
            last, count = blocks[-1]
            if address == last + count:
                blocks[-1] = (last, count + 1)
            else:
                blocks.append((address, 1))
        return blocks

    def value(self, registers: Mapping[int, int]) -> float:
        """The number in kWh or kW, of any size; NaN where a ratio is 0. Raises KeyError where a register is missing."""
        words = [registers[self.address + number] for number in range(self.width)]
        if self.word_order == "little":
            words.reverse()
        (count,) = struct.unpack(f">{CODES[self.type]}", struct.pack(f">{self.width}H", *words))
        value = count * self.scale
        for address in self.ratios:
            value *= registers[address] or math.nan
        return float(value)


def shipped_names() -> list[str]:
    names = (file.name for file in files(__package__).joinpath("maps").iterdir())
    return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))


def shipped(name: str) -> RegisterMap:
    """The map of that name in ``maps/``. Raises ValueError naming those that there are."""
    if name not in (names := shipped_names()):
        raise ValueError(f"there is no register map {name!r}; the maps are {', '.join(names)}; or write one inline")
    return RegisterMap.model_validate_json(files(__package__).joinpath("maps", f"{name}.json").read_bytes())
