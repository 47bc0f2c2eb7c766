"""A link or an ad with a `ref` leads to its own flow."""

import pytest

from tests import cast
from tests.conversations.receiving import close, conversation, item, messages
from tests.deliveries import NOON, echo, text
from webgateway.conversations.models import Conversation
from webgateway.db import db
from webgateway.flows.models import Flow, Ref


@pytest.fixture
def returns(gateway) -> Flow:
    """The gateway's own flow is Welcome; the ref `returns` leads to another."""
    gateway.flow = cast.flow()
    flow = cast.flow("Returns", opening_message="What do you return?")
    db.session.add(Ref(tenant_id=flow.tenant_id, flow=flow, value="returns"))
    db.session.commit()
    return flow


def referral(ref="returns", at=NOON):
    return item(at, referral={"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"})


def greetings() -> list[str]:
    return [message.text for message in messages() if message.author == "flow"]


ENTRANCES = {
    "link": referral(),
    "message": text("Hi", "m_1", referral={"ref": "returns", "source": "ADS", "ad_id": "1"}),
    "button": item(postback={"mid": "m_1", "title": "Start", "payload": "S", "referral": {"ref": "returns"}}),
    "plugin": item(optin={"ref": "returns"}),
}


@pytest.mark.parametrize("entrance", ENTRANCES.values(), ids=ENTRANCES)
def test_whoever_comes_through_it_begins_on_its_flow(receive, returns, entrance):
    receive(entrance)
    assert conversation().flow is returns
    assert greetings() == ["What do you return?"]


@pytest.mark.parametrize("ref", ["Returns", "returns ", "other", ""])
def test_any_other_leads_to_the_gateways_flow(receive, returns, ref):
    receive(referral(ref))
    assert conversation().flow.name == "Welcome"


def test_an_open_conversation_that_nobody_answered_goes_over(receive, returns):
    receive(text("Hi", "m_1"))
    receive(referral(at=NOON + 1000))
    assert conversation().flow is returns
    assert greetings() == ["Hello! We are reading."], "a conversation is greeted once"


@pytest.mark.parametrize("author", ["agent", "page"])
def test_one_that_somebody_answered_stays(receive, returns, author):
    receive(text("Hi", "m_1"))
    if author == "agent":
        cast.message(conversation(), "Hello!", author="agent", user=cast.person("Gail"))
    else:
        receive(echo("Hello!", "m_2", at=NOON + 500))
    receive(referral(at=NOON + 1000))
    assert conversation().flow.name == "Welcome"


def test_after_the_end_it_begins_a_new_one_on_its_flow(receive, returns):
    receive(text("Hi", "m_1"))
    close()
    receive(referral(at=NOON + 1000))
    assert [one.flow.name for one in db.session.scalars(db.select(Conversation))] == ["Welcome", "Returns"]


def test_another_tenants_ref_leads_nowhere(receive, returns):
    rival = cast.flow("Theirs", tenant=cast.tenant("Rival"))
    db.session.add(Ref(tenant_id=rival.tenant_id, flow=rival, value="sale"))
    db.session.commit()
    receive(referral("sale"))
    assert conversation().flow.name == "Welcome"


def test_a_ref_whose_flow_was_deleted_leads_to_the_gateways(receive, returns, as_ada):
    assert as_ada.delete(f"/flows/{returns.id}").status_code in (200, 303)
    receive(referral())
    assert conversation().flow.name == "Welcome"
