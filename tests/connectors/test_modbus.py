"""Modbus meters, on pymodbus's own simulator over loopback."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import msgspec
import pytest
from pydantic import ValidationError
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from collector.connector import Part, Poll
from collector.errors import SourceChanged, SourceUnavailable
from connectors.energy.modbus import Modbus
from connectors.energy.register_map import RegisterMap, shipped, shipped_names

FACILITY = {"meter": "main", "role": "facility", "device_id": 1, "map": "acrel-dtsd1352", "plausible": {"max_kwh": 1e7}}
IT = {"meter": "rack a", "role": "it", "device_id": 2, "map": "schneider-iem3000", "plausible": {"max_kwh": 1e7}}
INLINE = {"quantity": "kwh", "address": 16, "type": "uint32", "word_order": "big", "scale": 0.01}


def _device(number: int, *blocks: tuple[int, list[int]]) -> SimDevice:
    return SimDevice(number, [SimData(at, values=words, datatype=DataType.REGISTERS) for at, words in blocks])


ACREL = _device(1, (0, [188, 24910]), (141, [1, 40]))
SCHNEIDER = _device(2, (3203, list(struct.unpack(">4H", struct.pack(">q", 1_234_567_890)))))
MAIN_KWH = (188 * 65536 + 24910) * 0.01 * 40


class Simulator:
    """A server in a thread of its own, which can be stopped and started on the same port."""

    def __init__(self, devices: list[SimDevice], port: int) -> None:
        self.port = port
        self._devices = devices
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(self) -> None:
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(5)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._loop).result(5)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _start(self) -> None:
        self._server = ModbusTcpServer(self._devices, address=("127.0.0.1", self.port), ignore_missing_devices=True)
        await self._server.serve_forever(background=True)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def _simulated(*devices: SimDevice) -> Iterator[Simulator]:
    simulator = Simulator(list(devices), _free_port())
    simulator.start()
    try:
        yield simulator
    finally:
        simulator.stop()
        simulator.end()


@pytest.fixture(scope="module")
def meters() -> Iterator[Simulator]:
    with _simulated(ACREL, SCHNEIDER) as simulator:
        yield simulator


def _modbus(port: int, *meters: dict[str, object]) -> Modbus:
    options = {"host": "127.0.0.1", "port": port, "meters": meters}
    return Modbus(Modbus.Options.model_validate_json(json.dumps(options)), ZoneInfo("Asia/Shanghai"))


def _rows(connector: Modbus, poll: Poll) -> list[dict[str, object]]:
    return connector.parse(connector.fetch(poll)).table.to_pylist()


def test_meters_are_read_in_kwh_at_the_runs_instant(meters: Simulator, poll: Poll) -> None:
    main, rack = _rows(_modbus(meters.port, FACILITY, IT), poll)
    assert (main["meter"], main["role"], main["kw"], rack["meter"]) == ("main", "facility", None, "rack a")
    assert main["kwh"] == pytest.approx(MAIN_KWH)
    assert rack["kwh"] == pytest.approx(1_234_567.89)
    assert main["at"].timestamp() * 1000 == rack["at"].timestamp() * 1000 == poll.at


def test_the_connection_is_kept_between_polls(meters: Simulator, poll: Poll) -> None:
    connector = _modbus(meters.port, FACILITY)
    list(connector.fetch(poll))
    before = connector._gateway._client.socket
    list(connector.fetch(poll))
    assert connector._gateway._client.socket is before is not None


def test_a_gateway_that_has_closed_the_connection_is_asked_again_on_a_new_one(poll: Poll) -> None:
    with _simulated(ACREL) as simulator:
        connector = _modbus(simulator.port, FACILITY)
        assert _rows(connector, poll)
        simulator.stop()
        simulator.start()
        assert _rows(connector, poll)


def test_a_gateway_that_is_gone_is_unavailable(poll: Poll) -> None:
    with _simulated(ACREL) as simulator:
        connector = _modbus(simulator.port, FACILITY)
        assert _rows(connector, poll)
    with pytest.raises(SourceUnavailable, match=rf"127\.0\.0\.1:{simulator.port}: no connection"):
        list(connector.fetch(poll))


@contextmanager
def _tcp(answer: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server that is no simulator: what it does with a connection is the test's."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            held = []
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    break
                held.append((connection, answer(connection)))
            for connection, _ in held:
                connection.close()

        thread = Thread(target=run, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_gateway_that_hangs_up_on_every_question_is_unavailable(poll: Poll) -> None:
    hang_up = _tcp(lambda connection: (connection.recv(64), connection.close()))
    with hang_up as port, pytest.raises(SourceUnavailable, match="closed as soon as something is asked"):
        list(_modbus(port, FACILITY).fetch(poll))


def test_a_gateway_that_says_nothing_is_unavailable_in_time(poll: Poll) -> None:
    silence = _tcp(lambda connection: connection)
    with silence as port, pytest.raises(SourceUnavailable, match=r"no meter answered \(main: no answer in time\)"):
        list(_modbus(port, FACILITY, IT).fetch(replace(poll, timeout=timedelta(milliseconds=60))))


def test_a_meter_that_fails_has_no_reading_and_is_a_fault_while_the_others_count(meters: Simulator, poll: Poll) -> None:
    missing = {**IT, "device_id": 9}
    connector = _modbus(meters.port, FACILITY, missing, {**IT, "meter": "rack b"})
    events = connector.parse(connector.fetch(poll))
    assert events.table["meter"].to_pylist() == ["main", "rack b"]
    assert events.faults == ("meter rack a: the gateway says: device failure",)


def _answers_only_unit(wanted: int, late: bytes) -> Callable[[socket.socket], None]:
    """Reads two registers of 1 for the unit that is wanted; another gets its answer only after the client gave up."""

    def serve(connection: socket.socket) -> None:
        while len(question := connection.recv(64)) >= 12:
            transaction, unit = question[:2], question[6]
            if unit == wanted:
                connection.sendall(transaction + bytes([0, 0, 0, 7, unit, 3, 4, 0, 1, 0, 1]))
        with suppress(OSError):
            connection.sendall(late)

    return serve


def test_a_meter_that_says_nothing_is_a_fault_while_the_others_count(poll: Poll) -> None:
    meters = [{**FACILITY, "meter": f"unit {unit}", "device_id": unit, "map": INLINE} for unit in (1, 2, 1)]
    meters[2]["meter"] = "unit 1 again"
    with _tcp(_answers_only_unit(1, late=bytes(20))) as port:
        connector = _modbus(port, *meters)
        events = connector.parse(connector.fetch(replace(poll, timeout=timedelta(milliseconds=200))))
    assert events.table["meter"].to_pylist() == ["unit 1", "unit 1 again"]
    assert events.faults == ("meter unit 2: no answer in time",)


def test_an_address_that_the_device_does_not_have_names_meter_and_address(meters: Simulator, poll: Poll) -> None:
    wrong = {**FACILITY, "map": {**INLINE, "address": 5000}}
    with pytest.raises(SourceChanged, match="meter main address 5000: the device refuses it: there is no such address"):
        list(_modbus(meters.port, wrong).fetch(poll))


@pytest.mark.parametrize(
    ("kind", "word_order", "words", "what"),
    [
        pytest.param("uint32", "big", [24910, 188], "not plausible", id="words the other way round"),
        pytest.param("int64", "big", [0xFFFF] * 4, "-0.01 kwh", id="negative"),
        pytest.param("float32", "big", [0x7FC0, 0], "nan kwh", id="not a number"),
        pytest.param("float64", "little", [0, 0, 0, 0x7FF0], "inf kwh", id="infinite"),
    ],
)
def test_a_value_that_cannot_be_names_the_meter(
    kind: str, word_order: str, words: list[int], what: str, poll: Poll
) -> None:
    meter = {**FACILITY, "map": {**INLINE, "type": kind, "word_order": word_order}}
    with _simulated(_device(1, (16, words))) as simulator:
        connector = _modbus(simulator.port, meter)
        parts = list(connector.fetch(poll))
    with pytest.raises(SourceChanged, match=rf"meter main address 16: .*{what}"):
        connector.parse(parts)


def test_a_ratio_register_of_zero_is_not_plausible() -> None:
    body = {
        "at": 0,
        "meters": [
            {"meter": "main", "blocks": [{"address": 0, "registers": [0, 9]}, {"address": 141, "registers": [0, 1]}]}
        ],
    }
    with pytest.raises(SourceChanged, match="nan kwh is not plausible"):
        _modbus(1, FACILITY).parse([Part("meters", msgspec.json.encode(body))])


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_map_says_where_it_comes_from(name: str) -> None:
    assert shipped(name).source
    assert shipped(name).doubts


def test_neighbouring_ratio_registers_come_by_one_read() -> None:
    assert shipped("acrel-dtsd1352").blocks == [(0, 2), (141, 2)]
    assert RegisterMap.model_validate({**INLINE, "ct": 18, "pt": 40}).blocks == [(16, 3), (40, 1)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"map": "acrel"}, "there is no register map 'acrel'; the maps are acrel-dtsd1352, schneider-iem3000"),
        ({"plausible": {"max_kw": 5}}, "plausible needs max_kwh; nothing else shows a wrong word order"),
        ({"role": "facilty"}, "Input should be 'facility', 'it' or 'other'"),
        ({"map": {**INLINE, "type": "uint24"}}, "Input should be 'int16'"),
    ],
)
def test_a_meter_that_is_described_wrongly_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _modbus(502, {**FACILITY, **change})


def test_a_meter_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="the meter 'main' stands twice"):
        _modbus(502, FACILITY, FACILITY)
