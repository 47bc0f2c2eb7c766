"""The list of conversations: what stands in it, how it is narrowed, how it keeps itself fresh."""

import re
from datetime import timedelta

import pytest

from tests import cast
from webgateway.conversations import inbox, outgoing
from webgateway.db import db, utcnow


@pytest.fixture
def peter(page):
    return cast.conversation(cast.contact(page), preview="Is the shop open?")


@pytest.fixture
def maya(page):
    contact = cast.contact(page, name="Maya Ruiz", meta_id="7392015648120395", username="maya.r")
    return cast.conversation(contact, preview="Thank you!", last_message_at=utcnow() - timedelta(hours=2))


def names(answer) -> list[str]:
    return re.findall(r'class="name">([^<]+)<', answer.text)


def token(answer) -> str:
    return re.search(r"token=(\w+)", answer.text)[1]


def test_the_newest_conversation_comes_first(as_gail, maya, peter):
    answer = as_gail.get("/conversations/")
    assert answer.status_code == 200
    assert names(answer) == ["Peter Chang", "Maya Ruiz"]
    assert "Cisco Dogs · Messenger" in answer.text


def test_a_part_is_answered_with_the_list_alone(as_gail, peter):
    answer = as_gail.fragment("/conversations/")
    assert "Peter Chang" in answer.text
    assert "<html" not in answer.text


def test_nobody_signed_in_is_asked_to_sign_in(visitor, peter):
    assert "/login" in visitor.get("/conversations/").location


def test_without_the_right_the_list_is_refused(as_nora, peter):
    assert as_nora.get("/conversations/").status_code == 403


def test_another_tenant_sees_nothing_of_it(as_rita, peter):
    assert "Peter Chang" not in as_rita.get("/conversations/?state=all").text


def test_searching_looks_at_names_usernames_and_the_last_words(as_gail, maya, peter):
    assert names(as_gail.fragment("/conversations/?q=chang")) == ["Peter Chang"]
    assert names(as_gail.fragment("/conversations/?q=MAYA.R")) == ["Maya Ruiz"]
    assert names(as_gail.fragment("/conversations/?q=thank")) == ["Maya Ruiz"]


@pytest.mark.parametrize(
    ("searched", "found"),
    [("chang", ["Peter Chang"]), ("ruiz", []), ("maya ruiz", ["Maya Ruiz"]), ("MAYA.R", ["Maya Ruiz"])],
)
def test_an_old_conversation_is_found_by_a_whole_name(as_gail, maya, peter, monkeypatch, searched, found):
    monkeypatch.setattr(inbox, "RECENT", 1)
    assert names(as_gail.fragment("/conversations/", query_string={"q": searched})) == found


def test_a_whole_name_that_others_begin_with_finds_them_too_the_newest_first(as_gail, page, maya):
    cast.conversation(cast.contact(page, name="Maya Ruiz Lopez", meta_id="1"))
    found = names(as_gail.fragment("/conversations/?q=maya+ruiz"))
    assert found == ["Maya Ruiz Lopez", "Maya Ruiz"]


def test_a_name_finds_nothing_of_another_tenant(as_rita, peter):
    assert names(as_rita.fragment("/conversations/?q=peter+chang&state=all")) == []


def test_a_percent_sign_is_searched_as_itself(as_gail, peter):
    assert names(as_gail.fragment("/conversations/?q=%25")) == []


def test_closed_conversations_are_listed_on_demand(as_gail, maya, peter):
    maya.closed_at = utcnow()
    db.session.commit()
    assert names(as_gail.fragment("/conversations/")) == ["Peter Chang"]
    assert names(as_gail.fragment("/conversations/?state=closed")) == ["Maya Ruiz"]
    assert names(as_gail.fragment("/conversations/?state=all")) == ["Peter Chang", "Maya Ruiz"]


def test_one_page_alone_can_be_listed(as_gail, gateway, peter):
    cats = cast.page(gateway, name="Cisco Cats", meta_id="102938475610294")
    cast.conversation(cast.contact(cats, name="Maya Ruiz"))
    assert names(as_gail.fragment(f"/conversations/?page_id={cats.id}")) == ["Maya Ruiz"]


def test_wrong_values_in_the_address_are_forgiven(as_gail, peter):
    assert names(as_gail.get("/conversations/?state=odd&page_id=x&shown=-3&open=x")) == ["Peter Chang"]


