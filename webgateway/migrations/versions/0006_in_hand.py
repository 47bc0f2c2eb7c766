"""what workers have in hand is found at once; on PostgreSQL new rows wake them"""

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WORK = ("deliveries", "events", "parts")


def upgrade() -> None:
    unread = sa.text("state = 'waiting' AND leased_until IS NOT NULL")
    waiting = sa.text("outcome = 'waiting' AND leased_until IS NOT NULL")
    op.create_index(
        "ix_deliveries_in_hand",
        "deliveries",
        ["leased_until", "gateway_id"],
        sqlite_where=unread,
        postgresql_where=unread,
    )
    op.create_index(
        "ix_events_in_hand",
        "events",
        ["leased_until", "talk"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(
        """
        CREATE FUNCTION wake_workers() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('webgateway', TG_TABLE_NAME);
            RETURN NULL;
        END
        $$
        """
    )
    for table in WORK:
        op.execute(
            f"CREATE TRIGGER wake_workers AFTER INSERT ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION wake_workers()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in WORK:
            op.execute(f"DROP TRIGGER wake_workers ON {table}")
        op.execute("DROP FUNCTION wake_workers()")
    op.drop_index("ix_events_in_hand", "events")
    op.drop_index("ix_deliveries_in_hand", "deliveries")
