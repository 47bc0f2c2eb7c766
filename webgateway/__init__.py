"""webgateway: between Meta's platform and the people and programs who answer customers."""

from . import spared  # noqa: F401  # isort: skip

from typing import Any

from flask import Flask, redirect, url_for
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from . import assets, db, errors, health, htmx, security, structs, tasks, templating, traffic, views, worker
from .asgi import Front
from .bots import access as bot_access
from .bots import api as bot_api
from .bots import journal as bot_journal
from .bots import pages as bot_pages
from .configuration import routes as configuration
from .conversations import (
    commenting,
    departures,
    forgetting,
    reason_routes,
    recoveries,
    recovery_health,
    requeueing,
    signal_routes,
    upload_routes,
)
from .conversations import erasing as erasing_conversations
from .conversations import health as conversation_health
from .conversations import orphans as orphaned_conversations
from .conversations import routes as conversations
from .flows import editing as flow_editing
from .flows import queue_use
from .flows import routes as flows
from .flows import versions as flow_versions
from .gateways import activation, catalogue, deletion, meta_tab, registry, watching
from .journal import audit, outages, public
from .journal import forgetting as forgetting_journal
from .journal import health as journal_health
from .journal import routes as journal
from .override import MethodOverride
from .pages import (
    account_removal,
    accounts,
    board,
    connecting,
    instagram,
    leaving,
    logins,
    precaution,
    reconciling,
    register,
    restoration,
)
from .pages import health as page_health
from .pages import orphans as orphaned_pages
from .queues import founding as founding_queues
from .queues import routes as queues
from .records import days, exports, figures_page, index
from .records import routes as records
from .settings import ROOT, Settings
from .users import access, profile, roles, sign_in
from .users import routes as users
from .users.rights import signed_in
from .workspace import (
    agent_routes,
    board_routes,
    calls,
    canned_routes,
    closure,
    handling,
    knowledge,
    presence,
    stream,
    transfers,
)
from .workspace import queue_use as canned_queue_use
from .workspace import routes as workspace
from .workspace.streams import Streams

csrf = CSRFProtect()
desk = (calls, closure, handling, knowledge, presence, stream, transfers)
"""What can be done in the workspace."""
rounds = (watching, reconciling, outages, forgetting, days, index, worker)
"""What runs by the clock (tasks.every) or beside (tasks.side_work) and is imported by nobody else: before the
tasks are made."""


class Application(Flask):
    """Takes calls of WSGI and of ASGI servers: one object for `gunicorn wsgi:app` with any worker class."""

    front: Front
    jinja_environment = templating.Kept

    def __call__(self, *call: Any) -> Any:
        return self.front(*call) if len(call) == 3 else super().__call__(*call)


def create_app(settings: Settings | None = None, command_line: bool = True) -> Application:
    """Without a `command_line` it takes less memory: what only serves requests needs none."""
    settings = settings or Settings.load()
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = Application(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance),
    )
    app.extensions["settings"] = settings
    app.config["SECRET_KEY"] = settings.secret_key
    app.wsgi_app = MethodOverride(app.wsgi_app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, *[settings.trusted_proxies] * 4)  # type: ignore[method-assign]

    traffic.init_app(app, behind_proxy=settings.trusted_proxies > 0)
    db.init_app(app, settings.database_url, settings.encryption_keys)
    csrf.init_app(app)
    htmx.init_app(app)
    security.init_app(app, settings)
    tasks.init_app(app, settings.queue_url)
    sign_in.init_app(app, settings)
    errors.init_app(app)
    assets.init_app(app)
    templating.init_app(app)
    views.init_app(app)
    if command_line:
        from . import commands

        commands.init_app(app)
    founding_queues.listen()
    queue_use.listen()
    canned_queue_use.listen()
    requeueing.listen()
    departures.listen()
    orphaned_pages.listen()
    orphaned_conversations.listen()
    erasing_conversations.listen()
    forgetting_journal.listen()
    page_health.listen()
    conversation_health.listen()
    recovery_health.listen()
    journal_health.listen()
    presence.listen(app)
    structs.read_fields()

    for part in (
        conversations, upload_routes, signal_routes, commenting, registry, meta_tab, activation, deletion,
        register, accounts, account_removal, precaution, connecting, instagram, leaving, logins, restoration,
        recoveries, board, catalogue, flows, flow_editing, flow_versions, queues, board_routes, agent_routes,
        canned_routes, reason_routes, records, exports, figures_page, journal, audit, users, access, roles,
        profile, public, workspace, bot_access, bot_api, bot_journal, bot_pages,
        configuration,
    ):  # fmt: skip
        app.register_blueprint(part.blueprint)
    health.init_app(app)
    csrf.exempt(public.blueprint)
    csrf.exempt(bot_api.blueprint)
    bot_api.init_app(app)
    public.init_app(app, settings.accept_sha1)
    app.front = Front(app.wsgi_app, app.extensions["door"], Streams(app))
    app.add_url_rule("/", "home", home)
    return app


def home() -> Response:
    """An agent's workspace, else the first section one may read, or one's profile; for everybody else the
    sign-in page."""
    if not signed_in().is_authenticated:
        return redirect(url_for("security.login"))
    if signed_in().answers_only:
        return redirect(url_for("workspace.index"))
    first = ("conversations", "queues", "gateways", "flows", "records", "journal", "users", "configuration")
    for section in first:
        if signed_in().may(section, "read"):
            return redirect(url_for(f"{section}.index"))
    return redirect(url_for("profile.show"))
