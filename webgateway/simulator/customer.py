"""What a customer does on the phone; each act reaches the apps as a webhook (contract 6.6, 6.7, 7.4)."""

from typing import Any

from webgateway.simulator import assumptions, ids
from webgateway.simulator.platform import Platform
from webgateway.simulator.reactions import emoji_of
from webgateway.simulator.state.threads import Message, Thread
from webgateway.simulator.threads import next_time, thread_with
from webgateway.simulator.webhooks import events
from webgateway.simulator.webhooks.emission import emit


class Customer:
    """One person with one Page or Instagram account in hand."""

    def __init__(self, platform: Platform, person: str, asset: str) -> None:
        self.platform = platform
        self.thread: Thread = thread_with(platform, person, asset)

    def write(self, text: str = "", attachments: list[dict[str, Any]] | None = None, **more: Any) -> Message:
        """A message. `more` are members of Message: `payload` makes it the answer to a quick reply,
        `reply_to` quotes a mid, `story` answers a story, `referral` says what led here."""
        written = self._new(text=text, attachments=attachments or [], **more)
        self.thread.consented = True
        item = events.message(self.thread, written)
        if text and self.platform.fault("edit_before_message", page=self.thread.asset):
            self.edit(written.mid, text + assumptions.CORRECTION)
        emit(self.platform, self.thread, "messages", item)
        return written

    def tap(self, title: str, payload: str, referral: dict[str, Any] | None = None) -> Message:
        """A button, Get Started or an ice breaker; `referral` when a link led to it."""
        tapped = self._new(kind="postback", text=title, payload=payload, referral=referral or {})
        self.thread.consented = True
        emit(self.platform, self.thread, "messaging_postbacks", events.postback(self.thread, tapped))
        return tapped

    def follow(self, referral: dict[str, Any]) -> Message:
        """An m.me or ig.me link, or an ad, in a thread that exists."""
        followed = self._new(kind="referral", payload=str(referral.get("ref", "")), referral=referral)
        emit(self.platform, self.thread, "messaging_referrals", events.referral(self.thread, followed))
        return followed

    def opt_in(self, optin: dict[str, Any]) -> None:
        emit(self.platform, self.thread, "messaging_optins", self._item(optin=optin))

    def link_account(self, status: str, code: str) -> None:
        """`linked` with an authorization code, or `unlinked`."""
        parts = {"status": status} | ({"authorization_code": code} if status == "linked" else {})
        emit(self.platform, self.thread, "messaging_account_linking", self._item(account_linking=parts))

    def give_feedback(self, stars: str, words: str) -> None:
        """The answer to a customer feedback template."""
        question: dict[str, Any] = {"type": "csat", "payload": stars}
        if words:
            question |= {"follow_up": {"type": "free_form", "payload": words}}
        screens = [{"screen_id": 0, "questions": {"hauydmns8": question}}]
        item = self._item(messaging_feedback={"feedback_screens": screens})
        emit(self.platform, self.thread, "messaging_feedback", item)

    def react(self, mid: str, name: str, emoji: str = "") -> None:
        """An empty name takes the reaction back; Instagram then says nothing (contract 6.7)."""
        target = self.find(mid)
        target.reaction = name
        self.thread.last_inbound = self.platform.clock.now()
        if name or not self.thread.on_instagram or assumptions.INSTAGRAM_TELLS_UNREACT:
            item = events.reaction(self.thread, target, name, emoji or emoji_of(name), self._time())
            emit(self.platform, self.thread, "message_reactions", item)

    def edit(self, mid: str, text: str) -> None:
        """Raises ValueError once a message was edited as often as it may be."""
        edited = self.find(mid)
        if edited.edits >= assumptions.EDIT_LIMIT:
            raise ValueError(f"a message can be edited {assumptions.EDIT_LIMIT} times")
        edited.text = text
        edited.edits += 1
        emit(self.platform, self.thread, "message_edits", events.edit(self.thread, edited, self._time()))

    def unsend(self, mid: str) -> None:
        deleted = self.find(mid)
        deleted.deleted = True
        emit(self.platform, self.thread, "messages", events.unsend(self.thread, deleted, self._time()))

    def read(self) -> None:
        """Opens the thread; the page hears of it once per new message."""
        unread = [message for message in self.thread.messages if not message.inbound and not message.read]
        if unread:
            for message in unread:
                message.read = True
            emit(
                self.platform,
                self.thread,
                "message_reads",
                events.read(self.thread, unread[-1], self._time()),
            )

    def find(self, mid: str) -> Message:
        """Raises KeyError when the thread has no such message."""
        found = self.thread.find(mid)
        if found is None:
            raise KeyError(mid)
        return found

    def _item(self, **parts: Any) -> dict[str, Any]:
        return events.from_person(self.thread, self._time(), **parts)

    def _time(self) -> int:
        return next_time(self.platform, self.thread)

    def _new(self, **parts: Any) -> Message:
        message = Message(ids.mid(self.thread.on_instagram), inbound=True, timestamp=self._time(), **parts)
        self.thread.messages.append(message)
        self.thread.last_inbound = self.platform.clock.now()
        return message
