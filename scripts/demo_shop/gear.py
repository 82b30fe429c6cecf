"""Models for the desk and the ear: books, pens, keyboards, headphones, cameras, radios."""

from __future__ import annotations

import numpy as np

from scripts.demo_shop.curves import chain, round_corners, spline
from scripts.demo_shop.kitchenware import hollow
from scripts.demo_shop.materials import matte, metal, plastic, satin
from scripts.demo_shop.shapes import ball, lathe, moved, rounded_box, stretched, sweep, turned
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


def facing(mesh: Mesh, z: float) -> Mesh:
    """A part that was made standing on y = 0, laid so that its top looks to the front at z."""
    return moved(turned(mesh, "x", 90), (0.0, 0.0, z))


def notebook(cover: Material, band: Material) -> Model:
    """A closed notebook, 21 x 14 cm, with an elastic band and a ribbon, standing half open."""
    boards = [block((14, 0.3, 21), 0.9, 0.12), moved(block((14, 0.3, 21), 0.9, 0.12), (0, 1.9, 0))]
    spine = rod((-6.4, 1.1, -9.5), (-6.4, 1.1, 9.5), 1.1)
    pages = moved(block((13.2, 1.62, 20.3), 0.5, 0.05), (-0.1, 0.29, 0))
    strap = moved(block((0.75, 2.5, 21.5), 0.2, 0.1), (5.2, -0.14, 0))
    ribbon = moved(block((0.6, 0.08, 4.5), 0.05, 0.02), (-3.0, 1.0, 12.0))
    parts = [Part(mesh, cover) for mesh in (*boards, spine)]
    paper = Part(pages, matte("cream"))
    model = [*parts, paper, Part(strap, band), Part(ribbon, band)]
    return grounded([Part(turned(p.mesh, "x", 62), p.material) for p in model])


def pencil_cup(body: Material) -> Model:
    """A pen holder, 10 cm high, with five pencils and a ruler in it."""
    out, within = hollow(round_corners([(3.9, 0), (4.1, 0.3), (4.1, 10.0)], 0.3), 0.4, 0.6)
    parts = [Part(out, body), Part(within, body)]
    colors = ("red", "navy", "mustard", "green", "black")
    for i, color in enumerate(colors):
        a = 2 * np.pi * i / 5 + 0.4
        x, z = 2.6 * np.cos(a), 2.6 * np.sin(a)
        foot, top = (-0.35 * x, 0.8, -0.35 * z), (1.3 * x, 15.2 + 0.8 * (i % 3), 1.3 * z)
        parts.append(Part(rod(foot, top, 0.4), plastic(color)))
        end = np.add(top, np.subtract(top, foot) / 16.0)
        tip = (float(end[0]), float(end[1]), float(end[2]))
        parts.append(Part(rod(top, tip, 0.26), satin("cream")))
        lead = tuple(float(v) for v in np.add(tip, np.subtract(top, foot) / 45.0))
        parts.append(Part(rod(tip, (lead[0], lead[1], lead[2]), 0.12), plastic(color)))
    return tuple(parts)


def scissors(grips: Material) -> Model:
    """Household scissors, 21 cm long, lying half open."""
    steel = metal("steel", brushed=True)
    blade = slab(
        [(0.9, -1.4), (0.9, 0.4), (0.1, 12.0), (-0.35, 12.0), (-0.7, 0), (-0.4, -1.6)], 0.28, 0.08
    )
    parts = []
    for side, y in ((1.0, 0.0), (-1.0, 0.3)):
        one = blade if side > 0 else mirrored(blade)
        arm = sweep(
            [(0.3 * side, 0.4, -1.2), (1.0 * side, 0.4, -3.4), (2.4 * side, 0.4, -5.2)], 0.55
        )
        loop = moved(_oval(2.3, 3.1, 0.62), (3.1 * side, 0.4, -7.6))
        for mesh, made in ((one, steel), (arm, grips), (loop, grips)):
            opened = turned(mesh, "y", -13.0 * side)
            parts.append(Part(moved(opened, (0, y, 0)), made))
    parts.append(Part(moved(cylinder(0.55, 0.5, 0.12), (0, 0.25, 0)), metal("steel")))
    lying = [Part(turned(p.mesh, "y", 64), p.material) for p in parts]
    return grounded(lying)


def _oval(across: float, along: float, thick: float) -> Mesh:
    a = np.linspace(0, 2 * np.pi, 41)
    path = np.column_stack([across * np.cos(a), across * 0 + along * np.sin(a), 0 * a])
    return turned(sweep(path[:-1:2], thick), "x", 90)


