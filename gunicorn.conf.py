"""How the web server runs (docs/operating.md). gunicorn's command line overrides every value."""

import os
import sys

from gunicorn import glogging

from webgateway import counting, logs, memory
from webgateway.settings import Settings, SettingsError

try:
    settings = Settings.load()
except SettingsError as error:
    sys.exit(f"webgateway: {error}")

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "wsgi:app"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "asgi"  # webgateway/asgi.py; any other class serves the same application, more slowly
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 1_000_000
max_requests_jitter = 100_000
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"
logs.init()
logconfig_dict = logs.configuration(settings.log_level, settings.log_format)


class Logger(glogging.Logger):
    """Prepares lines of an access log only where one is written. gunicorn's own does wherever logs are
    configured: a third of what a delivery costs."""

    @property
    def access_log_enabled(self) -> bool:
        return bool(self.cfg.accesslog or self.cfg.syslog)


logger_class = Logger


def on_starting(_server):  # type: ignore[no-untyped-def]
    counting.bury_the_dead()


def post_fork(_server, _worker):  # type: ignore[no-untyped-def]
    memory.init()


def post_worker_init(worker):  # type: ignore[no-untyped-def]
    """Open workspaces end when a worker is told to: else it would wait for them."""
    memory.settle()
    front = getattr(getattr(worker, "asgi", None), "front", None)
    if front is not None:
        front.streams.alive = lambda: worker.alive


def child_exit(_server, worker):  # type: ignore[no-untyped-def]
    """What it has counted outlives it: workers are replaced after max_requests."""
    counting.bury(worker.pid)
