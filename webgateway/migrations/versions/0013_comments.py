"""which app has a conversation at Meta, and which wrote a message"""

import sqlalchemy as sa
from alembic import op


revision = "0013"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("owner_app_id", sa.String()))
    op.add_column("conversations", sa.Column("owner_at", sa.DateTime(timezone=True)))
    op.add_column("messages", sa.Column("app_id", sa.String()))


def downgrade() -> None:
    with op.batch_alter_table("messages") as batch_op:
        batch_op.drop_column("app_id")
    with op.batch_alter_table("conversations") as batch_op:
        batch_op.drop_column("owner_at")
        batch_op.drop_column("owner_app_id")