def keyboard(body: Material, keys: Material, accent: Material) -> Model:
    """A compact keyboard, 36 x 13 cm: six rows of keys, one of them in a second colour."""
    base = hull(
        [
            Station(0, (18.0, 6.6), square=14),
            Station(1.2, (18.2, 6.8), square=14),
            Station(1.5, (18.0, 6.6), square=14),
        ]
    )
    parts = [Part(base, body)]
    for row in range(5):
        widths = _ROWS[row]
        x = -17.2
        for i, wide in enumerate(widths):
            span = 34.4 * wide / sum(widths)
            cap = block((span - 0.25, 0.75, 2.1), 0.25, 0.18)
            made = accent if (row, i) in _ACCENTS else keys
            parts.append(Part(moved(cap, (x + span / 2, 1.25, -4.9 + 2.45 * row)), made))
            x += span
    return grounded([Part(turned(p.mesh, "x", 5), p.material) for p in parts])


_ROWS = (
    (1,) * 13 + (2,),
    (1.5,) + (1,) * 12 + (1.5,),
    (1.75,) + (1,) * 11 + (2.25,),
    (2.25,) + (1,) * 10 + (2.75,),
    (1.25, 1.25, 1.25, 6.25, 1.25, 1.25, 1.25, 1.25),
)
_ACCENTS = {(0, 0), (2, 12), (4, 3)}


def mouse(body: Material, wheel: Material) -> Model:
    """A computer mouse, 11 cm long, with two keys and a wheel."""
    t = np.linspace(0, 1, 26)
    lift = [0.35 + 3.3 * np.sin(np.pi * min(1.0, k * 0.9 + 0.12)) ** 0.7 for k in t]
    ends = np.sqrt(np.clip(1 - (2 * t - 1) ** 6, 0.0, 1.0))
    stations = [
        Station(
            11.0 * k,
            (2.7 * e + 0.35 * np.sin(np.pi * k) * e, h / 2 * e + 0.05),
            (0, h / 2 * e),
            3.0,
        )
        for k, h, e in zip(t, lift, ends, strict=True)
    ]
    shell = moved(turned(hull(stations), "x", 90), (0, 0, -5.5))
    shell = turned(shell, "z", 180)
    roller = moved(turned(cylinder(1.0, 0.7, 0.2), "z", 90), (0.35, 2.75, 3.0))
    seam = sweep([(0, 1.7, 5.2), (0, 3.0, 3.6), (0, 3.72, 1.0), (0, 3.75, -0.6)], 0.07)
    return grounded([Part(shell, body), Part(roller, wheel), Part(seam, matte("black"))])


def headphones(shell: Material, pads: Material, trim: Material) -> Model:
    """Over-ear headphones, 19 cm high, standing on their cups."""
    a = np.radians(np.linspace(-8, 188, 15))
    bow = np.column_stack([7.6 * np.cos(a), 8.5 + 9.6 * np.sin(a), 0 * a])
    parts = [Part(sweep(bow, 0.5, 2.6), shell)]
    crown = bow[3:-3] * [0.94, 1.0, 1.0] - [0, 0.35, 0]
    parts.append(Part(sweep(crown, 0.62, 2.1), pads))
    cup = lathe([(0, 0), (3.7, 0), (4.1, 0.8), (3.8, 2.0), (2.4, 2.6), (0, 2.7)], 0.5)
    soft = ring(2.9, 1.05)
    disc = moved(cylinder(2.1, 0.2, 0.08), (0, 2.6, 0))
    for side in (1.0, -1.0):
        for mesh, made in ((cup, shell), (moved(soft, (0, -1.7, 0)), pads), (disc, trim)):
            tall = turned(mesh, "z", -90 * side)
            parts.append(Part(moved(_tall(tall), (7.1 * side, 5.4, 0)), made))
        parts.append(Part(rod((7.75 * side, 7.0, 0), (7.7 * side, 10.5, 0), 0.75), trim))
    return grounded([Part(turned(p.mesh, "x", -4), p.material) for p in parts])


def _tall(mesh: Mesh) -> Mesh:
    return stretched(mesh, (1.0, 1.22, 1.0))


