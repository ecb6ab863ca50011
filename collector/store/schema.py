"""Tables of the hot store. Instants are integers, milliseconds since the epoch (SQLite keeps no time zones).

Records are kept as one column batch per run and calendar day (Arrow IPC), not one row each: a poll of a million channels with 1,600
changes is one row, reading a day is a concatenation, and sealing it is one more. The sealed archive is plain Parquet.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
_id = BigInteger().with_variant(Integer, "sqlite")

runs = Table(
    "runs",
    metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("source", String(64), nullable=False),
    Column("slot", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False, comment="our clock when the answer was asked for; also recorded_at of its records"),
    Column("outcome", String(16), nullable=False),
    Column("vouch_start", BigInteger),
    Column("vouch_end", BigInteger),
    Column("vouch_gaps", Text, comment="JSON list of [start, end] inside, where several spans were observed"),
    Column("evidence", String(64), comment="SHA-256 of the manifest of the answer's parts"),
    Column("pseudonymised", Boolean, nullable=False, default=False),
    Column("rows", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("skew_seconds", Float),
    Column("cursor", Text),
    Column("error_kind", String(32)),
    Column("error", Text),
    Column("faults", Text, comment="JSON list of what was wrong with single rows"),
    UniqueConstraint("source", "slot"),
    Index("runs_by_time", "source", "at"),
)

batches = Table(
    "batches",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("day", BigInteger, primary_key=True, comment="midnight, in the city's zone, of the records' own day"),
    Column("source", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("batches_by_day", "source", "day"),
)

subjects = Table(
    "subjects",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("body", LargeBinary, nullable=False, comment="Arrow: n, subject, attributes; a later row for an n replaces the earlier"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("subjects", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False, comment="zstd of one byte per subject: its state after the run"),
)

openings = Table(
    "openings",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("day", BigInteger, primary_key=True),
    Column("body", LargeBinary, nullable=False, comment="the vector before the day's first good run"),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False, comment="Arrow: case and hash of its row in the last answer of a polled case system"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("day", BigInteger, primary_key=True, comment="midnight of the day it was kept on; a day's deltas need no other day's bodies"),
    Column("digest", String(64), primary_key=True),
    Column("base", String(64), comment="digest of the body that this one is a zstd delta against"),
    Column("depth", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

log = Table(
    "log",
    metadata,
    Column("entry", _id, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False, comment="segment or snapshot"),
    Column("name", String(255), nullable=False, unique=True, comment="source/day/number or period/revision"),
    Column("digest", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
)

registers = Table(
    "registers",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("month", BigInteger, primary_key=True, comment="midnight of the month's first day"),
    Column("path", String(255), nullable=False),
    Column("digest", String(64), nullable=False),
)

segments = Table(
    "segments",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("day", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True, comment="0 the day's segment, 1… its supplements"),
    Column("path", String(255), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("period", String(64), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("envelope", LargeBinary, comment="DSSE: the body signed"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False, comment="leaves of the log"),
    Column("at", BigInteger, nullable=False),
    Column("text", Text, nullable=False, comment="signed note: size and root of the log"),
)
