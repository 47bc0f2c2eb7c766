"""Pictures without a file: painted from a key, served as PNG."""

import struct
import zlib
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, abort

from webgateway.simulator.graph.fields import Field
from webgateway.simulator.ids import scoped
from webgateway.simulator.painting import PAINTERS, Painter

pictures = Blueprint("pictures", __name__)
SIZES = {"small": 50, "normal": 100, "large": 200, "square": 50, "album": 50}


def picture_url(base: str, kind: str, key: str) -> str:
    return f"{base}/scontent/{kind}/{key}.png"


def picture_data(
    base: str, kind: str, key: str, sizes: dict[str, str], children: list[Field]
) -> dict[str, Any]:
    """The `picture` field: `{"data": {height, is_silhouette, url, width}}` (contract 3.3)."""
    side = SIZES.get(sizes.get("type", ""), 50)
    width = int(sizes["width"]) if sizes.get("width", "").isdigit() else side
    height = int(sizes["height"]) if sizes.get("height", "").isdigit() else side
    data = {"height": height, "is_silhouette": False, "url": picture_url(base, kind, key), "width": width}
    asked = {child.name for child in children}
    return {"data": {name: value for name, value in data.items() if not asked or name in asked}}


@pictures.get("/scontent/<kind>/<key>.png")
def serve(kind: str, key: str) -> Response:
    if kind not in PAINTERS:
        abort(404)
    response = Response(png(kind, key), content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@lru_cache(maxsize=512)
def png(kind: str, key: str) -> bytes:
    width, height, paint = PAINTERS[kind]
    seed = int(scoped("picture", key, length=9))
    rows = b"".join(b"\0" + _row(paint, seed, width, height, y) for y in range(height))
    header = struct.pack(">2I5B", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _row(paint: Painter, seed: int, width: int, height: int, y: int) -> bytes:
    return b"".join(bytes(paint((x + 0.5) / width, (y + 0.5) / height, seed)) for x in range(width))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
