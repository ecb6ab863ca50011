"""The file that a bundle is: a zip in its one canonical form, so that every changed byte shows.

Stored, sorted by name, dated 1980-01-01, without extra fields or comments (PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16).
Any unzip program opens it; ``unpack`` takes it only if packing its content again gives the same bytes.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from collector.errors import ConfigurationError
from collector.proof import ProofFailed
from collector.proof.canonical import first_difference

LOCAL = struct.Struct("<4s5H3L2H")
"""Local file header: signature, version, flags, method, time, date, CRC-32, compressed size, size, length of name, of extra."""
ENTRY, DIRECTORY = b"PK\x03\x04", (b"PK\x01\x02", b"PK\x05\x06")


def pack(files: Mapping[str, bytes]) -> bytes:
    """The container of ``files``; the same files give the same bytes, whatever their order.

    Raises ConfigurationError beyond 2 GiB or 65,535 files, ProofFailed for a name that ``unpack`` would refuse.
    """
    try:
        return _packed(files)
    except zipfile.LargeZipFile:
        raise ConfigurationError("bundle: more than 2 GiB or 65,535 files; bundle a shorter period") from None


def unpack(body: bytes) -> dict[str, bytes]:
    """The files of a container that is byte for byte what ``pack`` makes of them. Raises ProofFailed naming the entry.

    Nothing is decompressed, so that no file is larger than the container.
    """
    try:
        return _unpacked(body)
    except zipfile.LargeZipFile:
        raise ProofFailed("the container", "is larger than any bundle: more than 2 GiB or 65,535 files") from None


def _packed(files: Mapping[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(files):
            _refuse_name(name)
            archive.writestr(_heading(name), files[name])
    return body.getvalue()


def _unpacked(body: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    start, before = 0, None
    while body[start : start + 4] == ENTRY:
        name, content = _entry(body, start, before)
        if before is not None and name <= before:
            raise ProofFailed(f"entry {name!r}", "stands in the container twice, or not in the order of the names")
        start = _compare(body, start, name, content)
        files[name] = content
        before = name
    if body[start : start + 4] not in DIRECTORY:
        raise ProofFailed(_after(before), f"no entry begins at byte {start} of the container")
    again = _packed(files)
    if again != body:
        raise ProofFailed("the container's directory", _differs(first_difference(body, again)))
    return files


def _compare(body: bytes, start: int, name: str, content: bytes) -> int:
    """Where the entry ends that begins at ``start``, once it is what packing it gives; entries do not know their place."""
    end = start + LOCAL.size + len(name.encode("utf-8")) + len(content)
    found, again = body[start:end], _packed({name: content})[: end - start]
    if found != again:
        raise ProofFailed(f"entry {name!r}", _differs(start + first_difference(found, again)))
    return end


def _differs(offset: int) -> str:
    return f"byte {offset} of the container is not what its content gives"


def _heading(name: str) -> zipfile.ZipInfo:
    heading = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    heading.create_system = 3  # Unix, on every system
    heading.external_attr = 0o100644 << 16
    return heading


def _entry(body: bytes, start: int, before: str | None) -> tuple[str, bytes]:
    """Name and content of the entry whose header begins at ``start``."""
    place = _after(before)
    if len(body) < start + LOCAL.size:
        raise ProofFailed(place, "the container is cut off")
    _, _, _, method, _, _, _, stored, size, name_length, extra = LOCAL.unpack_from(body, start)
    begin = start + LOCAL.size + name_length
    try:
        name = body[start + LOCAL.size : begin].decode("utf-8")
    except UnicodeDecodeError:
        raise ProofFailed(place, "its name is not UTF-8") from None
    _refuse_name(name)
    if method or stored != size or extra:
        raise ProofFailed(
            f"entry {name!r}",
            "its header does not say stored, of one size, without extra fields, as all entries of a bundle are",
        )
    if len(body) < begin + size:
        raise ProofFailed(f"entry {name!r}", "its content ends after the container does")
    return name, body[begin : begin + size]


def _after(before: str | None) -> str:
    return "the container's first entry" if before is None else f"the entry after {before!r}"


def _refuse_name(name: str) -> None:
    """Names that would leave the folder they are unpacked into, on any system."""
    parts = name.split("/")
    if not name.isprintable() or "\\" in name or ":" in name or not {"", ".", ".."}.isdisjoint(parts):
        raise ProofFailed(f"entry {name!r}", "its name is not a plain relative path")
