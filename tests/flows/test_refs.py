"""The `ref` values that lead to a flow: kept with it, each one leading to one flow only."""

import pytest

from tests import cast
from tests.databases import take_in_the_same_moment
from tests.flows.test_form import NIGHT, kept
from webgateway.db import db
from webgateway.flows.models import Ref


def values(flow) -> list[str]:
    return [ref.value for ref in flow.refs]


def test_they_are_kept_one_per_line_without_doubles(as_ada):
    refs = " summer \r\n\r\nsale-2026\r\nsummer\r\nSummer"
    assert as_ada.post("/flows/new", data={**NIGHT, "refs": refs}).status_code == 303
    assert set(values(kept())) == {"summer", "sale-2026", "Summer"}


def test_the_form_shows_them_and_takes_them_away(as_ada):
    as_ada.post("/flows/new", data={**NIGHT, "refs": "sale\nsummer"})
    flow = kept()
    assert "sale\nsummer</textarea>" in as_ada.get(f"/flows/{flow.id}").text
    stays = next(ref.id for ref in flow.refs if ref.value == "summer")
    as_ada.post(f"/flows/{flow.id}", data={**NIGHT, "refs": "summer\nwinter"})
    assert values(flow) == ["summer", "winter"]
    assert flow.refs[0].id == stays
    as_ada.post(f"/flows/{flow.id}", data={**NIGHT, "refs": ""})
    assert db.session.scalars(db.select(Ref)).all() == []


@pytest.mark.parametrize(
    ("refs", "words"),
    [
        ("summer sale", "“summer sale” is no ref value"),
        ("x" * 251, "250 characters at most"),
        ("\n".join(map(str, range(201))), "At most 200 values."),
        ("ok\nsummer", "“summer” leads to Welcome already."),
    ],
)
def test_wrong_ones_are_refused_and_nothing_is_saved(as_ada, refs, words):
    welcome = cast.flow()
    db.session.add(Ref(tenant_id=welcome.tenant_id, flow=welcome, value="summer"))
    db.session.commit()
    answer = as_ada.post("/flows/new", data={**NIGHT, "refs": refs})
    assert answer.status_code == 422
    assert words in answer.text
    assert refs.splitlines()[0] in answer.text
    assert kept() is None


def test_another_tenant_may_use_the_same(as_rita):
    welcome = cast.flow()
    db.session.add(Ref(tenant_id=welcome.tenant_id, flow=welcome, value="summer"))
    db.session.commit()
    assert as_rita.post("/flows/new", data={**NIGHT, "refs": "summer"}).status_code == 303


def test_one_taken_in_the_same_moment_is_refused_and_not_a_failure(as_ada):
    take_in_the_same_moment("flow_refs")
    answer = as_ada.post("/flows/new", data={**NIGHT, "refs": "summer"})
    assert answer.status_code == 422
    assert kept() is None


def test_they_go_with_their_flow(as_ada):
    as_ada.post("/flows/new", data={**NIGHT, "refs": "summer"})
    as_ada.delete(f"/flows/{kept().id}")
    assert db.session.scalars(db.select(Ref)).all() == []