def camera(skin: Material, top: Material, lens: Material) -> Model:
    """A compact viewfinder camera, 12 cm wide, with a lens of glass and two dials."""
    body = rounded_box((12.4, 6.0, 3.6), 1.5, 0.25)
    plate_ = moved(rounded_box((12.2, 1.3, 3.4), 1.4, 0.35), (0, 5.9, 0))
    base = moved(rounded_box((12.2, 0.7, 3.4), 1.4, 0.25), (0, -0.6, 0))
    barrel = lathe(
        [
            (0, 0),
            (2.9, 0),
            (2.9, 1.2),
            (2.6, 1.4),
            (2.6, 2.6),
            (2.7, 2.8),
            (2.7, 3.6),
            (2.1, 3.6),
            (1.7, 2.6),
            (0, 2.6),
        ],
        0.12,
    )
    glass_ = ball((1.65, 0.5, 1.65))
    grip_ring = [ring(2.7, 0.14) for _ in range(3)]
    parts = [Part(body, skin), Part(plate_, top), Part(base, top)]
    parts.append(Part(moved(facing(barrel, 1.7), (-0.6, 3.0, 0)), lens))
    parts.append(Part(moved(facing(glass_, 3.9), (-0.6, 3.0, 0)), plastic("navy")))
    parts += [
        Part(moved(facing(g, 3.4 + 0.4 * i), (-0.6, 3.0, 0)), satin("black"))
        for i, g in enumerate(grip_ring)
    ]
    window = moved(facing(block((1.7, 0.25, 1.1), 0.2, 0.08), 1.7), (-4.4, 6.55, 0))
    finder = moved(facing(block((2.2, 0.2, 0.75), 0.2, 0.08), 1.68), (0.6, 6.6, 0))
    parts += [Part(window, plastic("black")), Part(finder, plastic("black"))]
    dials = [
        moved(cylinder(1.1, 0.8, 0.15), (3.9, 7.1, 0)),
        moved(cylinder(0.75, 0.6, 0.12), (-4.6, 7.1, 0)),
    ]
    button = moved(cylinder(0.45, 0.6, 0.12), (1.8, 7.1, 0.4))
    parts += [Part(mesh, top) for mesh in dials]
    parts += [Part(button, metal("steel"))]
    lugs = [moved(turned(ring(0.42, 0.12), "x", 90), (x, 5.4, 0)) for x in (-6.5, 6.5)]
    parts += [Part(mesh, metal("steel")) for mesh in lugs]
    return grounded(parts)


def phone_case(body: Material, rim: Material) -> Model:
    """A phone in a case, 15 cm high, seen from behind, leaning back."""
    shell = rounded_box((7.6, 1.0, 15.4), 1.3, 0.42)
    bump = moved(rounded_box((3.3, 0.35, 3.6), 0.8, 0.16), (-1.7, 0.95, -5.4))
    parts = [Part(shell, body), Part(bump, rim)]
    for x, z in ((-2.45, -6.2), (-2.45, -4.6), (-0.95, -5.4)):
        parts.append(Part(moved(cylinder(0.66, 0.3, 0.08), (x, 1.25, z)), satin("black")))
        parts.append(Part(moved(ball((0.42, 0.1, 0.42)), (x, 1.46, z)), plastic("navy")))
    parts.append(Part(moved(cylinder(0.25, 0.2, 0.04), (-0.95, 1.22, -6.5)), satin("cream")))
    for z in (-2.5, 0.0):
        parts.append(Part(moved(rounded_box((0.3, 0.5, 2.0), 0.12, 0.1), (3.85, 0.25, z)), rim))
    line = moved(ring(1.9, 0.14, 0.4), (0, 0.95, 1.6))
    parts.append(Part(line, rim))
    return grounded([Part(turned(p.mesh, "x", 68), p.material) for p in parts])


def flashlight(body: Material, bezel: Material) -> Model:
    """A flashlight, 19 cm long, lying on its side."""
    side = [(0, 0), (1.5, 0), (1.7, 0.6), (1.7, 11.5), (2.7, 14.4), (2.8, 18.2), (0, 18.2)]
    tube = lathe(side, 0.25)
    ribs = [moved(ring(1.72, 0.13), (0, 2.4 + 0.75 * i, 0)) for i in range(9)]
    crown = moved(
        lathe([(2.2, 0), (2.95, 0), (2.95, 1.6), (2.5, 1.7), (2.3, 0.6)], 0.12), (0, 17.2, 0)
    )
    lens = moved(lathe([(0, 0), (2.45, 0), (2.4, 0.2), (0, 0.45)], 0.05), (0, 18.2, 0))
    button = moved(turned(ball((0.75, 0.45, 0.9)), "z", -90), (1.5, 12.0, 0))
    loop = moved(turned(ring(0.9, 0.16), "x", 90), (0, -0.7, 0))
    parts = [Part(tube, body), *(Part(mesh, body) for mesh in ribs), Part(crown, bezel)]
    parts += [Part(lens, plastic("white")), Part(button, bezel), Part(loop, bezel)]
    lying = [Part(turned(p.mesh, "z", -90), p.material) for p in parts]
    return grounded([Part(turned(turned(p.mesh, "x", -50), "y", -38), p.material) for p in lying])


