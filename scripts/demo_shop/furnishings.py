"""Models for rooms: furniture, lights, frames, pots and what stands on a wash basin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scripts.demo_shop.curves import chain, round_corners, spline, vessel
from scripts.demo_shop.kitchenware import hollow
from scripts.demo_shop.materials import matte, metal, satin
from scripts.demo_shop.shapes import ball, capsule, lathe, loft, moved, rounded_box, sweep, turned
from scripts.demo_shop.solids import (
    Station,
    block,
    cylinder,
    grounded,
    hull,
    mirrored,
    rectangle,
    ring,
    rod,
    slab,
)
from scripts.demo_shop.types import Array, Material, Mesh, Model, Part


def plant_pot(body: Material, saucer: Material) -> Model:
    """A plant pot, 16 cm high, with a thick rim, on a saucer, filled with soil."""
    side = [(5.6, 1.0), (7.4, 12.4), (8.2, 12.4), (8.4, 16.2)]
    out, within = hollow(round_corners(side, 0.3), 0.6, 1.6)
    dish = lathe([(0, 0), (7.6, 0), (8.6, 2.2), (8.2, 2.2), (7.3, 0.7), (0, 0.7)], 0.2)
    soil = lathe(spline([(7.0, 14.4), (4.0, 14.9), (0, 14.6)]), 0)
    return Part(out, body), Part(within, body), Part(dish, saucer), Part(soil, matte("brown"))


def watering_can(body: Material, rose: Material) -> Model:
    """A watering can, 24 cm high, with a long spout, a rose and a bow handle."""
    side = [(0, 0), (7.8, 0), (7.4, 12.2), (6.2, 13.6), (0, 13.6)]
    tank = lathe(side, 0.4)
    neck = [(6.4, 3.6, 0), (12.4, 8.6, 0), (17.0, 15.4, 0), (20.0, 19.4, 0)]
    spout = sweep(neck, np.array([1.7, 1.2, 0.95, 0.85]))
    head = lathe([(0, 0), (0.9, 0), (2.6, 2.6), (2.6, 3.1), (0, 3.3)], 0.15)
    head = moved(turned(head, "z", -40), (19.6, 18.8, 0))
    bow = [(5.0, 13.2, 0), (4.2, 19.0, 0), (-1.0, 22.4, 0), (-8.0, 19.6, 0), (-10.6, 12.0, 0)]
    handle = sweep([*bow, (-7.2, 5.6, 0)], 0.7, 1.4)
    brace = rod((6.2, 12.6, 0), (12.6, 9.2, 0), 0.35)
    solid = [Part(mesh, body) for mesh in (tank, spout, handle, brace)]
    bands = [moved(ring(7.75 - 0.05 * i, 0.22), (0, y, 0)) for i, y in enumerate((1.0, 11.4))]
    return *solid, *(Part(mesh, body) for mesh in bands), Part(head, rose)


def jar_candle(glass_: Material, wax: Material, lid: Material) -> Model:
    """A scented candle, 9 cm high: wax with a wick in a tumbler, its lid beside it."""
    outer = round_corners([(3.6, 0), (3.9, 0.4), (3.9, 9.0)], 0.4)
    cup, within = hollow(outer, 0.3, 0.6)
    fill = cylinder(3.5, 5.9, 0.12)
    wick = rod((0, 6.6, 0), (0.2, 7.9, 0), 0.12)
    cover = lathe([(0, 0), (4.0, 0), (4.0, 1.0), (0, 1.0)], 0.2)
    leaning = moved(cover, (-8.6, 0, 1.5))
    parts = [Part(cup, glass_), Part(within, glass_), Part(moved(fill, (0, 0.7, 0)), wax)]
    return *parts, Part(wick, matte("black")), Part(leaning, lid)


def picture_frame(border: Material, sky: Material, sun: Material, land: Material) -> Model:
    """A framed print, 32 x 40 cm, of a sun over hills; its back lies in the plane z = 0."""
    bars = [
        turned(moved(slab(rectangle(32, 2.4, 0.25), 2.2, 0.25, 0.6), (0, 0, 18.8)), "x", 90),
        turned(moved(slab(rectangle(32, 2.4, 0.25), 2.2, 0.25, 0.6), (0, 0, -18.8)), "x", 90),
        turned(moved(slab(rectangle(2.4, 35.2, 0.25), 2.2, 0.25, 0.6), (14.8, 0, 0)), "x", 90),
        turned(moved(slab(rectangle(2.4, 35.2, 0.25), 2.2, 0.25, 0.6), (-14.8, 0, 0)), "x", 90),
    ]
    mat = turned(block((28, 0.5, 36), 0.1, 0.05), "x", 90)
    paper = _flat_shape(rectangle(19, 26, 0.1), 0.62)
    disc = _flat_shape(4.2 * _circle() + [3.4, 5.2], 0.70)
    x = np.linspace(9.4, -9.4, 40)
    hill = [(a, -2.5 + 3.0 * np.sin(a / 3.1)) for a in x]
    low = [(-9.4, -12.9), (9.4, -12.9)]
    hills = _flat_shape(np.array([*hill, *low]), 0.78)
    cloth = [Part(mat, satin("white")), Part(paper, sky), Part(disc, sun), Part(hills, land)]
    return *(Part(mesh, border) for mesh in bars), *cloth


def _circle() -> Array:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _flat_shape(outline: Array, z: float) -> Mesh:
    """A thin sheet in the plane of the wall; `outline` is (x, y)."""
    flipped = outline * [1.0, -1.0]
    return turned(slab(flipped[::-1], z, 0.02, 2.0), "x", 90)


def wall_mirror(border: Material, shine: Material) -> Model:
    """A round wall mirror, 45 cm wide; its back lies in the plane z = 0."""
    frame = lathe([(0, 0), (22, 0), (22.5, 2.4), (21.4, 2.8), (20.8, 1.6), (0, 1.6)], 0.4)
    plate = lathe([(0, 1.5), (20.8, 1.5), (20.4, 1.8), (0, 1.8)], 0.05)
    return Part(turned(frame, "x", 90), border), Part(turned(plate, "x", 90), shine)


def desk_lamp(body: Material, joints: Material) -> Model:
    """A jointed desk lamp, 46 cm high, with a bell shade."""
    foot = lathe([(0, 0), (8.6, 0), (8.6, 1.6), (2.0, 2.4), (0, 2.4)], 0.4)
    lower = rod((0, 2.2, 0), (-9, 24, 0), 0.7)
    upper = rod((-9, 24, 0), (9, 41, 0), 0.7)
    knees = [moved(turned(cylinder(1.5, 3.0, 0.3), "x", 90), (x, y, -1.5)) for x, y in _KNEES]
    bell = spline([(7.6, 0), (6.9, 3.0), (4.2, 7.6), (2.4, 10.0)])
    shade = lathe(chain(vessel(bell, 0.3, 9.5)[1:-2]), 0.1)
    cap = cylinder(2.4, 3.2, 0.6)
    bulb = ball((3.0, 3.2, 3.0))
    head = [Part(shade, body), Part(moved(cap, (0, 9.4, 0)), body), Part(bulb, matte("white"))]
    tilted = [Part(moved(turned(p.mesh, "z", 28), (14.5, 31.0, 0)), p.material) for p in head]
    parts = [Part(mesh, body) for mesh in (foot, lower, upper)]
    return grounded([*parts, *(Part(mesh, joints) for mesh in knees), *tilted])


_KNEES = ((0.0, 2.6), (-9.0, 24.0), (9.0, 41.0))


def alarm_clock(body: Material, dial: Material, bells: Material) -> Model:
    """A twin-bell alarm clock, 17 cm high, that shows ten past ten."""
    case = turned(
        lathe([(0, -3), (5.6, -3), (6.3, -2.2), (6.3, 2.4), (5.7, 2.9), (5.4, 2.2), (0, 2.2)], 0.3),
        "x",
        90,
    )
    face = turned(lathe([(0, 2.0), (5.5, 2.0), (5.5, 2.3), (0, 2.3)], 0), "x", 90)
    black = satin("black")
    parts = [Part(case, body), Part(face, dial)]
    for hour in range(12):
        mark = block((0.5, 1.3 if hour % 3 == 0 else 0.7, 0.12), 0.05, 0.04)
        parts.append(Part(turned(moved(mark, (0, 3.9, 2.4)), "z", -30.0 * hour), black))
    for angle, length, z in ((304.0, 3.0, 2.55), (60.0, 4.4, 2.7)):
        hand = moved(block((0.55, length + 0.6, 0.1), 0.1, 0.04), (0, -0.6, z))
        parts.append(Part(turned(hand, "z", -angle), black))
    dome = lathe(chain([(0, 0), (2.7, 0)], spline([(2.7, 0.4), (2.2, 1.7), (0, 2.5)])), 0.1)
    bell = moved(turned(dome, "z", -28), (3.3, 6.4, 0))
    leg = rod((3.2, -4.6, 0), (4.8, -8.0, 0.6), 0.6)
    bow = sweep([(-3.6, 8.4, 0), (-2.2, 10.6, 0), (2.2, 10.6, 0), (3.6, 8.4, 0)], 0.32)
    hammer = rod((0, 6.0, 0), (0, 9.0, 0), 0.4)
    parts += [Part(mesh, bells) for mesh in (bell, mirrored(bell), bow, hammer)]
    parts += [Part(mesh, body) for mesh in (leg, mirrored(leg))]
    return grounded(parts)


def soap_dispenser(body: Material, pump: Material) -> Model:
    """A soap dispenser, 19 cm high, with a pump."""
    side = round_corners([(0, 0), (3.7, 0), (3.7, 11.5), (1.6, 13.6), (1.6, 14.2), (0, 14.2)], 1.0)
    collar = moved(cylinder(1.8, 1.5, 0.2), (0, 14.1, 0))
    stem = moved(cylinder(0.5, 2.6, 0.05), (0, 15.3, 0))
    head = moved(cylinder(1.3, 1.3, 0.3), (0, 17.6, 0))
    nozzle = sweep([(0, 18.4, 0), (2.6, 18.5, 0), (4.2, 18.3, 0), (4.9, 17.5, 0)], 0.45)
    metal_parts = [Part(mesh, pump) for mesh in (collar, stem, head, nozzle)]
    return Part(lathe(side, 0), body), *metal_parts


def cushion(body: Material, piping: Material) -> Model:
    """A sofa cushion, 45 x 45 cm, plump, leaning back a little, with piping round its edge."""
    t = np.linspace(-np.pi / 2, np.pi / 2, 45)
    stations = [
        Station(
            8.6 * np.sin(a), (w := 22.5 * np.cos(a) ** 0.9 + 0.01, w), square=2 + 3.2 * np.cos(a)
        )
        for a in t
    ]
    pillow = hull(stations, 120)
    edge = np.linspace(0, 2 * np.pi, 140, endpoint=False)
    c, s = np.cos(edge), np.sin(edge)
    x = 22.5 * np.sign(c) * np.abs(c) ** (2 / 5.2)
    z = 22.5 * np.sign(s) * np.abs(s) ** (2 / 5.2)
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    tube = np.stack(
        [
            np.column_stack([x * (1 + k * 0.035), 0 * x + 0.8 * h, z * (1 + k * 0.035)])
            for k, h in zip(np.cos(turn), np.sin(turn), strict=True)
        ]
    )
    cord = _closed_tube(tube)
    parts = [Part(pillow, body), Part(cord, piping)]
    return grounded([Part(turned(p.mesh, "x", 72), p.material) for p in parts])


def _closed_tube(rings: Array) -> Mesh:
    return loft(np.concatenate([rings, rings[:1]]))


def pouf(body: Material, seam: Material) -> Model:
    """A round knitted pouf, 50 cm wide and 34 cm high, with a seam round its middle."""
    side = spline([(19, 0), (24.2, 5), (25.2, 16), (24.4, 28), (19, 33.4), (9, 34.4), (0, 34.2)])
    lower = lathe(chain([(0, 0)], side), 0, 120)
    band = moved(ring(25.1, 0.55), (0, 16, 0))
    top = moved(ring(19.6, 0.5), (0, 32.6, 0))
    button = moved(ball((2.0, 0.8, 2.0)), (0, 33.6, 0))
    return Part(lower, body), *(Part(mesh, seam) for mesh in (band, top, button))


def chair(frame: Material, seat: Material) -> Model:
    """A dining chair, 82 cm high, with a bent backrest."""
    board = moved(slab(rectangle(42, 41, 7), 3.0, 0.9, 1.0), (0, 43, 0))
    parts = [Part(board, seat)]
    for x in (-1.0, 1.0):
        parts.append(Part(rod((16 * x, 43, 15), (18 * x, 1.3, 18), 1.5), frame))
        parts.append(Part(rod((16 * x, 43, -15), (18 * x, 1.3, -20), 1.5), frame))
        post = [(15 * x, 42, -16.5), (15.6 * x, 60, -18.0), (16.5 * x, 80, -22.5)]
        parts.append(Part(rod(post[0], post[1], 1.3), frame))
        parts.append(Part(rod(post[1], post[2], 1.3), frame))
        parts.append(Part(rod((17 * x, 20, 16.6), (17 * x, 20, -17.6), 0.9), frame))
    for y, z, tall in ((74, -23.0, 9.0), (59, -19.6, 6.0)):
        parts.append(Part(moved(_bent_board(38, tall), (0, y - tall / 2, z)), seat))
    return grounded(parts)


def _bent_board(width: float, tall: float) -> Mesh:
    board = slab(rectangle(width, 1.6, 0.7), tall, 0.6, 0.9)
    points = board.vertices.copy()
    points[:, 2] += 0.011 * points[:, 0] ** 2
    return replace(board, vertices=points)


def side_table(top: Material, legs: Material) -> Model:
    """A round side table, 50 cm high and 45 cm wide, on three splayed legs."""
    disc = moved(lathe([(0, 0), (21.6, 0), (22.5, 1.0), (22.5, 2.4), (0, 2.4)], 0.6), (0, 47.6, 0))
    parts = [Part(disc, top)]
    for turn in (90.0, 210.0, 330.0):
        leg = rod((8.5, 47.4, 0), (17.5, 1.2, 0), 1.35)
        parts.append(Part(turned(leg, "y", turn), legs))
    parts.append(Part(moved(cylinder(9.6, 1.4, 0.3), (0, 46.4, 0)), legs))
    return grounded(parts)


def shelf(boards: Material, posts: Material) -> Model:
    """An open shelf, 90 cm high, of four boards on steel posts."""
    parts = [
        Part(moved(slab(rectangle(60, 28, 0.8), 2.2, 0.4, 1.2), (0, y, 0)), boards)
        for y in (6.0, 32.0, 58.0, 84.0)
    ]
    for x in (-27.6, 27.6):
        for z in (-11.8, 11.8):
            parts.append(Part(moved(capsule(1.0, 90), (x, 0, z)), posts))
        parts.append(Part(rod((x, 70.6, -11.8), (x, 46.0, 11.8), 0.5), posts))
    return tuple(parts)


def pedal_bin(body: Material, rim: Material) -> Model:
    """A pedal bin, 30 cm high, with a domed lid."""
    tank = lathe([(0, 0), (9.4, 0), (9.8, 0.8), (9.8, 24), (0, 24)], 0.4)
    band = moved(cylinder(10.1, 1.8, 0.3), (0, 23.6, 0))
    foot = moved(cylinder(10.0, 1.8, 0.3), (0, 0, 0))
    dome = spline([(9.7, 25.6), (8.6, 27.6), (5.0, 29.4), (0, 30.0)])
    lid = lathe(chain([(0, 25.3), (9.7, 25.3)], dome), 0.2)
    pedal = moved(rounded_box((5.0, 1.0, 5.0), 1.2, 0.3), (0, 0.5, 11.0))
    parts = [Part(tank, body), Part(lid, body)]
    return *parts, *(Part(mesh, rim) for mesh in (band, foot, pedal))


def lantern(frame: Material, wax: Material) -> Model:
    """A garden lantern, 30 cm high: a candle behind glass under a hat with a ring."""
    base = slab(rectangle(15, 15, 0.8), 1.6, 0.4)
    roof = hull(
        [
            Station(22.0, (8.2, 8.2), square=9),
            Station(22.8, (8.2, 8.2), square=9),
            Station(26.0, (3.2, 3.2), square=6),
            Station(27.2, (2.6, 2.6), square=6),
        ]
    )
    posts = [rod((x, 1.4, z), (x, 22.0, z), 0.55) for x in (-6.6, 6.6) for z in (-6.6, 6.6)]
    hoop = moved(turned(ring(2.6, 0.35), "x", 90), (0, 29.4, -0.35))
    candle = moved(cylinder(3.0, 9.0, 0.4), (0, 1.5, 0))
    wick = rod((0, 10.4, 0), (0.1, 11.4, 0), 0.12)
    iron = [Part(mesh, frame) for mesh in (base, roof, *posts, hoop)]
    return *iron, Part(candle, wax), Part(wick, matte("black"))


def bucket(body: Material, handle: Material) -> Model:
    """A bucket, 27 cm high, with a rolled rim and a bow of wire with a wooden grip."""
    out, within = hollow(round_corners([(9.0, 0), (9.2, 0.4), (13.4, 26.5)], 0.3), 0.22, 0.5)
    rim = moved(ring(13.35, 0.42), (0, 26.3, 0))
    bands = [moved(ring(9.25 + 0.16 * y, 0.26), (0, y, 0)) for y in (1.2, 18.0)]
    bow = [(13.6, 24.6, 0), (13.4, 31, 0), (7.5, 38.5, 0), (-7.5, 38.5, 0), (-13.4, 31, 0)]
    wire = sweep([*bow, (-13.6, 24.6, 0)], 0.33)
    grip = moved(turned(capsule(1.35, 11.5), "z", 90), (5.75, 39.4, 0))
    ears = [turned(cylinder(1.6, 0.5, 0.15), "z", -90), turned(cylinder(1.6, 0.5, 0.15), "z", 90)]
    lugs = [moved(ears[0], (13.2, 24.4, 0)), moved(ears[1], (-13.2, 24.4, 0))]
    steel = [Part(mesh, metal("steel", brushed=True)) for mesh in (wire, *lugs)]
    solid = [Part(mesh, body) for mesh in (out, within, rim, *bands)]
    return *solid, *steel, Part(grip, handle)


def basket(body: Material, grips: Material) -> Model:
    """A round storage basket, 28 cm high, of thick coiled rope, with two loop grips."""
    parts = [Part(moved(cylinder(15.6, 1.4, 0.3), (0, 0.2, 0)), body)]
    for i in range(14):
        swell = 16.2 + 1.5 * np.sin(np.pi * i / 14)
        parts.append(Part(moved(ring(float(swell), 1.08), (0, 1.9 * i, 0)), body))
    loop = sweep(
        [(0, 26, -5), (1.0, 31.0, -4.4), (1.2, 33.0, 0), (1.0, 31.0, 4.4), (0, 26, 5)], 0.8
    )
    ear = moved(loop, (16.2, 0, 0))
    return *parts, Part(ear, grips), Part(mirrored(ear), grips)
