"""The folder of signing keys: who may read it, what a rotation leaves, and several processes at once."""

from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from collector.errors import CitygaugeError, ConfigurationError
from collector.proof import ProofFailed
from collector.proof.envelope import open_envelope, sign
from collector.proof.keys import KeyRing, chain_of_trust
from collector.proof.signature import key_id

NOW = 1_790_812_800_000  # 2026-10-01T00:00:00Z
DAY = 86_400_000


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


def test_only_the_owner_may_enter_the_folder_and_read_a_private_key(ring: KeyRing) -> None:
    made = ring.make(NOW)
    assert mode(ring.folder) == "700"
    assert mode(ring.folder / f"{made.short}.pem") == "600"


def test_the_first_key_signs_and_the_public_side_verifies(ring: KeyRing) -> None:
    made = ring.make(NOW)
    assert open_envelope(sign(b"{}", ring.current()), ring.public_keys()) == b"{}"
    assert (made.made_at, made.retired_at, made.endorsed_by) == (NOW, None, None)
    assert made.short == made.keyid[:16]


def test_a_rotation_makes_a_current_key_that_the_old_one_endorses(ring: KeyRing) -> None:
    first = ring.make(NOW)
    old = sign(b"{}", ring.current())
    second = ring.rotate(NOW + DAY)
    assert key_id(ring.current().public_key()) == second.keyid
    assert list(chain_of_trust(ring.public_document(), first.keyid)) == [first.keyid, second.keyid]
    assert [(one.made_at, one.retired_at, one.endorsed_by) for one in ring.listed()] == [
        (NOW, NOW + DAY, None),
        (NOW + DAY, None, first.keyid),
    ]
    assert open_envelope(old, ring.public_keys()) == b"{}"


def test_a_ring_without_keys_lists_none_and_says_how_to_make_one(ring: KeyRing) -> None:
    assert ring.listed() == []
    for ask in (ring.current, ring.public_keys, ring.public_document, lambda: ring.rotate(NOW)):
        with pytest.raises(
            ConfigurationError, match="there is no signing key yet; make one with `citygauge keys make`"
        ):
            ask()


def test_a_second_first_key_is_refused_and_leaves_the_ring_as_it_was(ring: KeyRing) -> None:
    ring.make(NOW)
    before = sorted(path.name for path in ring.folder.iterdir())
    with pytest.raises(ConfigurationError, match="there is a signing key already; rotate it instead"):
        ring.make(NOW)
    assert sorted(path.name for path in ring.folder.iterdir()) == before


def test_a_clock_before_the_current_key_stops_a_rotation(ring: KeyRing) -> None:
    ring.make(NOW)
    with pytest.raises(ConfigurationError, match="the clock stands at 2026-09-30T00:00:00Z"):
        ring.rotate(NOW - DAY)
    assert len(ring.listed()) == 1


def test_a_key_made_with_a_passphrase_is_encrypted_and_opens_with_it_alone(ring: KeyRing) -> None:
    guarded = KeyRing(ring.folder, b"correct horse")
    made = guarded.make(NOW)
    path = ring.folder / f"{made.short}.pem"
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert key_id(guarded.current().public_key()) == made.keyid
    with pytest.raises(ConfigurationError, match=f"{made.short}.pem: it needs its passphrase"):
        ring.current()
    with pytest.raises(ConfigurationError, match="wrong passphrase, or not a PEM file") as caught:
        KeyRing(ring.folder, b"wrong").current()
    assert "wrong" not in str(caught.value).replace("wrong passphrase", "")


def test_a_passphrase_for_a_key_that_has_none_is_refused(ring: KeyRing) -> None:
    made = ring.make(NOW)
    assert load_pem_private_key((ring.folder / f"{made.short}.pem").read_bytes(), None)
    with pytest.raises(ConfigurationError, match="it is not encrypted, but a passphrase was given"):
        KeyRing(ring.folder, b"any").current()


