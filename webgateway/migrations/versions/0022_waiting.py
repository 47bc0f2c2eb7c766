"""what waits for agents and what they have is found by small indexes, however much is closed"""

import sqlalchemy as sa
from alembic import op


revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

QUEUED = "queue_id IS NOT NULL AND agent_id IS NULL AND closed_at IS NULL"
ASSIGNED = "agent_id IS NOT NULL AND closed_at IS NULL"
# What each was before, and is now.
CHANGED = (
    (
        ("ix_conversations_queued", "conversations", QUEUED),
        ("queue_id", "priority", "queued_at"),
        ("agent_id", "closed_at", "queue_id", "priority", "queued_at"),
    ),
    (
        ("ix_conversations_assigned", "conversations", ASSIGNED),
        ("agent_id", "last_message_at"),
        ("agent_id", "closed_at", "last_message_at"),
    ),
    (
        ("ix_offers_at", "offers", "outcome = 'ringing'"),
        ("user_id",),
        ("outcome", "user_id"),
    ),
)


def upgrade() -> None:
    for index, _before, now in CHANGED:
        change(*index, now)


def downgrade() -> None:
    for index, before, _now in CHANGED:
        change(*index, before)


def change(name: str, table: str, condition: str, columns: tuple[str, ...]) -> None:
    where = sa.text(condition)
    op.drop_index(name, table)
    op.create_index(name, table, [*columns], sqlite_where=where, postgresql_where=where)
