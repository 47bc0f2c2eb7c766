"""health: what Meta holds against a page, how much arrives in each hour, and when a part failed"""

import sqlalchemy as sa
from alembic import op


revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("page_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("what", sa.String()),
        sa.Column("help_url", sa.String()),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_notices_page_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("page_id", "kind", "subject", name="uq_notices_page_id_kind_subject"),
    )


    op.create_table(
        "arrivals",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("gateway_id", NUMBER, nullable=False),
        sa.Column("page_id", NUMBER),
        sa.Column("hour", TIME, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateways.id"], name="fk_arrivals_gateway_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_arrivals_page_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_arrivals"),
    )
    op.create_index("uq_arrivals_page_id_hour", "arrivals", ["page_id", "hour"], unique=True)
    whole = sa.text("page_id IS NULL")
    op.create_index(
        "uq_arrivals_gateway_id_hour", "arrivals", ["gateway_id", "hour"], unique=True,
        sqlite_where=whole, postgresql_where=whole,
    )
    op.create_index("ix_arrivals_hour", "arrivals", ["hour"])
    op.create_table(
        "silences",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("page_id", NUMBER, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_silences_page_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
        sa.UniqueConstraint("page_id", name="uq_silences_page_id"),
    )
    op.add_column("parts", sa.Column("failed_at", TIME))
    failed = sa.text("failed_at IS NOT NULL")
    op.create_index("ix_parts_failed", "parts", ["page_id", "failed_at"], sqlite_where=failed, postgresql_where=failed)
    op.create_index("ix_accounts_gateway_id_logged_in_at", "accounts", ["gateway_id", "logged_in_at"])
    op.add_column("pages", sa.Column("integrity_checked_at", TIME))
    op.add_column("pages", sa.Column("integrity_error", sa.String()))


def downgrade() -> None:
    # Not in a batch, which would lose the indexes of expressions on SQLite.
    op.drop_column("pages", "integrity_error")
    op.drop_column("pages", "integrity_checked_at")
    op.drop_index("ix_accounts_gateway_id_logged_in_at", "accounts")
    op.drop_index("ix_parts_failed", "parts")
    op.drop_column("parts", "failed_at")
    op.drop_table("silences")
    op.drop_table("arrivals")
    op.drop_table("notices")
