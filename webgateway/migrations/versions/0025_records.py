"""the words of messages are found; days are counted; who exported what"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from webgateway.migrations import full_text


revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Its table is read and written anew; those it points to need not be, which have indexes of expressions.
ALONE = {"resolve_fks": False}
SOME = ("agent_id", "queue_id", "closing_reason_id")
ALL = ("flow_id",)


def filled(column: str) -> dict[str, Any]:
    condition = sa.text(f"{column} IS NOT NULL")
    return {"sqlite_where": condition, "postgresql_where": condition}


def upgrade() -> None:
    for column in (*SOME, *ALL):
        some = filled(column) if column in SOME else {}
        op.drop_index(f"ix_conversations_{column}", "conversations")
        op.create_index(
            f"ix_conversations_{column}_opened_at", "conversations", [column, "tenant_id", "opened_at"], **some
        )
    op.create_index(
        "ix_conversations_page_id_opened_at", "conversations", ["page_id", "tenant_id", "opened_at"]
    )
    op.create_table(
        "record_days",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant_id", NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("columns", sa.LargeBinary(), nullable=False),
        sa.Column("still_open", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_record_days_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_record_days"),
        sa.UniqueConstraint("tenant_id", "day", name="uq_record_days_tenant_id_day"),
    )
    op.create_index("ix_record_days_tenant_id", "record_days", ["tenant_id"])
    with op.batch_alter_table("audit_entries", reflect_kwargs=ALONE) as batch_op:
        batch_op.add_column(sa.Column("tenant_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("user_id", NUMBER, nullable=True))
        batch_op.create_index("ix_audit_entries_user_id", ["user_id"])
        batch_op.create_index("ix_audit_entries_tenant_id", ["tenant_id", "id"])
        batch_op.create_foreign_key(
            "fk_audit_entries_tenant_id", "tenants", ["tenant_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_foreign_key(
            "fk_audit_entries_user_id", "users", ["user_id"], ["id"], ondelete="SET NULL"
        )
    full_text.create()


def downgrade() -> None:
    full_text.drop()
    with op.batch_alter_table("audit_entries", reflect_kwargs=ALONE) as batch_op:
        for column in ("user_id", "tenant_id"):
            batch_op.drop_constraint(f"fk_audit_entries_{column}", type_="foreignkey")
            batch_op.drop_index(f"ix_audit_entries_{column}")
            batch_op.drop_column(column)
    op.drop_table("record_days")
    op.drop_index("ix_conversations_page_id_opened_at", "conversations")
    for column in (*SOME, *ALL):
        some = filled(column) if column in SOME else {}
        op.drop_index(f"ix_conversations_{column}_opened_at", "conversations")
        op.create_index(f"ix_conversations_{column}", "conversations", [column], **some)
