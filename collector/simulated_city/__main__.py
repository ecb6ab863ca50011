"""``python -m collector.simulated_city DIRECTORY PARENT``: the child process that serves a city until its parent is
gone.

Prints one line of JSON, the addresses, when it listens. It watches its parent in two ways: standard input, whose
other end the parent holds, and the parent's process id, because a process forked from the parent may hold that end
open too. The kernel's parent-death signal is not used: it follows the thread that started the child, not the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from pathlib import Path

import msgspec

from collector.simulated_city import http_server, modbus
from collector.simulated_city.access_log import AccessLog
from collector.simulated_city.case_database import CaseDatabase
from collector.simulated_city.city import CASES_FILE, CLOCK_FILE, SETTINGS_FILE, Addresses, open_case_database
from collector.simulated_city.clock import CityClock
from collector.simulated_city.magnitudes import Settings
from collector.simulated_city.open311 import Open311
from collector.simulated_city.platform_pages import Portals, Prometheus
from collector.simulated_city.world import World, make_world
from collector.simulated_city.wvp import Wvp

LOOK_EVERY_SECONDS = 0.5
ADVANCE_EVERY_SECONDS = 1.0


def routes(world: World) -> http_server.Routes:
    return {
        "wvp": ("video", Wvp(world.video, world.settings.password)),
        "portal": ("portal", Portals(world.portals)),
        "prometheus": ("prometheus", Prometheus(world.probes)),
        "open311": ("hotline", Open311(world.hotline, world.settings.zone)),
        "logs": ("logs", AccessLog(world.logins)),
    }


async def serve(directory: Path, parent: int) -> None:
    """Serve until the parent is gone."""
    world = make_world(Settings.load(directory / SETTINGS_FILE))
    clock = CityClock(directory / CLOCK_FILE)
    _, http_port = await http_server.serve(http_server.HttpCity(routes(world), clock, world.faults))
    _, modbus_port = await modbus.serve(modbus.Gateway(world.energy, clock, world.faults))
    threading.Thread(target=_advance_live, args=(open_case_database(directory, world), clock), daemon=True).start()
    addresses = Addresses(f"http://127.0.0.1:{http_port}", "127.0.0.1", modbus_port, str(directory / CASES_FILE))
    sys.stdout.buffer.write(msgspec.json.encode(addresses) + b"\n")
    sys.stdout.flush()
    await _parent_gone(parent)


async def _parent_gone(parent: int) -> None:
    """Return when standard input ends or the parent is another process than it was."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while os.getppid() == parent:
        try:
            await asyncio.wait_for(reader.read(), LOOK_EVERY_SECONDS)
        except TimeoutError:
            continue
        return


def _advance_live(database: CaseDatabase, clock: CityClock) -> None:
    """Keep the case system at the present while its clock is live."""
    while True:
        if clock.is_live("cases"):
            database.advance(clock.get("cases"))
        time.sleep(ADVANCE_EVERY_SECONDS)


if __name__ == "__main__":
    # Ctrl-C reaches the whole group; the parent stops this process in its own order
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
