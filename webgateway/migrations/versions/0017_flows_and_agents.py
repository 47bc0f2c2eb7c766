"""flows have versions; queues, agents and what they are offered; files, facts, bots"""

from typing import Any

import sqlalchemy as sa
from alembic import op


revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
# SQLite's table is read and written anew; the tables it points to need not be, which have indexes of expressions.
ALONE = {"resolve_fks": False}


def only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def filled(column: str) -> dict[str, Any]:
    return only(f"{column} IS NOT NULL")


VERSIONS = sa.table(
    "flow_versions",
    *(sa.column(name) for name in ("flow_id", "number", "state")),
    sa.column("definition", sa.JSON()),
    *(sa.column(name, TIME) for name in ("created_at", "updated_at", "published_at")),
)
FLOWS = sa.table(
    "flows",
    *(sa.column(name) for name in ("id", "opening_message", "closing_message")),
    *(sa.column(name, TIME) for name in ("created_at", "updated_at")),
)


def first_versions() -> None:
    """What a flow did becomes its first version."""
    bind = op.get_bind()
    for flow in bind.execute(sa.select(FLOWS)).all():
        does = {"opening_message": flow.opening_message, "closing_message": flow.closing_message}
        does = {name: text for name, text in does.items() if text}
        does["parts"] = [{"kind": "agents", "id": "agents", "name": "Agents"}]
        first = {"flow_id": flow.id, "number": 1, "state": "live", "definition": does}
        times = {
            "created_at": flow.created_at,
            "updated_at": flow.updated_at,
            "published_at": flow.updated_at,
        }
        bind.execute(sa.insert(VERSIONS).values(**first, **times))


def general_queues() -> None:
    op.execute(
        "INSERT INTO queues (tenant_id, name, rule, answer_seconds, everybody, general, created_at)"
        " SELECT id, 'General', 'longest_idle', 30, true, true, created_at FROM tenants"
    )


def give_texts_back() -> None:
    bind = op.get_bind()
    live = sa.select(VERSIONS.c.flow_id, VERSIONS.c.definition).where(VERSIONS.c.state == "live")
    for version in bind.execute(live).all():
        texts = {name: version.definition.get(name, "") for name in ("opening_message", "closing_message")}
        bind.execute(sa.update(FLOWS).where(FLOWS.c.id == version.flow_id).values(texts))


