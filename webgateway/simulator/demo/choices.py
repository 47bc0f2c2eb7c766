"""What the phone offers beside the message box."""

from webgateway.simulator import reactions
from webgateway.simulator.state.threads import Message, Thread

BUTTONS = {
    "messenger": (
        ("postback", "Get started"),
        ("picture", "Picture"),
        ("sticker", "Sticker"),
        ("like", "Like"),
        ("referral", "Link"),
    ),
    "instagram": (
        ("postback", "Get started"),
        ("picture", "Picture"),
        ("like", "Heart"),
        ("referral", "Link"),
    ),
}
BOTH = (
    ("audio", "Voice message"),
    ("video", "Video"),
    ("file", "File"),
    ("share", "Shared link"),
    ("post", "Shared post"),
    ("reel", "Shared reel"),
    ("ad", "Click on an ad"),
    ("ask_about_product", "Question about a product"),
    ("unsupported", "Something the API cannot carry"),
    ("inbox_answer", "The page answers in Meta's inbox"),
)
MORE = {
    "messenger": (
        *BOTH,
        ("product", "Product"),
        ("location", "Location"),
        ("optin", "Opt-in of a plugin"),
        ("notifications", "Opt-in to notifications"),
        ("account_linking", "Link an account"),
        ("feedback", "Four stars"),
    ),
    "instagram": (
        *BOTH,
        ("story_reply", "Reply to a story"),
        ("story_mention", "Mention in a story"),
        ("story", "Shared story"),
        ("ephemeral", "Picture to view once"),
    ),
}


class Choices:
    """For one thread, and for the message that was picked."""

    def __init__(self, thread: Thread, about: Message | None) -> None:
        platform = "instagram" if thread.on_instagram else "messenger"
        self.buttons = BUTTONS[platform]
        self.more = MORE[platform]
        self.reactions = reactions.INSTAGRAM if thread.on_instagram else reactions.MESSENGER
        self.about = about
        self.can_edit = about is not None and about.inbound and bool(about.text) and about.kind == "message"
