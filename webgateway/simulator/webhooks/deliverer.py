import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from webgateway.simulator.integrity import lift_expired
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.deliveries import Attempt, Delivery
from webgateway.simulator.webhooks.forms import signed_request
from webgateway.simulator.webhooks.outcome import note_attempt
from webgateway.simulator.webhooks.queues import due_groups, forget_old, next_due
from webgateway.simulator.webhooks.wire import USER_AGENT, on_the_wire

ANSWER_KEPT = 500


class Deliverer:
    """Posts queued deliveries, one at a time per app and page, several pages side by side."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.busy: set[str] = set()
        self.stopping = threading.Event()
        self.pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="delivery")
        self.thread = threading.Thread(target=self.run, name="deliverer", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        with self.platform.lock:
            self.platform.work.notify_all()
        self.thread.join(timeout=5)
        self.pool.shutdown(wait=True, cancel_futures=True)

    def run(self) -> None:
        while not self.stopping.is_set():
            with self.platform.lock:
                lift_expired(self.platform)
                for group in due_groups(self.platform, self.busy):
                    self.busy.add(group[0].queue)
                    self.pool.submit(self.deliver, group)
                # A queue under way wakes us when it ends; until then its overdue head must not make us spin.
                self.platform.work.wait(0.5 if self.busy else next_due(self.platform))

    def deliver(self, group: list[Delivery]) -> None:
        try:
            attempt = self._post(group)
            with self.platform.lock:
                for delivery in group:
                    note_attempt(self.platform, delivery, attempt)
                forget_old(self.platform)
        finally:
            with self.platform.lock:
                self.busy.discard(group[0].queue)
                self.platform.changed()

    def _post(self, group: list[Delivery]) -> Attempt:
        with self.platform.lock:
            body, headers = self._request(group)
            unreachable = self.platform.fault("webhook_unreachable", page=group[0].asset)
        if unreachable:
            return Attempt(self.platform.clock.now(), 0, 0, "not reachable")
        began = time.monotonic()
        try:
            answer = requests.post(
                group[0].url,
                data=body,
                headers=headers,
                timeout=self.platform.settings.webhook_timeout,
                allow_redirects=False,
            )
            status, text = answer.status_code, answer.text[:ANSWER_KEPT]
        except requests.RequestException as problem:
            status, text = 0, type(problem).__name__
        return Attempt(self.platform.clock.now(), status, int((time.monotonic() - began) * 1000), text)

    def _request(self, group: list[Delivery]) -> tuple[bytes, dict[str, str]]:
        first = group[0]
        app = self.platform.world.apps[first.app]
        if first.kind == "form":
            headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": USER_AGENT}
            body = f"signed_request={signed_request(app.secret, first.payload)}".encode()
        else:
            entries = [entry for delivery in group for entry in delivery.payload.get("entry", [])]
            body, headers = on_the_wire(self.platform, app, first.payload | {"entry": entries})
        for delivery in group:
            delivery.sent_body = body.decode()
        return body, headers
