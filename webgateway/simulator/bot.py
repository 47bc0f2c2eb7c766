"""A bot to try flows with: POST /bot/echo, as Standard Webhooks has it.

It repeats what the customer says and offers three quick replies; "human" is handed over, "bye" closes, "fail"
answers 500, "slow" is too late, "nothing" says nothing. With SIMULATOR_BOT_SECRET set to the flow's secret,
it takes no call that is not signed with it.
"""

import os
import time
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from standardwebhooks import Webhook, WebhookVerificationError

from webgateway.simulator.platform import platform

bot = Blueprint("bot", __name__, url_prefix="/bot")

SECRET = "SIMULATOR_BOT_SECRET"
CHOICES = ["Hello", "human", "bye"]


@bot.post("/echo")
def echo() -> ResponseReturnValue:
    secret = os.environ.get(SECRET)
    if secret and not _signed(secret):
        return {"error": "The signature is wrong, or too old."}, 401
    event: dict[str, Any] = request.get_json()
    if event["type"] == "conversation.started":
        name = event["data"]["conversation"]["contact"].get("name", "there")
        said = f"Hello {name}, I am the echo. Say something, or human, bye, fail, slow, nothing."
        return {"messages": [{"text": said, "quick_replies": CHOICES}]}
    if event["type"] != "message.received":
        return "", 204
    return _answer(event["data"]["message"]["text"])


def _answer(text: str) -> ResponseReturnValue:
    match text.strip().lower():
        case "human":
            return {"messages": [{"text": "I am calling a colleague."}], "hand_over": True}
        case "bye":
            return {"close": True}
        case "fail":
            return {"error": "As you wished."}, 500
        case "nothing":
            return "", 204
        case "slow":
            time.sleep(platform().settings.bot_seconds)
    return {"messages": [{"text": f"You said: {text}", "quick_replies": CHOICES}]}


def _signed(secret: str) -> bool:
    try:
        Webhook(secret).verify(request.get_data(), dict(request.headers))
    except WebhookVerificationError:
        return False
    return True
