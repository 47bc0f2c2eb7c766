"""The phone: here one is the customer."""

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webgateway.simulator.customer import Customer
from webgateway.simulator.demo import chips
from webgateway.simulator.demo.acts import act
from webgateway.simulator.demo.choices import Choices
from webgateway.simulator.demo.contacts import assets_for
from webgateway.simulator.demo.hearing import hearing
from webgateway.simulator.handover import settle
from webgateway.simulator.platform import File, platform
from webgateway.simulator.sending import INBOX_APP
from webgateway.simulator.state.people import Person
from webgateway.simulator.uploaded import keep

phone = Blueprint("phone", __name__, url_prefix="/phone")


@phone.get("/")
def show() -> str:
    world = platform().world
    person = world.people.get(request.args.get("person", "")) or next(iter(world.people.values()), None)
    if person is None:
        abort(404)
    q = request.args.get("q", "")
    assets = assets_for(platform(), person, q)
    asset = request.args.get("page", "")
    chosen = asset if world.page_of(asset) else ""
    view = _view(person.key, chosen) if chosen else {"person": person}
    return render_template(
        "simulator/phone/show.html", people=world.people.values(), assets=assets, q=q, chosen=chosen, **view
    )


@phone.get("/pages")
def pages() -> str:
    person = platform().world.people.get(request.args.get("person", ""))
    if person is None:
        abort(404)
    q = request.args.get("q", "")
    assets = assets_for(platform(), person, q)
    return render_template(
        "simulator/phone/_pages.html", person=person, assets=assets, q=q, chosen=request.args.get("page", "")
    )


@phone.get("/thread")
def thread() -> str:
    return render_template("simulator/phone/_thread.html", **_view(*_who()))


@phone.post("/reading")
def read() -> Response:
    """The open phone shows what came: the customer has read it."""
    with platform().lock:
        Customer(platform(), *_who()).read()
    platform().changed()
    return make_response("", 204)


@phone.post("/messages")
def write() -> AnyResponse:
    person, page = _who()
    form = request.form.to_dict() | _file()
    with platform().lock:
        customer = Customer(platform(), person, page)
        if "offer" in form:
            form = _pressed(customer, platform().world.people[person], form["offer"])
        if form.get("kind") not in (None, "text", "edit") or form.get("text", "").strip():
            act(customer, form, request.host_url.rstrip("/"))
    platform().changed()
    return _answered(person, page)


def _file() -> dict[str, str]:
    """One from this machine, as a picture, sound, video or file."""
    file = request.files.get("file")
    if not file or not file.filename:
        return {}
    kinds = {"image": "picture", "audio": "audio", "video": "video"}
    url = keep(platform(), File(file.filename, file.mimetype, file.read()), request.host_url.rstrip("/"))
    return {"kind": kinds.get(file.mimetype.partition("/")[0], "file"), "url": url}


def _pressed(customer: Customer, person: Person, number: str) -> dict[str, str]:
    shown = chips.shown(customer.thread, person)
    if not number.isdigit() or int(number) >= len(shown):
        abort(404)
    return shown[int(number)].answer


@phone.post("/age")
def age() -> AnyResponse:
    """Makes the last message 25 hours old, so that the 24-hour window is closed."""
    person, page = _who()
    with platform().lock:
        Customer(platform(), person, page).thread.last_inbound -= 25 * 3600
    platform().changed()
    return _answered(person, page)


@phone.post("/owner")
def owner() -> AnyResponse:
    """Which app alone may answer: `app` is its id, empty for every one."""
    person, page = _who()
    app_id = request.form.get("app", "")
    if app_id and app_id != INBOX_APP and app_id not in platform().world.apps:
        abort(404)
    with platform().lock:
        settle(platform(), Customer(platform(), person, page).thread, app_id)
    return _answered(person, page)


def _answered(person: str, page: str) -> AnyResponse:
    if request.headers.get("HX-Request"):
        return make_response(render_template("simulator/phone/_thread.html", **_view(person, page)))
    return redirect(url_for("demo.phone.show", person=person, page=page), 303)


def _who() -> tuple[str, str]:
    person, page = request.values.get("person", ""), request.values.get("page", "")
    if person not in platform().world.people or platform().world.page_of(page) is None:
        abort(404)
    return person, page


def _view(person: str, page: str) -> dict[str, object]:
    here = platform()
    with here.lock:
        talk = Customer(here, person, page).thread
        return {
            "thread": talk,
            "person": here.world.people[person],
            "page": here.world.pages[talk.page],
            "offers": chips.shown(talk, here.world.people[person]),
            "seen": bool(talk.messages)
            and talk.messages[-1].inbound
            and talk.messages[-1].timestamp <= talk.seen_until,
            "typing": talk.typing_until > here.clock.now(),
            "unread": any(not message.inbound and not message.read for message in talk.messages),
            "hearing": hearing(here, talk),
            "owners": {"": "every app", INBOX_APP: "Meta's inbox"}
            | {app.id: app.name for app in here.world.apps.values()},
            "choices": Choices(talk, talk.find(request.args.get("about", ""))),
            "comments": [
                comment
                for comment in here.world.comments.values()
                if (comment.asset, comment.person) == (talk.asset, person) and not comment.removed
            ],
            "posts": here.world.posts,
        }
