"""The GET that Meta sends while a callback is being saved (contract 6.1)."""

import secrets
from http import HTTPStatus

import requests

from webgateway.simulator.graph.errors import GraphError
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.apps import Subscription
from webgateway.simulator.webhooks.wire import USER_AGENT


def verify(platform: Platform, subscription: Subscription) -> None:
    if platform.fault("verify_fail"):
        raise _refused("HTTP Status Code = 404; HTTP Message = Not Found")
    if platform.fault("verify_timeout"):
        raise _refused("curl_errno = 28; curl_error = Operation timed out; HTTP Status Code = 0")
    challenge = str(secrets.randbelow(2**31))
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": subscription.verify_token,
    }
    try:
        answer = requests.get(
            subscription.callback_url,
            params=query,
            headers={"User-Agent": USER_AGENT},
            timeout=platform.settings.verification_timeout,
            allow_redirects=False,
        )
    except requests.Timeout as problem:
        raise _refused("curl_errno = 28; curl_error = Operation timed out; HTTP Status Code = 0") from problem
    except requests.RequestException as problem:
        raise _refused("curl_errno = 7; curl_error = Failed to connect; HTTP Status Code = 0") from problem
    if answer.status_code != HTTPStatus.OK:
        raise _refused(
            f"HTTP Status Code = {answer.status_code}; HTTP Message = {_phrase(answer.status_code)}"
        )
    if answer.text != challenge:
        raise _refused("HTTP Status Code = 200; HTTP Message = OK; the answer is not the challenge")


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in list(HTTPStatus) else "Unknown"


def _refused(details: str) -> GraphError:
    return GraphError(2200, f"(#2200) Callback verification failed with the following errors: {details}")
