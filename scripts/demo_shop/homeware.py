"""Models for the home: vases, lamps, candlesticks, stools and clocks."""

from __future__ import annotations

from scripts.demo_shop.curves import arc, chain, round_corners, spline, vessel
from scripts.demo_shop.materials import matte, metal
from scripts.demo_shop.shapes import ball, capsule, lathe, moved, rounded_box, sweep, turned
from scripts.demo_shop.types import Material, Mesh, Model, Part


def vase(body: Material) -> Model:
    """A bellied vase, 26 cm high, with a narrow neck and a flared lip."""
    belly = [(4.2, 0), (8.0, 5.2), (8.6, 10.5), (4.6, 17.5), (2.6, 21.5), (3.6, 25.8)]
    return (Part(lathe(vessel(spline(belly), 0.45, 1.0), 0.25), body),)


def bottle_vase(body: Material) -> Model:
    """A glass bottle, 28 cm high, with sloping shoulders."""
    side = [(4.6, 0), (4.75, 0.9), (4.75, 12.5), (3.5, 16.2), (1.55, 19.2), (1.35, 26), (1.8, 28)]
    outer = round_corners(side, 1.6)
    return (Part(lathe(vessel(outer, 0.35, 0.8), 0.3), body),)


def mushroom_lamp(shade: Material, stem: Material) -> Model:
    """A table lamp with a domed shade, 38 cm high."""
    base = lathe(chain([(0, 0), (8.5, 0)], spline([(8.5, 1.0), (5.2, 2.3), (1.6, 3.4)])), 0.3)
    rod = lathe(spline([(1.7, 3.2), (1.35, 12), (1.35, 24), (1.6, 27)]), 0)
    dome = spline([(14.5, 24), (14.1, 28.5), (10.4, 34.4), (4.5, 37.4), (0, 38)])
    under = spline([(0, 37.2), (4.4, 36.7), (9.9, 33.8), (13.5, 28.2), (13.9, 24)])
    cap = lathe(chain(under, dome), 0.25)
    bulb = moved(ball((3, 3.6, 3)), (0, 25.4, 0))
    white = matte("white")
    return Part(base, stem), Part(rod, stem), Part(cap, shade), Part(bulb, white)


def drum_lamp(shade: Material, foot: Material) -> Model:
    """A table lamp with a cloth drum shade on a gourd foot, 44 cm high."""
    gourd = [(5.5, 0), (8.2, 4.5), (6.4, 10.5), (3.2, 14.5), (2.4, 18.5)]
    base = lathe(chain([(0, 0)], spline(gourd), [(0, 18.5)]), 0.3)
    neck = lathe([(0, 18.5), (1.4, 18.5), (1.4, 24.5), (0, 24.5)], 0.2)
    walls = [(13.9, 23), (14.2, 23), (12.2, 44), (11.9, 44), (13.9, 23)]
    drum = lathe(walls, 0.12)
    hub = lathe([(0, 40), (11.9, 40), (11.9, 40.3), (0, 40.3)], 0.05)
    return Part(base, foot), Part(neck, metal("brass")), Part(drum, shade), Part(hub, shade)


def candlestick(body: Material, wax: Material) -> Model:
    """A turned candlestick with a tapering candle, 34 cm high in all."""
    foot = spline([(5.2, 0.6), (4.3, 1.6), (1.5, 2.6), (0.95, 4.2)])
    stem = spline([(0.95, 4.2), (1.9, 5.6), (0.9, 7.2), (0.8, 11.5), (1.35, 12.6), (1.0, 13.4)])
    cup = [(2.5, 14.0), (2.5, 14.5), (1.35, 14.7), (1.45, 16.6), (1.2, 16.6), (0, 16.6)]
    holder = lathe(chain([(0, 0), (5.2, 0)], foot, stem, cup), 0.12)
    taper = lathe([(0, 16.5), (1.12, 16.5), (0.8, 33.2), (0, 33.6)], 0.35)
    wick = lathe([(0, 33), (0.1, 33), (0.08, 34.4), (0, 34.4)], 0.03)
    return Part(holder, body), Part(taper, wax), Part(wick, matte("black"))


