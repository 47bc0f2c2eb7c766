"""Full tables, as a large installation has after years; the database makes the rows itself."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, String, case, cast, func, insert, literal, select, text

from tests import cast as people
from tests.bench.installation import Installation
from tests.bench.signed import body
from webgateway.conversations.models import Contact, Conversation, Message, Part
from webgateway.db import Model, UTCDateTime, db
from webgateway.gateways.models import Gateway
from webgateway.journal.models import Delivery, Event
from webgateway.pages.models import Grant, Page
from webgateway.records import days, index

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
APART = 20  # seconds between two messages of the installation
TALKS = 10  # messages in a conversation
EVENTS_EACH = 4  # events in a delivery
LONG = 2000  # messages in the one long conversation, which is the first


@dataclass(frozen=True)
class Sizes:
    gateways: int
    pages: int
    messages: int
    events: int

    def times(self, share: float) -> "Sizes":
        counts = (self.gateways, self.pages, self.messages, self.events)
        return Sizes(*(max(40, int(count * share)) for count in counts))

    @property
    def conversations(self) -> int:
        return self.messages // TALKS


FULL = Sizes(gateways=10_000, pages=5_000, messages=1_000_000, events=1_000_000)


def fill(installation: Installation, sizes: Sizes) -> None:
    with installation.app.app_context():
        sqlite = db.engine.dialect.name == "sqlite"
        if not sqlite:
            # All that is written here fits together: nothing needs to be looked up for each row.
            db.session.execute(text("SET LOCAL session_replication_role = replica"))
        rows(sizes)
        db.session.commit()
        days.count_what_changed()
        index.tidy()
        db.session.remove()
    # As SQLite does at the next quiet moment, and PostgreSQL's autovacuum a little later.
    settle = "PRAGMA wal_checkpoint(TRUNCATE)" if sqlite else "VACUUM ANALYZE"
    with installation.look.engine.connect() as connection:
        connection.execute(text(settle))


def rows(sizes: Sizes) -> None:
    """Into a database that holds people, one gateway and its page. Commits are the caller's."""
    _gateways(sizes)
    _pages(sizes)
    _conversations(sizes)
    _messages(sizes)
    _journal(sizes)


def _gateways(sizes: Sizes) -> None:
    flow = people.flow()
    db.session.execute(
        insert(Gateway),
        [
            {
                "tenant_id": flow.tenant_id,
                "name": f"Gateway {number}",
                "app_id": f"9{number:015}",
                "app_secret": people.APP_SECRET,
                "flow_id": flow.id if number % 2 else None,
                "enabled": number % 3 > 0,
            }
            for number in range(1, sizes.gateways)
        ],
    )


def _pages(sizes: Sizes) -> None:
    n = numbers(sizes.pages - 1)
    gateway = db.session.get_one(Gateway, 1)
    accounts = [people.account(gateway, name, f"47{name}") for name in ("Olena", "Marco")]
    _fill(
        Page,
        n,
        tenant_id=literal(gateway.tenant_id),
        gateway_id=literal(1),
        meta_id=words("10800300", n.c.i),
        name=words("Page ", n.c.i),
        subscribed=n.c.i % 2 == 0,
    )
    token = literal("EAA-page-token", Grant.__table__.c.token.type)
    for account in accounts:
        tasks = literal(["MESSAGING", "MODERATE"], Grant.__table__.c.tasks.type)
        _fill(Grant, n, page_id=n.c.i + 1, account_id=literal(account.id), token=token, tasks=tasks)


def _conversations(sizes: Sizes) -> None:
    n = numbers(sizes.conversations)
    page = _page(n.c.i, sizes)
    tenant = literal(people.tenant().id)
    last = moment(sizes.messages - sizes.conversations + n.c.i)
    _fill(
        Contact,
        n,
        tenant_id=tenant,
        page_id=page,
        channel=literal("messenger"),
        meta_id=words("7392", n.c.i),
        name=words("Customer ", n.c.i),
        profile_checked_at=last,
    )
    _fill(
        Conversation,
        n,
        tenant_id=tenant,
        page_id=page,
        contact_id=n.c.i,
        channel=literal("messenger"),
        opened_at=moment(n.c.i),
        closed_at=case((n.c.i % 20 > 0, last), else_=None),
        customer_wrote_at=last,
        last_message_at=last,
        preview=words("Is the shop open on day ", n.c.i),
        **_attended(n),
    )


