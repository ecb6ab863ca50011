"""Alerts: their states, what receivers were told, what is still to be told, silences, acknowledgements, certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "alerts", "alert_groups", "notifications", "sendings", "receivers", "silences", "acknowledgements", "certificates",
    "alert_rounds",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=255), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("signal", sa.String(length=16), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=False, comment="milliseconds of breach so far"),
        sa.Column("clear", sa.BigInteger(), nullable=False),
        sa.Column("fired_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON: labels, group, sources, receivers, texts, annotations, link"),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_table(
        "alert_groups",
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("group_key", sa.String(length=16), nullable=False),
        sa.Column("waiting_since", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False, comment="JSON: fingerprint -> fired_at of what was told as firing"),
        sa.Column("number", sa.Integer(), nullable=False, comment="of its last notification"),
        sa.PrimaryKeyConstraint("receiver", "group_key"),
    )
    op.create_table(
        "notifications",
        sa.Column("key", sa.String(length=40), nullable=False, comment="idempotency key"),
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("group_key", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=True, comment="the worker that is sending it"),
        sa.Column("leased_at", sa.BigInteger(), nullable=True),
        sa.Column("standing", sa.String(length=16), nullable=False, comment="waiting, delivered or refused"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True, comment="of the last attempt"),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("receiver", "group_key", "number", "part"),
    )
    op.create_index("notifications_by_standing", "notifications", ["standing", "receiver", "due_at"])
    op.create_table(
        "sendings",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "attempt"),
    )
    op.create_index("sendings_by_time", "sendings", ["receiver", "at"])
    op.create_table(
        "receivers",
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False, comment="one after another"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("blocked_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("receiver"),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("matchers", sa.Text(), nullable=False, comment="JSON list of matchers as they are written"),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "acknowledgements",
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("fired_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "fired_at"),
    )
    op.create_table(
        "certificates",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False, comment="host:port"),
        sa.Column("ends_at", sa.BigInteger(), nullable=True, comment="of the last time it could be read"),
        sa.Column("read_at", sa.BigInteger(), nullable=False, comment="of the last try"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "address"),
    )
    op.create_table(
        "alert_rounds",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="1: there is one"),
        sa.Column("at", sa.BigInteger(), nullable=True, comment="of the last evaluation, wall clock"),
        sa.Column("boot", sa.String(length=64), nullable=True, comment="what the steady clock counts from"),
        sa.Column("steady", sa.BigInteger(), nullable=True),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False, comment="digest of the rules that were evaluated"),
        sa.Column("look_at", sa.BigInteger(), nullable=True, comment="when to look again though nothing was added"),
        sa.Column("slow_at", sa.BigInteger(), nullable=True, comment="the same for what is dear to know"),
        sa.Column("holder", sa.String(length=40), nullable=True),
        sa.Column("leased_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
