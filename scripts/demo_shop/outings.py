"""Models for play and travel: spinning tops, stacking rings, water bottles and speakers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scripts.demo_shop.curves import chain, round_corners, spline
from scripts.demo_shop.materials import fabric, metal, satin
from scripts.demo_shop.shapes import ball, lathe, moved, rounded_box, sweep, turned
from scripts.demo_shop.types import Material, Mesh, Model, Part


def bottle(body: Material, lid: Material, loop: Material) -> Model:
    """An insulated 500 ml bottle, 25 cm high, with a screw lid and a carrying loop."""
    side = round_corners(
        [(0, 0), (3.55, 0), (3.55, 17.2), (2.35, 19.6), (2.35, 20.2), (0, 20.2)], 1.0
    )
    flask = lathe(side, 0)
    collar = lathe([(0, 20.0), (2.42, 20.0), (2.42, 20.7), (0, 20.7)], 0.12)
    cap = lathe([(0, 20.7), (2.75, 20.7), (2.75, 23.2), (0, 23.2)], 0.35)
    ring = [
        (-2.3, 22.4, 0),
        (-2.5, 24.2, 0),
        (-1.1, 25.4, 0),
        (1.1, 25.4, 0),
        (2.5, 24.2, 0),
        (2.3, 22.4, 0),
    ]
    return (
        Part(flask, body),
        Part(collar, metal("steel")),
        Part(cap, lid),
        Part(sweep(ring, 0.33, 2.0), loop),
    )


def spinning_top(wood: Material, band: Material, tip: Material) -> Model:
    """A wooden top, 8 cm wide, with a painted rim, lying tilted on its point."""
    lower = spline([(0.28, 0.5), (1.2, 1.5), (3.0, 2.7), (3.9, 3.6)])
    bottom = lathe(chain([(0, 0), (0.28, 0.5)], lower, [(3.9, 3.65), (0, 3.65)]), 0.1)
    rim = lathe([(0, 3.6), (3.95, 3.6), (4.05, 4.1), (3.95, 4.7), (0, 4.7)], 0.25)
    upper = spline([(3.85, 4.7), (2.9, 5.2), (1.0, 5.8), (0.62, 6.6)])
    crown = lathe(
        chain([(0, 4.7)], upper, spline([(0.62, 6.6), (0.5, 8.2), (0.85, 9.2), (0, 9.6)])), 0.1
    )
    inlay = lathe(chain([(2.45, 5.3), (2.95, 5.28), (2.95, 5.0)]), 0)
    meshes = [(bottom, wood), (rim, band), (crown, wood), (inlay, tip)]
    return _resting([Part(turned(mesh, "z", 44.0), made) for mesh, made in meshes])


def _resting(parts: Sequence[Part]) -> Model:
    points = np.vstack([part.mesh.vertices for part in parts])
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    by = (-float(middle[0]), -float(low[1]), -float(middle[2]))
    return tuple(Part(moved(part.mesh, by), part.material) for part in parts)


def stacking_rings(rings: Sequence[Material], wood: Material) -> Model:
    """A stacking tower, 21 cm high: rings that shrink upwards and a ball on top."""
    parts = [Part(lathe([(0, 0), (6.6, 0), (6.6, 1.6), (0, 1.6)], 0.45), wood)]
    y = 1.6
    for i, made in enumerate(rings):
        wide, thick = 5.9 - 0.62 * i, 2.7 - 0.08 * i
        parts.append(Part(moved(_torus(wide, thick), (0, y, 0)), made))
        y += thick
    knob = moved(ball((2.1, 2.1, 2.1)), (0, y - 0.35, 0))
    return *parts, Part(knob, wood)


def _torus(wide: float, thick: float) -> Mesh:
    turn = np.linspace(-np.pi / 2, np.pi / 2, 25)
    round_side = np.column_stack(
        [wide - thick / 2 + thick / 2 * np.cos(turn), thick / 2 * (1 + np.sin(turn))]
    )
    return lathe(chain([(0.8, 0)], round_side, [(0.8, thick)]), 0)


def speaker(shell: Material, grille: str, knob: Material) -> Model:
    """A portable speaker, 20 x 12 x 8 cm, with a cloth front and a round dial on top."""
    shell_mesh = rounded_box((20, 12, 8), 2.2, 1.2)
    front = turned(rounded_box((17, 1.0, 9), 1.6, 0.45), "x", 90)
    cloth = moved(front, (0, 6.0, 3.45))
    dial = moved(lathe([(0, 0), (1.5, 0), (1.4, 1.1), (0, 1.1)], 0.25), (6.0, 11.9, 0))
    button = moved(lathe([(0, 0), (0.7, 0), (0.7, 0.35), (0, 0.35)], 0.12), (-6.4, 11.95, 0))
    second = moved(button, (2.4, 0, 0))
    foot = moved(rounded_box((17, 0.5, 5), 1.0, 0.1), (0, -0.4, 0))
    parts = [Part(shell_mesh, shell), Part(cloth, fabric(grille)), Part(foot, satin("black"))]
    parts += [Part(mesh, knob) for mesh in (dial, button, second)]
    return tuple(Part(moved(p.mesh, (0, 0.4, 0)), p.material) for p in parts)
