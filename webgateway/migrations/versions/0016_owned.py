"""open conversations that another app has at Meta are found at once"""

import sqlalchemy as sa
from alembic import op


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OWNED = sa.text("owner_app_id IS NOT NULL AND closed_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_conversations_owned", "conversations", ["page_id", "owner_app_id"],
        sqlite_where=OWNED, postgresql_where=OWNED,
    )


def downgrade() -> None:
    op.drop_index("ix_conversations_owned", table_name="conversations")
