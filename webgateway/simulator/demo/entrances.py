"""How people find their way to a page: links, ads, products (contract 6.6, 6.7)."""

from typing import Any

from webgateway.simulator.pictures import picture_url
from webgateway.simulator.state.threads import Thread


def link(thread: Thread, ref: str) -> dict[str, Any]:
    """m.me or ig.me."""
    source = "IGME-SOURCE-LINK" if thread.on_instagram else "SHORTLINK"
    return {"ref": ref, "source": source, "type": "OPEN_THREAD"}


def ad(base: str, ad_id: str, ref: str) -> dict[str, Any]:
    context = {
        "ad_title": "Spring sale",
        "photo_url": picture_url(base, "photo", f"ad{ad_id}"),
        "post_id": "559217392549680",
    }
    return {"ref": ref, "ad_id": ad_id, "source": "ADS", "type": "OPEN_THREAD", "ads_context_data": context}


def product(product_id: str) -> dict[str, Any]:
    return {"product": {"id": product_id}}
