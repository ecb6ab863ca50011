"""The container: the same bytes for the same files, any unzip program opens it, and every changed byte is placed."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import ConfigurationError
from collector.proof import ProofFailed
from collector.proof.container import pack, unpack

FILES = {
    "snapshot.json": b'{"period":"2026-10"}',
    "segments/video/2026-10/a.parquet": bytes(range(64)),
    "segments/案件/b.parquet": b"PK\x03\x04PK\x01\x02",
    "empty": b"",
}
BODY = pack(FILES)

names = st.lists(st.text("abcé益", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)
files = st.dictionaries(names, st.binary(max_size=40), max_size=5)


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip by the same library without the rules of a bundle."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", method) as archive:
        for name, content in entries:
            heading = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            heading.external_attr = 0o100644 << 16
            heading.compress_type = method
            archive.writestr(heading, content)
    return body.getvalue()


@given(files)
def test_what_was_packed_comes_back(content: dict[str, bytes]) -> None:
    assert unpack(pack(content)) == content


@given(files)
def test_the_order_of_the_files_does_not_matter(content: dict[str, bytes]) -> None:
    assert pack(dict(reversed(content.items()))) == pack(content)


def test_the_bytes_are_the_same_on_every_machine_and_version() -> None:
    assert hashlib.sha256(BODY).hexdigest() == "c655de5a2f0a3fa3cb16d3ca62d661168058beb1ae70a5cf2098b6d632a0cd6d"


def test_any_unzip_program_opens_it() -> None:
    with zipfile.ZipFile(io.BytesIO(BODY)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert {(info.compress_type, info.date_time, info.extra) for info in archive.infolist()} == {
            (zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0), b"")
        }


@pytest.mark.parametrize("bit", [0x01, 0x02, 0x10, 0x80])
def test_every_flipped_byte_is_caught_and_placed(bit: int) -> None:
    for offset in range(len(BODY)):
        with pytest.raises(ProofFailed) as caught:
            unpack(BODY[:offset] + bytes([BODY[offset] ^ bit]) + BODY[offset + 1 :])
        places = places_of(offset)
        assert not places or caught.value.place in places, (offset, caught.value)


def places_of(offset: int) -> set[str]:
    """What may be blamed for a changed byte of BODY; nothing certain where it is a name or the length of a name."""
    with zipfile.ZipFile(io.BytesIO(BODY)) as archive:
        starts, directory = {info.filename: info.header_offset for info in archive.infolist()}, archive.start_dir
    names = sorted(FILES)
    if offset >= directory:
        return {"the container's directory", f"the entry after {names[-1]!r}"}
    name = [one for one in names if starts[one] <= offset][-1]
    within = offset - starts[name]
    if within in {26, 27} or 30 <= within < 30 + len(name.encode()):
        return set()
    if within >= 4:
        return {f"entry {name!r}"}
    before = names.index(name) - 1
    return {f"the entry after {names[before]!r}" if before >= 0 else "the container's first entry"}


def test_every_truncation_and_every_addition_is_caught() -> None:
    for end in range(len(BODY)):
        with pytest.raises(ProofFailed):
            unpack(BODY[:end])
    for more in (b"\0", BODY):
        with pytest.raises(ProofFailed, match=f"byte {len(BODY)} of the container"):
            unpack(BODY + more)
        with pytest.raises(ProofFailed):
            unpack(more + BODY)


def test_a_changed_content_is_named_with_its_entry() -> None:
    with pytest.raises(
        ProofFailed, match=r"^entry 'snapshot\.json': byte \d+ of the container is not what its content gives$"
    ):
        unpack(BODY.replace(b'2026-10"}', b'2026-11"}', 1))


@pytest.mark.parametrize(
    "name", ["../x", "a/../x", "/etc/passwd", "C:x", "a\\b", "a//b", "a/", "./a", "", "a\nb", "a\u202eb"]
)
def test_a_name_that_leads_elsewhere_is_neither_packed_nor_unpacked(name: str) -> None:
    for refuse in (lambda: pack({name: b""}), lambda: unpack(zipped((name, b"")))):
        with pytest.raises(ProofFailed, match="its name is not a plain relative path") as caught:
            refuse()
        assert caught.value.place == f"entry {name!r}"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(ProofFailed, match="entry 'a': stands in the container twice"):
        unpack(zipped(("a", b"1"), ("a", b"2")))


def test_a_compressed_entry_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped(("big", bytes(10_000_000)), method=zipfile.ZIP_DEFLATED)
    with pytest.raises(ProofFailed, match="entry 'big': its header does not say stored"):
        unpack(bomb)


def test_an_entry_that_claims_more_than_there_is_is_refused() -> None:
    body = zipped(("a", b"1"))
    claimed = (0xFFFFFFFF).to_bytes(4, "little")
    with pytest.raises(ProofFailed, match="entry 'a': its content ends after the container does"):
        unpack(body[:18] + claimed * 2 + body[26:])


def test_entries_in_another_order_are_refused() -> None:
    with pytest.raises(ProofFailed, match="entry 'a': stands in the container twice, or not in the order of the names"):
        unpack(zipped(("b", b""), ("a", b"")))


def test_a_comment_is_refused() -> None:
    with pytest.raises(ProofFailed, match="the container's directory: byte"):
        unpack(pack({"a": b""})[:-2] + b"\x01\0!")


def test_more_files_than_a_zip_can_count_are_neither_packed_nor_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    body = pack({"a": b"", "b": b"", "c": b""})
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    with pytest.raises(ConfigurationError, match="bundle a shorter period"):
        pack({"a": b"", "b": b"", "c": b""})
    with pytest.raises(ProofFailed, match="is larger than any bundle"):
        unpack(body)


def test_what_is_no_zip_at_all_is_refused() -> None:
    for body in (b"", b"PK", b"{}", bytes(100)):
        with pytest.raises(ProofFailed):
            unpack(body)
