import pytest
from werkzeug.exceptions import NotFound

from tests import cast
from webgateway.db import db
from webgateway.flows.models import Flow
from webgateway.tenants import founding
from webgateway.tenants.models import Tenant


def test_a_record_is_found_through_its_tenant_only(app):
    flow = cast.flow()
    assert Flow.find(cast.tenant("Acme"), flow.id) is flow
    with pytest.raises(NotFound):
        Flow.find(cast.tenant("Rival"), flow.id)


def test_a_tenant_lists_its_own_records_only(app):
    cast.flow()
    cast.flow("Theirs", tenant=cast.tenant("Rival"))
    assert [flow.name for flow in db.session.scalars(Flow.of(cast.tenant("Rival")))] == ["Theirs"]


def test_a_fresh_installation_has_one_tenant_however_often_it_is_asked_for(app):
    db.session.execute(db.text("DELETE FROM users_roles"))
    for table in ("users", "roles", "queues", "tenants"):
        db.session.execute(db.text(f"DELETE FROM {table}"))
    assert founding.first_tenant().name == "My organisation"
    assert founding.first_tenant() is founding.first_tenant()
    assert db.session.scalar(db.select(db.func.count(Tenant.id))) == 1


def test_a_tenant_is_known_by_its_name(app):
    assert founding.named("Acme") is cast.tenant("Acme")
    assert founding.named("Newcomer").id not in {cast.tenant("Acme").id, cast.tenant("Rival").id}
