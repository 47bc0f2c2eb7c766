"""The screens of the product, by the name their screenshot has."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

SCREENS = {
    "gateways": "/gateways/",
    "gateways-empty": "/gateways/?q=nothing+like+this",
    "gateway-new": "/gateways/new",
    "meta-tab": "/gateways/{gateway}",
    "pages": "/gateways/{gateway}/pages",
    "removed": "/gateways/{gateway}/pages/removed",
    "before-login": "/gateways/{gateway}/pages/login",
    "accounts": "/gateways/{gateway}/pages/{page}/accounts",
    "account-removal": "/gateways/{gateway}/accounts/{account}/removal",
    "instagram": "/gateways/{gateway}/instagram",
    "before-instagram-login": "/gateways/{gateway}/instagram/login",
    "recoveries": "/gateways/{gateway}/recoveries",
    "recovery": "/gateways/{gateway}/recoveries/{recovery}",
    "health": "/gateways/{gateway}/health",
    "health-troubles": "/gateways/{gateway}/health?only=troubles",
    "health-page": "/gateways/{gateway}/pages/{page}/health",
    "errors": "/errors/",
    "deletion": "/gateways/deletions/new?ids={gateway}",
    "workspace": "/workspace/",
    "workspace-talk": "/workspace/{mine}",
    "workspace-details": "/workspace/{mine}#details",
    "workspace-waiting": "/workspace/{conversation}",
    "workspace-transfer": "/workspace/{mine}/transfer",
    "workspace-closure": "/workspace/{mine}/closure",
    "workspace-answers": "/workspace/{mine}/answers",
    "workspace-shortcuts": "/workspace/shortcuts",
    "conversations": "/conversations/",
    "conversation": "/conversations/{conversation}",
    "bubbles": "/conversations/{bubbles}?shown=100",
    "conversation-closure": "/conversations/{conversation}/closure",
    "conversation-closed": "/conversations/{closed}",
    "workspace-closed": "/workspace/{closed}",
    "conversation-late": "/conversations/{late}",
    "direct": "/conversations/{direct}",
    "conversation-elsewhere": "/conversations/{elsewhere}",
    "comments": "/conversations/comments/?state=all",
    "comments-empty": "/conversations/comments/?q=nothing+like+this",
    "comment": "/conversations/comments/{comment}",
    "comment-answered": "/conversations/comments/{answered}",
    "records": "/records/",
    "records-found": "/records/?q=sunday&state=open",
    "records-empty": "/records/?q=nothing+like+this",
    "record": "/records/{conversation}",
    "transcript": "/records/{conversation}/transcript",
    "figures": "/figures/?by=agent",
    "figures-empty": "/figures/?page=999999",
    "journal": "/journal/",
    "delivery": "/journal/1",
    "bot-calls": "/journal/bots/",
    "bot-calls-empty": "/journal/bots/?q=nothing+like+this",
    "bot-call": "/journal/bots/{bot_call}",
    "bot-access": "/flows/{flow}/bot-access",
    "bot-api": "/api/",
    "audit": "/journal/audit",
    "audit-empty": "/journal/audit?q=nothing+like+this",
    "flows": "/flows/",
    "flow-new": "/flows/new",
    "flow": "/flows/{flow}",
    "queues": "/queues/",
    "queue-new": "/queues/new",
    "queue": "/queues/{queue}",
    "queue-deletion": "/queues/{queue}/deletion",
    "agents": "/agents/",
    "agents-empty": "/agents/?q=nothing+like+this",
    "agent": "/agents/{agent}",
    "canned-answers": "/canned-answers/",
    "canned-answers-empty": "/canned-answers/?q=nothing+like+this",
    "canned-answer-new": "/canned-answers/new",
    "canned-answer": "/canned-answers/{answer}",
    "closing-reasons": "/closing-reasons/",
    "closing-reason-new": "/closing-reasons/new",
    "closing-reason": "/closing-reasons/{reason}",
    "flow-versions": "/flows/{flow}/versions",
    "flow-version": "/flows/{flow}/versions/{version}",
    "flow-publication": "/flows/{flow}/publication",
    "users": "/users/",
    "user-new": "/users/new",
    "user": "/users/{agent}",
    "roles": "/roles/",
    "role-new": "/roles/new",
    "role": "/roles/{role}",
    "configuration": "/configuration/",
    "profile": "/profile",
    "data-deletion": "/data-deletion/{code}",
    "not-found": "/gateways/999999",
}

PRESSED = {
    "workspace-away-dialog": ("/workspace/", "Not ready"),
    "workspace-shortcuts-dialog": ("/workspace/", "Keyboard shortcuts"),
    "workspace-transfer-dialog": ("/workspace/{mine}", "Transfer…"),
    "workspace-closure-dialog": ("/workspace/{mine}", "Close…"),
    "workspace-answers-dialog": ("/workspace/{mine}", "Canned answers"),
    "conversation-closure-dialog": ("/conversations/{conversation}", "Close…"),
    "queue-deletion-dialog": ("/queues/", "Delete Sales"),
    "queue-refused": ("/queues/new", "Add"),
    "flow-discard-dialog": ("/flows/{flow}", "Throw the draft away"),
    "flow-refused": ("/flows/new", "Add"),
    "configuration-refused": ("/configuration/", "See what it changes"),
    "bot-access-token-dialog": ("/flows/{flow}/bot-access", "Replace the token"),
}
"""What is seen after a button was pressed on a screen."""


def show(page: Page, name: str, ids: dict[str, Any]) -> None:
    path, button = PRESSED.get(name, (SCREENS.get(name, ""), None))
    page.goto(path.format(**ids))
    settled(page)
    if button:
        named = re.compile(f"^{re.escape(button)}(:|$)")  # Not ready: Lunch
        links = page.get_by_role("link", name=named)
        page.get_by_role("button", name=named).or_(links).first.click()
        page.wait_for_load_state("networkidle")
        settled(page)


def settled(page: Page) -> None:
    """Wait until pictures, fonts and the first refresh are there."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(150)
