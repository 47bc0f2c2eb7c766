from tests import cast
from webgateway.db import db
from webgateway.flows.models import Flow


def test_a_flow_nothing_uses_is_deleted(as_ada):
    flow = cast.flow().id
    answer = as_ada.delete(f"/flows/{flow}")
    assert answer.location == "/flows/"
    assert "The flow Welcome is deleted." in as_ada.get("/flows/").text
    assert db.session.get(Flow, flow) is None


def test_a_flow_in_use_stays_and_names_the_gateways(as_ada):
    flow = cast.flow()
    cast.gateway("Sales", app_id="1", flow=flow)
    cast.gateway("Support", app_id="2", flow=flow)
    answer = as_ada.delete(f"/flows/{flow.id}")
    assert answer.status_code == 409
    assert "It is used by Sales, Support. Choose another flow there first." in answer.text
    assert db.session.get(Flow, flow.id) is not None


def test_conversations_go_on_without_their_flow(as_ada):
    flow = cast.flow()
    talk = cast.conversation(cast.contact(cast.page(cast.gateway())), flow=flow)
    assert as_ada.delete(f"/flows/{flow.id}").status_code == 303
    assert talk.flow is None
    assert talk.is_open


def test_a_gateway_deleted_before_does_not_hold_its_flow(as_ada):
    flow = cast.flow()
    cast.gateway(flow=flow, deleted_at=flow.created_at)
    assert as_ada.delete(f"/flows/{flow.id}").status_code == 303


def test_a_flow_in_use_is_not_offered_to_be_deleted(as_ada):
    flow = cast.flow()
    cast.gateway(flow=flow)
    page = as_ada.get("/flows/").text
    assert "1 chat gateway uses it: Support. Choose another flow there first." in page
    assert "_method=DELETE" not in page


def test_it_asks_once_more_before(as_ada):
    flow = cast.flow()
    page = as_ada.get("/flows/").text
    assert f'action="/flows/{flow.id}?_method=DELETE"' in page
    assert "Delete Welcome?" in page
    assert as_ada.post(f"/flows/{flow.id}?_method=DELETE").status_code == 303
