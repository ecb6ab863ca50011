"""The parts that everything stands on: disk, broker, keys, store, archive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from collector.broker import client, server_binary
from collector.city.secrets import resolve
from collector.doctor import diagnosis as found
from collector.doctor.diagnosis import Diagnosis
from collector.errors import CitygaugeError
from collector.installation import Installation
from collector.ledger import Sealed
from collector.prover import key_ring
from collector.store.segments import sealed_segments

LEAST_FREE = 2 << 30
"""Bytes below which the disk is too full: sealing a day of a large city writes some hundred megabytes at once."""
NAMED = 3
PROBE = "doctor.probe"


def disk(installation: Installation) -> Diagnosis:
    """Of the city file's folder, where store, keys and mostly the archive lie."""
    free = shutil.disk_usage(installation.city.folder).free
    return (found.FULL if free < LEAST_FREE else found.FREE)("disk", free=f"{free / (1 << 30):.1f} GiB")


def broker(installation: Installation) -> Diagnosis:
    """The server that an embedded broker would start, or the one that the city file names."""
    try:
        url = str(resolve(installation.city.broker, installation.city.folder, "broker"))
        if url == "embedded":
            server_binary()
        else:
            client(url).close()
    except CitygaugeError as error:
        return found.NO_BROKER("broker", error=error)
    return found.UP("broker")


def keys(installation: Installation) -> Diagnosis:
    """Whether the current signing key opens; one that others may read does not."""
    try:
        ring = key_ring(installation)
        known = ring.listed()
        if known:
            ring.current()
    except CitygaugeError as error:
        return found.NO_KEY("keys", error=error)
    return found.KEY("keys", key=known[-1].short) if known else found.NO_KEY_YET("keys")


def store(installation: Installation) -> Diagnosis:
    """Whether it answers, and of SQLite whether its pages are sound."""
    try:
        damage = installation.database.damage()
    except CitygaugeError as error:
        return found.NO_STORE("store", error=error)
    return found.UP("store") if damage is None else found.DAMAGED_STORE("store", error=damage)


def archive(installation: Installation) -> Diagnosis:
    """Whether it can be written, every catalogued segment is there, and each source's newest is the one that was sealed."""
    files = installation.archive
    try:
        files.read(PROBE, files.write(PROBE, b"citygauge"))
        files.remove(PROBE)
    except CitygaugeError as error:
        return found.NOT_WRITABLE("archive", error=error)
    sealed = _sealed(installation)
    lost = _missing(installation, sealed) or list(_changed(installation, sealed))
    if not lost:
        return found.ALL_THERE("archive", count=len(sealed))
    more = f" (+{len(lost) - NAMED})" if len(lost) > NAMED else ""
    return found.LOST("archive", names=", ".join(lost[:NAMED]) + more)


def _sealed(installation: Installation) -> list[Sealed]:
    with installation.database.read() as connection:
        return [one for source in installation.city.sources for one in sealed_segments(connection, source.id)]


def _missing(installation: Installation, sealed: list[Sealed]) -> list[str]:
    folders = {one.path.rsplit("/", 1)[0] for one in sealed}
    there = {name for folder in folders for name in installation.archive.names(folder)}
    return [one.path for one in sealed if one.path not in there]


def _changed(installation: Installation, sealed: list[Sealed]) -> Iterator[str]:
    for one in {one.source: one for one in sealed}.values():  # the last of each source
        try:
            installation.archive.read(one.path, one.digest)
        except CitygaugeError:
            yield one.path
