"""What a customer does on the phone; each act reaches the apps as a webhook (contract 6.6, 6.7, 7.4)."""

from typing import Any

from webgateway.simulator import ids
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.threads import Message, Thread
from webgateway.simulator.threads import thread_with
from webgateway.simulator.webhooks import events
from webgateway.simulator.webhooks.emission import emit

STICKER_ID = 369239263222822
EMOJI = {"love": "\u2764\ufe0f", "smile": "\U0001f60a", "like": "\U0001f44d", "sad": "\U0001f622"}


class Customer:
    """One person with one Page or Instagram account in hand."""

    def __init__(self, platform: Platform, person: str, asset: str) -> None:
        self.platform = platform
        self.thread: Thread = thread_with(platform, person, asset)

    def write(
        self,
        text: str = "",
        attachments: list[dict[str, Any]] | None = None,
        payload: str = "",
        reply_to: str = "",
    ) -> Message:
        """A message; `payload` makes it the answer to a quick reply."""
        written = self._new(text=text, attachments=attachments or [], payload=payload, reply_to=reply_to)
        emit(self.platform, self.thread, "messages", events.message(self.thread, written))
        return written

    def send_picture(self, url: str) -> Message:
        return self.write(attachments=[{"type": "image", "payload": {"url": url}}])

    def send_sticker(self, url: str) -> Message:
        """Since 2026-08-30 a sticker is a sticker only, no image beside it."""
        return self.write(
            attachments=[{"type": "sticker", "payload": {"url": url, "sticker_id": STICKER_ID}}]
        )

    def tap(self, title: str, payload: str) -> Message:
        tapped = self._new(kind="postback", text=title, payload=payload)
        emit(self.platform, self.thread, "messaging_postbacks", events.postback(self.thread, tapped))
        return tapped

    def follow_link(self, ref: str) -> Message:
        """An m.me or ig.me link with `ref`, in a thread that exists."""
        followed = self._new(kind="referral", payload=ref)
        item = events.referral(self.thread, ref, followed.timestamp)
        emit(self.platform, self.thread, "messaging_referrals", item)
        return followed

    def react(self, mid: str, name: str) -> None:
        """An empty name takes the reaction back; Instagram then says nothing (contract 6.7)."""
        target = self._message(mid)
        target.reaction = name
        self.thread.last_inbound = self.platform.clock.now()
        if name or not self.thread.on_instagram:
            item = events.reaction(self.thread, target, name, EMOJI.get(name, "\u2764\ufe0f"), self._time())
            emit(self.platform, self.thread, "message_reactions", item)

    def edit(self, mid: str, text: str, count: int = 1) -> None:
        edited = self._message(mid)
        edited.text = text
        emit(
            self.platform, self.thread, "message_edits", events.edit(self.thread, edited, count, self._time())
        )

    def unsend(self, mid: str) -> None:
        deleted = self._message(mid)
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

    def _message(self, mid: str) -> Message:
        found = self.thread.find(mid)
        if found is None:
            raise KeyError(mid)
        return found

    def _time(self) -> int:
        """Milliseconds; later than everything in the thread."""
        last = self.thread.messages[-1].timestamp if self.thread.messages else 0
        return max(self.platform.clock.now_ms(), last + 1)

    def _new(self, **parts: Any) -> Message:
        message = Message(ids.mid(self.thread.on_instagram), inbound=True, timestamp=self._time(), **parts)
        self.thread.messages.append(message)
        self.thread.last_inbound = self.platform.clock.now()
        return message
