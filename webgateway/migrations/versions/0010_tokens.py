"""what a login lacks and when Meta is asked whether it works; data deletions as jobs, an audit"""

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# What a table points to is not read: SQLAlchemy warns of the indexes of expressions there.
ALONE = {"resolve_fks": False}
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("purpose", sa.String(), nullable=False, server_default="pages"))
    op.add_column("accounts", sa.Column("checked_at", MOMENT))
    op.add_column("grants", sa.Column("shortcoming", sa.String()))
    for table in ("accounts", "grants"):
        op.add_column(table, sa.Column("check_at", MOMENT))
        op.create_index(f"ix_{table}_check_at", table, ["check_at"])
    op.create_table(
        "audit_entries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("gateway_id", NUMBER),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String()),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["gateways.id"], name="fk_audit_entries_gateway_id", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_audit_entries_gateway_id", "audit_entries", ["gateway_id"])
    with op.batch_alter_table("data_deletions", reflect_kwargs=ALONE) as batch_op:
        batch_op.add_column(sa.Column("gateway_id", NUMBER))
        batch_op.add_column(sa.Column("person", sa.Text()))
        batch_op.add_column(sa.Column("issued_at", sa.BigInteger()))
        batch_op.add_column(sa.Column("started_at", MOMENT))
        batch_op.create_foreign_key(
            "fk_data_deletions_gateway_id", "gateways", ["gateway_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index("ix_data_deletions_gateway_id", "data_deletions", ["gateway_id"])


def downgrade() -> None:
    op.drop_index("ix_data_deletions_gateway_id", "data_deletions")
    with op.batch_alter_table("data_deletions", reflect_kwargs=ALONE) as batch_op:
        batch_op.drop_constraint("fk_data_deletions_gateway_id", type_="foreignkey")
        for column in ("started_at", "issued_at", "person", "gateway_id"):
            batch_op.drop_column(column)
    op.drop_table("audit_entries")
    for table, *columns in (
        ("grants", "check_at", "shortcoming"),
        ("accounts", "check_at", "checked_at", "purpose"),
    ):
        op.drop_index(f"ix_{table}_check_at", table)
        with op.batch_alter_table(table, reflect_kwargs=ALONE) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
