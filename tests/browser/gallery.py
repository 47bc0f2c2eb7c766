"""A talk with a bubble of every kind, for everybody who looks at what they look like."""

from datetime import timedelta
from itertools import count
from typing import Any

from tests import cast
from webgateway.conversations.comments import Comment
from webgateway.conversations.models import Conversation, Message, Part, Reaction, Wording
from webgateway.db import db, utcnow
from webgateway.pages.models import Page

CARDS = [
    {"title": "Ceramic mug, blue", "subtitle": "2 × 11 EUR", "picture_url": "https://cdn.example.com/mug.jpg",
     "url": "https://shop.example.com/mug", "buttons": ["Buy", "Show others"]},
    {"title": "Teapot for six with a name so long that it has to break somewhere", "subtitle": "48 EUR",
     "picture_url": None, "url": None, "buttons": []},
    {"title": None, "subtitle": None, "picture_url": None, "url": "https://shop.example.com/", "buttons": []},
]  # fmt: skip
ADDRESS = "https://www.facebook.com/permalink.php?story_fbid=901097836652708&id=102938475610293"


class Talk:
    """Each message a minute after the one before, the last a few minutes ago."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.minutes = count()
        self.began = utcnow() - timedelta(minutes=90)

    def says(self, text: str = "", author: str = "customer", **values: Any) -> Message:
        number = next(self.minutes)
        at = self.began + timedelta(minutes=number)
        user = cast.person("Gail") if author == "agent" else None
        given = {"occurred_at": at, "user": user, "mid": f"m_gallery_{number}"}
        return cast.message(self.conversation, text, author, **{**given, **values})

    def shows(self, *attachments: dict[str, Any], author: str = "customer", **values: Any) -> Message:
        plain = {"url": None, "title": None}
        return self.says(
            values.pop("text", ""), author, attachments=[plain | one for one in attachments], **values
        )

    def sends(self, text: str, state: str, **values: Any) -> Message:
        message = self.says(text, "agent", mid=None)
        part = {"position": 0, "text": text, "key": f"gallery:{message.id}", "page_id": message.page_id}
        db.session.add(Part(message=message, conversation=self.conversation, state=state, **part, **values))
        return message


def bubbles(page: Page, simulator: str) -> Conversation:
    lucia = cast.contact(page, "Lucía Fernández-Katarzyna Brzęczyszczykiewicz", "7392015648129999")
    talk = Talk(cast.conversation(lucia, preview="👍", opened_at=utcnow() - timedelta(minutes=90)))
    _arrivals(talk)
    _media(talk, f"{simulator}/scontent/photo/mugs.png")
    _cards(talk)
    _notes(talk)
    _afterwards(talk)
    _answers(talk, page, simulator)
    talk.conversation.customer_wrote_at = utcnow() - timedelta(minutes=3)
    db.session.commit()
    return talk.conversation


def _arrivals(talk: Talk) -> None:
    ad = {"source": "ADS", "type": "OPEN_THREAD", "ad_id": "6045246247433", "ref": "summer",
          "ad_title": "Mugs for the summer", "picture_url": "https://scontent.xx.fbcdn.net/ad.jpg",
          "video_url": "https://scontent.xx.fbcdn.net/ad.mp4"}  # fmt: skip
    talk.says("", kind="referral", referral=ad)
    website = {"source": "CUSTOMER_CHAT_PLUGIN", "referer_uri": "https://shop.example.com/mugs?colour=blue"}
    talk.says("", kind="referral", referral=website)
    talk.says("Is it still there?", referral={"product_id": "5123456789012345"})
    talk.says("Get started", kind="postback", payload="GET_STARTED")
    talk.says("Opening hours", kind="quick_reply", payload="HOURS")
    talk.says("", kind="optin")


def _media(talk: Talk, picture: str) -> None:
    talk.shows({"type": "image", "url": picture})
    talk.shows({"type": "image", "url": picture}, {"type": "image", "url": picture}, text="Two of them")
    talk.shows({"type": "sticker", "url": picture.replace("photo", "sticker"), "sticker_id": "1"})
    talk.shows({"type": "sticker", "url": None, "sticker_id": "369239263222822"})
    talk.shows(
        {"type": "video", "url": ADDRESS},
        {"type": "audio", "url": ADDRESS},
        {"type": "file", "url": ADDRESS, "title": "order_48-1204_final_version_2_signed_by_everybody.pdf"},
    )
    talk.shows({"type": "location", "title": "Harbour Street 7", "latitude": 50.45013, "longitude": 30.5241})
    talk.shows(
        {"type": "post", "url": ADDRESS, "title": "Our new mugs"},
        {"type": "fallback", "url": ADDRESS, "title": "shop.example.com"},
    )
    talk.shows({"type": "ephemeral"}, {"type": "unsupported_type"}, {"type": "story_mention", "url": ADDRESS})
    talk.shows({"type": "story_reply", "url": ADDRESS}, text="What a view!")


def _cards(talk: Talk) -> None:
    talk.shows({"type": "template", "template": "product", "cards": CARDS})
    talk.shows({"type": "order", "cards": CARDS[:2]}, text="Two mugs, please", kind="order")
    button = {
        "title": "Shall we wrap it?",
        "subtitle": None,
        "picture_url": None,
        "url": None,
        "buttons": ["Yes", "No"],
    }
    talk.shows({"type": "template", "template": "button", "cards": [button]}, author="page")
    talk.shows(
        {
            "type": "template",
            "template": "coupon",
            "cards": [CARDS[0] | {"title": "Ten percent off", "subtitle": "SUMMER10"}],
        },
        author="flow",
    )
    when = {"title": "CONFIRMED", "subtitle": "4 December 2026, 10:00 – 11:00 Europe/Kyiv"}
    talk.shows({"type": "appointment_booking", "cards": [CARDS[1] | when]})


def _notes(talk: Talk) -> None:
    talk.says("Agreed to notifications: New mugs", "note", kind="optin", mid=None)
    talk.says("Linked the account on your website", "note", kind="account_linking", mid=None)
    talk.says(
        "Gave feedback\nSatisfaction, of 5: 4\nIn words: Quick and friendly",
        "note",
        kind="feedback",
        mid=None,
    )
    talk.says("Looked at the coupon SUMMER10", "note", kind="coupon", mid=None)
    talk.says("Meta's inbox took this conversation over.", "note", kind="handover", mid=None)


def _afterwards(talk: Talk) -> None:
    contact = talk.conversation.contact
    edited = talk.says("I meant the blue one, size 42, and only if it is still there on Monday.")
    for number, words in enumerate(("I meant the red one", "I meant the blue one", edited.text)):
        wording = {"number": number, "text": words, "occurred_at": edited.occurred_at}
        db.session.add(Wording(contact=contact, mid=edited.mid, **wording))
    for author in ("customer", "agent"):
        loved = talk.says("Thank you, that was quick!", author)
        db.session.add(Reaction(contact=contact, mid=loved.mid, sign="❤️", occurred_at=loved.occurred_at))
    talk.says("", kind="withdrawn")
    talk.says("", "page", kind="withdrawn")
    talk.says("Sent something that Meta does not pass on to apps.", kind="unsupported")
    talk.says("This one", reply_to_mid=edited.mid)
    talk.says("Missed in the outage", recovered_at=utcnow())
    talk.says("https://shop.example.com/" + "a-very-long-address-without-a-place-to-break" * 3)
    talk.says("مرحبا، هل المتجر مفتوح يوم الأحد؟")


def _answers(talk: Talk, page: Page, simulator: str) -> None:
    comment: Comment = cast.comment(page, "How much is a crate of the small ones?", meta_id="gallery")
    reply = talk.sends("Three euros. Shall we keep one for you?", "read", mid="m_gallery_reply")
    reply.comment = comment
    talk.sends(
        "A long answer that was not taken.",
        "failed",
        error="The customer has blocked this page.",
        remedy="Nothing can be sent to them.",
        error_code=551,
    )
    talk.sends("Did it arrive?", "unclear", error="Meta's answer was lost.")
    talk.sends("On its way", "waiting", next_try_at=utcnow() + timedelta(days=1))
    talk.shows(
        {"type": "image", "url": f"{simulator}/scontent/photo/ours.png", "title": "ours.jpg"},
        author="agent",
    )
    talk.shows({"type": "file", "url": ADDRESS, "title": "offer.pdf"}, author="page", text="Our offer")
    talk.says("👍")
