"""Forms know only GET and POST: `POST …?_method=DELETE` is a DELETE, for pages without JavaScript."""

from collections.abc import Iterable
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ALLOWED = ("DELETE",)


class MethodOverride:
    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST" and "_method=" in environ.get("QUERY_STRING", ""):
            wanted = parse_qs(environ["QUERY_STRING"]).get("_method", [""])[-1].upper()
            if wanted in ALLOWED:
                environ["REQUEST_METHOD"] = wanted
        return self.app(environ, start_response)
