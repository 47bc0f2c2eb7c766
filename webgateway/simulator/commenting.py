"""What people write under posts, and on the walls of pages (contract 6.6, 6.7)."""

from webgateway.simulator.ids import scoped
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.comments import Comment, Post
from webgateway.simulator.state.threads import Thread
from webgateway.simulator.threads import thread_with
from webgateway.simulator.webhooks import changes
from webgateway.simulator.webhooks.emission import emit_change

OWN_POST = "Our new opening hours"


class Commentator:
    """One person below the posts of one Page or Instagram account."""

    def __init__(self, platform: Platform, person: str, asset: str) -> None:
        self.platform = platform
        self.world = platform.world
        self.thread: Thread = thread_with(platform, person, asset)

    def comment(self, text: str, post_id: str = "", parent: str = "") -> Comment:
        """On the newest post of the page when none is named. Raises KeyError when there is no such post."""
        if parent:
            post_id = self.find(parent).post
        post = self.world.posts[post_id] if post_id else self._own_post()
        written = self._new(post, text, parent)
        self._tell("comments" if self.thread.on_instagram else "feed", written, "add")
        return written

    def edit(self, comment_id: str, text: str) -> None:
        """Instagram knows no edited comments."""
        comment = self.find(comment_id)
        comment.text = text
        if not self.thread.on_instagram:
            self._tell("feed", comment, "edited")

    def remove(self, comment_id: str) -> None:
        comment = self.find(comment_id)
        comment.removed = True
        if not self.thread.on_instagram:
            self._tell("feed", comment, "remove")

    def post(self, text: str) -> Post:
        """On the wall of a Page."""
        posted = self._post(text, person=self.thread.person)
        self.thread.last_inbound = self.platform.clock.now()
        emit_change(self.platform, self.thread, "feed", changes.visitor_post(self.world, self.thread, posted))
        return posted

    def mention(self, text: str) -> Comment | Post:
        """Of an Instagram account, elsewhere: in a comment, or without text in a caption."""
        post = self._post(
            "A day by the sea with @" + self._username(), person=self.thread.person, foreign=True
        )
        comment = self._new(post, f"@{self._username()} {text}") if text else None
        emit_change(self.platform, self.thread, "mentions", changes.mention(post, comment))
        return comment or post

    def find(self, comment_id: str) -> Comment:
        """Raises KeyError when this page has no such comment."""
        comment = self.world.comments[comment_id]
        if comment.asset != self.thread.asset:
            raise KeyError(comment_id)
        return comment

    def _tell(self, field: str, comment: Comment, verb: str) -> None:
        if self.thread.on_instagram:
            value = changes.instagram_comment(self.world, self.thread, comment)
        else:
            value = changes.page_comment(self.world, self.thread, comment, verb)
        emit_change(self.platform, self.thread, field, value)

    def _own_post(self) -> Post:
        own = [
            post for post in self.world.posts.values() if post.asset == self.thread.asset and not post.person
        ]
        return own[-1] if own else self._post(OWN_POST)

    def _post(self, text: str, person: str = "", *, foreign: bool = False) -> Post:
        number = scoped("post", self.thread.asset, str(len(self.world.posts)), length=15)
        post_id = f"17{number}" if self.thread.on_instagram else f"{self.thread.page}_{number}"
        now = self.platform.clock.now()
        post = Post(post_id, self.thread.asset, self.thread.page, text, now, person, foreign)
        self.world.posts[post_id] = post
        return post

    def _new(self, post: Post, text: str, parent: str = "") -> Comment:
        number = scoped("comment", post.id, str(len(self.world.comments)), length=15)
        comment_id = f"17{number}" if self.thread.on_instagram else f"{post.id.split('_')[1]}_{number}"
        now = self.platform.clock.now()
        comment = Comment(comment_id, post.asset, post.page, post.id, self.thread.person, text, now, parent)
        self.world.comments[comment_id] = comment
        self.thread.last_inbound = now
        return comment

    def _username(self) -> str:
        account = self.world.instagram_account(self.thread.asset)
        return account.username if account else ""
