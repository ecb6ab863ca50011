"""Read a declared report from a file: txt, docx or xlsx. The only part of the audit that touches a disk.

Errors are ``ConfigurationError`` (exit 2) and name the file and what to do. Nothing of a file is executed or fetched: macros, links and
formulas stay what they are, text.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from collector.audit.blocks import Block
from collector.audit.build import document
from collector.audit.document import Document
from collector.audit.flattened import blocks as text_blocks
from collector.errors import ConfigurationError

LARGEST_FILE = 20_000_000
"""Bytes. The published reports have 5 kB of text to a few MB of docx."""
LARGEST_CONTENT = 200_000_000
"""Bytes, unpacked, of all parts of a docx or xlsx together."""
MOST_PARTS = 5_000
ENCODINGS = ("utf-8-sig", "gb18030")


def read(path: Path) -> Document:
    """The document in a file, by the suffix of its name."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise ConfigurationError(
            f"{_named(path)}: cannot audit {path.suffix or 'a file without suffix'}; save it as one of {known}"
        )
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ConfigurationError(f"{_named(path)}: {error.strerror or 'cannot be read'}") from None
    if path.is_dir():
        raise ConfigurationError(f"{_named(path)}: is a folder; name one report")
    if size == 0:
        raise ConfigurationError(f"{_named(path)}: is empty; export the report again")
    if size > LARGEST_FILE:
        raise ConfigurationError(
            f"{_named(path)}: {size:,} bytes, at most {LARGEST_FILE:,} are read; remove pictures and attachments"
        )
    found, remarks = reader(path)
    if not found:
        raise ConfigurationError(f"{_named(path)}: holds no text (a scan?); export the report as text, docx or xlsx")
    return document(path.name, found, remarks)


def _named(path: Path) -> str:
    """The path, cut where it is longer than any message should be."""
    text = str(path)
    return text if len(text) <= 200 else f"…{text[-199:]}"


def read_text(path: Path) -> tuple[list[Block], list[str]]:
    """UTF-8, with or without a mark, or GB18030; a file with zero bytes is no text."""
    raw = path.read_bytes()
    for encoding in ("utf-16",) if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text_blocks(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")), []
    raise ConfigurationError(f"{_named(path)}: is neither UTF-8 nor GB18030 text; save it as UTF-8")


def read_docx(path: Path) -> tuple[list[Block], list[str]]:
    from collector.audit.word import docx_blocks

    return _guarded(path, docx_blocks)


def read_xlsx(path: Path) -> tuple[list[Block], list[str]]:
    from collector.audit.workbook import xlsx_blocks

    return _guarded(path, xlsx_blocks)


def _guarded(path: Path, reader: Callable[[Path], tuple[list[Block], list[str]]]) -> tuple[list[Block], list[str]]:
    check_package(path)
    try:
        return reader(path)
    except ConfigurationError as error:
        raise ConfigurationError(f"{_named(path)}: {error}") from None
    except Exception as error:  # noqa: BLE001 - the libraries raise whatever a broken part makes them raise
        kind = type(error).__name__
        raise ConfigurationError(
            f"{_named(path)}: is damaged or no real {path.suffix} ({kind}); open it and save it again"
        ) from None


def check_package(path: Path) -> None:
    """Refuse what would unpack to far more than a report is, before a library unpacks it; a DTD has no place in these formats."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_CONTENT:
                raise ConfigurationError(
                    f"{_named(path)}: unpacks to more than {LARGEST_CONTENT:,} bytes or {MOST_PARTS:,} parts"
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with package.open(part) as stream:
                        if b"<!DOCTYPE" in stream.read(4096):
                            raise ConfigurationError(
                                f"{_named(path)}: {part.filename} holds a DTD, which no office program writes"
                            )
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError):
        raise ConfigurationError(
            f"{_named(path)}: is no {path.suffix} file (encrypted, or another format?); save it again"
        ) from None


READERS: dict[str, Callable[[Path], tuple[list[Block], list[str]]]] = {
    ".txt": read_text,
    ".docx": read_docx,
    ".xlsx": read_xlsx,
}
