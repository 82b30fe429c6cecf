"""Models for the table and the stove: plates, glasses, jugs, pans, pots and kettles."""

from __future__ import annotations

import numpy as np

from scripts.demo_shop.curves import chain, round_corners, spline, vessel
from scripts.demo_shop.kitchenware import hollow
from scripts.demo_shop.materials import metal, satin
from scripts.demo_shop.shapes import ball, lathe, moved, sweep, turned
from scripts.demo_shop.solids import cylinder, mirrored, rectangle, ring, rod, slab
from scripts.demo_shop.types import Material, Model, Part


def plate(body: Material, rim: Material) -> Model:
    """A dinner plate, 27 cm wide, with a rim line of a second colour."""
    outer = spline([(8.0, 0.35), (9.4, 1.1), (12.9, 2.25), (13.5, 2.5)])
    under, over = hollow(chain([(7.4, 0), (7.8, 0), (8.0, 0.35)], outer), 0.42, 0.75)
    return Part(under, body), Part(over, body), Part(moved(ring(13.3, 0.3), (0, 2.4, 0)), rim)


def tumbler(body: Material) -> Model:
    """A tapered drinking glass, 11 cm high, with a thick bottom."""
    outer = round_corners([(2.9, 0), (3.0, 0.3), (3.9, 11.0)], 0.2)
    return (Part(lathe(vessel(outer, 0.3, 1.2), 0.2), body),)


def pitcher(body: Material) -> Model:
    """A bellied jug, 21 cm high, with a pouring lip and an ear handle."""
    belly = spline([(4.8, 0), (7.0, 4.0), (7.2, 8.0), (5.0, 14.5), (4.6, 18), (5.4, 21)])
    out, within = hollow(belly, 0.42, 0.8)
    lip = sweep([(4.4, 18.6, 0), (5.6, 20.4, 0), (7.1, 21.3, 0)], np.array([1.5, 1.2, 0.45]), 0.9)
    ear = [(-4.6, 18.6, 0), (-8.2, 18.4, 0), (-9.8, 14.5, 0), (-8.8, 9.6, 0), (-6.6, 7.2, 0)]
    handle = sweep(ear, np.array([0.62, 0.6, 0.6, 0.6, 0.66]), 1.4)
    return tuple(Part(mesh, body) for mesh in (out, within, lip, handle))


def egg_cup(body: Material, egg: Material) -> Model:
    """An egg cup, 6 cm high, with an egg in it."""
    side = spline([(2.3, 0), (1.5, 0.9), (1.1, 2.2), (1.9, 3.6), (2.4, 6.0)])
    cup, _ = hollow(chain([(0.1, 0), (2.3, 0)], side), 0.3, 2.8)
    angle = np.linspace(-np.pi / 2, np.pi / 2, 33)
    shell = np.column_stack(
        [2.15 * np.cos(angle) * (1 - 0.12 * np.sin(angle)), 2.8 * np.sin(angle)]
    )
    return Part(cup, body), Part(moved(lathe(shell, 0), (0, 6.1, 0)), egg)


def cake_stand(body: Material) -> Model:
    """A cake stand, 14 cm high, with a turned foot and a plate 28 cm wide."""
    stem = spline(
        [(6.6, 0.5), (4.0, 1.5), (1.5, 3.6), (1.3, 6.0), (2.1, 8.0), (1.5, 9.6), (3.4, 12)]
    )
    foot = lathe(chain([(0, 0), (6.6, 0)], stem, [(0, 12)]), 0.2)
    top = lathe(
        [
            (0, 11.7),
            (12.5, 11.9),
            (13.8, 12.1),
            (14.0, 13.9),
            (13.6, 14.0),
            (13.2, 12.7),
            (0, 12.6),
        ],
        0.25,
    )
    return Part(foot, body), Part(top, body)


def cork_jar(body: Material, lid: Material) -> Model:
    """A straight glass jar, 17 cm high, with a thick cork lid."""
    outer = round_corners([(4.9, 0), (5.1, 0.5), (5.1, 12.4), (4.5, 13.6), (4.5, 14.6)], 0.5)
    cork = lathe([(0, 12.9), (3.9, 12.9), (4.1, 14.6), (4.9, 14.7), (4.9, 17), (0, 17)], 0.3)
    return Part(lathe(vessel(outer, 0.35, 0.9), 0.2), body), Part(cork, lid)


def frying_pan(body: Material, grip: Material) -> Model:
    """A frying pan, 28 cm wide, with a long riveted handle."""
    side = spline([(10.6, 0), (12.2, 0.7), (13.4, 3.0), (14.2, 4.8)])
    out, within = hollow(side, 0.35, 0.45)
    arm = [(13.4, 3.6, 0), (18, 5.4, 0), (24, 6.8, 0), (33, 7.4, 0)]
    handle = sweep(arm, np.array([0.55, 0.65, 0.8, 0.85]), 1.5)
    plate_ = sweep([(12.7, 3.1, 0), (14.3, 3.9, 0), (16.5, 4.9, 0)], 0.5, 2.4)
    steel = metal("steel", brushed=True)
    rivets = [moved(ball((0.45, 0.3, 0.45)), (13.0, 3.3, z)) for z in (-0.6, 0.6)]
    parts = [Part(out, body), Part(within, satin("charcoal")), Part(plate_, steel)]
    return *parts, Part(handle, grip), *(Part(mesh, steel) for mesh in rivets)


