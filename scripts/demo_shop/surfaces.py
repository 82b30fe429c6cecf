"""Flat textures for tables, floors and walls, painted from noise."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from scripts.demo_shop.colors import named
from scripts.demo_shop.noise import fractal, value_noise, wood
from scripts.demo_shop.types import Array, Rgb, Surface

_SIZE_PX = 768


def plain(color: Rgb, gloss: float = 0.0) -> Surface:
    """One flat colour."""
    return Surface(np.full((4, 4, 3), color, dtype=np.float32), 100.0, gloss)


@cache
def surface(name: str, seed: int = 1) -> Surface:
    """A textured surface by its name in `PAINTERS`; the same seed paints the same picture."""
    paint, tile_cm, gloss = PAINTERS[name]
    axis = (np.arange(_SIZE_PX) + 0.5) / _SIZE_PX * tile_cm
    x, y = np.meshgrid(axis, axis)
    color = paint(x.ravel(), y.ravel(), seed)
    pixels = np.clip(color, 0.004, 0.95).reshape(_SIZE_PX, _SIZE_PX, 3)
    return Surface(pixels.astype(np.float32), tile_cm, gloss)


def _mix(light: Array | Rgb, dark: Array | Rgb, share: Array) -> Array:
    s = share[:, None]
    return np.asarray(light) * (1 - s) + np.asarray(dark) * s


def _flat(x: Array, y: Array, scale: float) -> Array:
    return np.column_stack([x, y, np.zeros_like(x)]) * scale


def _planks(kind: str, width: float) -> Callable[[Array, Array, int], Array]:
    def paint(x: Array, y: Array, seed: int) -> Array:
        row = np.floor(y / width)
        depth = 3.0 + 2.3 * np.mod(row * 7.31, 5.0)
        points = np.column_stack([np.mod(y, width) - width * 0.7, x + 57 * row, depth])
        share = wood(points, seed + 2)
        edge = np.minimum(np.mod(y, width), width - np.mod(y, width))
        tone = 0.82 + 0.3 * np.mod(row * 0.618, 1.0)
        color = _mix(named(kind), named(f"{kind} grain"), share) * tone[:, None]
        return color * np.clip(0.35 + edge / 0.16, 0.35, 1.0)[:, None]

    return paint


def _tiles(width: float, height: float, tone: Rgb, grout: Rgb) -> Callable[..., Array]:
    def paint(x: Array, y: Array, seed: int) -> Array:
        row = np.floor(y / height)
        shifted = x + np.mod(row, 2) * width / 2
        column = np.floor(shifted / width)
        dx = np.minimum(np.mod(shifted, width), width - np.mod(shifted, width))
        dy = np.minimum(np.mod(y, height), height - np.mod(y, height))
        joint = np.clip(1.4 - np.minimum(dx, dy) / 0.15, 0, 1)
        each = value_noise(np.column_stack([column * 3.7, row * 5.1, 0 * row]), seed)
        grain = fractal(_flat(x, y, 0.8), seed + 1, 5)
        body = np.asarray(tone) * (0.72 + 0.3 * each + 0.28 * (grain - 0.3))[:, None]
        return _mix(body, grout, joint)

    return paint


def _marble(x: Array, y: Array, seed: int) -> Array:
    cloud = fractal(_flat(x, y, 0.06), seed, 5)
    vein = np.abs(fractal(_flat(x, y, 0.05) + cloud[:, None] * 2, seed + 5, 5) - 0.5)
    share = 0.75 * np.exp(-((vein / 0.02) ** 2)) + 0.3 * cloud
    return _mix((0.78, 0.77, 0.75), (0.24, 0.25, 0.27), share)


def _concrete(x: Array, y: Array, seed: int) -> Array:
    cloud = fractal(_flat(x, y, 0.07), seed, 5)
    grit = value_noise(_flat(x, y, 5.0), seed + 3)
    pits = value_noise(_flat(x, y, 1.5), seed + 4) > 0.93
    return _mix((0.5, 0.49, 0.47), (0.2, 0.2, 0.2), cloud * 0.8 + 0.18 * grit + 0.2 * pits)


def _linen(color: str) -> Callable[[Array, Array, int], Array]:
    def paint(x: Array, y: Array, seed: int) -> Array:
        warp = value_noise(_flat(x, y, 1.0) * [7.0, 0.35, 1.0], seed)
        weft = value_noise(_flat(x, y, 1.0) * [0.35, 7.0, 1.0], seed + 1)
        fold = fractal(_flat(x, y, 0.05), seed + 2, 3)
        share = 0.35 * warp + 0.35 * weft + 0.35 * (fold - 0.5)
        return _mix(named(color), 0.35 * np.asarray(named(color)), np.clip(share, 0, 1))

    return paint


def _check(x: Array, y: Array, seed: int) -> Array:
    stripes = (np.mod(x, 6.0) < 3.0).astype(float) + (np.mod(y, 6.0) < 3.0)
    share = 0.46 * stripes + 0.12 * value_noise(_flat(x, y, 6.0), seed) - 0.06
    return _mix(named("white"), named("red"), np.clip(share, 0, 1))


def _carpet(x: Array, y: Array, seed: int) -> Array:
    tuft = value_noise(_flat(x, y, 3.2), seed)
    patch = fractal(_flat(x, y, 0.12), seed + 1, 3)
    return _mix((0.42, 0.42, 0.46), (0.09, 0.1, 0.14), 0.75 * tuft + 0.4 * (patch - 0.3))


def _terrazzo(x: Array, y: Array, seed: int) -> Array:
    color = np.tile(np.array([0.62, 0.6, 0.56]), (len(x), 1))
    chips = [(0.35, 0.13, 0.08), (0.08, 0.14, 0.18), (0.5, 0.33, 0.13), (0.2, 0.2, 0.2)]
    for i, chip in enumerate(chips):
        inside = value_noise(_flat(x, y, 0.55) + 31.7 * i, seed + i) > 0.8
        color[inside] = chip
    return color * (0.9 + 0.2 * value_noise(_flat(x, y, 4.0), seed + 9))[:, None]


def _plaster(color: str) -> Callable[[Array, Array, int], Array]:
    def paint(x: Array, y: Array, seed: int) -> Array:
        tone = 0.88 + 0.18 * fractal(_flat(x, y, 0.05), seed, 5)
        grit = 0.06 * value_noise(_flat(x, y, 1.6), seed + 1)
        result: Array = np.asarray(named(color)) * (tone + grit)[:, None]
        return result

    return paint


Painter = Callable[[Array, Array, int], Array]
PAINTERS: dict[str, tuple[Painter, float, float]] = {
    # name: (painter, centimetres to a repeat, gloss)
    "oak table": (_planks("oak", 12.0), 96.0, 0.45),
    "walnut table": (_planks("walnut", 14.0), 98.0, 0.5),
    "oak floor": (_planks("oak", 9.0), 144.0, 0.4),
    "dark floor": (_planks("walnut", 11.0), 154.0, 0.45),
    "white tiles": (_tiles(15, 7.5, (0.78, 0.79, 0.77), (0.42, 0.41, 0.39)), 60.0, 0.8),
    "slate tiles": (_tiles(30, 30, (0.13, 0.15, 0.17), (0.3, 0.29, 0.28)), 120.0, 0.5),
    "green tiles": (_tiles(10, 10, (0.1, 0.27, 0.22), (0.5, 0.49, 0.45)), 60.0, 0.8),
    "brick": (_tiles(22, 7.5, (0.36, 0.12, 0.07), (0.45, 0.42, 0.38)), 88.0, 0.0),
    "marble": (_marble, 80.0, 0.8),
    "concrete": (_concrete, 120.0, 0.15),
    "linen": (_linen("sand"), 40.0, 0.0),
    "blue cloth": (_linen("blue"), 40.0, 0.0),
    "check cloth": (_check, 36.0, 0.0),
    "carpet": (_carpet, 60.0, 0.0),
    "terrazzo": (_terrazzo, 60.0, 0.6),
    "white wall": (_plaster("white"), 120.0, 0.0),
    "cream wall": (_plaster("cream"), 120.0, 0.0),
    "blue wall": (_plaster("sky blue"), 120.0, 0.0),
    "sage wall": (_plaster("sage"), 120.0, 0.0),
    "pink wall": (_plaster("pink"), 120.0, 0.0),
    "grey wall": (_plaster("grey"), 120.0, 0.0),
}
