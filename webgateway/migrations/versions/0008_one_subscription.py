"""Instagram: its own switch on the subscription shared with its page, who consented, how its media is shown"""

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SWITCHES = ("messenger_wanted", "instagram_wanted", "instagram_muted")
WORDS = ("instagram_problem", "instagram_error")

# A login that gave Instagram's permissions; without any task named nothing is known against it.
GIVEN = """
    UPDATE grants SET instagram_suffices = TRUE
    WHERE (CAST(tasks AS TEXT) = '[]' OR CAST(tasks AS TEXT) LIKE '%"MESSAGING"%' AND CAST(tasks AS TEXT) LIKE '%"MODERATE"%')
    AND EXISTS (
        SELECT 1 FROM accounts
        WHERE accounts.id = grants.account_id AND CAST(accounts.scopes AS TEXT) LIKE '%"instagram_manage_messages"%'
    )
"""
# What Meta sends today is what was wanted.
WANTED = """
    UPDATE pages SET messenger_wanted = subscribed, instagram_wanted = (
        instagram_id IS NOT NULL AND (subscribed OR CAST(subscribed_fields AS TEXT) <> '[]')
        AND EXISTS (SELECT 1 FROM grants WHERE grants.page_id = pages.id AND grants.instagram_suffices)
    )
"""
# All contacts so far have written.
CONSENTED = "UPDATE contacts SET consented_at = created_at WHERE channel = 'instagram'"


def upgrade() -> None:
    for name in SWITCHES:
        op.add_column("pages", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in WORDS:
        op.add_column("pages", sa.Column(name, sa.String()))
    op.add_column("grants", sa.Column("instagram_suffices", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("gateways", sa.Column("instagram_inline", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("contacts", sa.Column("consented_at", sa.DateTime(timezone=True)))
    for statement in (GIVEN, WANTED, CONSENTED):
        op.execute(statement)


def downgrade() -> None:
    # Not as a batch: SQLite would make the tables anew, without their indexes of expressions.
    op.drop_column("contacts", "consented_at")
    op.drop_column("gateways", "instagram_inline")
    op.drop_column("grants", "instagram_suffices")
    for name in (*WORDS, *SWITCHES):
        op.drop_column("pages", name)