def _attended(n: CTE) -> dict[str, ColumnElement[Any]]:
    """By agents, of whom one is seldom there; most were answered, some gave up, some came at night."""
    agents = [people.person(name).id for name in ("Ada", "Gail", "Sam")]
    queue = people.queue("Sales")
    opened, answered = moment(n.c.i), n.c.i % 7 > 0
    return {
        "queue_id": literal(queue.id),
        "queued_at": opened,
        "waited_seconds": n.c.i % 300,
        "agent_id": case(
            (~answered, None), (n.c.i % 1000 == 1, agents[2]), (n.c.i % 2 == 0, agents[0]), else_=agents[1]
        ),
        "assigned_at": case((answered, opened), else_=None),
        "answered_at": case((answered, moment(n.c.i + n.c.i % 50)), else_=None),
        "closed_how": case((n.c.i % 20 == 0, None), (answered, literal("agent")), else_=literal("idle")),
        "offline_at": case((n.c.i % 11 == 0, opened), else_=None),
    }


def _messages(sizes: Sizes) -> None:
    n = numbers(sizes.messages)
    conversation = case((n.c.i <= min(LONG, sizes.messages // 2), 1), else_=n.c.i % sizes.conversations + 1)
    ada = literal(people.person("Ada").id)
    agent = n.c.i % 2 == 0
    _fill(
        Message,
        n,
        conversation_id=conversation,
        page_id=_page(conversation, sizes),
        author=case((agent, "agent"), else_="customer"),
        user_id=case((agent, ada), else_=None),
        mid=words("m_", n.c.i),
        text=case(
            (n.c.i % 9973 == 1, words("Have you got the anchor lamp number ", n.c.i)),
            (n.c.i % 10 == 3, words("Whatever was said in former times ", n.c.i)),
            else_=words("Is the shop open on day ", n.c.i),
        ),
        occurred_at=moment(n.c.i),
    )
    of_agents = select(
        Message.id,
        Message.conversation_id,
        Message.page_id,
        Message.mid,
        Message.text,
        Message.occurred_at,
    )
    _fill(
        Part,
        of_agents.where(Message.author == "agent").cte("n"),
        message_id="id",
        conversation_id="conversation_id",
        page_id="page_id",
        position=literal(0),
        key="mid",
        text="text",
        state=literal("read"),
        mid="mid",
        sent_at="occurred_at",
    )


def _journal(sizes: Sizes) -> None:
    tenant = literal(people.tenant().id)
    n = numbers(sizes.events // EVENTS_EACH)
    _fill(
        Delivery,
        n,
        tenant_id=tenant,
        gateway_id=literal(1),
        received_at=moment(n.c.i * EVENTS_EACH),
        body=literal(body(1)),
        size=literal(len(body(1))),
        signature=literal("sha256"),
        state=case((n.c.i % 5000 == 0, "failed"), else_="read"),
    )
    n = numbers(sizes.events)
    conversation = n.c.i % sizes.conversations + 1
    _fill(
        Event,
        n,
        tenant_id=tenant,
        delivery_id=(n.c.i - 1) // EVENTS_EACH + 1,
        gateway_id=literal(1),
        page_id=_page(conversation, sizes),
        conversation_id=conversation,
        position=n.c.i % EVENTS_EACH,
        kind=literal("message"),
        channel=literal("messenger"),
        account_id=literal("102938475610293"),
        user_id=words("7392", conversation),
        mid=words("m_", n.c.i),
        occurred_at=moment(n.c.i),
        dedupe_key=words("m_", n.c.i),
        talk=words("1:102938475610293:7392", conversation),
        outcome=case(
            (n.c.i % 1000 == 0, "failed"),
            (n.c.i % 100 == 1, "duplicate"),
            (n.c.i % 50 == 2, "ignored"),
            else_="done",
        ),
        reason=case((n.c.i % 1000 == 0, "It could not be worked on (ValueError)."), else_=None),
        done_at=moment(n.c.i),
    )


def numbers(count: int) -> CTE:
    """Rows 1 … count, in a column `i`."""
    n = select(literal(1).label("i")).cte("n", recursive=True)
    return n.union_all(select(n.c.i + 1).where(n.c.i < count))


def words(before: str, number: ColumnElement[Any]) -> ColumnElement[str]:
    return literal(before).concat(cast(number, String))


def moment(number: ColumnElement[Any]) -> ColumnElement[datetime]:
    """When the message of this number was written."""
    seconds = START + number * APART
    if db.engine.dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d %H:%M:%f000", seconds, "unixepoch", type_=UTCDateTime())
    return func.to_timestamp(seconds, type_=UTCDateTime())


def _page(conversation: ColumnElement[Any], sizes: Sizes) -> ColumnElement[int]:
    return conversation % sizes.pages + 1


def _fill(table: type[Model], rows: CTE, **columns: ColumnElement[Any] | str) -> None:
    """`columns` are expressions, or the names of columns of `rows`; what is missing gets its default."""
    values = [rows.c[value] if isinstance(value, str) else value for value in columns.values()]
    db.session.execute(insert(table).from_select(list(columns), select(*values).select_from(rows)))