def upgrade() -> None:
    op.create_table(
        "closing_reasons",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_closing_reasons_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_closing_reasons"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_closing_reasons_tenant_id_name"),
    )
    op.create_index("ix_closing_reasons_tenant_id", "closing_reasons", ["tenant_id"])

    op.create_table(
        "queues",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("answer_seconds", sa.Integer(), nullable=False),
        sa.Column("everybody", sa.Boolean(), nullable=False),
        sa.Column("general", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_queues_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_queues"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_queues_tenant_id_name"),
    )
    op.create_index("ix_queues_tenant_id", "queues", ["tenant_id"])

    op.create_table(
        "agents",
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_at", TIME, nullable=False),
        sa.Column("state_reason", sa.String(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("offered_at", TIME, nullable=True),
        sa.Column("idle_since", TIME, nullable=True),
        sa.Column("seen_at", TIME, nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_agents_tenant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_agents_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("user_id", name="uq_agents_user_id"),
    )
    op.create_index("ix_agents_tenant_id", "agents", ["tenant_id"])

    op.create_table(
        "canned_answers",
        sa.Column("shortcut", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("queue_id", NUMBER, nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queues.id"], name="fk_canned_answers_queue_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_canned_answers_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_canned_answers"),
        sa.UniqueConstraint("tenant_id", "shortcut", name="uq_canned_answers_tenant_id_shortcut"),
    )
    op.create_index("ix_canned_answers_queue_id", "canned_answers", ["queue_id"])
    op.create_index("ix_canned_answers_tenant_id", "canned_answers", ["tenant_id"])

    op.create_table(
        "flow_versions",
        sa.Column("flow_id", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("published_by_id", NUMBER, nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["flow_id"], ["flows.id"], name="fk_flow_versions_flow_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["users.id"], name="fk_flow_versions_published_by_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_flow_versions"),
        sa.UniqueConstraint("flow_id", "number", name="uq_flow_versions_flow_id_number"),
    )
    op.create_index("ix_flow_versions_flow_id", "flow_versions", ["flow_id"])
    op.create_index("ix_flow_versions_published_by_id", "flow_versions", ["published_by_id"])
    op.create_index(
        "uq_flow_versions_draft", "flow_versions", ["flow_id"], unique=True, **only("state = 'draft'")
    )
    op.create_index(
        "uq_flow_versions_live", "flow_versions", ["flow_id"], unique=True, **only("state = 'live'")
    )

    op.create_table(
        "queue_members",
        sa.Column("queue_id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queues.id"], name="fk_queue_members_queue_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_queue_members_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("queue_id", "user_id", name="pk_queue_members"),
    )
    op.create_index("ix_queue_members_user_id", "queue_members", ["user_id"])

    op.create_table(
        "uploads",
        sa.Column("user_id", NUMBER, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mime_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("attachment_id", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_uploads_tenant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_uploads_user_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_tenant_id", "uploads", ["tenant_id"])
    op.create_index("ix_uploads_user_id", "uploads", ["user_id"])

    op.create_table(
        "bot_calls",
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("flow_id", NUMBER, nullable=True),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", TIME, nullable=False),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("tenant_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_bot_calls_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_bot_calls_flow_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_bot_calls_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bot_calls"),
        sa.UniqueConstraint("key", name="uq_bot_calls_key"),
    )
    op.create_index("ix_bot_calls_conversation_id", "bot_calls", ["conversation_id"])
    op.create_index("ix_bot_calls_due", "bot_calls", ["next_try_at", "id"], **only("state = 'waiting'"))
    op.create_index("ix_bot_calls_flow_id", "bot_calls", ["flow_id"])
    op.create_index("ix_bot_calls_tenant_id", "bot_calls", ["tenant_id"])
    op.create_index("ix_bot_calls_tenant_id_id", "bot_calls", ["tenant_id", "id"])
    op.create_index(
        "ix_bot_calls_waiting", "bot_calls", ["conversation_id", "id"], **only("state = 'waiting'")
    )

    op.create_table(
        "offers",
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("queue_id", NUMBER, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("offered_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_offers_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name="fk_offers_queue_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_offers_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
    )
    op.create_index("ix_offers_at", "offers", ["user_id"], **only("outcome = 'ringing'"))
    op.create_index("ix_offers_conversation_id", "offers", ["conversation_id", "user_id"])
    op.create_index("ix_offers_queue_id", "offers", ["queue_id"])
    op.create_index("ix_offers_user_id", "offers", ["user_id"])
    op.create_index(
        "uq_offers_ringing", "offers", ["conversation_id"], unique=True, **only("outcome = 'ringing'")
    )

    op.create_table(
        "facts",
        sa.Column("contact_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("gathered_at", TIME, nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_facts_contact_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_facts_message_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_facts"),
        sa.UniqueConstraint("contact_id", "kind", "value", name="uq_facts_contact_id_kind_value"),
    )
    op.create_index("ix_facts_message_id", "facts", ["message_id"])
    op.create_index("ix_facts_value", "facts", ["value"])

    first_versions()
    general_queues()
    with op.batch_alter_table("conversations", reflect_kwargs=ALONE) as batch_op:
        batch_op.add_column(sa.Column("flow_version_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("part", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("part_at", TIME, nullable=True))
        batch_op.add_column(sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("offline_at", TIME, nullable=True))
        batch_op.add_column(sa.Column("idle_at", TIME, nullable=True))
        batch_op.add_column(sa.Column("reminded_at", TIME, nullable=True))
        batch_op.add_column(sa.Column("queue_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("queued_at", TIME, nullable=True))
        batch_op.add_column(sa.Column("held_until", TIME, nullable=True))
        batch_op.add_column(sa.Column("waited_seconds", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("agent_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("assigned_at", TIME, nullable=True))
        batch_op.add_column(sa.Column("answered_at", TIME, nullable=True))
        batch_op.add_column(sa.Column("agent_read_at", TIME, nullable=True))
        batch_op.add_column(sa.Column("closed_how", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("closing_reason_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("reopened_at", TIME, nullable=True))
        batch_op.create_index("ix_conversations_agent_id", ["agent_id"], **only("agent_id IS NOT NULL"))
        batch_op.create_index(
            "ix_conversations_assigned",
            ["agent_id", "last_message_at"],
            **only("agent_id IS NOT NULL AND closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_conversations_closing_reason_id",
            ["closing_reason_id"],
            **only("closing_reason_id IS NOT NULL"),
        )
        batch_op.create_index("ix_conversations_flow_version_id", ["flow_version_id"])
        batch_op.create_index("ix_conversations_idle_at", ["idle_at"], **only("idle_at IS NOT NULL"))
        batch_op.create_index("ix_conversations_queue_id", ["queue_id"], **only("queue_id IS NOT NULL"))
        batch_op.create_index(
            "ix_conversations_queued",
            ["queue_id", "priority", "queued_at"],
            **only("queue_id IS NOT NULL AND agent_id IS NULL AND closed_at IS NULL"),
        )
        batch_op.create_index("ix_conversations_tenant_id_opened_at", ["tenant_id", "opened_at"])
        batch_op.create_foreign_key(
            "fk_conversations_closing_reason_id",
            "closing_reasons",
            ["closing_reason_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            "fk_conversations_flow_version_id",
            "flow_versions",
            ["flow_version_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            "fk_conversations_agent_id", "users", ["agent_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            "fk_conversations_queue_id", "queues", ["queue_id"], ["id"], ondelete="SET NULL"
        )

    op.execute(
        "UPDATE conversations SET flow_version_id ="
        " (SELECT id FROM flow_versions WHERE flow_versions.flow_id = conversations.flow_id)"
    )
    op.execute(
        "UPDATE conversations SET closed_how = CASE WHEN closed_by_id IS NULL THEN 'flow' ELSE 'agent' END"
        " WHERE closed_at IS NOT NULL"
    )
    with op.batch_alter_table("flows", reflect_kwargs=ALONE) as batch_op:
        batch_op.add_column(sa.Column("bot_secret", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("bot_token_hash", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("bot_token_made_at", TIME, nullable=True))
        batch_op.create_unique_constraint("uq_flows_bot_token_hash", ["bot_token_hash"])
        batch_op.drop_column("destination")
        batch_op.drop_column("closing_message")
        batch_op.drop_column("opening_message")

    with op.batch_alter_table("messages", reflect_kwargs=ALONE) as batch_op:
        batch_op.add_column(sa.Column("quick_replies", sa.JSON(), nullable=True))

    with op.batch_alter_table("parts", reflect_kwargs=ALONE) as batch_op:
        batch_op.add_column(sa.Column("upload_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("quick_replies", sa.JSON(), nullable=True))
        batch_op.create_index("ix_parts_upload_id", ["upload_id"], **only("upload_id IS NOT NULL"))
        batch_op.create_foreign_key(
            "fk_parts_upload_id", "uploads", ["upload_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("parts", reflect_kwargs=ALONE) as batch_op:
        batch_op.drop_constraint("fk_parts_upload_id", type_="foreignkey")
        batch_op.drop_index("ix_parts_upload_id", **only("upload_id IS NOT NULL"))
        batch_op.drop_column("quick_replies")
        batch_op.drop_column("upload_id")

    with op.batch_alter_table("messages", reflect_kwargs=ALONE) as batch_op:
        batch_op.drop_column("quick_replies")

    with op.batch_alter_table("flows", reflect_kwargs=ALONE) as batch_op:
        batch_op.add_column(sa.Column("opening_message", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("closing_message", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("destination", sa.String(), nullable=False, server_default=sa.text("'agents'")))
        batch_op.drop_constraint("uq_flows_bot_token_hash", type_="unique")
        batch_op.drop_column("bot_token_made_at")
        batch_op.drop_column("bot_token_hash")
        batch_op.drop_column("bot_secret")
    give_texts_back()
    with op.batch_alter_table("flows", reflect_kwargs=ALONE) as batch_op:
        for name in ("opening_message", "destination", "closing_message"):
            batch_op.alter_column(
                name, existing_type=sa.String(), existing_nullable=False, server_default=None
            )

    with op.batch_alter_table("conversations", reflect_kwargs=ALONE) as batch_op:
        batch_op.drop_constraint("fk_conversations_queue_id", type_="foreignkey")
        batch_op.drop_constraint("fk_conversations_agent_id", type_="foreignkey")
        batch_op.drop_constraint("fk_conversations_flow_version_id", type_="foreignkey")
        batch_op.drop_constraint("fk_conversations_closing_reason_id", type_="foreignkey")
        batch_op.drop_index("ix_conversations_tenant_id_opened_at")
        batch_op.drop_index(
            "ix_conversations_queued",
            **only("queue_id IS NOT NULL AND agent_id IS NULL AND closed_at IS NULL"),
        )
        batch_op.drop_index("ix_conversations_queue_id", **only("queue_id IS NOT NULL"))
        batch_op.drop_index("ix_conversations_idle_at", **only("idle_at IS NOT NULL"))
        batch_op.drop_index("ix_conversations_flow_version_id")
        batch_op.drop_index("ix_conversations_closing_reason_id", **only("closing_reason_id IS NOT NULL"))
        batch_op.drop_index("ix_conversations_assigned", **only("agent_id IS NOT NULL AND closed_at IS NULL"))
        batch_op.drop_index("ix_conversations_agent_id", **only("agent_id IS NOT NULL"))
        batch_op.drop_column("reopened_at")
        batch_op.drop_column("closing_reason_id")
        batch_op.drop_column("closed_how")
        batch_op.drop_column("agent_read_at")
        batch_op.drop_column("answered_at")
        batch_op.drop_column("assigned_at")
        batch_op.drop_column("agent_id")
        batch_op.drop_column("waited_seconds")
        batch_op.drop_column("held_until")
        batch_op.drop_column("queued_at")
        batch_op.drop_column("priority")
        batch_op.drop_column("queue_id")
        batch_op.drop_column("reminded_at")
        batch_op.drop_column("idle_at")
        batch_op.drop_column("offline_at")
        batch_op.drop_column("tries")
        batch_op.drop_column("part_at")
        batch_op.drop_column("part")
        batch_op.drop_column("flow_version_id")

    op.drop_table("facts")
    op.drop_table("offers")
    op.drop_table("bot_calls")
    op.drop_table("uploads")
    op.drop_table("queue_members")
    op.drop_table("flow_versions")
    op.drop_table("canned_answers")
    op.drop_table("agents")
    op.drop_table("queues")
    op.drop_table("closing_reasons")
