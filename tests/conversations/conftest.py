import pytest

from tests import cast


@pytest.fixture
def gateway(app):
    return cast.gateway()


@pytest.fixture
def page(gateway):
    page = cast.page(gateway)
    cast.grant(page, cast.account(gateway))
    return page


@pytest.fixture
def work(app):
    """Do all the work that waits, as the worker would, until nothing is left."""
    from tests.working import until_done

    return until_done