def casserole(body: Material, knob: Material) -> Model:
    """An enamelled pot, 24 cm wide, with two loop handles and a domed lid."""
    side = spline([(9.8, 0), (11.4, 0.9), (12.0, 4.0), (12.0, 11.2)])
    pot = lathe(chain([(0, 0), (9.8, 0)], side, [(12.3, 11.3), (12.3, 11.9), (0, 11.9)]), 0.2)
    dome = spline([(11.9, 12.4), (10.5, 13.7), (6.0, 15.3), (1.8, 15.8), (0, 15.8)])
    lid = lathe(chain([(0, 11.9), (12.2, 11.9), (12.2, 12.3)], dome), 0.15)
    stem, bead = cylinder(0.8, 1.6), ball((1.9, 0.95, 1.9))
    loop = [(0, 9.6, -3.4), (1.6, 9.9, -3.2), (2.9, 10.0, -1.4), (2.9, 10.0, 1.4)]
    loop = [*loop, (1.6, 9.9, 3.2), (0, 9.6, 3.4)]
    ear = moved(sweep(loop, 0.7), (11.4, 0, 0))
    parts = [Part(mesh, body) for mesh in (pot, lid, ear, mirrored(ear))]
    tops = [moved(stem, (0, 15.5, 0)), moved(bead, (0, 16.7, 0))]
    return *parts, *(Part(mesh, knob) for mesh in tops)


def kettle(body: Material, grip: Material) -> Model:
    """A stove kettle, 24 cm high, with a gooseneck spout and a handle over the lid."""
    side = spline([(9.2, 0), (10.2, 1.2), (9.6, 5.0), (7.0, 10.5), (4.6, 12.2)])
    pot = lathe(chain([(0, 0), (9.2, 0)], side, [(0, 12.2)]), 0.25)
    lid = lathe(chain([(0, 12), (4.4, 12)], spline([(4.4, 12.5), (2.6, 13.3), (0, 13.6)])), 0.15)
    bead = moved(ball((1.1, 1.0, 1.1)), (0, 13.3, 0))
    neck = [(8.0, 4.6, 0), (11.6, 6.2, 0), (12.6, 9.6, 0), (14.8, 12.2, 0)]
    spout = sweep(neck, np.array([1.9, 1.4, 1.05, 0.85]))
    posts = [rod((x, 9.6, 0), (x * 1.06, 19.2, 0), 0.5) for x in (7.0, -7.0)]
    bow = [(7.4, 19, 0), (5.4, 22, 0), (0, 23.2, 0), (-5.4, 22, 0), (-7.4, 19, 0)]
    handle = sweep(bow, 1.05)
    steel = [Part(mesh, metal("steel")) for mesh in posts]
    solid = [Part(mesh, body) for mesh in (pot, lid, spout)]
    return *solid, *steel, Part(bead, grip), Part(handle, grip)


def pepper_mill(body: Material, knob: Material) -> Model:
    """A turned pepper mill, 22 cm high, with a metal knob."""
    side = [(2.9, 0), (2.9, 1.6), (2.0, 4.4), (1.7, 8.2), (2.3, 12.2), (2.5, 14.0)]
    column = lathe(chain([(0, 0), (2.9, 0)], spline(side[1:]), [(0, 14.1)]), 0.2)
    crown = spline([(2.5, 14.5), (2.6, 16.4), (2.0, 18.6), (0.9, 20.2)])
    head = lathe(chain([(0, 14.3), (2.4, 14.3)], crown, [(0, 20.4)]), 0.2)
    gap = cylinder(2.1, 0.6, 0.05)
    bead = moved(ball((0.75, 0.75, 0.75)), (0, 20.1, 0))
    seam = Part(moved(gap, (0, 13.9, 0)), metal("steel"))
    return Part(column, body), Part(head, body), seam, Part(bead, knob)


def cutting_board(body: Material) -> Model:
    """A cutting board, 38 x 24 cm, with a hole for hanging, leaning on nothing."""
    board = slab(rectangle(38, 24, 2.4), 2.2, 0.35, 0.45)
    groove = [(-15.5, 0.0), (15.5, 0.0)]
    line = sweep([(x, 2.16, z - 9.4) for x, z in groove], 0.16)
    eye = moved(cylinder(1.1, 0.1, 0.02), (16.4, 2.16, 0))
    rim = moved(ring(1.15, 0.18, 0.5), (16.4, 2.12, 0))
    dark = Material("wood", (0.05, 0.03, 0.02), (0.02, 0.01, 0.01), "wood_x")
    return Part(board, body), Part(line, dark), Part(eye, dark), Part(rim, body)


def rolling_pin(body: Material, grips: Material) -> Model:
    """A rolling pin, 42 cm long, with turned handles."""
    barrel = moved(cylinder(2.9, 25, 0.5), (0, -12.5, 0))
    side = spline([(0.9, 0), (1.0, 1.0), (1.55, 4.0), (1.5, 6.2), (0.9, 7.8), (0, 8.2)])
    handle = moved(lathe(side, 0), (0, 12.6, 0))
    parts = [Part(barrel, body), Part(handle, grips), Part(turned(handle, "x", 180), grips)]
    return tuple(Part(moved(turned(p.mesh, "z", 90), (0, 2.9, 0)), p.material) for p in parts)
