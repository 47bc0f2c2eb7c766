"""The screens of the product, by the name their screenshot has."""

from pathlib import Path

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
    "flow-versions": "/flows/{flow}/versions",
    "flow-version": "/flows/{flow}/versions/{version}",
    "flow-publication": "/flows/{flow}/publication",
    "users": "/users/",
    "user-new": "/users/new",
    "roles": "/roles/",
    "role-new": "/roles/new",
    "configuration": "/configuration/",
    "profile": "/profile",
    "not-found": "/gateways/999999",
}


def settled(page: Page) -> None:
    """Wait until pictures, fonts and the first refresh are there."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(150)
