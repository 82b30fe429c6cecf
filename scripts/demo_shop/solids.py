"""More solid shapes: blocks, plates cut to an outline, swollen boxes, rods, rings and hulls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scripts.demo_shop.curves import Points, arc, chain, densify
from scripts.demo_shop.shapes import lathe, loft, moved
from scripts.demo_shop.types import Array, Mesh, Model, Part, Vec3

_BEVEL_STEPS = np.linspace(0.0, np.pi / 2, 5)


@dataclass(frozen=True)
class Station:
    """One cross section of a hull: how far along, how wide and deep, where its middle is."""

    along: float
    half: tuple[float, float]  # cm, across x and z
    middle: tuple[float, float] = (0.0, 0.0)
    square: float = 2.0  # exponent of the superellipse: 2 round, 4 and more boxy


def slab(outline: Points, thick: float, bevel: float, fine: float = 1.2) -> Mesh:
    """A plate that rests on y = 0, cut to an outline in the x-z plane.

    Args:
        outline: (n, 2) points, closed by itself, from x towards z; each must be in sight of the
            middle.
        thick: height of the plate in cm.
        bevel: radius of its upper and lower edges in cm.
        fine: longest side of a triangle in cm; wood needs short ones for its grain.
    """
    given = np.asarray(outline, dtype=np.float64)
    points = densify(chain(given, given[:1]), fine)[:-1]
    tangent = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    inward = np.column_stack([-tangent[:, 1], tangent[:, 0]])
    inward /= np.maximum(np.linalg.norm(inward, axis=1, keepdims=True), 1e-9)
    low = [(bevel * (1 - np.sin(t)), bevel * (1 - np.cos(t))) for t in _BEVEL_STEPS]
    high = [(inset, thick - y) for inset, y in reversed(low)]
    rings = [_at(points + inset * inward, y) for inset, y in (*low, *high)]
    count = max(2, int(np.ptp(points, axis=0).max() / 2 / fine))
    shrink = np.linspace(0.0, 1.0, count, endpoint=False)
    middle = np.array([points[:, 0].mean(), 0.0, points[:, 1].mean()])
    caps = [
        [middle + (ring - middle) * [k, 1, k] for k in shrink] for ring in (rings[0], rings[-1])
    ]
    return loft(np.stack([*caps[0], *rings, *caps[1][::-1]]))


def _at(points: Array, y: float) -> Array:
    return np.column_stack([points[:, 0], np.full(len(points), y), points[:, 1]])


def rectangle(width: float, depth: float, corner: float) -> Array:
    """(52, 2) the outline of a rectangle with round corners, for `slab`."""
    x, z = width / 2 - corner, depth / 2 - corner
    quarters = [(x, z, 0), (-x, z, 90), (-x, -z, 180), (x, -z, 270)]
    return np.vstack([arc((cx, cz), corner, (a, a + 90)) for cx, cz, a in quarters])


def block(size: Vec3, corner: float, bevel: float, fine: float = 30.0) -> Mesh:
    """A box of few triangles that rests on y = 0; `rounded_box` is for what needs many."""
    return slab(rectangle(size[0], size[2], corner), size[1], bevel, fine)


def superball(radii: Vec3, square: float = 2.6) -> Mesh:
    """A swollen box that rests on y = 0: a cushion, a bag, a head.

    Source: Barr 1981, superquadrics; exponent 2 is an ellipsoid.
    """
    up = np.linspace(-1.0, 1.0, 41) * (np.pi / 2 - 0.03)  # faces without area have no normal
    stations = [
        Station(
            radii[1] * (1 + _power(np.sin(a), square)),
            (radii[0] * _power(np.cos(a), square), radii[2] * _power(np.cos(a), square)),
            square=square,
        )
        for a in up
    ]
    return hull(stations, 72)


def _power(value: float, square: float) -> float:
    return float(np.sign(value) * np.abs(value) ** (2 / square)) if abs(value) > 1e-9 else 0.0


def hull(stations: Sequence[Station], around: int = 56) -> Mesh:
    """A closed skin over cross sections that lie one above the other along y."""
    angle = np.linspace(0.0, 2 * np.pi, around, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    rings = []
    for one in stations:
        x = np.sign(c) * np.abs(c) ** (2 / one.square) * max(one.half[0], 0.0)
        z = np.sign(s) * np.abs(s) ** (2 / one.square) * max(one.half[1], 0.0)
        y = np.full(around, one.along)
        rings.append(np.column_stack([x + one.middle[0], y, z + one.middle[1]]))
    ends = [
        np.broadcast_to(ring.mean(axis=0), ring.shape) + np.zeros_like(ring)
        for ring in (rings[0], rings[-1])
    ]
    return loft(np.stack([ends[0], *rings, ends[1]]))


def rod(start: Vec3, end: Vec3, radius: float) -> Mesh:
    """A rod with round ends from one point to another."""
    along = np.subtract(end, start)
    length = float(np.linalg.norm(along))
    up = along / length
    mesh = _pill(radius, length)
    side = np.cross(up, [0.0, 0.0, 1.0] if abs(up[2]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    basis = np.column_stack([side, up, np.cross(side, up)])
    placed = mesh.vertices @ basis.T + np.asarray(start)
    return replace(mesh, vertices=placed, normals=mesh.normals @ basis.T)


def _pill(radius: float, length: float) -> Mesh:
    turn = np.linspace(0.0, np.pi / 2, 7)[1:]
    low = [(-radius * float(np.cos(t)), radius * float(np.sin(t))) for t in turn]
    inner = np.linspace(0.0, length, max(2, int(length / 0.8)))[1:-1]
    sides = [(float(y), radius) for y in inner]
    high = [(length - y, r) for y, r in reversed(low)]
    return hull([Station(y, (r, r)) for y, r in (*low, *sides, *high)], 28)


def laid(mesh: Mesh) -> Mesh:
    """A hull that was made upright, laid along x: its depth becomes its height."""
    m = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    return replace(mesh, vertices=mesh.vertices @ m.T, normals=mesh.normals @ m.T)


def ring(radius: float, thick: float, flat: float = 1.0) -> Mesh:
    """A torus that rests on y = 0: middle radius, radius of the tube, its height over width."""
    around = np.linspace(0.0, 2 * np.pi, 72, endpoint=False)
    tube = np.linspace(-np.pi / 2, 1.5 * np.pi, 19)
    r = radius + thick * np.cos(tube)[:, None]
    y = np.broadcast_to(thick * flat * (1 + np.sin(tube))[:, None], (19, 72))
    return loft(np.stack([r * np.cos(around), y, r * np.sin(around)], axis=-1))


def cylinder(radius: float, height: float, bevel: float = 0.15) -> Mesh:
    """A straight cylinder that stands on y = 0."""
    return lathe([(0, 0), (radius, 0), (radius, height), (0, height)], bevel, 64)


def mirrored(mesh: Mesh) -> Mesh:
    """The mesh with left and right exchanged."""
    flip = np.array([-1.0, 1.0, 1.0])
    return replace(
        mesh,
        vertices=mesh.vertices * flip,
        normals=mesh.normals * flip,
        faces=mesh.faces[:, ::-1].copy(),
    )


def grounded(parts: Sequence[Part]) -> Model:
    """The model shifted so that its lowest point lies on y = 0 and its middle on the axis."""
    points = np.vstack([part.mesh.vertices for part in parts])
    low, high = points.min(axis=0), points.max(axis=0)
    x, z = (low[0] + high[0]) / 2, (low[2] + high[2]) / 2
    by = (-float(x), -float(low[1]), -float(z))
    return tuple(Part(moved(part.mesh, by), part.material) for part in parts)
