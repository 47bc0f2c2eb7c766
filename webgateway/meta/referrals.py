"""Where a customer came from, an ad, a link or a product: contract 6.6."""

from typing import Any

from .values import dict_of, id_of, list_of, text_of, web_address

MOST = 50


def read(raw: Any, base: str) -> dict[str, Any] | None:
    """Flat: ref, source, type, ad_id, ad_title, picture_url, video_url, post_id, product_id and referer_uri,
    as far as they are known."""
    referral = dict_of(raw)
    advert, product = dict_of(referral.get("ads_context_data")), dict_of(referral.get("product"))
    known = {
        "ref": text_of(referral.get("ref")),
        "source": text_of(referral.get("source")),
        "type": text_of(referral.get("type")),
        "ad_id": id_of(referral.get("ad_id")),
        "ad_title": text_of(advert.get("ad_title")),
        "picture_url": web_address(advert.get("photo_url"), base),
        "video_url": web_address(advert.get("video_url"), base),
        "post_id": id_of(advert.get("post_id")),
        "product_id": id_of(product.get("id")) or id_of(advert.get("product_id")),
        "referer_uri": web_address(referral.get("referer_uri"), base),
    }
    return {name: value for name, value in known.items() if value is not None} or None


def answers(lead: Any) -> tuple[tuple[str, str], ...]:
    """What the customer filled in, in the form of an ad."""
    found = (dict_of(item) for item in list_of(dict_of(lead).get("data"))[:MOST])
    pairs = ((text_of(item.get("question")), text_of(item.get("answer"))) for item in found)
    return tuple((question, answer or "–") for question, answer in pairs if question)


def prior_message(raw: Any) -> dict[str, Any] | None:
    """Of a checkbox on a website, which a first message answers."""
    source = text_of(dict_of(raw).get("source"))
    return {"source": source} if source else None