def stool(seat: Material, legs: Material) -> Model:
    """A three-legged stool, 45 cm high, with a round seat and a ring of rungs."""
    top = moved(
        lathe([(0, 0), (15.5, 0), (17, 1.4), (17, 3.4), (13, 3.0), (0, 2.7)], 0.7), (0, 41.5, 0)
    )
    parts = [Part(top, seat)]
    for turn in (90.0, 210.0, 330.0):
        leg = lathe([(0, 0), (1.25, 0), (1.9, 30), (1.6, 43), (0, 43)], 0.3, 40)
        splayed = moved(turned(moved(leg, (0, -43, 0)), "z", 13.0), (9.2, 43.6, 0))
        parts.append(Part(turned(splayed, "y", turn), legs))
        rung = moved(turned(capsule(0.9, 24.5), "x", 90), (-8.0, 16, -12.25))
        parts.append(Part(turned(rung, "y", turn), legs))
    low = min(float(p.mesh.vertices[:, 1].min()) for p in parts)
    return tuple(Part(moved(p.mesh, (0, -low, 0)), p.material) for p in parts)


def wall_clock(rim: Material, dial: Material, hands: Material) -> Model:
    """A round 30 cm wall clock that shows ten past ten; its back lies in the plane z = 0."""
    case = lathe([(0, 0), (14.6, 0), (15, 3.4), (14.0, 4.0), (13.4, 3.2), (13.4, 2.3)], 0.5)
    face = lathe([(0, 2.3), (13.5, 2.3)], 0)
    parts = [Part(turned(case, "x", 90), rim), Part(turned(face, "x", 90), dial)]
    for hour in range(12):
        long = 2.6 if hour % 3 == 0 else 1.5
        parts.append(Part(_pointer(hour * 30.0, 12.4 - long, long, 0.62, 2.45), hands))
    parts += [
        Part(_pointer(304.0, -1.6, 8.6, 1.0, 2.8), hands),
        Part(_pointer(60.0, -2.0, 12.6, 0.75, 3.1), hands),
        Part(turned(lathe([(0, 2.2), (0.9, 2.2), (0.9, 3.7), (0, 3.7)], 0.2), "x", 90), hands),
    ]
    return tuple(parts)


def _pointer(degrees: float, start: float, length: float, width: float, z: float) -> Mesh:
    bar = rounded_box((width, length, 0.25), 0.1, 0.05)
    return turned(moved(bar, (0, start, z)), "z", -degrees)


def cactus(plant: Material, pot: Material) -> Model:
    """A cactus with two arms in a pot; not sold."""
    pot_mesh = lathe(
        [(0, 0), (4.4, 0), (5.6, 8.2), (6.1, 8.2), (6.1, 9.6), (5.4, 9.6), (0, 9.0)], 0.25
    )
    trunk = moved(capsule(2.7, 21), (0, 6.5, 0))
    right = sweep([(2, 15, 0), (5.4, 15.4, 0), (6.4, 18, 0), (6.4, 22, 0)], 1.35)
    left = sweep([(-2, 12.5, 0), (-4.9, 12.9, 0), (-5.8, 15, 0), (-5.8, 18, 0)], 1.2)
    soil = lathe(chain([(0, 9.1)], arc((0, 9.1), 5.3, (0, 2))), 0)
    green = [Part(mesh, plant) for mesh in (trunk, right, left)]
    return Part(pot_mesh, pot), Part(soil, matte("brown")), *green


def dumbbell(weights: Material, bar: Material) -> Model:
    """A 2 kg dumbbell that lies on its side; not sold."""
    rod = moved(turned(capsule(1.5, 14), "z", 90), (7, 0, 0))
    head = [(0, 0), (3.2, 0), (4.4, 1.2), (4.4, 4.8), (3.2, 6), (0, 6)]
    left = moved(turned(lathe(head, 0.6), "z", 90), (-4.5, 0, 0))
    right = moved(turned(lathe(head, 0.6), "z", 90), (10.5, 0, 0))
    parts = [Part(rod, bar), Part(left, weights), Part(right, weights)]
    return tuple(Part(moved(p.mesh, (0, 4.4, 0)), p.material) for p in parts)
