import dataclasses

import pytest
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import create_engine, inspect, text

from tests import cast
from webgateway import create_app
from webgateway.db import db
from webgateway.gateways.models import Gateway
from webgateway.pages.models import Account, Grant
from webgateway.tenants.models import Tenant
from webgateway.users.models import BUILT_IN, Role, User

PASSWORD = {"WEBGATEWAY_NEW_PASSWORD": "a good password"}


@pytest.fixture
def run(app):
    """`flask …`, each in a context of its own."""

    def run(*arguments: str, **kwargs: object):
        db.session.commit()
        result = app.test_cli_runner().invoke(args=list(arguments), **kwargs)
        db.session.rollback()  # a command ends its process, and with it what it left open
        db.session.expire_all()
        return result

    return run


def somebody(email: str = "frank@example.com") -> User | None:
    return db.session.scalars(db.select(User).filter_by(email=email)).one_or_none()


class TestUsersCreate:
    def test_the_password_may_come_from_the_environment(self, run, visitor):
        result = run("users", "create", "frank@example.com", "--role", "supervisor", env=PASSWORD)
        assert result.exit_code == 0
        assert result.output == "frank@example.com can sign in as supervisor of Acme.\n"
        assert "a good password" not in result.output
        given = {"email": "frank@example.com", "password": "a good password"}
        assert visitor.post("/login", data=given).status_code == 302

    def test_without_it_the_password_is_asked_for_twice_and_not_shown(self, run, visitor):
        result = run(
            "users", "create", "frank@example.com", "--role", "agent", input="another one\nanother one\n"
        )
        assert result.exit_code == 0
        assert "another one" not in result.output
        given = {"email": "frank@example.com", "password": "another one"}
        assert visitor.post("/login", data=given).status_code == 302

    @pytest.mark.parametrize("role", BUILT_IN)
    def test_each_built_in_role_can_be_given(self, run, role):
        assert run("users", "create", "frank@example.com", "--role", role, env=PASSWORD).exit_code == 0
        assert [given.name for given in somebody().roles] == [role]

    def test_all_built_in_roles_are_there_afterwards(self, run):
        db.session.execute(db.delete(User))
        db.session.execute(db.delete(Role))
        run("users", "create", "frank@example.com", "--role", "agent", env=PASSWORD)
        assert set(db.session.scalars(db.select(Role.name).where(Role.tenant_id.is_(None)))) == set(BUILT_IN)

    @pytest.mark.parametrize(
        ("email", "role", "password", "words"),
        [
            ("frank@example.com", "agent", "seven77", "The password needs at least 8 characters."),
            ("frank", "agent", "a good password", "Error: "),
            ("Ada@Example.com", "agent", "a good password", "can sign in already"),
            ("frank@example.com", "boss", "a good password", "'boss' is not one of"),
        ],
    )
    def test_wrong_input_is_refused_in_words_and_nobody_joins(self, run, email, role, password, words):
        result = run("users", "create", email, "--role", role, env={"WEBGATEWAY_NEW_PASSWORD": password})
        assert result.exit_code != 0
        assert words in result.output
        assert "Traceback" not in result.output
        assert somebody(email) is None
        assert db.session.scalar(db.select(db.func.count(User.id))) == 5

    def test_an_unknown_tenant_is_founded(self, run):
        result = run(
            "users", "create", "frank@example.com", "--role", "agent", "--tenant", "Newcomer", env=PASSWORD
        )
        assert result.exit_code == 0
        assert somebody().tenant.name == "Newcomer"
        assert db.session.scalar(db.select(db.func.count(Tenant.id))) == 3

    def test_a_known_tenant_is_joined(self, run):
        run("users", "create", "frank@example.com", "--role", "agent", "--tenant", "Rival", env=PASSWORD)
        assert somebody().tenant.name == "Rival"
        assert db.session.scalar(db.select(db.func.count(Tenant.id))) == 2


class TestKeysRotate:
    @pytest.fixture(autouse=True)
    def secrets(self, app) -> None:
        with app.app_context():
            gateway = cast.gateway(verify_token="the verify token")
            cast.grant(cast.page(gateway), cast.account(gateway), token="EAA-page-token")

    def read(self, settings, keys: tuple[str, ...]) -> list[str]:
        app = create_app(dataclasses.replace(settings, encryption_keys=keys))
        with app.app_context():
            gateway = db.session.scalars(db.select(Gateway)).one()
            found = [gateway.app_secret, gateway.verify_token]
            found += [
                db.session.scalars(db.select(Account)).one().token,
                db.session.scalars(db.select(Grant)).one().token,
            ]
            db.session.remove()
            db.engine.dispose()
        return found

    def test_every_secret_moves_to_the_newest_key_and_the_old_one_can_go(self, settings):
        old, new = settings.encryption_keys[0], Fernet.generate_key().decode()
        both = create_app(dataclasses.replace(settings, encryption_keys=(new, old)))
        with both.app_context():
            result = both.test_cli_runner().invoke(args=["keys", "rotate"])
            db.session.remove()
            db.engine.dispose()
        assert result.output == "4 secrets encrypted with the newest key.\n"
        secrets_now = self.read(settings, (new,))
        assert secrets_now == [cast.APP_SECRET, "the verify token", "EAA-user-token", "EAA-page-token"]

    def test_no_secret_is_readable_in_the_database_file(self, settings):
        engine = create_engine(settings.database_url)
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            rows = [row for name in tables for row in connection.execute(text(f"SELECT * FROM {name}"))]
        engine.dispose()
        written = repr(rows)
        assert "Support" in written
        for secret in (
            cast.APP_SECRET,
            "the verify token",
            "EAA-user-token",
            "EAA-page-token",
            cast.PASSWORD,
        ):
            assert secret not in written

    def test_a_secret_moved_into_another_column_does_not_open(self):
        db.session.execute(db.text("UPDATE gateways SET app_secret = verify_token"))
        db.session.commit()
        db.session.expire_all()
        with pytest.raises(InvalidToken):
            db.session.scalars(db.select(Gateway)).one()
