"""the lists of gateways and pages are searched in an index that holds all that is sought in"""

import sqlalchemy as sa
from alembic import op


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LOWER_NAME = sa.text("lower(name)")
CHANGED = (
    ("ix_gateways_by_name", "gateways", "tenant_id", "deleted_at IS NULL", ("name", "uri", "app_id")),
    ("ix_pages_by_name", "pages", "gateway_id", "removed_at IS NULL", ("name", "meta_id", "instagram_username")),
)


def upgrade() -> None:
    for name, table, owner, condition, sought in CHANGED:
        _anew(name, table, [owner, LOWER_NAME, "id", *sought], condition)


def downgrade() -> None:
    for name, table, owner, condition, _sought in CHANGED:
        _anew(name, table, [owner, LOWER_NAME, "id"], condition)


def _anew(name: str, table: str, columns: list[str | sa.TextClause], condition: str) -> None:
    where = sa.text(condition)
    op.drop_index(name, table)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
