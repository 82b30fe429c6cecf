"""Models for the workshop: hammers, screwdrivers, brushes and boxes."""

from __future__ import annotations

import numpy as np

from scripts.demo_shop.curves import spline
from scripts.demo_shop.materials import metal, satin
from scripts.demo_shop.shapes import lathe, loft, moved, rounded_box, sweep, turned
from scripts.demo_shop.solids import Station, block, cylinder, grounded, hull, rod, slab
from scripts.demo_shop.types import Material, Model, Part


def hammer(handle: Material, head: Material) -> Model:
    """A claw hammer, 33 cm long, lying on its side."""
    grip = hull(
        [
            Station(0, (1.2, 1.6)), Station(1.0, (1.55, 2.0)), Station(7.0, (1.25, 1.7)),
            Station(14.0, (1.35, 1.8)), Station(22.0, (1.0, 1.4)), Station(31.6, (0.95, 1.3)),
        ],
        40,
    )  # fmt: skip
    fine = [(grip, handle)]
    face = turned(
        lathe([(0, 0), (1.5, 0), (1.6, 0.5), (1.6, 1.6), (1.15, 2.2), (1.15, 4.2), (0, 4.2)], 0.2),
        "x",
        -90,
    )
    striker = moved(face, (0, 30.4, 5.4))
    cheek = moved(block((2.9, 3.4, 3.6), 0.5, 0.4), (0, 28.7, 0))
    fine += [(striker, head), (cheek, head)]
    for x in (-0.75, 0.75):
        claw = sweep(
            [(x * 0.8, 30.6, -1.2), (x, 31.2, -3.4), (x * 1.5, 30.2, -6.0), (x * 1.9, 28.2, -7.8)],
            np.array([1.15, 0.95, 0.6, 0.28]),
            1.0,
        )
        fine.append((claw, head))
    lying = [Part(turned(mesh, "z", 90), made) for mesh, made in fine]
    flat = [Part(turned(p.mesh, "y", 30), p.material) for p in lying]
    return grounded(flat)


def screwdriver(grip: Material, band: Material) -> Model:
    """A screwdriver, 24 cm long, with a fluted grip, lying on the bench."""
    a = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    shape = [
        (0, 0.9),
        (0.7, 1.45),
        (2.0, 1.7),
        (5.0, 1.75),
        (8.0, 1.6),
        (9.4, 1.15),
        (10.4, 1.3),
        (11.2, 1.25),
    ]
    rings = []
    for y, r in spline(shape, 5):
        flute = 1 - 0.07 * np.clip(np.cos(6 * a), 0, 1) * float(1.2 < y < 8.6)
        rings.append(
            np.column_stack([r * flute * np.cos(a), np.full(72, y), r * flute * np.sin(a)])
        )
    ends = [np.tile([0.0, y, 0.0], (72, 1)) for y in (0.0, 11.2)]
    handle = loft(np.stack([ends[0], *rings, ends[1]]))
    ring_ = moved(cylinder(1.4, 0.9, 0.2), (0, 10.9, 0))
    shaft = rod((0, 11.4, 0), (0, 22.0, 0), 0.36)
    blade = moved(
        hull(
            [
                Station(0, (0.36, 0.36)),
                Station(1.0, (0.5, 0.2), square=5),
                Station(2.4, (0.5, 0.1), square=6),
            ],
            32,
        ),
        (0, 21.6, 0),
    )
    steel = metal("steel")
    parts = [Part(handle, grip), Part(ring_, band), Part(shaft, steel), Part(blade, steel)]
    return grounded([Part(turned(turned(p.mesh, "z", 90), "y", 28), p.material) for p in parts])


def paint_brush(handle: Material, bristles: Material) -> Model:
    """A flat paint brush, 22 cm long, lying on its side."""
    grip = hull(
        [
            Station(0, (0.7, 0.5)), Station(0.8, (1.15, 0.75)), Station(4.0, (0.95, 0.65)),
            Station(8.0, (1.3, 0.75)), Station(11.0, (2.3, 0.85), square=2.6),
            Station(12.0, (2.5, 0.9), square=3),
        ],
        48,
    )  # fmt: skip
    ferrule = moved(rounded_box((5.4, 4.2, 2.2), 0.7, 0.12), (0, 11.4, 0))
    tuft = hull(
        [
            Station(15.4, (2.5, 0.9), square=5), Station(18.5, (2.75, 1.05), square=5),
            Station(21.0, (2.6, 0.75), square=5), Station(22.2, (2.35, 0.3), square=5),
        ],
        64,
    )  # fmt: skip
    steel = metal("steel", brushed=True)
    parts = [Part(grip, handle), Part(ferrule, steel), Part(tuft, bristles)]
    for y in (12.4, 14.6):
        parts.append(Part(moved(rounded_box((5.6, 0.3, 2.4), 0.75, 0.12), (0, y, 0)), steel))
    return grounded([Part(turned(turned(p.mesh, "x", 90), "y", 118), p.material) for p in parts])


def toolbox(body: Material, trim: Material) -> Model:
    """A steel toolbox, 40 cm long, with a tray lid, two latches and a tube handle."""
    case = rounded_box((40, 14, 19), 1.2, 0.5)
    lid = moved(
        hull(
            [
                Station(0, (20.3, 9.8), square=12),
                Station(1.6, (20.3, 9.8), square=12),
                Station(5.0, (19.4, 6.0), square=10),
                Station(5.6, (18.6, 5.4), square=10),
            ],
            80,
        ),
        (0, 14.1, 0),
    )
    parts = [Part(case, body), Part(lid, body)]
    for x in (-11.0, 11.0):
        latch = moved(rounded_box((3.4, 5.0, 1.0), 0.3, 0.25), (x, 11.8, 9.9))
        parts.append(Part(latch, trim))
        parts.append(Part(rod((x, 19.4, 0), (x, 23.4, 0), 0.7), trim))
    parts.append(Part(rod((-11.6, 23.6, 0), (11.6, 23.6, 0), 1.15), satin("black")))
    for y in (3.6, 8.0):
        parts.append(Part(rod((-18.5, y, 9.35), (18.5, y, 9.35), 0.35), body))
    return grounded(parts)


def tape_measure(body: Material, clip: Material) -> Model:
    """A tape measure, 8 cm high, with its steel tape pulled out a little."""
    shell = hull(
        [
            Station(0, (3.2, 3.4), square=4),
            Station(0.5, (3.7, 3.9), square=4),
            Station(3.7, (3.7, 3.9), square=4),
            Station(4.2, (3.2, 3.4), square=4),
        ],
        64,
    )
    upright = moved(turned(shell, "x", 90), (0, 3.9, -2.1))
    disc = moved(turned(cylinder(2.5, 0.3, 0.1), "x", 90), (0, 4.0, 2.05))
    blade = moved(
        slab([(9.5, -1.2), (9.5, 1.2), (-3, 1.2), (-3, -1.2)], 0.14, 0.04), (2.4, 0.42, 0)
    )
    tab = moved(block((0.25, 1.5, 2.6), 0.1, 0.08), (11.8, -0.5, 0))
    lever = moved(block((1.6, 0.9, 1.8), 0.3, 0.25), (2.8, 6.6, 0))
    parts = [Part(upright, body), Part(disc, clip), Part(lever, clip)]
    return grounded([*parts, Part(blade, satin("yellow")), Part(tab, metal("steel"))])
