"""``citygauge declare``: one file read, checked whole, and stored with its attachments; nothing of it where anything is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from collector.declaring.checking import check
from collector.declaring.naming import named
from collector.declaring.statement import Item, Statement, refuse_twice
from collector.errors import ConfigurationError
from collector.installation import Installation
from collector.periods import Period, instant
from collector.profile_files import Evaluation, load_evaluation
from collector.store.declarations import Attached, StoredDeclaration, add_declarations, read_declarations

FOLDER = "declared"
"""Of the archive: bodies of declared files and attachments, by their SHA-256."""
LARGEST = 100_000_000
"""Bytes of an attachment."""


@dataclass(frozen=True)
class Told:
    """What the command line says; None where it leaves it to the file. at: ISO 8601."""

    profile: str | None = None
    period: str | None = None
    by: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class Declared:
    """What was stored. superseded: how many of it took the place of an earlier declaration."""

    profile: str
    period: str
    stored: tuple[StoredDeclaration, ...]
    superseded: int
    remarks: tuple[str, ...]


def declare(installation: Installation, path: Path, told: Told, now: int) -> Declared:
    """Raises ConfigurationError naming file, place and remedy."""
    statement = read_statement(path)
    profile = told.profile or statement.profile
    if not profile:
        raise ConfigurationError(f"{path}: for which evaluation? Give --profile, or `profile:` in the file")
    evaluation = load_evaluation(profile, installation.city.folder)
    items = _checked(path, statement, evaluation)
    bodies = {path.resolve(): _body(path), **_attachments(path, items)}
    stored = tuple(_stored(installation, path, statement, told, evaluation, items, bodies, now))
    return _kept(installation, stored, bodies, statement)


def read_statement(path: Path) -> Statement:
    """By the suffix of the file's name: YAML, or the official form, or a table."""
    if path.suffix.lower() in {".yaml", ".yml"}:
        from collector.declaring.yaml_file import read_yaml_file

        return read_yaml_file(path)
    if path.suffix.lower() not in {".docx", ".xlsx"}:
        raise ConfigurationError(f"{path}: declare a .yaml, .xlsx or .docx file")
    from collector.audit.reading import read  # python-docx and openpyxl are loaded for their files only
    from collector.declaring.official_form import form_of, statement_of

    document = read(path)
    if (form := form_of(document)) is not None:
        return statement_of(document, form)
    if path.suffix.lower() == ".docx":
        raise ConfigurationError(
            f"{path}: holds no filled 项目支出绩效自评表 (a table with the columns 三级指标, 完成值 and 得分); declare in YAML or xlsx"
        )
    from collector.declaring.table_file import read_table

    return read_table(path)


def _checked(path: Path, statement: Statement, evaluation: Evaluation) -> list[Item]:
    if not statement.items:
        raise ConfigurationError(f"{path}: declares nothing; docs/evaluation.md shows what a declaration says")
    found, faults = [], []
    for item in statement.items:
        try:
            found.append(named(item, evaluation.profile))
        except ConfigurationError as error:
            faults.append(str(error))
    if faults:
        raise ConfigurationError("\n".join(faults))
    refuse_twice(found)
    check(found, evaluation)
    return found


def _attachments(path: Path, items: Sequence[Item]) -> dict[Path, bytes]:
    """Bodies of all attachments; their paths are relative to the file."""
    found = {}
    for item in items:
        if item.attachment:
            place = (path.parent / item.attachment).resolve()
            try:
                found[place] = _body(place)
            except ConfigurationError as error:
                raise ConfigurationError(f"{item.at}: attachment {error}") from None
    return found


def _body(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigurationError(f"{path}: is larger than {LARGEST:,} bytes; attach a smaller file")
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or 'cannot be read'}; name a file that there is") from None


def _stored(
    installation: Installation, path: Path, statement: Statement, told: Told, evaluation: Evaluation,
    items: Sequence[Item], bodies: dict[Path, bytes], now: int,
) -> Iterator[StoredDeclaration]:  # fmt: skip
    author = (told.by or statement.by).strip()
    if not author:
        raise ConfigurationError(f"{path}: who declares this? Give --by, or `by:` in the file")
    period = _period(installation, path, told.period or statement.period, evaluation)
    at = _instant(installation, path, told.at or statement.at, now)
    file = _attached(path, bodies)
    for item in items:
        attachment = _attached(path.parent / item.attachment, bodies) if item.attachment else None
        yield StoredDeclaration(
            evaluation.profile.id, period, item.kind, item.name, item.body, author, at, now, file, attachment
        )


def _attached(path: Path, bodies: dict[Path, bytes]) -> Attached:
    return Attached(path.name[-255:], hashlib.sha256(bodies[path.resolve()]).hexdigest())


def _period(installation: Installation, path: Path, text: str, evaluation: Evaluation) -> str:
    if not text and evaluation.profile.year is not None:
        return str(evaluation.profile.year)
    if not text:
        raise ConfigurationError(f"{path}: for which time? Give --period, such as 2026, or `period:` in the file")
    return Period.parse(text, installation.city.zone).label


def _instant(installation: Installation, path: Path, text: str, now: int) -> int:
    if not text:
        return now
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f"{path}: {text!r} is not an ISO 8601 instant; write 2026-11-20T10:00:00+08:00"
        ) from None
    at = instant(when if when.tzinfo else when.replace(tzinfo=installation.city.zone))
    if at > now:
        raise ConfigurationError(f"{path}: is declared at {text}, which is still to come; give the instant of signing")
    return at


def _kept(
    installation: Installation, stored: tuple[StoredDeclaration, ...], bodies: dict[Path, bytes], statement: Statement
) -> Declared:
    """Bodies first: a file in the archive that nothing names does no harm, a declaration without its attachment does."""
    for body in bodies.values():
        installation.archive.write(f"{FOLDER}/{hashlib.sha256(body).hexdigest()}", body)
    profile, period = stored[0].profile, stored[0].period
    with installation.database.write() as connection:
        before = {one.about for one in read_declarations(connection, profile)}
        add_declarations(connection, [replace(one, body=dict(one.body)) for one in stored])
    superseded = sum(one.about in before for one in stored)
    return Declared(profile, period, stored, superseded, statement.remarks)
