"""Models for play and sport: balls, weights, cars, blocks, ducks, trains and mats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scripts.demo_shop.curves import round_corners, spline
from scripts.demo_shop.materials import matte, metal, satin
from scripts.demo_shop.shapes import ball, lathe, loft, moved, sweep, turned
from scripts.demo_shop.solids import (
    Station,
    block,
    cylinder,
    grounded,
    hull,
    laid,
    ring,
    rod,
    slab,
    superball,
)
from scripts.demo_shop.types import Array, Material, Mesh, Model, Part


def basketball(skin: Material, seam: Material) -> Model:
    """A basketball, 24 cm wide, with its eight seams."""
    parts = [Part(ball((12, 12, 12)), skin)]
    hoop = moved(ring(12.0, 0.28), (0, -0.28, 0))
    small = moved(ring(9.9, 0.28), (0, 6.7, 0))
    seams = [hoop, turned(hoop, "x", 90), turned(small, "z", 90), turned(small, "z", -90)]
    for mesh in seams:
        tilted = turned(turned(mesh, "y", 34), "x", 22)
        parts.append(Part(moved(tilted, (0, 12, 0)), seam))
    return tuple(parts)


def kettlebell(iron: Material, band: Material) -> Model:
    """A kettlebell, 26 cm high, with a coloured band round its neck."""
    side = spline([(5.6, 0), (8.6, 3.4), (9.2, 8.0), (7.0, 13.2), (4.2, 15.6), (0, 16.4)])
    body = lathe(np.vstack([[(0.0, 0.0)], side]), 0.3)
    bow = [(-4.6, 13.4, 0), (-6.2, 18.5, 0), (-4.8, 23.4, 0), (0, 25.0, 0)]
    bow = [*bow, (4.8, 23.4, 0), (6.2, 18.5, 0), (4.6, 13.4, 0)]
    handle = sweep(bow, np.array([1.9, 1.6, 1.55, 1.6, 1.55, 1.6, 1.9]))
    stripe = moved(lathe([(8.2, 0), (8.75, 0), (8.3, 2.2), (7.8, 2.2)], 0.2), (0, 9.9, 0))
    mark = moved(turned(cylinder(2.3, 0.5, 0.2), "x", 90), (0, 6.8, 8.75))
    return Part(body, iron), Part(handle, iron), Part(stripe, band), Part(mark, band)


def toy_car(body: Material, roof: Material, wheels: Material) -> Model:
    """A wooden toy car, 16 cm long, with a rounded cabin and a bumper."""
    shell = _car_side(
        [(-8, 1.8), (8, 1.8), (8.2, 4.4), (7.0, 5.6), (-7.4, 5.8), (-8.2, 4.6)], 7.0, 0.8
    )
    cabin = _car_side([(-5.8, 5.4), (4.2, 5.4), (2.2, 9.3), (-4.0, 9.5)], 5.8, 1.0)
    glass_ = _car_side([(-4.9, 6.0), (3.1, 6.0), (1.7, 8.5), (-3.6, 8.6)], 6.0, 0.15)
    parts = [Part(shell, body), Part(cabin, roof), Part(glass_, satin("sky blue"))]
    for x in (-4.7, 4.7):
        parts.append(Part(rod((x, 2.2, -3.4), (x, 2.2, 3.4), 0.5), metal("steel")))
        for z in (-1.0, 1.0):
            tyre = lathe([(0, 0), (2.1, 0), (2.3, 0.5), (2.3, 1.2), (2.0, 1.6), (0, 1.6)], 0.3)
            hub = moved(ball((1.0, 0.35, 1.0)), (0, 1.35, 0))
            for mesh, made in ((tyre, wheels), (hub, metal("steel"))):
                parts.append(Part(moved(turned(mesh, "x", 90 * z), (x, 2.3, 3.0 * z)), made))
    for z in (-2.2, 2.2):
        lamp = moved(turned(ball((0.75, 0.4, 0.75)), "z", -90), (7.6, 4.3, z))
        parts.append(Part(lamp, satin("yellow")))
    bumper = rod((8.5, 2.5, -3.0), (8.5, 2.5, 3.0), 0.45)
    return grounded([*parts, Part(bumper, metal("steel"))])


def _car_side(outline: Sequence[tuple[float, float]], width: float, bevel: float) -> Mesh:
    """A body cut from a plank: its outline is seen from the side, (x, y) pairs."""
    closed = [*outline, outline[0], outline[1]]
    soft = round_corners(closed, 1.1)
    start = len(soft) // (2 * len(outline))
    loop = soft[start:]
    gap = np.linalg.norm(loop - loop[0], axis=1)
    end = len(loop) - 12 + int(np.argmin(gap[-12:])) if gap[-12:].min() < 2.0 else len(loop)
    flat = loop[:end] * [1.0, -1.0]
    plank = slab(flat[::-1], width, bevel, 0.8)
    return moved(turned(plank, "x", 90), (0, 0, -width / 2))


def blocks(*colors: Material) -> Model:
    """A heap of wooden building blocks that makes a gate, 20 cm high."""
    cube = block((4.6, 4.6, 4.6), 0.4, 0.35, 0.8)
    long = block((15.4, 3.0, 4.6), 0.4, 0.35, 0.8)
    pillar = cylinder(2.2, 6.6, 0.4)
    wedge = _car_side([(-3.6, 0), (3.6, 0), (0.0, 4.6)], 4.6, 0.3)
    places: list[tuple[Mesh, tuple[float, float, float], float]] = [
        (cube, (-5.2, 0, 0), 0), (cube, (5.2, 0, 0), 0),
        (pillar, (-5.2, 4.6, 0), 0), (pillar, (5.2, 4.6, 0), 0),
        (long, (0, 11.2, 0), 2), (wedge, (0, 14.2, 0), 2),
        (cube, (0.5, 0, 7.2), 24), (pillar, (-7.6, 0, 7.6), 0), (wedge, (8.4, 0, 7.4), -32),
    ]  # fmt: skip
    return grounded(
        [
            Part(moved(turned(mesh, "y", turn), by), colors[i % len(colors)])
            for i, (mesh, by, turn) in enumerate(places)
        ]
    )


def duck(body: Material, beak: Material) -> Model:
    """A bath duck, 10 cm high, with a lifted tail."""
    t = np.linspace(1, 0, 30)
    wide = 3.9 * np.sin(np.pi * np.clip(t, 0.015, 0.985)) ** 0.6
    stations = [
        Station(5.5 - 11.0 * k, (w, 0.8 * w), (0, 3.3 + 8.0 * max(0.0, k - 0.55) ** 1.6), 2.2)
        for k, w in zip(t, wide, strict=True)
    ]
    trunk = laid(hull(stations))
    head = moved(ball((2.7, 2.6, 2.6)), (2.8, 5.0, 0))
    bill = moved(turned(ball((1.5, 0.42, 1.2)), "z", 8), (5.6, 6.5, 0))
    under = moved(turned(ball((1.2, 0.3, 0.95)), "z", -10), (5.4, 6.4, 0))
    wing = moved(turned(ball((2.6, 1.6, 0.8)), "z", 16), (-0.9, 2.6, 3.2))
    other = moved(turned(ball((2.6, 1.6, 0.8)), "z", 16), (-0.9, 2.6, -3.2))
    eyes = [moved(ball((0.4, 0.5, 0.3)), (4.5, 7.9, z)) for z in (-1.72, 1.72)]
    parts = [Part(mesh, body) for mesh in (trunk, head, wing, other)]
    parts += [Part(bill, beak), Part(under, beak)]
    return grounded([*parts, *(Part(mesh, satin("black")) for mesh in eyes)])


def train(engine: Material, cab: Material, wheels: Material) -> Model:
    """A wooden steam engine, 18 cm long, with a chimney, a cab and six wheels."""
    deck = moved(block((17.5, 1.6, 6.4), 0.8, 0.4, 1.0), (0, 2.4, 0))
    boiler = moved(turned(cylinder(2.7, 10.4, 0.5), "z", -90), (-2.2, 6.6, 0))
    nose = moved(turned(ball((1.3, 0.5, 1.3)), "z", -90), (7.9, 5.3, 0))
    walls = moved(block((5.2, 6.8, 6.2), 0.6, 0.4, 1.0), (-5.6, 4.0, 0))
    roof = moved(block((6.8, 1.0, 7.6), 0.8, 0.35, 1.0), (-5.6, 10.7, 0))
    window = moved(turned(cylinder(1.2, 6.5, 0.1), "x", 90), (-5.6, 8.4, -3.25))
    funnel = moved(
        lathe([(0, 0), (1.0, 0), (1.0, 2.0), (1.7, 3.6), (1.3, 3.8), (0, 3.4)], 0.15), (5.4, 9.0, 0)
    )
    dome = moved(ball((1.2, 1.1, 1.2)), (1.4, 8.2, 0))
    parts = [Part(mesh, cab) for mesh in (deck, roof, dome)]
    parts += [Part(mesh, engine) for mesh in (boiler, walls)]
    parts += [Part(window, matte("black")), Part(nose, metal("brass")), Part(funnel, wheels)]
    for x, r in ((-5.6, 2.6), (0.6, 1.9), (5.2, 1.9)):
        for z in (-1.0, 1.0):
            disc = turned(cylinder(r, 1.1, 0.25), "x", 90 * z)
            hub = turned(moved(ball((0.6, 0.3, 0.6)), (0, 0.95, 0)), "x", 90 * z)
            parts.append(Part(moved(disc, (x, r, 3.3 * z)), wheels))
            parts.append(Part(moved(hub, (x, r, 3.3 * z)), metal("brass")))
    return grounded(parts)


def yoga_mat(foam: Material, strap: Material) -> Model:
    """A rolled exercise mat, 60 cm long, held by two straps."""
    a = np.linspace(0, 2 * np.pi * 5.2, 320)
    radius = 1.4 + 0.98 * a / (2 * np.pi)
    outer = np.column_stack([radius * np.cos(a), radius * np.sin(a)])
    inner = np.column_stack([(radius - 0.72) * np.cos(a), (radius - 0.72) * np.sin(a)])
    section = np.vstack([outer, inner[::-1]])
    rings = [
        np.column_stack([section[:, 0], np.full(len(section), y), section[:, 1]])
        for y in (0.0, 0.25, 20.0, 40.0, 59.75, 60.0)
    ]
    roll = loft(np.stack(rings))
    wide = float(radius.max())
    bands = [
        moved(
            lathe([(wide - 0.4, 0), (wide + 0.22, 0), (wide + 0.22, 3.4), (wide - 0.4, 3.4)], 0.1),
            (0, y, 0),
        )
        for y in (11.0, 45.6)
    ]
    ends = [_spiral_cap(outer, inner, y, up) for y, up in ((0.0, -1.0), (60.0, 1.0))]
    parts = [Part(roll, foam), *(Part(mesh, foam) for mesh in ends)]
    parts += [Part(mesh, strap) for mesh in bands]
    return grounded([Part(turned(p.mesh, "z", 90), p.material) for p in parts])


def _spiral_cap(outer: Array, inner: Array, y: float, up: float) -> Mesh:
    n = len(outer)
    points = np.vstack([np.insert(outer, 1, y, axis=1), np.insert(inner, 1, y, axis=1)])
    a = np.arange(n - 1)
    faces = np.vstack(
        [np.column_stack([a, a + 1, n + a]), np.column_stack([a + 1, n + a + 1, n + a])]
    )
    if up < 0:
        faces = faces[:, ::-1]
    normals = np.tile([0.0, up, 0.0], (2 * n, 1))
    return Mesh(
        points, normals, points[:, :2] * 0.01, np.ascontiguousarray(faces, dtype=np.uint32), points
    )


def skateboard(deck: Material, trucks: Material, wheels: Material) -> Model:
    """A skateboard, 78 cm long, with kicked ends, standing on its four wheels."""
    x, z = 39.0 - 10.0, 0.0
    half = 10.0
    a = np.linspace(-np.pi / 2, np.pi / 2, 25)
    right = np.column_stack([x + half * np.cos(a), z + half * np.sin(a)])
    board = slab(np.vstack([right, -right]), 1.1, 0.45, 1.1)
    lift = np.clip(np.abs(board.vertices[:, 0]) - 24.0, 0, None) ** 1.5 * 0.11
    bent = board.vertices + np.column_stack([0 * lift, lift, 0 * lift])
    parts = [Part(moved(replace(board, vertices=bent), (0, 8.2, 0)), deck)]
    for x_ in (-20.0, 20.0):
        base = moved(block((6.5, 1.4, 5.0), 0.8, 0.3), (x_, 6.9, 0))
        axle = rod((x_, 3.6, -9.6), (x_, 3.6, 9.6), 0.45)
        hanger = moved(ball((1.8, 2.0, 5.2)), (x_, 3.2, 0))
        parts += [Part(mesh, trucks) for mesh in (base, axle, hanger)]
        for side in (-1.0, 1.0):
            tyre = moved(turned(cylinder(2.9, 3.4, 0.7), "x", 90), (x_, 3.0, 7.6 * side - 1.7))
            parts.append(Part(tyre, wheels))
    return grounded(parts)


def robot(body: Material, limbs: Material, light: Material) -> Model:
    """A tin toy robot, 20 cm high, with a round chest dial and an aerial."""
    chest = moved(block((8.4, 8.0, 5.6), 0.9, 0.5, 1.0), (0, 5.4, 0))
    head = moved(block((5.6, 4.6, 4.8), 0.8, 0.45, 1.0), (0, 14.0, 0))
    neck = moved(cylinder(1.3, 1.2, 0.1), (0, 13.2, 0))
    dial = moved(turned(cylinder(1.9, 0.5, 0.15), "x", 90), (0, 10.2, 2.7))
    needle = moved(block((0.3, 1.6, 0.15), 0.05, 0.04), (0.3, 10.2, 3.22))
    mouth = moved(block((2.8, 0.5, 0.4), 0.15, 0.1), (0, 14.9, 2.35))
    mast = rod((0, 18.5, 0), (0, 20.6, 0), 0.18)
    tip = moved(ball((0.5, 0.5, 0.5)), (0, 20.4, 0))
    parts = [Part(chest, body), Part(head, body), Part(neck, limbs), Part(dial, light)]
    parts += [Part(needle, matte("black")), Part(mouth, limbs), Part(mast, limbs), Part(tip, light)]
    for x in (-1.0, 1.0):
        eye = moved(turned(cylinder(0.75, 0.4, 0.1), "x", 90), (1.35 * x, 16.9, 2.3))
        ear = moved(turned(cylinder(0.8, 0.8, 0.2), "z", -90 * x), (2.7 * x, 16.2, 0))
        arm = rod((5.4 * x, 12.0, 0), (6.2 * x, 7.0, 1.4), 0.95)
        hand = moved(superball((1.3, 1.3, 1.3), 2.4), (6.3 * x, 4.4, 1.7))
        leg = moved(cylinder(1.35, 4.2, 0.2), (2.2 * x, 1.6, 0))
        foot = moved(block((3.4, 1.9, 5.4), 0.8, 0.5), (2.2 * x, 0, 0.6))
        parts += [Part(eye, light), Part(hand, body), Part(foot, body)]
        parts += [Part(mesh, limbs) for mesh in (ear, arm, leg)]
    return tuple(parts)


def soft_bear(fur: Material, belly: Material) -> Model:
    """A sitting plush bear, 30 cm high, with button eyes."""
    black = satin("black")
    body = superball((7.4, 8.6, 6.6), 2.2)
    parts = [Part(body, fur), Part(moved(ball((5.2, 6.0, 2.2)), (0, 2.6, 4.8)), belly)]
    head = moved(superball((6.8, 6.2, 6.2), 2.15), (0, 15.0, 0.6))
    snout = moved(ball((2.9, 2.3, 2.2)), (0, 17.6, 5.6))
    nose = moved(ball((1.05, 0.75, 0.6)), (0, 20.6, 7.35))
    parts += [Part(head, fur), Part(snout, belly), Part(nose, black)]
    for x in (-1.0, 1.0):
        ear = moved(ball((2.5, 2.5, 1.3)), (5.0 * x, 24.6, 0.2))
        inner = moved(ball((1.6, 1.6, 0.8)), (5.0 * x, 25.3, 1.0))
        eye = moved(ball((0.7, 0.7, 0.45)), (2.7 * x, 21.4, 6.35))
        arm = rod((6.4 * x, 13.2, 1.4), (9.4 * x, 6.6, 5.2), 2.5)
        leg = rod((4.6 * x, 3.2, 3.0), (6.6 * x, 3.1, 11.0), 3.1)
        sole = moved(ball((2.3, 2.3, 0.9)), (6.7 * x, 0.9, 13.5))
        parts += [Part(ear, fur), Part(inner, belly), Part(eye, black)]
        parts += [Part(arm, fur), Part(leg, fur), Part(sole, belly)]
    return grounded(parts)
