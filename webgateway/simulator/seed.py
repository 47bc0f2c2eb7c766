"""The people, pages and apps a fresh simulator starts with. Every id is fixed, so that others may name it."""

from webgateway.simulator.ids import scoped
from webgateway.simulator.seed_pages import CATEGORIES, NAMES
from webgateway.simulator.state.apps import App
from webgateway.simulator.state.pages import ALL_TASKS, Business, InstagramAccount, Page
from webgateway.simulator.state.people import Person
from webgateway.simulator.state.users import User
from webgateway.simulator.world import World

APP_ID = "1029384756102930"
APP_SECRET = "0123456789abcdef0123456789abcdef"
OTHER_APP_ID = "2029384756102930"
OTHER_APP_SECRET = "fedcba9876543210fedcba9876543210"

OLENA, MARCO, ADA = "olena", "marco", "ada"
OLENA_ID, MARCO_ID, ADA_ID = "4705278912843591", "4705278912843592", "4705278912843593"

PAGE_IDS = [f"1080010000000{number:02}" for number in range(1, 31)]
PAGE_ID = PAGE_IDS[0]
PAGE_SHARED_ID = PAGE_IDS[1]
PAGE_INSTAGRAM_ID = PAGE_IDS[2]
PAGE_NO_MESSAGING_ID = PAGE_IDS[3]
PAGE_PORTFOLIO_ID = "108001000000099"
INSTAGRAM_ID = "17841405726653026"
BUSINESS_ID = "305001000000001"

PETER, MAYA, JONAS, AMINA, GHOST, LUCIA = "peter", "maya", "jonas", "amina", "ghost", "lucia"
NOOR, TOMAS = "noor", "tomas"


def psid(person: str, asset_id: str) -> str:
    """The id one page (or Instagram account) knows this customer by."""
    return scoped("person", person, asset_id)


def seeded_world(pages: int = len(PAGE_IDS)) -> World:
    """`pages` is how many pages Olena administers herself; the portfolio page comes on top."""
    world = World()
    for page in [*_named_pages()[:pages], *more_pages(pages - len(PAGE_IDS))]:
        world.pages[page.id] = page
    own = list(world.pages)
    world.pages[PAGE_PORTFOLIO_ID] = Page(
        PAGE_PORTFOLIO_ID, "Northwind Holding", "Corporate Office", "northwind.holding", business=BUSINESS_ID
    )
    world.businesses[BUSINESS_ID] = Business(BUSINESS_ID, "Northwind Group", owned_pages=[PAGE_PORTFOLIO_ID])
    for user in _users(own):
        world.users[user.key] = user
    for person in _people():
        world.people[person.key] = person
    for app in _apps([*world.users, *world.people]):
        world.apps[app.id] = app
    return world


def _named_pages() -> list[Page]:
    pages = [
        Page(page_id, name, CATEGORIES[index % len(CATEGORIES)], _username(name))
        for index, (page_id, name) in enumerate(zip(PAGE_IDS, NAMES, strict=True))
    ]
    pages[2].instagram = InstagramAccount(INSTAGRAM_ID, "harbour.coffee", "Harbour Coffee")
    return pages


def more_pages(count: int) -> list[Page]:
    return [
        Page(
            f"1080020000{number:05}",
            f"{NAMES[number % len(NAMES)]} {number}",
            CATEGORIES[number % len(CATEGORIES)],
        )
        for number in range(1, count + 1)
    ]


def _username(name: str) -> str:
    return "".join(
        letter
        for letter in name.lower().replace(" ", ".")
        if letter.isascii() and (letter.isalnum() or letter == ".")
    )


def _users(own: list[str]) -> list[User]:
    tasks = {page_id: list(ALL_TASKS) for page_id in own}
    if PAGE_NO_MESSAGING_ID in tasks:
        tasks[PAGE_NO_MESSAGING_ID] = ["ADVERTISE", "ANALYZE"]
    shared = {page_id: list(ALL_TASKS) for page_id in own[:2]}
    return [
        User(OLENA, "Olena Kovalenko", tasks, [BUSINESS_ID], ids={APP_ID: OLENA_ID}),
        User(MARCO, "Marco Rossi", shared, ids={APP_ID: MARCO_ID}),
        User(ADA, "Ada Newcomer", ids={APP_ID: ADA_ID}),
    ]


def _people() -> list[Person]:
    return [
        Person(PETER, "Peter Chang", email="peter.chang@example.com", phone="+14155550132"),
        Person(MAYA, "Maya Lindqvist", email="maya@example.org", phone="+46701740605"),
        Person(JONAS, "Jonas Weber", email="jonas.weber@example.net"),
        Person(AMINA, "Аміна Бондар", phone="+380501234567"),
        Person(GHOST, "Nameless Visitor", profile="none"),
        Person(
            LUCIA, "Lucía Fernández", instagram="lucia.fdz", email="lucia@example.com", phone="+34612345678"
        ),
        Person(NOOR, "نور حداد", instagram="noor.haddad", messenger=False),
        Person(TOMAS, "Tomás Silva", instagram="tomas_silva", profile="private", messenger=False),
    ]


def _apps(roles: list[str]) -> list[App]:
    testers = dict.fromkeys(roles, "testers") | {OLENA: "administrators", MARCO: "developers"}
    return [
        App(APP_ID, APP_SECRET, "Acme Support", BUSINESS_ID, roles=dict(testers)),
        App(OTHER_APP_ID, OTHER_APP_SECRET, "Other Desk", "305001000000002", roles=dict(testers)),
    ]
