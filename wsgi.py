"""The WSGI application: `gunicorn wsgi:app`, and what the `flask` command loads."""

import sys

from webgateway import create_app
from webgateway.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(f"webgateway: {error}")
