from flask import Blueprint, Response, send_from_directory

from webgateway.simulator.demo.assets import assets
from webgateway.simulator.demo.control import control
from webgateway.simulator.demo.deliveries import deliveries
from webgateway.simulator.demo.faults import faults
from webgateway.simulator.demo.guard import this_machine_only
from webgateway.simulator.demo.home import home
from webgateway.simulator.demo.levers import levers
from webgateway.simulator.demo.outage import outage
from webgateway.simulator.demo.phone import phone
from webgateway.simulator.demo.records import records
from webgateway.simulator.demo.timing import timing
from webgateway.simulator.demo.tokens import tokens
from webgateway.simulator.platform import platform

demo = Blueprint("demo", __name__, url_prefix="/_sim")
demo.before_request(this_machine_only)
for part in (home, phone, deliveries, timing, faults, assets, control, records, levers, outage, tokens):
    demo.register_blueprint(part)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: http:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@demo.after_request
def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@demo.get("/static/<path:filename>")
def static(filename: str) -> Response:
    return send_from_directory(platform().settings.static, filename)


@demo.get("/vendor/<path:filename>")
def vendor(filename: str) -> Response:
    return send_from_directory(platform().settings.vendor, filename)
