"""Old logins are forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from webgateway.db import db, utcnow
from webgateway.pages import states
from webgateway.pages.models import Login


@pytest.mark.parametrize("step", ["started", "finished", "confirmed", "failed", "waiting"])
@pytest.mark.parametrize(("days", "steps"), [(0.9, set()), (1.1, {"started"}), (31, None)])
def test_a_login_that_never_came_back_goes_after_a_day_any_other_after_a_month(
    as_ada, gateway, start, step, days, steps
):
    start(as_ada, gateway)
    login = db.session.scalars(select(Login)).one()
    login.step, login.started_at = step, utcnow() - timedelta(days=days)
    db.session.commit()
    states.forget()
    gone = steps is None or step in steps
    assert len(db.session.scalars(select(Login)).all()) == (0 if gone else 1)


def test_it_happens_by_the_clock(app):
    tasks = {task.name for task in app.extensions["huey"]._registry.periodic_tasks}
    assert "webgateway.pages.states.forget" in tasks
