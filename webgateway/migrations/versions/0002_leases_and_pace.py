"""leases, the pace of sending, logins that are worked on apart"""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in ("deliveries", "events", "logins"):
        op.add_column(table, sa.Column("leased_until", MOMENT))
    op.add_column("messages", sa.Column("delivery_id", NUMBER))
    op.add_column("pages", sa.Column("next_send_at", MOMENT))
    op.add_column("pages", sa.Column("sends_paused_until", MOMENT))
    op.add_column("gateways", sa.Column("calls_paused_until", MOMENT))
    op.add_column("logins", sa.Column("code", sa.Text()))
    op.add_column("logins", sa.Column("found", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for table, *columns in (
        ("logins", "found", "code", "leased_until"),
        ("gateways", "calls_paused_until"),
        ("pages", "sends_paused_until", "next_send_at"),
        ("messages", "delivery_id"),
        ("events", "leased_until"),
        ("deliveries", "leased_until"),
    ):
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
