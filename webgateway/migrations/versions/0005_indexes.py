"""indexes for the pages on full tables"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OF_PAGE = ("ix_conversations_page_id_last_message_at", "conversations")


def upgrade() -> None:
    _create("ix_gateways_by_name", "gateways", "tenant_id", sa.text("lower(name)"), "id", where="deleted_at IS NULL")
    _create("ix_gateways_refused", "gateways", "tenant_id", "signature_refused_at", where="signature_refused_at IS NOT NULL")
    _create("ix_pages_tenant_id_name", "pages", "tenant_id", "name")
    _create("ix_pages_by_name", "pages", "gateway_id", sa.text("lower(name)"), "id", where="removed_at IS NULL")
    op.drop_index(OF_PAGE[0], OF_PAGE[1])
    _create(*OF_PAGE, "page_id", "tenant_id", "last_message_at")


def downgrade() -> None:
    op.drop_index(OF_PAGE[0], OF_PAGE[1])
    _create(*OF_PAGE, "page_id", "last_message_at")
    op.drop_index("ix_pages_by_name", "pages")
    op.drop_index("ix_pages_tenant_id_name", "pages")
    op.drop_index("ix_gateways_refused", "gateways")
    op.drop_index("ix_gateways_by_name", "gateways")


def _create(name, table, *columns, where=None):  # type: ignore[no-untyped-def]
    condition = sa.text(where) if where else None
    op.create_index(name, table, [*columns], sqlite_where=condition, postgresql_where=condition)
