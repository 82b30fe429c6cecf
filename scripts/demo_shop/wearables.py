"""Models to wear: shoes, hats, glasses and watches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scripts.demo_shop.curves import chain, spline
from scripts.demo_shop.materials import matte, satin
from scripts.demo_shop.shapes import ball, lathe, moved, stretched, sweep, turned
from scripts.demo_shop.solids import (
    Station,
    block,
    cylinder,
    grounded,
    hull,
    laid,
    mirrored,
    ring,
    slab,
)
from scripts.demo_shop.types import Array, Material, Mesh, Model, Part


def _shoe_outline(grow: float) -> Array:
    """(n, 2) the sole of a right shoe from heel (x = -14) to toe, widened by `grow` cm."""
    inner = [(-14, 0), (-12.5, -2.9), (-7, -3.3), (0, -3.1), (7, -4.2), (11.5, -3.9), (14.4, -1.2)]
    outer = [(14.6, 0.8), (13.2, 2.9), (8, 4.3), (1, 3.9), (-7, 3.5), (-12.5, 2.9), (-14, 0)]
    curve = spline([*inner, *outer], 6)[:-1]
    size = 1 + grow / 10
    return curve * [1 + grow / 14, size]


def sneaker(upper: Material, sole: Material, accent: Material) -> Model:
    """A low sneaker, 29 cm long, with laces, a toe cap and a stripe."""
    base = slab(_shoe_outline(0.25), 2.3, 0.5, 0.8)
    lift = np.clip(base.vertices[:, 0] - 7.0, 0, None) ** 2 * 0.014
    base = replace(base, vertices=base.vertices + np.column_stack([0 * lift, lift, 0 * lift]))
    body = moved(_upper(_UPPER), (0, 1.3, 0))
    parts = [Part(base, sole), Part(body, upper)]
    cap = moved(ball((4.2, 2.35, 3.7)), (9.6, 1.35, -0.2))
    parts.append(Part(cap, sole))
    collar = sweep(
        [(-11.9, 9.5, 0.1), (-10.6, 8.9, 2.2), (-6.5, 8.1, 2.7), (-2.6, 8.6, 1.7), (-1.4, 9.0, 0)],
        0.62,
    )
    mouth = moved(ball((5.0, 0.7, 2.15)), (-6.6, 7.9, 0))
    parts += [Part(collar, accent), Part(mirror_z(collar), accent), Part(mouth, matte("charcoal"))]
    tongue = sweep([(4.0, 6.3, 0), (0.2, 8.4, 0), (-2.2, 10.6, 0)], 0.55, 3.4)
    parts.append(Part(tongue, upper))
    for i in range(5):
        x, y = 4.6 - 1.55 * i, 6.75 + 0.68 * i
        parts.append(Part(_across(x, y, 2.1), sole))
    tab = moved(block((0.7, 3.0, 2.2), 0.25, 0.2), (-12.6, 6.6, 0))
    parts.append(Part(tab, accent))
    for side in (1.0, -1.0):
        stripe = sweep(
            [(-6.8, 3.2, 3.72 * side), (-4.6, 5.2, 3.5 * side), (-1.8, 7.0, 2.75 * side)], 0.5, 0.5
        )
        second = moved(stripe, (2.7, -0.35, 0.12 * side))
        parts += [Part(stripe, accent), Part(second, accent)]
    return grounded(parts)


_UPPER = (
    # x, half width, height, squareness
    (-13.4, 1.2, 4.0, 2.2), (-12.8, 2.6, 8.2, 2.4), (-10.5, 3.2, 7.9, 2.4), (-7.0, 3.4, 7.2, 2.4),
    (-3.0, 3.5, 7.4, 2.2), (0.0, 3.6, 7.2, 2.1), (4.0, 3.9, 5.4, 2.1), (8.0, 3.95, 4.3, 2.2),
    (11.5, 3.4, 3.7, 2.3), (13.4, 2.0, 2.9, 2.3), (14.1, 0.8, 2.0, 2.2),
)  # fmt: skip


def _upper(table: tuple[tuple[float, float, float, float], ...]) -> Mesh:
    """A shoe's upper: cross sections along x that rest on y = 0."""
    rows = spline(np.asarray(table), 5)
    stations = [
        Station(float(x), (float(w), float(h) / 2 + 1.2), (0.0, float(h) / 2 - 1.2), float(p))
        for x, w, h, p in rows
    ]
    return laid(hull(stations, 64))


def mirror_z(mesh: Mesh) -> Mesh:
    """The mesh with front and back exchanged."""
    return turned(mirrored(mesh), "y", 180)


