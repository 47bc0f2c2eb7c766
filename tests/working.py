"""The worker without its threads: one job after another."""

from webgateway.bots import calling
from webgateway.conversations import comparing, idling, outgoing
from webgateway.db import db
from webgateway.journal import reading, taking
from webgateway.pages import completing
from webgateway.worker import Work
from webgateway.workspace import offering


def until_done(*kinds: Work) -> int:
    """Work on what is due until nothing is left; how many jobs there were."""
    done = 0
    for kind in kinds or (reading, taking, calling, completing, comparing, idling, outgoing, offering):
        while (job := kind.claim()) is not None:
            kind.work(job)
            done += 1
    db.session.expire_all()
    return done
