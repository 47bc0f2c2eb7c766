"""Figures: the days as charts, a table and a file."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from .. import htmx
from ..db import db, utcnow
from ..fields import whole
from ..flows.models import Flow
from ..listing import menu
from ..pages.models import Page
from ..queues.models import Queue
from ..users import zone
from ..users.models import User
from ..users.rights import current_tenant, needs
from . import charts, formats, people
from .charts import Chart, Series
from .days import ENDS
from .figures import KINDS, Figures, Question
from .lengths import words
from .search import HOW, day_of
from .tally import Lengths, Tally

blueprint = Blueprint("figures", __name__, url_prefix="/figures")

RANGES = (7, 30, 90)
USUAL = 30
LONGEST = 366
WITHIN = {60: "1 minute", 300: "5 minutes", 900: "15 minutes", 3600: "1 hour"}
FIVE_MINUTES = 300
NAMES = {"page": "Page", "flow": "Flow", "queue": "Queue", "agent": "Agent"}
COMPARED = 50
MODELS = {"page": Page, "flow": Flow, "queue": Queue, "agent": User}
NAME_OR_EMAIL = func.coalesce(func.nullif(User.name, ""), User.email)
GONE = ("No {}", "A {} that is gone")
P90 = 0.9


class View:
    """What the URL asks for: `since, until, page, flow, queue, agent, within, by`."""

    def __init__(self) -> None:
        viewers, args = zone.viewers(), request.args
        today = utcnow().astimezone(viewers).date()
        until = min(day_of(args.get("until")) or today, today)
        since = day_of(args.get("since")) or until - timedelta(days=USUAL - 1)
        self.today = today
        self.since, self.until = min(max(since, until - timedelta(days=LONGEST - 1)), until), until
        self.only = {kind: wanted for kind in KINDS if (wanted := args.get(kind, type=whole))}
        within = args.get("within", FIVE_MINUTES, type=whole)
        self.within = within if within in WITHIN else FIVE_MINUTES
        self.by = args["by"] if args.get("by") in KINDS else ""
        asked = Question(self.since, self.until, viewers, self.only, self.by)
        self.figures = Figures(current_tenant.id, asked)
        self.whole = self.figures.whole

    @property
    def asked(self) -> dict[str, Any]:
        """For addresses, without the days."""
        rest = {"within": self.within if self.within != FIVE_MINUTES else None, "by": self.by or None}
        return {**self.only, **rest}

    def last(self, length: int) -> dict[str, Any]:
        return {"since": self.today - timedelta(days=length - 1), "until": self.today, **self.asked}

    @property
    def rows(self) -> list[tuple[date, Tally]]:
        return list(self.figures.by_day.items())


@blueprint.get("/")
@needs("records", "read")
def index() -> ResponseReturnValue:
    view = View()
    compared = named(view.by, view.figures.compared[:COMPARED]) if view.by else []
    return htmx.render(
        "figures/index.html",
        "figures/_figures.html",
        view=view,
        charts=drawn(view),
        ends=ended(view.whole),
        compared=compared,
        columns=columns(view.within),
        cells=cells,
        menus={kind: _menu(kind, view.only.get(kind)) for kind in KINDS},
        names=NAMES,
        ranges=RANGES,
        withins=WITHIN,
    )


@blueprint.get("/export.csv")
@needs("records", "read")
def export() -> ResponseReturnValue:
    view = View()
    head = ["day", *(name for name, _ in columns(view.within))]
    lines: list[list[Any]] = [head]
    lines += [[f"{day}", *cells(tally, view.within, plain=True)] for day, tally in view.rows]
    named = {"Content-Disposition": f'attachment; filename="figures-{view.since}-{view.until}.csv"'}
    body = formats.BOM + formats.csv_lines([[formats.cell(one) for one in line] for line in lines])
    return Response(body.encode(), content_type="text/csv; charset=utf-8", headers=named)


def drawn(view: View) -> list[Chart]:
    days, tallies = zip(*view.rows, strict=True)
    answered = [len(one.answers) for one in tallies]
    rest = [one.conversations - len(one.answers) for one in tallies]
    return [
        charts.bars(
            "conversations", "Conversations", days, Series("Answered", answered), Series("Not answered", rest)
        ),
        charts.bars(
            "messages", "Messages", days,
            Series("From customers", [one.came for one in tallies]),
            Series("To customers", [one.went for one in tallies]),
        ),
        charts.lines("answer", "First answer", days, *_middles([one.answers for one in tallies])),
        charts.lines("waiting", "Waiting for an agent", days, *_middles([one.waits for one in tallies])),
        charts.lines("duration", "Duration", days, *_middles([one.lengths for one in tallies])),
        charts.bars(
            "missed", "Missed", days,
            Series("Got the offline message", [one.offline for one in tallies]),
            Series("Gave up waiting", [one.abandoned for one in tallies]),
        ),
    ]  # fmt: skip


def _middles(lengths: list[Lengths]) -> tuple[Series, Series]:
    return (
        Series("Half of them within", [one.median for one in lengths]),
        Series("90 % of them within", [one.share(P90) for one in lengths]),
    )


def ended(whole: Tally) -> list[tuple[str, int, float]]:
    """How, how many, and their share of those that ended, in percent."""
    total = sum(whole.ends[1:]) or 1
    told = [(HOW.get(how, "Otherwise"), number) for how, number in zip(ENDS[1:], whole.ends[1:], strict=True)]
    return [(name, number, 100 * number / total) for name, number in told if number]


def columns(within: int) -> list[tuple[str, bool]]:
    """Names, and whether it is a length of time."""
    return [
        *((name, False) for name in ("Conversations", "Messages in", "Messages out", "Answered")),
        (f"Answered within {WITHIN[within]}", False),
        *(
            (f"{what}, {how}", True)
            for what in ("First answer", "Waiting", "Duration")
            for how in ("half", "90 %")
        ),
        ("Offline", False),
        ("Gave up", False),
        *((HOW.get(how, "Ended otherwise"), False) for how in ENDS[1:]),
    ]


def cells(tally: Tally, within: int, plain: bool = False) -> list[Any]:
    """As `columns` names them; `plain`: lengths in seconds, for machines."""
    lengths = (tally.answers, tally.waits, tally.lengths)
    middles = [value for one in lengths for value in (one.median, one.share(P90))]
    return [
        *(tally.conversations, tally.came, tally.went, len(tally.answers), tally.answers.within(within)),
        *((None if one is None else round(one)) if plain else words(one) for one in middles),
        *(tally.offline, tally.abandoned, *tally.ends[1:]),
    ]


def named(kind: str, tallies: Sequence[tuple[int, Tally]]) -> list[tuple[str, Tally]]:
    model: Any = MODELS[kind]
    name = (NAME_OR_EMAIL if kind == "agent" else model.name).label("name")
    mine = select(model.id, name).where(model.tenant_id == current_tenant.id)
    found = db.session.execute(mine.where(model.id.in_([one for one, _ in tallies])))
    known = {row.id: row.name for row in found}
    return [(known.get(one, GONE[one > 0].format(kind)), tally) for one, tally in tallies]


def _menu(kind: str, chosen: int | None) -> list[Any]:
    if kind == "agent":
        return people.of(current_tenant.id)
    model: Any = MODELS[kind]
    return menu(model.of(current_tenant), chosen)
