"""The colour of each point of a picture; x and y run from 0 to 1."""

import colorsys
import math
from collections.abc import Callable

Colour = tuple[int, int, int, int]
Painter = Callable[[float, float, int], Colour]


def _colour(hue: float, saturation: float, value: float, alpha: float = 1.0) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255), int(alpha * 255)


def _mix(under: Colour, over: Colour, share: float) -> Colour:
    share = max(0.0, min(1.0, share))
    mixed = [int(a + (b - a) * share) for a, b in zip(under, over, strict=True)]
    return mixed[0], mixed[1], mixed[2], mixed[3]


def _inside(distance: float, radius: float) -> float:
    """1 inside, 0 outside, soft at the border."""
    return (radius - distance) * 64 + 0.5


def person(x: float, y: float, seed: int) -> Colour:
    hue = (seed % 360) / 360
    ground = _colour(hue, 0.35, 0.92)
    figure = _colour(hue, 0.65, 0.5)
    head = _inside(math.hypot(x - 0.5, y - 0.4), 0.18)
    shoulders = _inside(math.hypot((x - 0.5) / 1.15, y - 0.98), 0.34)
    return _mix(ground, figure, max(head, shoulders))


def page(x: float, y: float, seed: int) -> Colour:
    hue = (seed % 360) / 360
    ground = _mix(_colour(hue, 0.6, 0.75), _colour(hue + 0.08, 0.65, 0.5), (x + y) / 2)
    motif = MOTIFS[seed // 360 % len(MOTIFS)]
    return _mix(ground, (255, 255, 255, 255), motif(x - 0.5, y - 0.5))


def _leaf(u: float, v: float) -> float:
    return min(_inside(math.hypot(u - 0.12, v - 0.12), 0.3), _inside(math.hypot(u + 0.12, v + 0.12), 0.3))


def _waves(u: float, v: float) -> float:
    wave = abs((v + 0.05 * math.sin(u * 14)) % 0.16 - 0.08)
    return _inside(wave, 0.035) if math.hypot(u, v) < 0.32 else 0.0


def _star(u: float, v: float) -> float:
    return _inside(math.hypot(u, v), 0.2 + 0.09 * math.cos(5 * math.atan2(u, -v)))


MOTIFS: tuple[Callable[[float, float], float], ...] = (
    lambda u, v: _inside(abs(math.hypot(u, v) - 0.22), 0.07),
    lambda u, v: _inside(abs(u) + abs(v), 0.3),
    lambda u, v: max(_inside(math.hypot(u - 0.12, v), 0.15), _inside(math.hypot(u + 0.12, v), 0.15)),
    lambda u, v: _inside(max(abs(u), abs(v) * 1.4), 0.25) if abs(v) > 0.05 else 0.0,
    lambda u, v: _inside(math.hypot(abs(u) - 0.13, abs(v) - 0.13), 0.09),
    _leaf,
    _waves,
    _star,
)
"""White figures on a page's picture; u and v run from -0.5 to 0.5."""


def photo(x: float, y: float, seed: int) -> Colour:
    """A landscape: sky, sun and two hills."""
    hue = 0.55 + (seed % 20) / 200
    sky = _mix(_colour(hue, 0.55, 0.85), _colour(hue + 0.45, 0.25, 1.0), y * 1.4)
    sun_x = 0.2 + (seed % 7) / 10
    sky = _mix(sky, (255, 236, 170, 255), _inside(math.hypot((x - sun_x) * 1.5, y - 0.3), 0.12))
    far = 0.62 + 0.08 * math.sin(x * 7 + seed % 10)
    near = 0.78 + 0.07 * math.sin(x * 5 + seed % 13)
    sky = _mix(sky, _colour(0.36, 0.4, 0.6), _inside(far, y))
    return _mix(sky, _colour(0.33, 0.55, 0.4), _inside(near, y))


def sticker(x: float, y: float, _: int) -> Colour:
    """A heart on nothing."""
    inside = sum(_in_heart(x + dx / 512, y + dy / 512) for dx in (-1, 1) for dy in (-1, 1))
    return 224, 62, 98, int(inside * 255 / 4)


def _in_heart(x: float, y: float) -> bool:
    u, v = (x - 0.5) * 2.6, (0.56 - y) * 2.6
    return float((u * u + v * v - 1) ** 3) <= u * u * v**3


PAINTERS: dict[str, tuple[int, int, Painter]] = {
    "person": (64, 64, person),
    "page": (64, 64, page),
    "photo": (480, 320, photo),
    "sticker": (128, 128, sticker),
}
"""kind → width, height, painter"""
