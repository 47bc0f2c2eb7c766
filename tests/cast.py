"""The people, organisations and things the tests speak of."""

from datetime import timedelta

from webgateway.conversations.comments import Comment
from webgateway.conversations.models import Contact, Conversation, Message
from webgateway.db import db, utcnow
from webgateway.flows.models import Flow
from webgateway.gateways.models import Gateway
from webgateway.pages.models import Account, Grant, Page
from webgateway.queues.models import Agent, Queue
from webgateway.tenants.models import Tenant
from webgateway.users import joining
from webgateway.users.models import Role, User

PASSWORD = "correct horse battery"
APP_ID = "1029384756102930"
APP_SECRET = "0123456789abcdef0123456789abcdef"


def people() -> None:
    """Acme: Ada the administrator, Sam the supervisor, Gail the agent, Nora without rights. Rival: Rita."""
    acme, rival = Tenant(name="Acme"), Tenant(name="Rival")
    nothing = Role(name="nothing", permissions=[])
    db.session.add_all([acme, rival, nothing])
    db.session.flush()
    nothing.tenant_id = acme.id
    password = None
    for name, tenant, role in (
        ("Ada", acme, joining.built_in("administrator")),
        ("Sam", acme, joining.built_in("supervisor")),
        ("Gail", acme, joining.built_in("agent")),
        ("Nora", acme, nothing),
        ("Rita", rival, joining.built_in("administrator")),
    ):
        user = joining.join(tenant, f"{name.lower()}@example.com", PASSWORD, role, name=name)
        user.password = password = password or user.password
    db.session.commit()


def tenant(name: str = "Acme") -> Tenant:
    return db.session.scalars(db.select(Tenant).filter_by(name=name)).one()


def person(name: str) -> User:
    return db.session.scalars(db.select(User).filter_by(name=name)).one()


def agent(name: str = "Hugo", state: str = "ready", **values: object) -> User:
    """A colleague at work, who is made when nobody is called so."""
    user = db.session.scalars(db.select(User).filter_by(name=name)).one_or_none()
    if user is None:
        user = joining.join(
            tenant(), f"{name.lower()}@example.com", PASSWORD, joining.built_in("agent"), name=name
        )
        user.password = person("Ada").password
    known = db.session.scalars(db.select(Agent).filter_by(user=user)).one_or_none()
    agent = known or Agent(tenant=user.tenant, user=user)
    for key, value in {"state": state, "idle_since": utcnow(), "seen_at": utcnow(), **values}.items():
        setattr(agent, key, value)
    _kept(agent)
    return user


def queue(name: str = "Sales", *members: User, **values: object) -> Queue:
    return _kept(Queue(**{"tenant": tenant(), "name": name, "members": list(members), **values}))


def flow(name: str = "Welcome", **values: object) -> Flow:
    """What is not a column of the flow's is what its live version does."""
    own = {key: values.pop(key) for key in [*values] if key in ("bot_secret", "bot_token_hash")}
    flow = Flow.new(
        own.pop("tenant", None) or values.pop("tenant", None) or tenant(),
        name,
        **{"opening_message": "Hello! We are reading.", **values},
    )
    for key, value in own.items():
        setattr(flow, key, value)
    return _kept(flow)


def gateway(name: str = "Support", **values: object) -> Gateway:
    """Acme's, verified, registered and switched on."""
    given = {
        "tenant": tenant(),
        "name": name,
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "credentials": "verified",
        "webhook": "registered",
        "enabled": True,
    }
    return _kept(Gateway(**{**given, **values}))


def page(on: Gateway, name: str = "Cisco Dogs", meta_id: str = "102938475610293", **values: object) -> Page:
    """Switched on, as Meta has it, unless told otherwise; so is its Instagram account, if it has one."""
    subscribed = values.get("subscribed", True)
    return _kept(
        Page(
            **{
                "tenant_id": on.tenant_id,
                "gateway": on,
                "meta_id": meta_id,
                "name": name,
                "subscribed": subscribed,
                "messenger_wanted": subscribed,
                "instagram_wanted": bool(subscribed and values.get("instagram_id")),
                **values,
            }
        )
    )


def account(
    on: Gateway, name: str = "Olena Kovalenko", facebook_id: str = "4705278912843591", **values: object
) -> Account:
    return _kept(
        Account(
            **{"gateway": on, "facebook_id": facebook_id, "name": name, "token": "EAA-user-token", **values}
        )
    )


def grant(of: Page, by: Account, token: str = "EAA-page-token", **values: object) -> Grant:
    return _kept(
        Grant(**{"page": of, "account": by, "token": token, "tasks": ["MESSAGING", "MODERATE"], **values})
    )


def contact(
    on: Page, name: str | None = "Peter Chang", meta_id: str = "7392015648120394", **values: object
) -> Contact:
    given = {"tenant_id": on.tenant_id, "page": on, "channel": "messenger", "meta_id": meta_id, "name": name}
    return _kept(Contact(**{**given, "consented_at": utcnow(), "profile_checked_at": utcnow(), **values}))


def conversation(with_: Contact, **values: object) -> Conversation:
    """Open; the customer wrote five minutes ago."""
    wrote = utcnow() - timedelta(minutes=5)
    follows = values.get("flow")
    given = {
        "flow_version": follows.live if isinstance(follows, Flow) else None,
        "tenant_id": with_.tenant_id,
        "page": with_.page,
        "contact": with_,
        "channel": with_.channel,
        "opened_at": wrote,
        "customer_wrote_at": wrote,
        "last_message_at": wrote,
    }
    return _kept(Conversation(**{**given, **values}))


def message(
    in_: Conversation, text: str = "Is the shop open?", author: str = "customer", **values: object
) -> Message:
    given = {"conversation": in_, "page_id": in_.page_id, "author": author, "text": text}
    return _kept(Message(**{**given, "occurred_at": utcnow() - timedelta(minutes=5), **values}))


def comment(on: Page, text: str = "How much is a crate?", **values: object) -> Comment:
    """Written an hour ago by Joan Doe under a post."""
    written = utcnow() - timedelta(hours=1)
    given = {
        "tenant_id": on.tenant_id,
        "page": on,
        "channel": "messenger",
        "meta_id": "901097836652708_903438993085259",
        "post_id": "102938475610293_901097836652708",
        "post_url": "https://www.facebook.com/102938475610293_901097836652708",
        "author_id": "8423678347823",
        "author_name": "Joan Doe",
        "text": text,
        "at": written,
        "text_at": written,
    }
    return _kept(Comment(**{**given, **values}))


def _kept(record):  # type: ignore[no-untyped-def]
    db.session.add(record)
    db.session.commit()
    return record
