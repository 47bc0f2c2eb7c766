"""which bots are being called, and which calls failed, is found at once; on PostgreSQL new calls wake workers"""

import sqlalchemy as sa
from alembic import op


revision = "0021"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_bot_calls_tenant_id_state_id", "bot_calls", ["tenant_id", "state", "id"])
    leased = sa.text("state = 'waiting' AND leased_until IS NOT NULL")
    op.create_index(
        "ix_bot_calls_leased",
        "bot_calls",
        ["flow_id", "leased_until"],
        sqlite_where=leased,
        postgresql_where=leased,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER wake_workers AFTER INSERT ON bot_calls "
            "FOR EACH STATEMENT EXECUTE FUNCTION wake_workers()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER wake_workers ON bot_calls")
    op.drop_index("ix_bot_calls_leased", "bot_calls")
    op.drop_index("ix_bot_calls_tenant_id_state_id", "bot_calls")
