"""Models of things that the shop does not sell: fruit, trophies, toys of others, litter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scripts.demo_shop.curves import chain, round_corners, spline, vessel
from scripts.demo_shop.materials import matte, metal, plastic, satin, timber
from scripts.demo_shop.shapes import ball, lathe, loft, moved, sweep, turned
from scripts.demo_shop.solids import (
    Station,
    block,
    cylinder,
    grounded,
    hull,
    mirrored,
    ring,
    rod,
    slab,
)
from scripts.demo_shop.types import Material, Mesh, Model, Part


def apple(skin: Material) -> Model:
    """An apple, 8 cm wide."""
    a = np.linspace(-np.pi / 2, np.pi / 2, 41)
    dent = 0.9 * np.exp(-(((np.pi / 2 - np.abs(a)) / 0.35) ** 2))
    side = np.column_stack(
        [4.0 * np.cos(a) * (1 + 0.1 * np.sin(a)), 3.6 * np.sin(a) - np.sign(a) * dent]
    )
    stalk = sweep([(0, 2.4, 0), (0.1, 3.6, 0), (0.6, 4.8, 0)], 0.17)
    return grounded([Part(lathe(side, 0), skin), Part(stalk, matte("brown"))])


def bananas(skin: Material) -> Model:
    """Three bananas that hang together."""
    parts = []
    for turn in (-24.0, 0.0, 24.0):
        path = [(-1.0, 4.6, 0), (1.5, 2.6, 0), (6.0, 1.7, 0), (11.0, 2.6, 0), (15.0, 6.2, 0)]
        width = np.array([0.75, 1.5, 1.75, 1.6, 0.6])
        parts.append(Part(turned(sweep(path, width), "y", turn), skin))
    stem = rod((-1.2, 4.4, 0), (-3.4, 6.0, 0), 0.9)
    return grounded([*parts, Part(stem, matte("brown"))])


def wine_bottle(body: Material, label: Material) -> Model:
    """A wine bottle, 30 cm high, with a label and a capsule."""
    side = round_corners([(0, 0), (3.7, 0), (3.75, 18.5), (1.5, 22.5), (1.4, 29.6), (0, 29.6)], 1.3)
    paper = lathe([(3.72, 6.0), (3.8, 6.0), (3.8, 14.5), (3.72, 14.5)], 0)
    capsule_ = lathe([(0, 24.4), (1.55, 24.4), (1.6, 30.0), (0, 30.0)], 0.2)
    return Part(lathe(side, 0), body), Part(paper, label), Part(capsule_, satin("burgundy"))


def traffic_cone(body: Material, stripe: Material) -> Model:
    """A traffic cone, 46 cm high."""
    foot = block((28, 2.2, 28), 2.5, 0.6)
    cone = lathe([(0, 2.0), (10.6, 2.0), (2.6, 45.0), (1.9, 46.0), (0, 46.0)], 0.5)
    bands = [
        lathe([(10.65 - 0.186 * (y - 2), y), (10.8 - 0.186 * (y - 2), y),
               (10.8 - 0.186 * (y + h - 2), y + h), (10.65 - 0.186 * (y + h - 2), y + h)], 0)
        for y, h in ((13.0, 8.0), (28.0, 6.0))
    ]  # fmt: skip
    return Part(foot, body), Part(cone, body), *(Part(mesh, stripe) for mesh in bands)


def chess_pawn(body: Material) -> Model:
    """A large chess pawn, 12 cm high."""
    side = spline([(3.3, 0.9), (2.6, 2.0), (1.5, 3.4), (1.1, 5.6), (1.4, 7.2)])
    collar = [(2.1, 7.4), (2.1, 7.9), (1.0, 8.1)]
    stem = lathe(chain([(0, 0), (3.5, 0), (3.5, 0.8)], side, collar, [(0, 8.1)]), 0.12)
    return Part(stem, body), Part(moved(ball((1.9, 1.9, 1.9)), (0, 7.9, 0)), body)


def light_bulb(bulb: Material) -> Model:
    """A light bulb, 11 cm long, lying down."""
    curve = spline([(1.35, 2.6), (1.5, 3.6), (2.9, 6.6), (3.0, 8.4), (2.0, 10.4), (0, 11.0)])
    parts = [Part(lathe(chain([(0, 2.6)], curve), 0), bulb)]
    parts.append(
        Part(lathe([(0, 0), (0.7, 0), (1.25, 0.7), (1.25, 2.7), (0, 2.7)], 0.1), metal("steel"))
    )
    parts += [
        Part(moved(ring(1.27, 0.14), (0, 0.8 + 0.5 * i, 0)), metal("steel")) for i in range(4)
    ]
    return grounded([Part(turned(turned(p.mesh, "z", 80), "y", 40), p.material) for p in parts])


def padlock(body: Material) -> Model:
    """A padlock, 9 cm high."""
    case = moved(turned(block((5.6, 2.6, 5.0), 1.0, 0.4), "x", 90), (0, 2.5, -1.3))
    bow = [(-1.8, 4.8, 0), (-1.8, 7.2, 0), (0, 9.0, 0), (1.8, 7.2, 0), (1.8, 4.8, 0)]
    hole = moved(turned(cylinder(0.55, 0.15, 0.04), "x", 90), (0, 2.4, 1.3))
    return grounded(
        [Part(case, body), Part(sweep(bow, 0.5), metal("steel")), Part(hole, matte("black"))]
    )


def trophy(body: Material, foot: Material) -> Model:
    """A cup with two handles, 26 cm high, on a black foot."""
    base = cylinder(4.6, 4.0, 0.3)
    side = spline([(3.4, 4.6), (1.0, 6.4), (0.9, 9.4), (2.6, 11.6), (5.4, 17.0), (6.0, 26.0)])
    cup = lathe(vessel(side, 0.25, 12.0), 0.1)
    ear = sweep(
        [(5.6, 23.5, 0), (8.6, 23.8, 0), (9.4, 20.6, 0), (7.2, 16.8, 0), (4.6, 15.4, 0)], 0.4
    )
    return Part(base, foot), Part(cup, body), Part(ear, body), Part(mirrored(ear), body)


def hourglass(frame: Material) -> Model:
    """An hourglass, 20 cm high, with three posts."""
    half = spline([(0.3, 10.0), (1.4, 11.6), (3.6, 14.4), (3.8, 18.4)])
    waist = np.vstack([half[::-1] * [1, -1] + [0, 20], half[1:]])
    bulb = lathe(chain([(0, 1.6)], waist, [(0, 18.4)]), 0)
    sand = lathe(spline([(3.4, 1.9), (2.4, 3.4), (0, 5.2)]), 0)
    discs = [moved(cylinder(5.2, 1.5, 0.35), (0, y, 0)) for y in (0.0, 18.5)]
    posts = [turned(rod((4.6, 1.2, 0), (4.6, 18.8, 0), 0.42), "y", 120.0 * i) for i in range(3)]
    parts = [Part(mesh, frame) for mesh in (*discs, *posts)]
    return *parts, Part(bulb, satin("sky blue")), Part(sand, matte("sand"))


def hand_bell(body: Material, grip: Material) -> Model:
    """A hand bell, 17 cm high."""
    side = spline([(5.4, 0), (4.4, 1.8), (3.2, 5.0), (2.6, 7.6), (0.9, 9.0)])
    bell = lathe(chain(side, [(0, 9.2)]), 0.1)
    handle = spline([(0.7, 9.0), (0.9, 10.6), (1.5, 13.6), (1.2, 16.0), (0, 17.0)])
    return Part(bell, body), Part(lathe(chain([(0, 9)], handle), 0), grip)


def gift_box(paper: Material, ribbon: Material) -> Model:
    """A wrapped box, 18 cm wide, with a bow."""
    parts = [Part(block((18, 11, 14), 0.4, 0.2), paper)]
    parts.append(Part(block((2.4, 11.12, 14.16), 0.1, 0.05), ribbon))
    parts.append(Part(block((18.16, 11.1, 2.4), 0.1, 0.05), ribbon))
    for turn in (25.0, 155.0, 245.0, 335.0):
        loop = sweep(
            [(0, 11.1, 0), (2.4, 13.6, 0), (4.6, 13.4, 0), (3.4, 11.6, 0), (0.3, 11.3, 0)],
            0.22,
            4.6,
        )
        parts.append(Part(turned(loop, "y", turn), ribbon))
    return grounded(parts)


def birdhouse(walls: Material, roof: Material) -> Model:
    """A bird house, 22 cm high, with a pitched roof, a hole and a perch."""
    house = _gable([(-7, 0), (7, 0), (7, 12), (0, 19), (-7, 12)], 12.0)
    sides = []
    for x in (-1.0, 1.0):
        plank = turned(block((1.2, 14.5, 15.0), 0.2, 0.15), "z", 45 * x)
        sides.append(moved(plank, (9.6 * x, 10.2, 0)))
    hole = moved(turned(cylinder(1.9, 0.1, 0.02), "x", 90), (0, 11.0, 6.0))
    perch = rod((0, 6.6, 5.5), (0, 6.6, 9.5), 0.45)
    parts = [Part(house, walls), *(Part(mesh, roof) for mesh in sides)]
    return grounded([*parts, Part(hole, matte("black")), Part(perch, roof)])


def _gable(outline: list[tuple[float, float]], depth: float) -> Mesh:
    flat = np.asarray(outline, dtype=np.float64) * [1.0, -1.0]
    return moved(turned(slab(flat[::-1], depth, 0.2, 1.0), "x", 90), (0, 0, -depth / 2))


def table_fan(body: Material, blades: Material) -> Model:
    """A table fan, 34 cm high, with four blades in a wire cage."""
    foot = lathe([(0, 0), (8.4, 0), (8.4, 1.4), (2.0, 2.6), (0, 2.6)], 0.5)
    stem = rod((0, 2, -2.5), (0, 20, -2.5), 1.1)
    motor = moved(
        turned(lathe([(0, 0), (3.2, 0), (3.4, 4.0), (2.0, 6.5), (0, 6.5)], 0.6), "x", -90),
        (0, 21, 0.5),
    )
    hoops = [
        moved(turned(ring(r, 0.24), "x", 90), (0, 21, z))
        for r, z in ((12.4, 1.2), (12.4, 4.0), (6.5, 4.7))
    ]
    wires = [
        moved(
            turned(sweep([(1.6, 0, 4.9), (7.0, 0, 4.8), (12.4, 0, 3.0)], 0.16), "z", 15.0 * i),
            (0, 21, 0),
        )
        for i in range(24)
    ]
    hub = moved(turned(cylinder(1.9, 1.2, 0.3), "x", 90), (0, 21, 4.2))
    parts = [Part(mesh, body) for mesh in (foot, stem, motor, hub)]
    for i in range(4):
        blade = moved(turned(ball((3.0, 5.2, 0.35)), "y", 24), (0, 0.6, 2.4))
        parts.append(Part(moved(turned(blade, "z", 90.0 * i + 20), (0, 21, 0)), blades))
    return grounded([*parts, *(Part(mesh, metal("steel")) for mesh in (*hoops, *wires))])


def toy_drum(shell: Material, rims: Material) -> Model:
    """A toy drum, 16 cm high, with laces and two sticks on it."""
    parts = [
        Part(cylinder(11.0, 15, 0.2), shell),
        Part(moved(cylinder(10.6, 0.6, 0.2), (0, 14.9, 0)), matte("cream")),
    ]
    parts += [Part(moved(ring(11.0, 0.75), (0, y, 0)), rims) for y in (0.2, 13.8)]
    for i in range(16):
        a, b = np.radians([22.5 * i, 22.5 * (i + 1)])
        low, high = (1.6, 13.6) if i % 2 else (13.6, 1.6)
        start = (11.15 * float(np.cos(a)), low, 11.15 * float(np.sin(a)))
        end = (11.15 * float(np.cos(b)), high, 11.15 * float(np.sin(b)))
        parts.append(Part(rod(start, end, 0.22), rims))
    for z, turn in ((-1.6, 12.0), (1.6, -8.0)):
        stick = turned(rod((-9, 16.2, z), (9, 16.2, z), 0.5), "y", turn)
        parts.append(Part(stick, timber("beech")))
    return grounded(parts)


def pumpkin(skin: Material) -> Model:
    """A pumpkin, 24 cm wide, with ten ribs."""
    a = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    rib = 0.86 + 0.14 * np.abs(np.sin(5 * a)) ** 0.7
    rings = []
    for t in np.linspace(-np.pi / 2 + 0.02, np.pi / 2 - 0.02, 40):
        r = 12.0 * np.cos(t) ** 0.8 * rib
        y = 8.6 * np.sin(t) - 1.6 * np.exp(-(((np.pi / 2 - abs(t)) / 0.5) ** 2)) * np.sign(t)
        rings.append(np.column_stack([r * np.cos(a), np.full(160, y), r * np.sin(a)]))
    stem = sweep([(0, 6.2, 0), (0.2, 8.6, 0), (1.6, 11.0, 0)], np.array([1.6, 1.1, 0.9]))
    return grounded([Part(loft(np.stack(rings)), skin), Part(stem, matte("olive"))])


def dog_bowl(body: Material, inside: Material) -> Model:
    """A dog's bowl, 22 cm wide, with food in it."""
    out = lathe([(0, 0), (11.0, 0), (9.2, 6.0), (8.4, 6.0), (7.8, 2.0), (0, 2.0)], 0.5)
    heap = lathe(spline([(7.9, 3.2), (5.0, 4.6), (0, 5.2)]), 0)
    return Part(out, body), Part(heap, inside)