def test_who_waits_for_an_answer_is_marked(as_gail, peter):
    cast.message(peter)
    assert "Waiting" in as_gail.fragment("/conversations/").text
    outgoing.write(peter, "It is.", "agent")
    db.session.commit()
    assert "Waiting" not in as_gail.fragment("/conversations/").text


def test_the_flows_greeting_is_no_answer(as_gail, peter):
    cast.message(peter)
    outgoing.write(peter, "Hello! We are reading.", "flow")
    db.session.commit()
    assert "Waiting" in as_gail.fragment("/conversations/").text


@pytest.mark.parametrize(
    ("author", "name", "told"),
    [
        ("agent", "Gail", "You:"),
        ("agent", "Sam", "Sam:"),
        ("flow", None, "Flow:"),
        ("page", None, "Outside of here:"),
    ],
)
def test_the_preview_says_who_wrote_it_when_it_was_not_the_customer(as_gail, peter, author, name, told):
    cast.message(peter, "Is the shop open?", occurred_at=utcnow() - timedelta(minutes=9))
    assert 'class="by"' not in as_gail.fragment("/conversations/").text
    cast.message(peter, "It is.", author=author, user=cast.person(name) if name else None)
    assert f'class="by">{told}</span>' in as_gail.fragment("/conversations/").text


def test_nothing_is_sent_while_nothing_changed(as_gail, peter):
    seen = token(as_gail.get("/conversations/"))
    assert as_gail.fragment(f"/conversations/?token={seen}").status_code == 204
    peter.preview = "Hello?"
    db.session.commit()
    answer = as_gail.fragment(f"/conversations/?token={seen}")
    assert answer.status_code == 200
    assert "Hello?" in answer.text
    assert token(answer) != seen


def test_a_contacts_name_that_arrives_later_is_news(as_gail, page):
    talk = cast.conversation(cast.contact(page, name=None))
    seen = token(as_gail.get("/conversations/"))
    talk.contact.name = "Peter Chang"
    db.session.commit()
    assert names(as_gail.fragment(f"/conversations/?token={seen}")) == ["Peter Chang"]


def test_the_list_refreshes_with_its_search_kept(as_gail, peter):
    answer = as_gail.fragment("/conversations/?q=chang&state=all")
    assert re.search(
        r'hx-get="/conversations/\?q=chang&amp;state=all&amp;token=\w+" hx-trigger="every 3s"', answer.text
    )


def test_a_long_list_grows_on_demand(as_gail, page):
    for number in range(60):
        cast.conversation(cast.contact(page, name=f"Customer {number}", meta_id=str(number)))
    first = as_gail.fragment("/conversations/")
    assert len(names(first)) == 50
    assert "More conversations" in first.text
    whole = as_gail.fragment("/conversations/?shown=100")
    assert len(names(whole)) == 60
    assert "More conversations" not in whole.text


def test_the_number_of_queries_does_not_grow_with_the_list(as_gail, page, peter, count_queries):
    with count_queries() as few:
        as_gail.fragment("/conversations/")
    for number in range(30):
        cast.message(cast.conversation(cast.contact(page, name=f"Customer {number}", meta_id=str(number))))
    with count_queries() as many:
        as_gail.fragment("/conversations/")
    assert len(many) == len(few)


class TestEmptyList:
    def test_without_a_page_it_leads_to_the_gateways(self, as_ada):
        answer = as_ada.get("/conversations/")
        assert "No page is connected yet" in answer.text
        assert "Go to chat gateways" in answer.text

    def test_an_agent_is_told_who_can_connect_a_page(self, as_gail):
        answer = as_gail.get("/conversations/")
        assert "An administrator can connect a Facebook page" in answer.text
        assert "Go to chat gateways" not in answer.text

    def test_with_a_page_it_waits_for_the_first_customer(self, as_gail, page):
        assert "Nobody has written yet" in as_gail.get("/conversations/").text

    def test_a_search_without_result_says_so(self, as_gail, peter):
        assert "Nothing matches" in as_gail.get("/conversations/?q=nobody").text

    def test_with_all_closed_it_shows_the_way_to_them(self, as_gail, peter):
        peter.closed_at = utcnow()
        db.session.commit()
        answer = as_gail.get("/conversations/")
        assert "No open conversations" in answer.text
        assert "/conversations/?state=all" in answer.text
