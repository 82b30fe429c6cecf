"""Models to carry: cases, bags and umbrellas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scripts.demo_shop.materials import metal, satin
from scripts.demo_shop.shapes import loft, moved, rounded_box, sweep, turned
from scripts.demo_shop.solids import (
    Station,
    block,
    cylinder,
    grounded,
    hull,
    rod,
    superball,
)
from scripts.demo_shop.types import Material, Mesh, Model, Part


def suitcase(shell: Material, trim: Material) -> Model:
    """A cabin suitcase, 55 cm high, with ribs, four wheels and a pull-out handle."""
    case = moved(rounded_box((36, 48, 21), 4.2, 3.6), (0, 4.4, 0))
    parts = [Part(case, shell)]
    for i in range(6):
        x = -12.5 + 5.0 * i
        for z in (10.4, -10.4):
            parts.append(Part(rod((x, 11, z), (x, 46, z), 0.75), shell))
    belt = moved(_standing_frame(36.3, 48.3, 4.2), (0, 28.4, 0))
    parts.append(Part(belt, trim))
    for x in (-13.0, 13.0):
        for z in (-6.6, 6.6):
            fork = moved(cylinder(1.7, 2.6, 0.4), (x, 2.6, z))
            wheel = moved(turned(cylinder(2.1, 1.7, 0.4), "z", 90), (x + 0.85, 2.1, z))
            parts += [Part(fork, trim), Part(wheel, satin("black"))]
        parts.append(Part(rod((0.55 * x, 51.5, -8.4), (0.55 * x, 72, -8.4), 0.8), metal("steel")))
    parts.append(Part(moved(rounded_box((18.5, 3.0, 3.2), 1.4, 1.2), (0, 71.0, -8.4)), trim))
    bow = [(-5.4, 52.2, 1.0), (-4.2, 54.4, 1.0), (4.2, 54.4, 1.0), (5.4, 52.2, 1.0)]
    parts.append(Part(sweep(bow, 0.75, 1.5), trim))
    return grounded(parts)


def _standing_frame(width: float, tall: float, corner: float) -> Mesh:
    """A closed cord round an upright rectangle with round corners, in the plane z = 0."""
    x, y = width / 2 - corner, tall / 2 - corner
    a = np.linspace(0, np.pi / 2, 9)
    pieces = []
    for cx, cy, start in ((x, y, 0), (-x, y, 90), (-x, -y, 180), (x, -y, 270)):
        t = a + np.radians(start)
        pieces.append(np.column_stack([cx + corner * np.cos(t), cy + corner * np.sin(t)]))
    path = np.vstack([*pieces, pieces[0][:1]])
    around = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    out = path / np.linalg.norm(path, axis=1, keepdims=True)
    rings = np.stack(
        [
            np.column_stack([path + 0.45 * c * out, np.full(len(path), 0.6 * s)])
            for c, s in zip(np.cos(around), np.sin(around), strict=True)
        ],
        axis=1,
    )
    return loft(rings)


def backpack(cloth: Material, trim: Material) -> Model:
    """A day pack, 44 cm high, with a front pocket, a lid, straps and a loop."""
    body = superball((15.0, 21.0, 8.6), 3.4)
    pocket = moved(superball((11.2, 8.6, 4.4), 3.6), (0, 3.6, 8.0))
    flap = moved(superball((14.4, 6.0, 9.6), 3.2), (0, 31.0, 0.9))
    parts = [Part(body, cloth), Part(pocket, cloth), Part(flap, trim)]
    zip_ = sweep([(-9.6, 17.4, 11.4), (0, 19.0, 12.0), (9.6, 17.4, 11.4)], 0.35)
    parts.append(Part(zip_, metal("steel")))
    for x in (-1.0, 1.0):
        strap = sweep(
            [
                (7.2 * x, 36.0, 10.2),
                (7.3 * x, 28.0, 10.9),
                (7.2 * x, 21.0, 10.2),
                (7.0 * x, 18.2, 11.8),
            ],
            0.3,
            0.3,
        )
        wide = _widened(strap, 7.2 * x, 3.2)
        back = [
            (6.0 * x, 39.0, -7.0),
            (8.0 * x, 33.0, -12.5),
            (9.0 * x, 20, -13.5),
            (9.6 * x, 6.0, -8.0),
        ]
        parts += [Part(wide, trim), Part(_widened(sweep(back, 0.8), 8.0 * x, 2.4), trim)]
        parts.append(
            Part(moved(block((3.0, 2.2, 1.0), 0.4, 0.3), (7.2 * x, 22.4, 10.8)), metal("steel"))
        )
        side = moved(superball((2.6, 7.4, 6.0), 3.0), (14.6 * x, 2.6, 0))
        parts.append(Part(side, cloth))
    loop = sweep(
        [(-3.0, 42.0, -3.0), (-2.4, 45.6, -3.0), (2.4, 45.6, -3.0), (3.0, 42.0, -3.0)], 0.6, 1.6
    )
    return grounded([*parts, Part(loop, trim)])


def _widened(mesh: Mesh, x: float, factor: float) -> Mesh:
    points = mesh.vertices.copy()
    points[:, 0] = x + (points[:, 0] - x) * factor
    return replace(mesh, vertices=points)


def tote(cloth: Material, grips: Material) -> Model:
    """A shopping tote, 36 cm high, that stands open, with two handles and a base of leather."""
    rows = [(0.0, 17.0, 7.0), (1.0, 17.6, 7.6), (14, 18.4, 7.4), (26, 19.2, 6.0), (34, 19.8, 4.2)]
    outer = [Station(y, (w, d), square=4.5) for y, w, d in rows]
    inner = [Station(34.02, (19.4, 3.8), square=4.5), Station(33.0, (19.2, 3.7), square=4.5)]
    bag = hull([*outer, *inner, Station(24.0, (18.4, 5.2), square=4.5)], 96)
    foot = hull(
        [Station(y, (w + 0.2, d + 0.2), square=4.5) for y, w, d in rows[:2]]
        + [Station(7.0, (18.2, 7.75), square=4.5)],
        96,
    )
    parts = [Part(bag, cloth), Part(foot, grips)]
    for z in (-1.0, 1.0):
        bow = [(-8.5, 24, 6.5 * z), (-8.2, 34, 4.8 * z), (-6.0, 46, 4.0 * z), (0, 51, 3.8 * z)]
        bow += [(-x, y, d) for x, y, d in bow[-2::-1]]
        parts.append(Part(sweep(bow, 0.75, 0.6), grips))
    return grounded(parts)


def umbrella(canopy: Material, handle: Material) -> Model:
    """An open umbrella, 90 cm wide, lying on the tip of a rib and its hook."""
    rings = []
    a = np.linspace(0, 2 * np.pi, 128, endpoint=False)
    sag = np.abs(np.sin(4 * a))
    for k in np.linspace(0.02, 1.0, 24):
        radius = 46.0 * k * (1 - 0.05 * sag * k)
        y = 26.0 * (1 - k**2.1) - 1.4 * sag * k**2
        rings.append(np.column_stack([radius * np.cos(a), y, radius * np.sin(a)]))
    top = np.stack(rings[::-1])
    skin = loft(np.concatenate([top, [np.broadcast_to([0, 26.1, 0], (128, 3))]]))
    parts = [Part(skin, canopy)]
    steel = metal("steel")
    for i in range(8):
        t = np.linspace(0.06, 1.0, 9)
        rib = np.column_stack([46.2 * t, 26.0 * (1 - t**2.1) - 0.35, 0 * t])
        mesh = turned(sweep(rib, 0.3), "y", 45.0 * i)
        stay = turned(rod((1.0, 8.0, 0), (23.0, 19.6, 0), 0.28), "y", 45.0 * i)
        parts += [Part(mesh, steel), Part(stay, steel)]
    parts += [
        Part(rod((0, -34, 0), (0, 30, 0), 0.75), steel),
        Part(moved(cylinder(1.6, 3, 0.3), (0, 6.5, 0)), satin("black")),
    ]
    hook = [
        (0, -32, 0),
        (0, -42, 0),
        (1.6, -47.5, 0),
        (5.6, -49, 0),
        (9.0, -46, 0),
        (9.4, -42.5, 0),
    ]
    parts.append(Part(sweep(hook, 1.45), handle))
    parts.append(Part(rod((0, 26, 0), (0, 32.5, 0), 0.9), satin("black")))
    tilted = [Part(turned(turned(p.mesh, "y", 22.5), "z", 66), p.material) for p in parts]
    return grounded([Part(turned(p.mesh, "y", -30), p.material) for p in tilted])