def paper_sheets() -> Model:
    """Two sheets of paper that lie crosswise."""
    sheet = slab([(10.5, -14.8), (10.5, 14.8), (-10.5, 14.8), (-10.5, -14.8)], 0.06, 0.01, 30.0)
    second = moved(turned(sheet, "y", 19), (3.0, 0.07, 2.0))
    return Part(sheet, matte("white")), Part(second, matte("cream"))


def coins() -> Model:
    """Five coins."""
    places = ((0, 0, 0), (2.6, 0, 0.8), (1.1, 0.2, 0.4), (-2.4, 0, 1.6), (0.6, 0, 3.1))
    colors = ("brass", "copper", "steel", "brass", "copper")
    return tuple(
        Part(moved(cylinder(1.15, 0.2, 0.05), by), metal(color))
        for by, color in zip(places, colors, strict=True)
    )


def cable() -> Model:
    """A white cable that curls over the table."""
    a = np.linspace(0, 4.6 * np.pi, 40)
    radius = 7.5 - 0.32 * a
    path = np.column_stack([radius * np.cos(a), radius * np.sin(a), 0.12 * a])
    line = turned(sweep(path, 0.22), "x", -90)
    plug = moved(block((1.6, 0.8, 3.2), 0.3, 0.25), (7.6, 0, 0.6))
    return grounded([Part(line, plastic("white")), Part(plug, plastic("white"))])


