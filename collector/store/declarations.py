"""Declarations in the store: rows are only added; the last one of a thing and period is the one that holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from collector.store.schema import declarations

Kind = Literal["line", "reason", "fund", "fact", "goal", "veto"]


@dataclass(frozen=True)
class Attached:
    """A file that came with a declaration: its name, and the SHA-256 under which its body lies in the archive."""

    name: str
    digest: str


@dataclass(frozen=True)
class StoredDeclaration:
    """One thing that was declared of a profile's form for a period.

    name: id of the line, fact or veto, Chinese name of the row of funds, empty for the goal. body: plain JSON, numbers as text.
    declared_at: by the author. recorded_at: when we learned it. file: the one that it stood in.
    """

    profile: str
    period: str
    kind: Kind
    name: str
    body: Mapping[str, Any]
    author: str
    declared_at: int
    recorded_at: int
    file: Attached
    attachment: Attached | None = None

    @property
    def about(self) -> tuple[str, Kind, str]:
        """What of which period it is about: a later declaration about the same takes its place."""
        return self.period, self.kind, self.name


def add_declarations(connection: sa.Connection, told: Iterable[StoredDeclaration]) -> None:
    rows = [_row(one) for one in told]
    if rows:
        connection.execute(sa.insert(declarations), rows)


def read_declarations(connection: sa.Connection, profile: str | None = None) -> list[StoredDeclaration]:
    """All that was ever declared, of one profile if given, in the order of recording."""
    query = sa.select(declarations).order_by(declarations.c.id)
    if profile is not None:
        query = query.where(declarations.c.profile == profile)
    return [_stored(row) for row in connection.execute(query).mappings()]


def holding(told: Iterable[StoredDeclaration]) -> list[StoredDeclaration]:
    """Those that no later one took the place of; ``told`` in the order of recording, and of one profile."""
    return list({one.about: one for one in told}.values())


def _row(one: StoredDeclaration) -> dict[str, Any]:
    return {
        "profile": one.profile, "period": one.period, "kind": one.kind, "name": one.name,
        "body": json.dumps(dict(one.body), ensure_ascii=False, sort_keys=True),
        "author": one.author, "declared_at": one.declared_at, "recorded_at": one.recorded_at,
        "file": one.file.name, "file_digest": one.file.digest,
        "attachment": one.attachment.name if one.attachment else None,
        "attachment_digest": one.attachment.digest if one.attachment else None,
    }  # fmt: skip


def _stored(row: sa.RowMapping) -> StoredDeclaration:
    attached = row["attachment"] is not None
    return StoredDeclaration(
        row["profile"], row["period"], row["kind"], row["name"], json.loads(row["body"]),
        row["author"], row["declared_at"], row["recorded_at"], Attached(row["file"], row["file_digest"]),
        Attached(row["attachment"], row["attachment_digest"]) if attached else None,
    )  # fmt: skip