def _across(x: float, y: float, half: float) -> Mesh:
    bow = sweep([(-half, -0.5, 0), (0, 0.28, 0), (half, -0.5, 0)], 0.3)
    return moved(turned(bow, "y", 90), (x, y, 0))


def rain_boot(body: Material, sole: Material) -> Model:
    """A rubber boot, 27 cm high, with a ribbed sole and a pull strap."""
    base = slab(_shoe_outline(0.2) * [0.92, 0.98], 1.6, 0.35, 0.8)
    heel = moved(slab(_heel(), 1.2, 0.25, 0.8), (0, -1.0, 0))
    foot = moved(_upper(_BOOT), (0, 0.9, 0))
    shaft_side = [
        Station(6.0, (4.6, 3.5), (-7.4, 0)), Station(12.0, (4.7, 3.9), (-7.6, 0)),
        Station(20.0, (5.3, 4.7), (-7.8, 0)), Station(26.4, (5.7, 5.1), (-7.9, 0)),
    ]  # fmt: skip
    shaft = hull(shaft_side, 72)
    rim = [Station(26.0, (5.9, 5.3), (-7.9, 0)), Station(27.0, (5.9, 5.3), (-7.9, 0))]
    dark = [Station(27.0, (5.3, 4.7), (-7.9, 0)), Station(27.04, (5.3, 4.7), (-7.9, 0))]
    strap = sweep(
        [(-13.6, 24.4, 0), (-14.6, 26.6, 0), (-13.9, 28.6, 0), (-13.0, 26.6, 0)], 0.35, 2.6
    )
    parts = [Part(mesh, body) for mesh in (foot, shaft)]
    parts += [Part(mesh, sole) for mesh in (base, heel, hull(rim, 72), strap)]
    parts.append(Part(hull(dark, 72), matte("black")))
    return grounded(parts)


def _heel() -> Array:
    outline = _shoe_outline(0.1) * [0.92, 0.98]
    back: Array = outline[outline[:, 0] < -4.5]
    order = np.argsort(np.arctan2(back[:, 1], back[:, 0] + 9.0))
    return back[order]


_BOOT = (
    (-13.0, 1.2, 4.0, 2.2), (-12.3, 2.9, 8.0, 2.2), (-9.0, 3.3, 9.4, 2.2), (-5.0, 3.4, 9.2, 2.1),
    (-1.0, 3.5, 7.6, 2.1), (3.0, 3.7, 6.0, 2.1), (7.0, 3.9, 5.2, 2.2), (10.5, 3.4, 4.6, 2.3),
    (12.4, 2.2, 3.6, 2.3), (13.2, 0.9, 2.4, 2.2),
)  # fmt: skip


def brim_hat(felt: Material, band: Material) -> Model:
    """A felt hat, 14 cm high, with a wide brim, a ribbon and a pinched crown."""
    side = spline(
        [
            (17.6, 1.4),
            (14.5, 0.7),
            (10.6, 0.3),
            (9.3, 1.4),
            (9.0, 5.0),
            (8.4, 10.0),
            (6.6, 12.4),
            (3.4, 12.6),
            (0, 11.4),
        ]
    )
    under = spline([(0, 0.0), (9.4, 0.0), (14.4, 0.35), (17.6, 1.05)])
    shape = lathe(chain(under, side), 0, 120)
    ribbon = lathe([(9.0, 1.2), (9.75, 1.2), (9.45, 4.6), (8.8, 4.6)], 0.12, 120)
    pinch = shape.vertices.copy()
    high = np.clip((pinch[:, 1] - 8.0) / 5.0, 0, 1)
    front = np.exp(-(((pinch[:, 0] - 6.0) / 3.2) ** 2))
    pinch[:, 2] *= 1 - 0.3 * high * front
    wave = 1.3 * np.clip((np.hypot(pinch[:, 0], pinch[:, 2]) - 11.0) / 6.6, 0, 1)
    pinch[:, 1] += wave * (pinch[:, 2] / 17.6) ** 2
    bow = moved(block((3.0, 2.4, 0.9), 0.4, 0.3), (0, 1.7, 9.35))
    parts = [Part(_oval_head(replace(shape, vertices=pinch)), felt)]
    parts += [Part(_oval_head(ribbon), band), Part(moved(bow, (0, 0, -0.75)), band)]
    return grounded(parts)


def _oval_head(mesh: Mesh) -> Mesh:
    return stretched(mesh, (1.08, 1.0, 0.92))


