"""Packing a snapshot with all that it takes to verify it."""

from __future__ import annotations

from collector.errors import ConfigurationError
from collector.frozen.bundle import Bundle
from collector.frozen.files import SourceFiles
from collector.installation import Installation
from collector.prover import Prover, key_ring
from collector.store.log import covering_checkpoint, leaves
from collector.store.snapshots import Snapshot, snapshot_revision


def stored_snapshot(installation: Installation, label: str, revision: int | None) -> Snapshot:
    """A revision of a frozen period, the newest where none is given. Raises ConfigurationError where there is none."""
    with installation.database.read() as connection:
        snapshot = snapshot_revision(connection, label, revision)
    if snapshot is None:
        which = label if revision is None else f"revision {revision} of {label}"
        raise ConfigurationError(f"{which} is not frozen: `citygauge snapshot {label}` freezes a month that is over")
    return snapshot


def make_bundle(installation: Installation, label: str, revision: int | None, now: int) -> bytes:
    """The bundle of a revision: the signed snapshot, its files, the public keys, the log and a checkpoint that covers it."""
    snapshot = stored_snapshot(installation, label, revision)
    if snapshot.envelope is None:
        raise ConfigurationError(f"{snapshot.period}/{snapshot.revision} was frozen before there were signatures")
    with installation.database.write() as connection:
        found = covering_checkpoint(connection, snapshot.period, snapshot.revision)
        if found is None:
            Prover(installation).checkpoint(connection, now)
            found = covering_checkpoint(connection, snapshot.period, snapshot.revision)
            assert found is not None
        logged = leaves(connection, found[0])
    files = {
        file.path: installation.archive.read(file.path, file.sha256)
        for source in snapshot.document["sources"].values()
        for file in SourceFiles.read(source["files"])
    }
    keys = key_ring(installation).public_document()
    return Bundle(snapshot.envelope, keys, logged, found[1], files).write()
