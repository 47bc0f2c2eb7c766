"""The WSGI application: `gunicorn wsgi:app`, and what the `flask` command loads."""

import sys

import click

from webgateway import create_app, logs
from webgateway.settings import Settings, SettingsError

try:
    settings = Settings.load()
    logs.start(settings.log_level, settings.log_format)
    app = create_app(settings, command_line=click.get_current_context(silent=True) is not None)
except SettingsError as error:
    sys.exit(f"webgateway: {error}")
