"""The files behind a snapshot, by source: sealed segments, and beside them what the segments alone do not tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class File:
    """A file of the archive. ``sha256`` is its content's."""

    path: str
    sha256: str

    @classmethod
    def of(cls, folder: str, name: str, body: bytes) -> File:
        digest = hashlib.sha256(body).hexdigest()
        stem, _, ending = name.rpartition(".")
        return cls(f"{folder}/{stem}-{digest[:8]}.{ending}", digest)

    def document(self) -> dict[str, Any]:
        return {"path": self.path, "sha256": self.sha256}


@dataclass(frozen=True)
class SegmentFile(File):
    """The segment of a day (number 0) or one of its supplements."""

    day: str
    number: int

    def document(self) -> dict[str, Any]:
        return super().document() | {"day": self.day, "number": self.number}


@dataclass(frozen=True)
class SourceFiles:
    """What the figures from one source rest on.

    later: records and runs that concern the period and lie in none of the segments, as a segment file (number -1). subjects: the
    dictionary of a source of states. register: the register file of policy ``fixed``.
    """

    segments: tuple[SegmentFile, ...] = ()
    later: File | None = None
    subjects: File | None = None
    register: File | None = None

    def __iter__(self) -> Iterator[File]:
        yield from self.segments
        yield from (one for one in (self.later, self.subjects, self.register) if one is not None)

    def document(self) -> dict[str, Any]:
        single = {"later": self.later, "subjects": self.subjects, "register": self.register}
        return {"segments": [one.document() for one in self.segments]} | {
            name: one.document() for name, one in single.items() if one is not None
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> SourceFiles:
        segments = tuple(SegmentFile(**one) for one in document["segments"])
        single = {name: File(**document[name]) for name in ("later", "subjects", "register") if name in document}
        return cls(segments, **single)


class FileContents:
    """Files in memory by path, for those who read from an archive elsewhere."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def read(self, name: str, digest: str) -> bytes:  # noqa: ARG002 whoever made the mapping has checked the digests
        return self._contents[name]

    def derived(self, name: str) -> None:  # noqa: ARG002 what is verified is added up from the records
        return None


def paths(sources: Mapping[str, SourceFiles]) -> Sequence[str]:
    return sorted({file.path for files in sources.values() for file in files})
