"""on PostgreSQL parts of names of gateways and pages are found by an index"""

from webgateway.migrations import trigrams


revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    trigrams.create()


def downgrade() -> None:
    trigrams.drop()