def test_an_empty_passphrase_is_a_mistake_and_not_a_key_without_one(ring: KeyRing) -> None:
    with pytest.raises(ConfigurationError, match="the passphrase of the signing keys is empty"):
        KeyRing(ring.folder, b"")


@pytest.mark.parametrize(("what", "bits", "remedy"), [("folder", 0o755, "chmod 700"), ("key", 0o640, "chmod 600")])
def test_what_others_may_read_is_refused_with_the_remedy(ring: KeyRing, what: str, bits: int, remedy: str) -> None:
    made = ring.make(NOW)
    path = ring.folder if what == "folder" else ring.folder / f"{made.short}.pem"
    path.chmod(bits)
    with pytest.raises(ConfigurationError, match=rf"is open to other users \(mode {bits:04o}\); run: {remedy}"):
        ring.rotate(NOW)


def test_a_private_file_that_is_missing_or_holds_another_key_is_named(ring: KeyRing) -> None:
    first, second = ring.make(NOW), ring.rotate(NOW)
    path, other = (ring.folder / f"{key.short}.pem" for key in (second, first))
    path.write_bytes(other.read_bytes())
    with pytest.raises(ConfigurationError, match=f"{second.short}.pem: does not hold the key that its name says"):
        ring.current()
    path.write_bytes(b"junk")
    with pytest.raises(ConfigurationError, match=f"{second.short}.pem: wrong passphrase, or not a PEM file"):
        ring.current()
    path.unlink()
    with pytest.raises(ConfigurationError, match=f"{second.short}.pem: the private side of the signing key is missing"):
        ring.current()


def test_a_false_public_file_is_never_built_upon(ring: KeyRing) -> None:
    ring.make(NOW)
    path = ring.folder / "keys.json"
    path.write_bytes(path.read_bytes().replace(b"2026-10-01", b"2026-10-02"))
    before = sorted(ring.folder.iterdir())
    with pytest.raises(ProofFailed, match=r"keys\.json\[0\]\.signature"):
        ring.rotate(NOW + DAY)
    assert sorted(ring.folder.iterdir()) == before


def test_a_process_killed_on_the_way_leaves_a_ring_that_rotates(ring: KeyRing) -> None:
    ring.make(NOW)
    (ring.folder / "keys.json.new").write_bytes(b"half")
    (ring.folder / "0123456789abcdef.pem").write_bytes(b"")
    second = ring.rotate(NOW)
    assert key_id(ring.current().public_key()) == second.keyid
    assert not (ring.folder / "keys.json.new").exists()


def test_a_folder_that_cannot_be_made_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigurationError, match=r"file/keys: cannot be written \(Not a directory\)"):
        KeyRing(tmp_path / "file" / "keys").make(NOW)


def test_of_several_processes_one_makes_the_first_key_and_every_rotation_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    barrier = context.Barrier(4)
    workers = [context.Process(target=_make_and_rotate, args=(folder, barrier, results)) for _ in range(4)]
    for worker in workers:
        worker.start()
    made = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    listed = KeyRing(folder).listed()
    assert [one for one, _ in made if one] == [listed[0].keyid]
    assert sorted(key for _, keys in made for key in keys) == sorted(one.keyid for one in listed[1:])
    assert len(listed) == 1 + 4 * 5
    assert {path.stem for path in folder.glob("*.pem")} == {one.short for one in listed}


def _make_and_rotate(
    folder: Path,
    barrier: multiprocessing.synchronize.Barrier,
    results: multiprocessing.Queue[tuple[str | None, list[str]]],
) -> None:
    ring = KeyRing(folder)
    barrier.wait()
    try:
        first: str | None = ring.make(NOW).keyid
    except CitygaugeError:
        first = None
    results.put((first, [ring.rotate(NOW).keyid for _ in range(5)]))


def test_the_public_file_is_readable_once_it_is_copied_out(ring: KeyRing) -> None:
    umask = os.umask(0o022)
    try:
        ring.make(NOW)
    finally:
        os.umask(umask)
    assert mode(ring.folder / "keys.json") == "644"
