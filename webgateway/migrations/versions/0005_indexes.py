"""indexes for the pages on full tables"""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LOWER_NAME = sa.text("lower(name)")
NEW = (
    ("ix_gateways_by_name", "gateways", ("tenant_id", LOWER_NAME, "id"), "deleted_at IS NULL"),
    ("ix_gateways_refused", "gateways", ("tenant_id", "signature_refused_at"), "signature_refused_at IS NOT NULL"),
    ("ix_pages_tenant_id_name", "pages", ("tenant_id", "name"), None),
    ("ix_pages_by_name", "pages", ("gateway_id", LOWER_NAME, "id"), "removed_at IS NULL"),
    ("ix_contacts_by_name", "contacts", ("tenant_id", LOWER_NAME), None),
    ("ix_contacts_by_username", "contacts", ("tenant_id", sa.text("lower(username)")), None),
    ("ix_events_tenant_id_mid", "events", ("tenant_id", "mid"), None),
    ("ix_events_tenant_id_user_id", "events", ("tenant_id", "user_id", "id"), None),
)
# What each was before, and is now.
CHANGED = (
    ("ix_conversations_page_id_last_message_at", ("page_id", "last_message_at"), ("page_id", "tenant_id", "last_message_at")),
    ("ix_conversations_contact_id", ("contact_id",), ("contact_id", "tenant_id")),
)


def upgrade() -> None:
    for name, table, columns, condition in NEW:
        where = sa.text(condition) if condition else None
        op.create_index(name, table, [*columns], sqlite_where=where, postgresql_where=where)
    op.drop_index("ix_events_mid", "events")
    for name, _before, now in CHANGED:
        op.drop_index(name, "conversations")
        op.create_index(name, "conversations", [*now])


def downgrade() -> None:
    for name, before, _now in CHANGED:
        op.drop_index(name, "conversations")
        op.create_index(name, "conversations", [*before])
    op.create_index("ix_events_mid", "events", ["mid"])
    for name, table, _columns, _condition in reversed(NEW):
        op.drop_index(name, table)
