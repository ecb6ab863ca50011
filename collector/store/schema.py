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

alerts = Table(
    "alerts",
    metadata,
    Column("fingerprint", String(16), primary_key=True),
    Column("rule", String(255), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("signal", String(16), nullable=False),
    Column("period", String(64), nullable=False),
    Column("since", BigInteger),
    Column("held", BigInteger, nullable=False, comment="milliseconds of breach so far"),
    Column("clear", BigInteger, nullable=False),
    Column("fired_at", BigInteger),
    Column("resolved_at", BigInteger),
    Column("body", Text, nullable=False, comment="JSON: labels, group, sources, receivers, texts, annotations, link"),
)

alert_groups = Table(
    "alert_groups",
    metadata,
    Column("receiver", String(64), primary_key=True),
    Column("group_key", String(16), primary_key=True),
    Column("waiting_since", BigInteger),
    Column("told_at", BigInteger),
    Column("told", Text, nullable=False, comment="JSON: fingerprint -> fired_at of what was told as firing"),
    Column("number", Integer, nullable=False, comment="of its last notification"),
)

notifications = Table(
    "notifications",
    metadata,
    Column("key", String(40), primary_key=True, comment="idempotency key"),
    Column("receiver", String(64), nullable=False),
    Column("group_key", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("holder", String(40), comment="the worker that is sending it"),
    Column("leased_at", BigInteger),
    Column("standing", String(16), nullable=False, comment="waiting, delivered or refused"),
    Column("error", Text),
    Column("sent_at", BigInteger, comment="of the last attempt"),
    UniqueConstraint("receiver", "group_key", "number", "part"),
    Index("notifications_by_standing", "standing", "receiver", "due_at"),
)

sendings = Table(
    "sendings",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("receiver", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("sendings_by_time", "receiver", "at"),
)

receivers = Table(
    "receivers",
    metadata,
    Column("receiver", String(64), primary_key=True),
    Column("delivered_at", BigInteger),
    Column("failing_since", BigInteger),
    Column("failures", Integer, nullable=False, comment="one after another"),
    Column("error", Text),
    Column("blocked_until", BigInteger),
)

silences = Table(
    "silences",
    metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("matchers", Text, nullable=False, comment="JSON list of matchers as they are written"),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("author", String(255), nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("fingerprint", String(16), primary_key=True),
    Column("fired_at", BigInteger, primary_key=True),
    Column("author", String(255), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

certificates = Table(
    "certificates",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("address", String(255), primary_key=True, comment="host:port"),
    Column("ends_at", BigInteger, comment="of the last time it could be read"),
    Column("read_at", BigInteger, nullable=False, comment="of the last try"),
    Column("error", Text),
)

alert_rounds = Table(
    "alert_rounds",
    metadata,
    Column("id", Integer, autoincrement=False, primary_key=True, comment="1: there is one"),
    Column("at", BigInteger, comment="of the last evaluation, wall clock"),
    Column("boot", String(64), comment="what the steady clock counts from"),
    Column("steady", BigInteger),
    Column("run", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("rules", String(64), nullable=False, comment="digest of the rules that were evaluated"),
    Column("look_at", BigInteger, comment="when to look again though nothing was added"),
    Column("slow_at", BigInteger, comment="the same for what is dear to know"),
    Column("holder", String(40)),
    Column("leased_at", BigInteger),
)

declarations = Table(
    "declarations",
    metadata,
    Column("id", _id, primary_key=True, autoincrement=True),
    Column("profile", String(255), nullable=False),
    Column("period", String(64), nullable=False),
    Column("kind", String(16), nullable=False, comment="line, reason, fund, fact, goal or veto"),
    Column("name", String(255), nullable=False, comment="of the line, row, fact or veto"),
    Column("body", Text, nullable=False, comment="JSON: what is declared"),
    Column("author", String(255), nullable=False),
    Column("declared_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("file", String(255), nullable=False),
    Column("file_digest", String(64), nullable=False),
    Column("attachment", String(255)),
    Column("attachment_digest", String(64)),
    Index("declarations_by_profile", "profile", "period"),
)
