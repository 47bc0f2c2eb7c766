"""comments with their private replies; which app has a conversation at Meta"""

import sqlalchemy as sa
from alembic import op


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
ANSWERING = sa.text("comment_id IS NOT NULL")
REPLIED = sa.text("replied_at IS NOT NULL")
# SQLite's table is read and written anew; the tables it points to need not be, which have indexes of expressions.
ALONE = {"resolve_fks": False}


def upgrade() -> None:
    op.add_column("conversations", sa.Column("owner_app_id", sa.String()))
    op.add_column("conversations", sa.Column("owner_at", TIME))
    op.create_table(
        "comments",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant_id", NUMBER, nullable=False),
        sa.Column("page_id", NUMBER, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("meta_id", sa.String(), nullable=False),
        sa.Column("post_id", sa.String()),
        sa.Column("post_url", sa.String()),
        sa.Column("parent_id", sa.String()),
        sa.Column("author_id", sa.String()),
        sa.Column("author_name", sa.String()),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("photo_url", sa.String()),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("text_at", TIME, nullable=False),
        sa.Column("edited_at", TIME),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("hidden_at", TIME),
        sa.Column("removed_at", TIME),
        sa.Column("replied_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_comments_page_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_comments_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.UniqueConstraint("page_id", "kind", "meta_id", name="uq_comments_page_id_kind_meta_id"),
    )
    op.create_index("ix_comments_tenant_id", "comments", ["tenant_id"])
    op.create_index("ix_comments_tenant_id_at", "comments", ["tenant_id", "at", "id"])
    op.create_index("ix_comments_page_id_at", "comments", ["page_id", "tenant_id", "at", "id"])
    op.create_index("ix_comments_page_id_parent_id", "comments", ["page_id", "parent_id"])
    op.create_index(
        "ix_comments_replied",
        "comments",
        ["page_id", "replied_at"],
        sqlite_where=REPLIED,
        postgresql_where=REPLIED,
    )
    with op.batch_alter_table("messages", reflect_kwargs=ALONE) as batch_op:
        batch_op.add_column(sa.Column("comment_id", NUMBER))
        batch_op.create_foreign_key("fk_messages_comment_id", "comments", ["comment_id"], ["id"])
        batch_op.alter_column("conversation_id", existing_type=NUMBER, nullable=True)
    op.create_index(
        "uq_messages_comment_id",
        "messages",
        ["comment_id"],
        unique=True,
        sqlite_where=ANSWERING,
        postgresql_where=ANSWERING,
    )
    with op.batch_alter_table("parts", reflect_kwargs=ALONE) as batch_op:
        batch_op.alter_column("conversation_id", existing_type=NUMBER, nullable=True)


def downgrade() -> None:
    """Private replies that stand in no conversation have no place any more."""
    op.execute("DELETE FROM parts WHERE conversation_id IS NULL")
    op.execute("DELETE FROM messages WHERE conversation_id IS NULL")
    with op.batch_alter_table("parts", reflect_kwargs=ALONE) as batch_op:
        batch_op.alter_column("conversation_id", existing_type=NUMBER, nullable=False)
    op.drop_index("uq_messages_comment_id", "messages")
    with op.batch_alter_table("messages", reflect_kwargs=ALONE) as batch_op:
        batch_op.drop_constraint("fk_messages_comment_id", type_="foreignkey")
        batch_op.drop_column("comment_id")
        batch_op.alter_column("conversation_id", existing_type=NUMBER, nullable=False)
    op.drop_table("comments")
    with op.batch_alter_table("conversations", reflect_kwargs=ALONE) as batch_op:
        batch_op.drop_column("owner_at")
        batch_op.drop_column("owner_app_id")
