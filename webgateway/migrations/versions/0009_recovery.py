"""recoveries, and the subscriptions and webhooks that drifted"""

import sqlalchemy as sa
from alembic import op


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")
NEW = {
    "messages": (("recovered_at", MOMENT),),
    "pages": (
        ("compared_at", MOMENT),
        ("drift", sa.String()),
        ("drift_since", MOMENT),
        ("drift_mended_at", MOMENT),
        ("left_at", MOMENT),
        ("missed_since", MOMENT),
    ),
    "gateways": (
        ("webhook_drift", sa.String()),
        ("webhook_mended_at", MOMENT),
        ("missed_since", MOMENT),
        ("missed_why", sa.String()),
    ),
}


def upgrade() -> None:
    for table, new in NEW.items():
        for name, kind in new:
            op.add_column(table, sa.Column(name, kind))
    op.create_table(
        "recoveries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("gateway_id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["gateways.id"], name="fk_recoveries_gateway_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recoveries_user_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_recoveries"),
    )
    for column in ("gateway_id", "user_id"):
        op.create_index(f"ix_recoveries_{column}", "recoveries", [column])
    op.create_table(
        "comparisons",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recovery_id", NUMBER, nullable=False),
        sa.Column("page_id", NUMBER, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("cursor", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("looked", "brought", "settled", "cut")),
        sa.Column("error", sa.String()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("leased_until", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["recovery_id"], ["recoveries.id"], name="fk_comparisons_recovery_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_comparisons_page_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_comparisons"),
    )
    op.create_table(
        "watches",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watches"),
    )
    for column in ("recovery_id", "page_id"):
        op.create_index(f"ix_comparisons_{column}", "comparisons", [column])
    for name, columns, unique in (
        ("uq_comparisons_waiting", ["page_id", "channel"], True),
        ("ix_comparisons_due", ["next_try_at", "id"], False),
    ):
        op.create_index(
            name, "comparisons", columns, unique=unique, sqlite_where=WAITING, postgresql_where=WAITING
        )


def downgrade() -> None:
    op.drop_table("watches")
    op.drop_table("comparisons")
    op.drop_table("recoveries")
    for table, new in NEW.items():
        for name, _kind in new:
            op.drop_column(table, name)
