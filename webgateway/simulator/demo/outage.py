"""A time in which Meta posts nothing: what was said meanwhile is only in the Conversations API."""

from flask import Blueprint, Response, jsonify

from webgateway.simulator.demo.control import wanted
from webgateway.simulator.platform import platform
from webgateway.simulator.state.faults import Fault

outage = Blueprint("outage", __name__, url_prefix="/outage")
NAME = "webhook_dropped"


def current() -> Fault | None:
    return next(
        (fault for fault in platform().world.faults if fault.name == NAME and fault.remaining is None), None
    )


@outage.get("")
def read() -> Response:
    """`lost`: how many deliveries nobody will ever get."""
    fault = current()
    return jsonify(on=fault is not None, lost=fault.hits if fault else 0)


@outage.post("")
def begin() -> Response:
    """`{"page": id}` for one Page or Instagram account, else for all."""
    here = platform()
    with here.lock:
        if current() is None:
            here.world.faults.append(Fault(NAME, page=str(wanted().get("page", ""))))
    here.changed()
    return read()


@outage.delete("")
def end() -> Response:
    here = platform()
    answer, ended = read(), current()
    here.world.faults[:] = [fault for fault in here.world.faults if fault is not ended]
    here.changed()
    return answer
