"""Taking pages away from a gateway. Their rows stay, for the conversations that happened on them."""

from sqlalchemy import delete

from ..db import db, utcnow
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta import pages as meta_pages
from ..meta.errors import GraphError
from ..meta.graph import Graph
from .models import Grant, Page
from .tokens import live_grants


def remove(gateway: Gateway, pages: list[Page]) -> None:
    """Commits, then asks Meta to stop sending; should that fail, what still arrives stays in the journal."""
    tokens = {page_id: grant.token for page_id, grant in live_grants(pages).items()}
    for page in pages:
        page.removed_at = utcnow()
        page.subscribed, page.subscribed_fields = False, []
        page.messenger_wanted = page.instagram_wanted = False
        page.drift = page.drift_since = page.drift_mended_at = page.missed_since = None
        page.problem = page.subscription_error = page.instagram_problem = page.instagram_error = None
    db.session.execute(delete(Grant).where(Grant.page_id.in_([page.id for page in pages])))
    db.session.commit()
    _unsubscribe(graph_of(gateway), [(page.meta_id, tokens.get(page.id) or "") for page in pages])


def _unsubscribe(graph: Graph, pages: list[tuple[str, str]]) -> None:
    """Where the page's own token has died with its grant, the app's may still do it: contract 3.4."""
    try:
        outcomes = meta_pages.unsubscribe_many(graph, [(page_id, token) for page_id, token in pages if token])
        left = [page_id for page_id, _ in pages if outcomes.get(page_id) is not True]
        meta_pages.unsubscribe_many(graph, [(page_id, graph.app_token) for page_id in left])
    except GraphError:
        return
