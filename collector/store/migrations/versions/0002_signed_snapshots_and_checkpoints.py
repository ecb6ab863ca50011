"""Signed snapshots, and checkpoints of the log as a Merkle tree in place of a chain of digests."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("log") as table:
        table.drop_column("chain")
    with op.batch_alter_table("snapshots") as table:
        table.add_column(sa.Column("envelope", sa.LargeBinary(), nullable=True, comment="DSSE: the body signed"))
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False, comment="leaves of the log"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="signed note: size and root of the log"),
        sa.PrimaryKeyConstraint("size"),
    )


def downgrade() -> None:
    op.drop_table("checkpoints")
    with op.batch_alter_table("snapshots") as table:
        table.drop_column("envelope")
    with op.batch_alter_table("log") as table:
        table.add_column(sa.Column("chain", sa.String(length=64), nullable=False, server_default=""))
