"""a part knows its page and who has it in hand, so that the next one to send is found at once"""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE_OF_PART = (
    "UPDATE parts SET page_id ="
    " (SELECT page_id FROM conversations WHERE conversations.id = parts.conversation_id)"
)
WAITING = sa.text("state = 'waiting'")
LEASED = sa.text("leased_until IS NOT NULL")


def upgrade() -> None:
    op.add_column("parts", sa.Column("page_id", NUMBER))
    op.add_column("parts", sa.Column("leased_by", sa.String()))
    op.execute(PAGE_OF_PART)
    with op.batch_alter_table("parts") as batch_op:
        batch_op.alter_column("page_id", existing_type=NUMBER, nullable=False)
        batch_op.create_foreign_key("fk_parts_page_id", "pages", ["page_id"], ["id"])
    for name, columns, where in (
        ("ix_parts_due", ["page_id", "next_try_at", "id"], WAITING),
        ("ix_parts_leased", ["leased_by", "page_id"], LEASED),
    ):
        op.create_index(name, "parts", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_parts_leased", "parts")
    op.drop_index("ix_parts_due", "parts")
    with op.batch_alter_table("parts") as batch_op:
        batch_op.drop_constraint("fk_parts_page_id", type_="foreignkey")
        batch_op.drop_column("leased_by")
        batch_op.drop_column("page_id")
