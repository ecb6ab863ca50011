"""Energy meters behind a Modbus TCP gateway: cumulative kWh, or kW, as their registers say.

Source:
    MODBUS Application Protocol Specification V1.1b3 (functions 03 and 04, exception codes) and MODBUS Messaging on
    TCP/IP Implementation Guide. Registers of a kind of meter stand in ``maps/*.json``, each with its own document. The
    client is pymodbus.
Cadence:
    5 min to 15 min suits a counter: what passed between two readings is in their difference. Power readings want 60 s.
Sample:
    Registers have no text form; the evidence is what was read, before any conversion:
    {"at":1790812800000,"meters":[{"meter":"总进线","blocks":[{"address":0,"registers":[188,24910]},
    {"address":141,"registers":[1,40]}]},{"meter":"列头柜A","fault":"no answer in time"}]}
    With acrel-dtsd1352 the first is (188 × 65536 + 24910) × 0.01 kWh × 1 × 40.
Meters that fail:
    A meter that does not answer has no reading, and the run lists it as a fault; the other meters count. Where none
    answers the source is unavailable. A device that refuses an address, or a value out of ``plausible`` (wrong word
    order, type, ratio or wiring), is a change that somebody must look at, and no meter of that answer counts.
Not used:
    Voltage, current, power factor, tariff and reactive counters: no figure needs them. A meter's own clock: every
    reading is dated at the run's instant, so that both sides of a PUE are read together. Function 43 (identification):
    most meters lack it.
Doubts:
    A wrong word order gives a number, not an error; only ``plausible`` shows it, so it must be given, and tight. Ratio
    registers are read at every poll and taken to be in force for the whole counter. Tried on pymodbus's own simulator,
    never on a real meter.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct
from pydantic import Field, field_validator, model_validator

from collector import connector
from collector.connector import Connector, Part, Poll
from collector.errors import SourceChanged, SourceUnavailable
from collector.faults import METER
from collector.records import Events, Kind
from collector.strict import read_json
from connectors.energy.register_map import RegisterMap, shipped

if TYPE_CHECKING:
    from connectors.energy.modbus_gateway import Gateway


class Plausible(connector.Options):
    """The range that a value must lie in, both ends included."""

    min_kwh: float = 0
    max_kwh: float | None = Field(default=None, description="more than the counter will show in the years to come")
    min_kw: float = 0
    max_kw: float | None = Field(default=None, description="more than the connection can carry")

    def bounds(self, quantity: str) -> tuple[float, float | None]:
        return (self.min_kwh, self.max_kwh) if quantity == "kwh" else (self.min_kw, self.max_kw)


class Meter(connector.Options):
    meter: str = Field(min_length=1, description="name of the meter in the records")
    role: Literal["facility", "it", "other"]
    device_id: int = Field(default=1, ge=0, le=255, description="unit number behind the gateway")
    map: str | RegisterMap = Field(description="name of a shipped register map, or the map itself")
    plausible: Plausible

    @field_validator("map")
    @classmethod
    def _is_shipped(cls, value: str | RegisterMap) -> str | RegisterMap:
        if isinstance(value, str):
            shipped(value)
        return value

    @model_validator(mode="after")
    def _has_an_upper_bound(self) -> Meter:
        quantity = self.registers.quantity
        if self.plausible.bounds(quantity)[1] is None:
            raise ValueError(f"plausible needs max_{quantity}; nothing else shows a wrong word order")
        return self

    @property
    def registers(self) -> RegisterMap:
        return shipped(self.map) if isinstance(self.map, str) else self.map


class ModbusOptions(connector.Options):
    host: str = Field(min_length=1)
    port: int = Field(default=502, ge=1, le=65535)
    meters: tuple[Meter, ...] = Field(min_length=1)

    @field_validator("meters")
    @classmethod
    def _names_differ(cls, meters: tuple[Meter, ...]) -> tuple[Meter, ...]:
        names = [meter.meter for meter in meters]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the meter {twice[0]!r} stands twice")
        return meters


class _Block(Struct, gc=False):
    address: int
    registers: list[Annotated[int, Meta(ge=0, le=0xFFFF)]]


class _Answer(Struct, omit_defaults=True):
    meter: str
    blocks: list[_Block] = []
    fault: str | None = None


class _Body(Struct):
    at: Annotated[int, Meta(ge=0, lt=1 << 43)]
    meters: list[_Answer]


_decoder = msgspec.json.Decoder(_Body)


class Modbus(Connector):
    Options = ModbusOptions
    kind = Kind.READINGS

    def __init__(self, options: ModbusOptions, zone: ZoneInfo) -> None:  # noqa: ARG002  no times in the answer
        self._options = options
        self._maps = {meter.meter: meter.registers for meter in options.meters}
        self._meters = {meter.meter: meter for meter in options.meters}
        self._gateway: Gateway | None = None

    def fetch(self, poll: Poll) -> Generator[Part, None, str | None]:
        from connectors.energy.modbus_gateway import Gateway, NoAnswer

        if self._gateway is None:
            share = poll.timeout.total_seconds() / (len(self._meters) + 1)
            self._gateway = Gateway(self._options.host, self._options.port, min(3.0, share))
        answers = []
        for name, meter in self._meters.items():
            try:
                answers.append(_Answer(name, self._read(self._gateway, meter)))
            except NoAnswer as reason:
                answers.append(_Answer(name, fault=str(reason)))
        if all(answer.fault for answer in answers):
            first = answers[0]
            raise SourceUnavailable(f"{self._gateway.place}: no meter answered ({first.meter}: {first.fault})")
        yield Part("meters", msgspec.json.encode(_Body(poll.at, answers)))
        return None

    def _read(self, gateway: Gateway, meter: Meter) -> list[_Block]:
        """Raises NoAnswer, SourceUnavailable, or SourceChanged naming meter and address."""
        registers = self._maps[meter.meter]
        return [
            _Block(address, gateway.read(meter.meter, meter.device_id, registers.function, address, count))
            for address, count in registers.blocks
        ]

    def parse(self, parts: Iterable[Part]) -> Events:
        bodies = [read_json(_decoder, part.body, part.name) for part in parts]
        answers = [(body.at, answer) for body in bodies for answer in body.meters]
        rows = [self._row(at, answer) for at, answer in answers if answer.fault is None]
        columns = {name: [row[name] for row in rows] for name in ("meter", "at", "kwh", "kw", "role")}
        faults = [METER(meter=answer.meter, reason=answer.fault) for _, answer in answers if answer.fault is not None]
        return Events.of(Kind.READINGS, columns, faults)

    def _row(self, at: int, answer: _Answer) -> dict[str, object]:
        """Raises SourceChanged."""
        if answer.meter not in self._meters:
            raise SourceChanged(f"meter {answer.meter}", "is not one of the source's meters")
        row = {"meter": answer.meter, "at": at, "kwh": None, "kw": None, "role": self._meters[answer.meter].role}
        return row | {self._maps[answer.meter].quantity: self._value(answer)}

    def _value(self, answer: _Answer) -> float:
        """The number in kWh or kW. Raises SourceChanged where it is not plausible or registers are missing."""
        place = f"meter {answer.meter}"
        registers = self._maps[answer.meter]
        try:
            value = registers.value(_by_address(answer.blocks))
        except KeyError as missing:
            raise SourceChanged(place, f"register {missing} is not in the answer") from None
        low, high = self._meters[answer.meter].plausible.bounds(registers.quantity)
        if not (math.isfinite(value) and low <= value and (high is None or value <= high)):
            raise SourceChanged(
                f"{place} address {registers.address}",
                f"{value:g} {registers.quantity} is not plausible ({low:g} to {high:g});"
                " check word_order, type, scale and ratios of its map",
            )
        return value


def _by_address(blocks: list[_Block]) -> Mapping[int, int]:
    return {block.address + number: word for block in blocks for number, word in enumerate(block.registers)}
