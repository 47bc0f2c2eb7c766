"""people may answer after 24 hours, where Meta approved that; files that are still kept are found at once"""

import sqlalchemy as sa
from alembic import op


revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

KEPT = sa.text("content IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "gateways", sa.Column("human_agent", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("gateways", sa.Column("human_agent_refused_at", sa.DateTime(timezone=True)))
    op.create_index("ix_uploads_kept", "uploads", ["created_at"], sqlite_where=KEPT, postgresql_where=KEPT)


def downgrade() -> None:
    op.drop_index("ix_uploads_kept", "uploads", sqlite_where=KEPT, postgresql_where=KEPT)
    op.drop_column("gateways", "human_agent_refused_at")
    op.drop_column("gateways", "human_agent")