def cap(cloth: Material, visor: Material) -> Model:
    """A baseball cap, 13 cm high, with a curved visor, seams and a button."""
    dome = ball((9.4, 11.4, 8.8))
    keep = dome.vertices.copy()
    keep[:, 1] = np.maximum(keep[:, 1] - 11.4, 0.0)
    crown = replace(dome, vertices=keep)
    a = np.linspace(-np.pi / 2, np.pi / 2, 31)
    front = np.column_stack([6.0 + 9.6 * np.cos(a) ** 0.8, 8.3 * np.sin(a)])
    back = np.array([(4.0, 7.6), (7.4, 4.2), (8.4, 0.0), (7.4, -4.2), (4.0, -7.6)])
    brim = slab(np.vstack([front, back]), 0.7, 0.25, 0.7)
    bent = brim.vertices.copy()
    bent[:, 1] += 1.2 - 0.045 * bent[:, 2] ** 2 - 0.10 * np.clip(bent[:, 0] - 8, 0, None)
    parts = [Part(crown, cloth), Part(replace(brim, vertices=bent), visor)]
    parts.append(Part(moved(ball((0.85, 0.5, 0.85)), (0, 11.0, 0)), visor))
    for turn in (0.0, 60.0, 120.0):
        t = np.linspace(0.02, np.pi - 0.02, 17)
        arc_ = np.column_stack([9.42 * np.cos(t), 11.42 * np.sin(t), 0 * t])
        seam = turned(sweep(arc_, 0.13), "y", turn)
        squeezed = seam.vertices * [1.0, 1.0, 8.85 / 9.4]
        parts.append(Part(replace(seam, vertices=squeezed), cloth))
    return grounded(parts)


def sunglasses(frame: Material, lenses: Material) -> Model:
    """Sunglasses, 15 cm wide, with round lenses and open temples."""
    parts = []
    for x in (-1.0, 1.0):
        hoop = moved(turned(ring(2.6, 0.32), "x", 90), (3.4 * x, 2.9, -0.32))
        lens = moved(turned(cylinder(2.5, 0.16, 0.05), "x", 90), (3.4 * x, 2.9, -0.08))
        arm = sweep(
            [
                (6.1 * x, 3.6, 0),
                (6.9 * x, 3.7, -1.0),
                (7.1 * x, 3.6, -7.0),
                (6.9 * x, 3.2, -11.5),
                (6.7 * x, 1.4, -14.0),
            ],
            0.3,
        )
        parts += [Part(hoop, frame), Part(lens, lenses), Part(arm, frame)]
    bridge = sweep([(-1.0, 3.7, 0), (0, 4.2, 0.2), (1.0, 3.7, 0)], 0.3)
    return grounded([*parts, Part(bridge, frame)])


def wrist_watch(strap: Material, case: Material, dial: Material) -> Model:
    """A wrist watch on its closed strap, 8 cm high, the dial to the front."""
    a = np.radians(np.linspace(62, 298, 25))
    loop = np.column_stack([2.6 * np.cos(a), 0 * a, 0 * a])
    loop[:, 1] = 3.3 * np.sin(a)
    band = turned(sweep(loop, 0.2, 5.0), "y", -90)
    body = moved(turned(cylinder(2.1, 0.95, 0.25), "x", 90), (0, 0, 1.0))
    rim = moved(turned(ring(1.85, 0.2), "x", 90), (0, 0, 1.8))
    face = moved(turned(cylinder(1.75, 0.1, 0.02), "x", 90), (0, 0, 1.92))
    parts = [Part(band, strap), Part(body, case), Part(rim, case), Part(face, dial)]
    black = satin("black")
    for hour in range(12):
        mark = moved(block((0.1, 0.32, 0.05), 0.03, 0.015), (0, 1.2, 2.02))
        parts.append(Part(turned(mark, "z", 30.0 * hour), case if hour % 3 else black))
    for angle, length in ((304.0, 0.85), (60.0, 1.25)):
        hand = moved(block((0.13, length + 0.2, 0.05), 0.03, 0.015), (0, -0.2, 2.06))
        parts.append(Part(turned(hand, "z", -angle), black))
    crown = moved(turned(cylinder(0.3, 0.4, 0.1), "z", -90), (2.05, 0, 1.45))
    lugs = [moved(block((2.0, 0.7, 0.5), 0.2, 0.12), (0, y, 1.15)) for y in (1.75, -2.4)]
    parts += [Part(crown, case), *(Part(mesh, case) for mesh in lugs)]
    return grounded(parts)
