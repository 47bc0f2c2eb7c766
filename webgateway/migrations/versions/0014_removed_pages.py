"""removed pages remember how they were and who removed them; a login knows the page it was started for"""

import sqlalchemy as sa
from alembic import op


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REMOVED = sa.text("removed_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("pages", sa.Column("removed_by", sa.String()))
    op.add_column("pages", sa.Column("removed_switches", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index(
        "ix_pages_removed",
        "pages",
        ["gateway_id", "removed_at", "id"],
        sqlite_where=REMOVED,
        postgresql_where=REMOVED,
    )
    started_for = sa.ForeignKey("pages.id", name="fk_logins_page_id")
    # SQLite cannot replace a table that points to one with an index of an expression.
    inline = op.get_bind().dialect.name == "sqlite"
    op.add_column("logins", sa.Column("page_id", NUMBER, started_for), inline_references=inline)
    op.create_index("ix_logins_page_id", "logins", ["page_id"])


def downgrade() -> None:
    op.drop_index("ix_logins_page_id", "logins")
    op.drop_column("logins", "page_id")
    op.drop_index("ix_pages_removed", "pages")
    op.drop_column("pages", "removed_switches")
    op.drop_column("pages", "removed_by")
