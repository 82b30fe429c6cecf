"""Random products to train an embedder with: shapes that the demo shop does not sell."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from scripts.demo_shop.colors import NAMED
from scripts.demo_shop.curves import chain, spline, vessel
from scripts.demo_shop.materials import (
    fabric,
    glazed,
    matte,
    metal,
    plastic,
    satin,
    speckled,
    timber,
)
from scripts.demo_shop.shapes import ball, capsule, lathe, moved, rounded_box, sweep, turned
from scripts.demo_shop.types import Array, Material, Model, Part

COLORS = tuple(name for name in NAMED if not name.endswith("grain"))
_WOODS = ("oak", "walnut", "beech", "cork")
_METALS = ("steel", "brass", "copper")
_FINISHES = (glazed, matte, satin, plastic, speckled, fabric)

Build = Callable[[Material, Material], Model]


@dataclass(frozen=True)
class RandomShape:
    """A kind of thing and a function that makes it of a main and a second material."""

    kind_name: str
    build: Build


def material_of(color: str, rng: random.Random) -> Material:
    """A believable material of a named colour."""
    if color in _WOODS:
        return timber(color, rng.choice("xy"))
    if color in _METALS:
        return metal(color, brushed=rng.random() < 0.5)
    return rng.choice(_FINISHES)(color)


def random_shape(rng: random.Random) -> RandomShape:
    """One shape of one of the kinds in `KINDS`."""
    kind_name = rng.choice(sorted(KINDS))
    return RandomShape(kind_name, KINDS[kind_name](rng))


def _outer(rng: random.Random, height: float, spread: tuple[float, float]) -> Array:
    count = rng.randint(3, 6)
    points = [(rng.uniform(*spread), height * i / (count - 1)) for i in range(count)]
    return spline(points)


def _pot(rng: random.Random) -> Build:
    outer = _outer(rng, rng.uniform(9, 22), (4.0, 9.0))
    profile = vessel(outer, 0.5, 1.0)
    return lambda main, second: (Part(lathe(profile, 0.25), main),)


def _jug(rng: random.Random) -> Build:
    height, radius = rng.uniform(8, 18), rng.uniform(3.6, 6)
    wide = radius * rng.uniform(0.85, 1.3)
    outer = spline([(radius, 0), (wide, height / 2), (radius * rng.uniform(0.8, 1.1), height)])
    low, high = height * rng.uniform(0.2, 0.35), height * rng.uniform(0.7, 0.85)
    reach = wide + rng.uniform(2.2, 4.5)
    path = [(wide - 0.2, high, 0), (reach, high, 0), (reach, low, 0), (wide - 0.2, low, 0)]
    thick, flat = rng.uniform(0.4, 0.7), rng.uniform(1.0, 2.2)

    def build(main: Material, second: Material) -> Model:
        body = lathe(chain([(0, 0)], outer, [(0, height)]), 0.4)
        return Part(body, main), Part(sweep(path, thick, flat), second)

    return build


def _flask(rng: random.Random) -> Build:
    height, radius = rng.uniform(16, 30), rng.uniform(3, 5.5)
    neck, shoulder = radius * rng.uniform(0.35, 0.7), height * rng.uniform(0.5, 0.8)
    cap = neck * rng.uniform(1.05, 1.5)
    side = [
        (0, 0),
        (radius, 0),
        (radius, shoulder),
        (neck, shoulder + radius),
        (neck, height + radius),
    ]
    top = height + radius

    def build(main: Material, second: Material) -> Model:
        lid = lathe([(0, top), (cap, top), (cap, top + 2.4), (0, top + 2.4)], 0.4)
        return Part(lathe([*side, (0, top)], 0.8), main), Part(lid, second)

    return build


def _lamp(rng: random.Random) -> Build:
    height, low, high = rng.uniform(28, 44), rng.uniform(9, 16), rng.uniform(4, 12)
    base, drop = rng.uniform(5, 9), rng.uniform(10, 18)
    foot = _outer(rng, height - drop, (1.2, base))

    def build(main: Material, second: Material) -> Model:
        shade = lathe(
            [(low - 0.3, height - drop), (low, height - drop), (high, height), (0, height)], 0.2
        )
        stand = lathe(chain([(0, 0), (base, 0), (base, 1.2)], foot[6:], [(0, height - 2)]), 0.2)
        return Part(shade, main), Part(stand, second)

    return build


def _box(rng: random.Random) -> Build:
    size = (rng.uniform(8, 24), rng.uniform(4, 20), rng.uniform(6, 16))
    corner = rng.uniform(0.8, min(size[0], size[2]) / 2.2)
    bevel = min(corner, rng.uniform(0.2, 1.6), size[1] / 3)
    rise, radius = rng.uniform(0.5, 3), min(size[0], size[2]) * rng.uniform(0.1, 0.35)

    def build(main: Material, second: Material) -> Model:
        knob = lathe([(0, 0), (radius, 0), (radius * 0.9, rise), (0, rise)], 0.2)
        shell = rounded_box(size, corner, bevel)
        return Part(shell, main), Part(moved(knob, (0, size[1] - 0.05, 0)), second)

    return build


def _table(rng: random.Random) -> Build:
    height, half, thick = rng.uniform(25, 50), rng.uniform(12, 24), rng.uniform(1.2, 4)
    count, radius, is_round = rng.choice([3, 4, 4]), rng.uniform(0.9, 2), rng.random() < 0.5
    lean = rng.uniform(0, 14)

    def build(main: Material, second: Material) -> Model:
        disc = lathe([(0, 0), (half, 0), (half, thick), (0, thick)], 0.4)
        slab = disc if is_round else rounded_box((2 * half, thick, 1.5 * half), 2.0, thick / 3)
        leg = moved(capsule(radius, height), (0, -height, 0))
        out = moved(turned(leg, "z", lean), (half * 0.55, height, 0))
        legs = [Part(turned(out, "y", 45 + 360 * i / count), second) for i in range(count)]
        return Part(moved(slab, (0, height - thick / 2, 0)), main), *legs

    return build


def _figure(rng: random.Random) -> Build:
    radii = sorted((rng.uniform(1.6, 6) for _ in range(rng.randint(2, 4))), reverse=True)
    flat = rng.uniform(0.6, 1.1)

    def build(main: Material, second: Material) -> Model:
        parts, y = [], 0.0
        for i, radius in enumerate(radii):
            mesh = moved(ball((radius, radius * flat, radius)), (0, y, 0))
            parts.append(Part(mesh, second if i % 2 else main))
            y += radius * flat * 1.85
        return tuple(parts)

    return build


def _turned(rng: random.Random) -> Build:
    height = rng.uniform(14, 34)
    outer = _outer(rng, height, (0.9, 5.0))

    def build(main: Material, second: Material) -> Model:
        stem = lathe(chain([(0, 0), (5, 0), (4.6, 0.9)], outer[4:], [(0, height)]), 0.2)
        return Part(stem, main), Part(moved(ball((1.8, 1.8, 1.8)), (0, height - 0.4, 0)), second)

    return build


def _hoop(rng: random.Random) -> Build:
    wide, tall, thick = rng.uniform(5, 11), rng.uniform(6, 16), rng.uniform(0.6, 1.8)
    path = [(-wide, 1.5, 0), (-wide * 0.9, tall, 0), (wide * 0.9, tall, 0), (wide, 1.5, 0)]
    base = rounded_box((2.4 * wide, 2.0, wide), 1.5, 0.6)
    return lambda main, second: (Part(base, second), Part(sweep(path, thick), main))


KINDS: dict[str, Callable[[random.Random], Build]] = {
    "pot": _pot,
    "jug": _jug,
    "flask": _flask,
    "lamp": _lamp,
    "box": _box,
    "table": _table,
    "figure": _figure,
    "turned piece": _turned,
    "stand": _hoop,
}
