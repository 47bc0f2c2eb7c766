"""What agents do all day asks the database for no more than it needs."""

from tests import cast
from webgateway.conversations.models import Conversation, Reaction
from webgateway.db import db, utcnow

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_what_is_shown_of_a_conversation_holds_no_secret(as_gail, talk_id, count_queries):
    with count_queries() as queries:
        assert as_gail.get(f"/workspace/{talk_id}", headers=PART).status_code == 200
    told = " ".join(query.partition("\nFROM")[0] for query in queries)
    for secret in ("app_secret", "verify_token", "grants.token", "accounts.token"):
        assert secret not in told


def test_of_what_is_only_named_no_more_is_read(as_gail, talk_id, count_queries):
    with count_queries() as queries:
        assert as_gail.get(f"/workspace/{talk_id}", headers=PART).status_code == 200
    told = next(query for query in queries if "LEFT OUTER JOIN gateways" in query).partition("\nFROM")[0]
    for column in (".password", ".subscribed_fields", ".bot_token_hash", ".answer_seconds"):
        assert column not in told


def test_files_and_comments_are_looked_up_where_there_are_some(as_gail, talk_id, count_queries):
    cast.message(db.session.get_one(Conversation, talk_id), author="agent", text="Hello")
    with count_queries() as queries:
        assert as_gail.get(f"/workspace/{talk_id}", headers=PART).status_code == 200
    assert not [query for query in queries if "uploads" in query or "FROM comments" in query]


def test_the_messages_of_a_short_conversation_are_read_once(as_gail, talk_id, count_queries):
    with count_queries() as queries:
        assert as_gail.get(f"/workspace/{talk_id}", headers=PART).status_code == 200
    assert sum("messages.referral" in query for query in queries) == 1


def test_reactions_and_edits_are_looked_up_where_there_are_some(as_gail, talk_id, count_queries):
    def looked_up() -> list[str]:
        with count_queries() as queries:
            assert as_gail.get(f"/workspace/{talk_id}", headers=PART).status_code == 200
        columns = "reactions.sign", "wordings.number"
        return [column for column in columns if any(column in query for query in queries)]

    assert looked_up() == []
    talk = db.session.get_one(Conversation, talk_id)
    reaction = Reaction(contact=talk.contact, mid=cast.message(talk, mid="m_1").mid, sign="👍")
    reaction.occurred_at = utcnow()
    db.session.add(reaction)
    db.session.commit()
    assert looked_up() == ["reactions.sign"]


def test_what_rings_and_what_is_theirs_is_looked_up_at_once(as_gail, talk_id, count_queries):
    with count_queries() as queries:
        assert as_gail.get("/workspace/desk", headers=PART).status_code == 200
    assert sum("contacts.picture_url" in query for query in queries) == 1


def test_an_answer_is_written_in_one_go(as_gail, talk_id, count_queries):
    form = {"text": "We are open.", "key": "k1"}
    with count_queries() as queries:
        assert as_gail.post(f"/workspace/{talk_id}/messages", data=form, headers=PART).status_code == 200
    assert not [query for query in queries if query.startswith("UPDATE messages")]
    assert len([query for query in queries if query != "BEGIN"]) <= 16


def test_what_a_flow_does_is_read_only_where_one_writes(as_gail, talk_id, count_queries):
    with count_queries() as queries:
        assert as_gail.get(f"/workspace/{talk_id}", headers=PART).status_code == 200
    assert not [query for query in queries if "flow_versions.definition" in query]


def test_what_is_closed_is_looked_up_once(as_gail, talk_id, count_queries):
    with count_queries() as queries:
        assert as_gail.post(f"/workspace/{talk_id}/closure", headers=PART).status_code == 200
    assert not [query for query in queries if "\nFROM contacts" in query or "\nFROM pages \nWHERE" in query]
    assert db.session.get_one(Conversation, talk_id).closed_at is not None
