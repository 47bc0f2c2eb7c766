"""indexes for what is measured: the oldest that wait, what failed, what is unclear"""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_events_failed", "events", ["outcome", "id"], "outcome = 'failed'"),
    ("ix_parts_unclear", "parts", ["state", "id"], "state = 'unclear'"),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _columns, _where in INDEXES:
        op.drop_index(name, table_name=table)
