"""The data centre's meters behind one Modbus TCP gateway: function 03, a unit number per meter.

Framing by the MODBUS Messaging on TCP/IP Implementation Guide (MBAP header). pymodbus' own simulator holds fixed
registers; these depend on the clock. Register addresses: Schneider iEM3000 as in mbmd's map; Acrel DTSD1352 as in its
manual, of which the energy's unit (0.01 kWh, times both transformer ratios) and the power's (W on the secondary side)
are assumptions.
"""

from __future__ import annotations

import asyncio
import struct

from collector.simulated_city.clock import CityClock
from collector.simulated_city.energy import Energy, Meter, Model
from collector.simulated_city.faults import DELAY_SECONDS, FaultKind, Faults

READ_HOLDING_REGISTERS = 3
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, NO_ANSWER_FROM_METER = 1, 2, 3, 11
HEADER = struct.Struct(">HHHB")
REQUEST = struct.Struct(">BHH")
VOLTAGE, POTENTIAL_RATIO = 2300, 1


def registers(meter: Meter, at: int) -> dict[int, int]:
    """Every register of a meter as it stands at an instant, by zero-based address."""
    if meter.model is Model.ACREL_DTSD1352:
        energy = struct.pack(">I", meter.register(at))
        power = struct.pack(">i", meter.power_w(at) // meter.current_ratio)
        blocks = {
            0x0000: energy,
            0x000A: energy,
            0x0014: bytes(4),
            0x0061: struct.pack(">HHH", VOLTAGE, VOLTAGE, VOLTAGE),
            0x008D: struct.pack(">HH", POTENTIAL_RATIO, meter.current_ratio),
            0x016A: power,
        }
    else:
        blocks = {
            0x0BF3: struct.pack(">f", meter.power_w(at) / 1000),
            0x0C83: struct.pack(">q", meter.register(at)),
            0x0C87: bytes(8),
        }
    return {
        address + number: value
        for address, block in blocks.items()
        for number, value in enumerate(struct.unpack(f">{len(block) // 2}H", block))
    }


class Gateway:
    """What the gateway answers to one request, whichever connection it came by."""

    def __init__(self, energy: Energy, clock: CityClock, faults: Faults) -> None:
        self._meters = {meter.unit: meter for meter in energy.meters}
        self._clock = clock
        self._faults = faults

    def fault(self) -> FaultKind | None:
        return self._faults.at("meters", self._clock.get("meters"))

    def reply(self, unit: int, request: bytes) -> bytes:
        """The protocol data unit that answers ``request``; an exception response where it must."""
        function = request[0]
        if unit not in self._meters or self.fault() is FaultKind.ERROR:
            return _exception(function, NO_ANSWER_FROM_METER)
        if function != READ_HOLDING_REGISTERS or len(request) != REQUEST.size:
            return _exception(function, ILLEGAL_FUNCTION)
        _, address, count = REQUEST.unpack(request)
        if not 1 <= count <= 125:
            return _exception(function, ILLEGAL_VALUE)
        held = registers(self._meters[unit], self._clock.get("meters"))
        wanted = range(address, address + count)
        if any(one not in held for one in wanted):
            return _exception(function, ILLEGAL_ADDRESS)
        return struct.pack(f">BB{count}H", function, 2 * count, *(held[one] for one in wanted))


class Connection(asyncio.Protocol):
    """One client's connection to the gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= HEADER.size:
            transaction, protocol, length, unit = HEADER.unpack_from(self._received)
            if protocol != 0 or not 2 <= length <= 254:
                self._transport.close()
                return
            end = HEADER.size - 1 + length
            if len(self._received) < end:
                return
            request, self._received = self._received[HEADER.size : end], self._received[end:]
            self._respond(transaction, unit, request)

    def _respond(self, transaction: int, unit: int, request: bytes) -> None:
        fault = self._gateway.fault()
        if fault is FaultKind.CLOSED:
            self._transport.close()
        elif fault is not FaultKind.SILENT:
            reply = self._gateway.reply(unit, request)
            frame = HEADER.pack(transaction, 0, len(reply) + 1, unit) + reply
            if fault is FaultKind.SLOW:
                asyncio.get_running_loop().call_later(DELAY_SECONDS, self._transport.write, frame)
            else:
                self._transport.write(frame)


def _exception(function: int, code: int) -> bytes:
    return bytes([function | 0x80, code])


async def serve(gateway: Gateway) -> tuple[asyncio.Server, int]:
    """Listen on a free loopback port; returns the server and the port."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(gateway), "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    return server, port
