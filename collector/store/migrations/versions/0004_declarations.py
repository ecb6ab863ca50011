"""Declarations: what somebody says was reached, with who, when and the attachment; rows are only added."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "declarations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("profile", sa.String(length=255), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="line, reason, fund, fact, goal or veto"),
        sa.Column("name", sa.String(length=255), nullable=False, comment="of the line, row, fact or veto"),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON: what is declared"),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("declared_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("attachment", sa.String(length=255), nullable=True),
        sa.Column("attachment_digest", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("declarations_by_profile", "declarations", ["profile", "period"])


def downgrade() -> None:
    op.drop_table("declarations")
