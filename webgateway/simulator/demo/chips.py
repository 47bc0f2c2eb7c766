"""The quick replies that the phone shows, above where one writes (contract 7.2)."""

from dataclasses import dataclass

from webgateway.simulator import assumptions
from webgateway.simulator.state.people import Person
from webgateway.simulator.state.threads import Thread


@dataclass(frozen=True)
class Chip:
    title: str
    payload: str

    @property
    def answer(self) -> dict[str, str]:
        """What pressing it sends."""
        return {"kind": "quick_reply", "text": self.title, "payload": self.payload}


def shown(thread: Thread, person: Person) -> list[Chip]:
    """Those of the page's last message, until anybody says anything else. Phone and e-mail stand there as in
    the person's profile, or not at all."""
    last = thread.messages[-1] if thread.messages else None
    if last is None or last.inbound:
        return []
    own = {"user_email": person.email, "user_phone_number": person.phone}
    chips = []
    for offer in last.quick_replies:
        asked = str(offer["content_type"])
        if asked == "text":
            title = str(offer["title"])
            chips.append(Chip(title, str(offer.get("payload") or title)))
        elif own[asked] or not assumptions.CHIPS_NEED_THE_PROFILE:
            chips.append(Chip(own[asked] or asked, own[asked] or asked))
    return chips
