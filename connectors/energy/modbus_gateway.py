"""The connection to a Modbus TCP gateway, kept between polls; the only module that knows pymodbus."""

from __future__ import annotations

import logging
from typing import Literal

from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.pdu import ModbusPDU

from collector.errors import SourceChanged, SourceUnavailable
from collector.faults import GATEWAY_SAYS, NO_ANSWER

Function = Literal["holding", "input"]
REFUSALS = {1: "the function is not supported", 2: "there is no such address", 3: "so many registers are not allowed"}
"""Exception codes (MODBUS Application Protocol V1.1b3, 7) by which a device says that the map does not fit it."""
FAILURES = {4: "device failure", 5: "still at work", 6: "busy", 8: "memory error", 10: "no path", 11: "no answer"}
"""Exception codes that may be otherwise at the next poll."""

# What fails is raised here; pymodbus would log it as well, at every poll.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class NoAnswer(Exception):
    """One meter gave no reading; the others may."""


class Gateway:
    """timeout_seconds: for a connection, and for each answer."""

    def __init__(self, host: str, port: int, timeout_seconds: float) -> None:
        self.place = f"{host}:{port}"
        self._client = ModbusTcpClient(host, port=port, timeout=timeout_seconds, retries=0)

    def read(self, meter: str, device: int, function: Function, address: int, count: int) -> list[int]:
        """``count`` registers from ``address`` (from 0) on.

        Raises NoAnswer where this meter is silent, SourceUnavailable where the gateway is gone, SourceChanged where the
        device has no such registers.
        """
        try:
            reply = self._ask(device, function, address, count)
        except ConnectionException:
            # a gateway that closes idle connections has closed ours: one new one
            reply = self._ask_again(device, function, address, count)
        if reply.isError():
            self._refused(f"meter {meter} address {address}", reply.exception_code)
        registers = list(reply.registers)
        if len(registers) != count:
            raise SourceChanged(f"meter {meter} address {address}", f"{len(registers)} registers came, not {count}")
        return registers

    def _ask_again(self, device: int, function: Function, address: int, count: int) -> ModbusPDU:
        try:
            return self._ask(device, function, address, count)
        except ConnectionException:
            raise SourceUnavailable(f"{self.place}: the connection is closed as soon as something is asked") from None

    def _ask(self, device: int, function: Function, address: int, count: int) -> ModbusPDU:
        if not self._client.connect():  # type: ignore[no-untyped-call]
            raise SourceUnavailable(f"{self.place}: no connection")
        read = self._client.read_holding_registers if function == "holding" else self._client.read_input_registers
        try:
            return read(address, count=count, device_id=device)
        except (ConnectionException, OSError) as lost:
            self._client.close()  # type: ignore[no-untyped-call]
            raise ConnectionException(type(lost).__name__) from None
        except ModbusException:
            # the answer may still come; on a new connection it cannot be taken for that to the next question
            self._client.close()  # type: ignore[no-untyped-call]
            raise NoAnswer(NO_ANSWER()) from None

    def _refused(self, place: str, code: int) -> None:
        if code in REFUSALS:
            raise SourceChanged(place, f"the device refuses it: {REFUSALS[code]}; check its map and device_id")
        raise NoAnswer(GATEWAY_SAYS(what=FAILURES.get(code, f"exception code {code}")))
