"""Acts below posts: `POST /_sim/person/send` answers the id of the comment or post."""

from webgateway.simulator.commenting import Commentator
from webgateway.simulator.customer import Customer
from webgateway.simulator.demo.asked import Asked


def _commentator(customer: Customer) -> Commentator:
    return Commentator(customer.platform, customer.thread.person, customer.thread.asset)


def comment(customer: Customer, asked: Asked) -> str:
    """`post` or `parent` say where; the page's newest post otherwise."""
    text = asked.text("text", "Is this still available?")
    return _commentator(customer).comment(text, asked.text("post"), asked.text("parent")).id


def comment_edit(customer: Customer, asked: Asked) -> str:
    _commentator(customer).edit(str(asked.values["comment"]), asked.text("text"))
    return ""


def comment_remove(customer: Customer, asked: Asked) -> str:
    _commentator(customer).remove(str(asked.values["comment"]))
    return ""


def visitor_post(customer: Customer, asked: Asked) -> str:
    return _commentator(customer).post(asked.text("text", "Let's check this")).id


def mention(customer: Customer, asked: Asked) -> str:
    """In a comment, or without `text` in a caption."""
    return _commentator(customer).mention(asked.text("text")).id
