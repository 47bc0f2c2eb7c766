"""logins: when they came back from Facebook, and found by their step"""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("logins", sa.Column("came_back_at", sa.DateTime(timezone=True)))
    op.create_index("ix_logins_step", "logins", ["step"])


def downgrade() -> None:
    op.drop_index("ix_logins_step", "logins")
    with op.batch_alter_table("logins") as batch_op:
        batch_op.drop_column("came_back_at")