def napkin(cloth: Material) -> Model:
    """A folded cloth."""
    low = block((15, 0.5, 15), 0.8, 0.2, 1.0)
    wave = low.vertices.copy()
    wave[:, 1] += 0.16 * (1 + np.sin(wave[:, 0] * 0.7) * np.cos(wave[:, 2] * 0.5))
    first = replace(low, vertices=wave)
    return grounded(
        [Part(first, cloth), Part(moved(turned(first, "y", 4), (0.4, 0.55, 0.5)), cloth)]
    )


def carton() -> Model:
    """A closed cardboard box with a strip of tape."""
    board = Material("matte", (0.42, 0.27, 0.14))
    tape = block((4.0, 20.1, 22.2), 0.1, 0.03)
    return Part(block((30, 20, 22), 0.3, 0.15), board), Part(tape, satin("sand"))


def leaves(color: Material) -> Model:
    """Four dry leaves."""
    leaf = hull(
        [
            Station(0, (0.2, 0.1)),
            Station(2.0, (1.7, 0.12)),
            Station(4.5, (1.3, 0.12)),
            Station(6.5, (0.1, 0.08)),
        ],
        20,
    )
    flat = moved(turned(leaf, "x", 86), (0, 0.3, 0))
    places = ((0, 0, 0), (5, 0, 3), (-4, 0, 5), (2, 0, 8))
    return grounded(
        [Part(moved(turned(flat, "y", 77.0 * i), by), color) for i, by in enumerate(places)]
    )


def drinking_can(body: Material) -> Model:
    """A drinking can, 12 cm high."""
    side = [
        (0, 0),
        (2.5, 0),
        (3.2, 0.9),
        (3.2, 10.8),
        (2.7, 11.9),
        (2.7, 12.2),
        (2.5, 12.0),
        (0, 11.9),
    ]
    band = lathe([(3.22, 4.0), (3.24, 4.0), (3.24, 8.0), (3.22, 8.0)], 0)
    steel = moved(cylinder(2.5, 0.1, 0.02), (0, 12.0, 0))
    return Part(lathe(side, 0.2), body), Part(band, satin("white")), Part(steel, metal("steel"))
