"""gateways are counted in an index of those that are there"""

import sqlalchemy as sa
from alembic import op


revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NAME, TABLE, COLUMNS = "ix_gateways_tenant_id_name", "gateways", ["tenant_id", "name"]
KEPT = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS, sqlite_where=KEPT, postgresql_where=KEPT)


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS)