def radio(case: Material, front: Material, knob: Material) -> Model:
    """A table radio, 24 x 14 cm, with a cloth front, a dial, two knobs and an aerial."""
    shell = rounded_box((24, 14, 9), 1.8, 0.6)
    cloth = moved(facing(rounded_box((12.6, 1.0, 11.4), 0.9, 0.3), 3.75), (-4.6, 7.0, 0))
    panel = moved(facing(block((7.6, 0.6, 4.6), 0.5, 0.15), 4.15), (7.0, 10.0, 0))
    needle = moved(facing(block((0.18, 0.12, 3.8), 0.04, 0.03), 4.72), (8.2, 10.0, 0))
    marks = [
        moved(
            facing(block((0.1, 0.08, 0.9 if i % 2 else 1.5), 0.03, 0.02), 4.72),
            (4.1 + 0.83 * i, 9.2, 0),
        )
        for i in range(8)
    ]
    knobs = [moved(facing(cylinder(1.5, 1.5, 0.25), 4.3), (x, 4.6, 0)) for x in (5.0, 9.0)]
    aerial = rod((10.0, 13.6, -2.5), (15.4, 29.0, -2.5), 0.22)
    tip = moved(ball((0.45, 0.45, 0.45)), (15.4, 28.8, -2.5))
    feet = [moved(cylinder(0.8, 0.7, 0.15), (x, -0.6, z)) for x in (-9.5, 9.5) for z in (-2.8, 2.8)]
    parts = [Part(shell, case), Part(cloth, front), Part(panel, satin("cream"))]
    parts += [
        Part(needle, plastic("red")),
        *(Part(mesh, matte("black")) for mesh in (*marks, *feet)),
    ]
    parts += [Part(mesh, knob) for mesh in knobs]
    return grounded([*parts, Part(aerial, metal("steel")), Part(tip, metal("steel"))])


def drum_speaker(cloth: Material, base: Material, light: Material) -> Model:
    """A round cloth-covered home speaker, 17 cm high, with a glowing ring on top."""
    body = lathe([(0, 0.8), (4.6, 0.8), (4.9, 1.6), (4.9, 16.0), (0, 16.0)], 0.9)
    foot = cylinder(4.5, 1.2, 0.3)
    top = moved(cylinder(4.1, 0.5, 0.2), (0, 15.75, 0))
    glow = moved(ring(3.1, 0.16), (0, 16.15, 0))
    keys = [moved(cylinder(0.4, 0.15, 0.05), (x, 16.2, 0)) for x in (-1.2, 0.0, 1.2)]
    parts = [Part(body, cloth), Part(foot, base), Part(top, base), Part(glow, light)]
    return *parts, *(Part(mesh, light) for mesh in keys)


def globe(sea: Material, land: Material, stand: Material) -> Model:
    """A desk globe, 30 cm high, tilted in a half ring on a turned foot."""
    foot = lathe(
        chain(
            [(0, 0), (7.0, 0)], spline([(7.0, 0.8), (4.0, 1.8), (1.2, 3.2), (0.8, 7.2)]), [(0, 7.2)]
        ),
        0.2,
    )
    sphere = moved(ball((9.6, 9.6, 9.6)), (0, 7.8, 0))
    a = np.radians(np.linspace(-90 - 4, 90 + 4, 15))
    bow = np.column_stack([10.6 * np.cos(a), 10.6 * np.sin(a), 0 * a])
    half = moved(turned(sweep(bow, 0.42, 1.3), "z", -23.5), (0, 17.4, 0))
    parts = [Part(foot, stand), Part(sphere, sea), Part(half, stand)]
    for lon, lat, wide, tall in _LANDS:
        for east, north, size in ((0.0, 0.0, 1.0), (14.0, 12.0, 0.62), (-9.0, -15.0, 0.55)):
            patch = moved(ball((wide * size, tall * size, 0.5)), (0, -tall * size, 9.2))
            tilted = turned(turned(patch, "x", -lat - north), "y", lon + east)
            parts.append(Part(moved(tilted, (0, 17.4, 0)), land))
    return grounded(parts)


_LANDS = (
    (-20, 20, 4.6, 5.2),
    (20, -18, 3.2, 4.8),
    (75, 30, 5.2, 3.6),
    (120, -24, 3.0, 2.2),
    (-95, 26, 4.0, 3.6),
    (-70, -22, 2.8, 4.6),
    (190, 18, 4.4, 3.4),
)
