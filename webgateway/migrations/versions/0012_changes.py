"""what becomes of a message afterwards, and which links lead to which flow"""

import sqlalchemy as sa
from alembic import op


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("messages", sa.Column("app_id", sa.String()))
    op.add_column("conversations", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("erased_at", MOMENT))
    op.create_table(
        "wordings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("contact_id", NUMBER, nullable=False),
        sa.Column("mid", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String()),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_wordings_contact_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_wordings"),
        sa.UniqueConstraint("contact_id", "mid", "number", name="uq_wordings_contact_id_mid_number"),
    )
    op.create_table(
        "reactions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("contact_id", NUMBER, nullable=False),
        sa.Column("mid", sa.String(), nullable=False),
        sa.Column("sign", sa.String()),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_reactions_contact_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_reactions"),
        sa.UniqueConstraint("contact_id", "mid", name="uq_reactions_contact_id_mid"),
    )
    op.create_table(
        "flow_refs",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant_id", NUMBER, nullable=False),
        sa.Column("flow_id", NUMBER, nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_flow_refs_tenant_id"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_flow_refs_flow_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_flow_refs"),
        sa.UniqueConstraint("tenant_id", "value", name="uq_flow_refs_tenant_id_value"),
    )
    op.create_index("ix_flow_refs_tenant_id", "flow_refs", ["tenant_id"])
    op.create_index("ix_flow_refs_flow_id", "flow_refs", ["flow_id"])


def downgrade() -> None:
    for table in ("flow_refs", "reactions", "wordings"):
        op.drop_table(table)
    for table, column in (("deliveries", "erased_at"), ("conversations", "changes"), ("messages", "app_id")):
        op.drop_column(table, column)
