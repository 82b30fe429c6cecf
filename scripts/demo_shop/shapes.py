"""Solid shapes: lathes, sweeps, rounded boxes and their placing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from scripts.demo_shop.curves import Path, Points, chain, densify, lengths, round_corners, spline
from scripts.demo_shop.types import Array, Material, Mesh, Model, Part, Vec3


def loft(rings: Array) -> Mesh:
    """A closed skin over rings of points.

    Args:
        rings: (v, u, 3); each ring closes on itself and runs so that, seen from outside,
            the next ring lies to the left of the direction of travel.

    Returns:
        A mesh of v * (u + 1) vertices: the seam is doubled so that texture can wrap.
    """
    closed = np.concatenate([rings, rings[:, :1]], axis=1)
    v, u = closed.shape[:2]
    index = np.arange(v * u, dtype=np.uint32).reshape(v, u)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    quads = np.stack([np.stack([a, c, b], -1), np.stack([a, d, c], -1)])
    faces = quads.reshape(-1, 3)
    vertices = closed.reshape(-1, 3)
    along = lengths(closed[:, 0])
    uv = np.stack(np.meshgrid(np.linspace(0, 1, u), along / max(along[-1], 1e-9)), -1)
    return Mesh(vertices, _normals(closed, faces), uv.reshape(-1, 2), faces, vertices)


def _normals(grid: Array, faces: npt.NDArray[np.uint32]) -> Array:
    """Area-weighted, so that a wide flat face keeps its normal beside a narrow bevel."""
    p = grid.reshape(-1, 3)
    face = np.cross(p[faces[:, 1]] - p[faces[:, 0]], p[faces[:, 2]] - p[faces[:, 0]])
    total = np.zeros_like(p)
    for corner in range(3):
        np.add.at(total, faces[:, corner], face)
    n = total.reshape(grid.shape)
    n[:, 0] = n[:, -1] = n[:, 0] + n[:, -1]
    pole = np.ptp(grid, axis=1).max(axis=1) < 1e-6
    n[pole] = n[pole].sum(axis=1, keepdims=True)
    result: Array = (n / np.maximum(np.linalg.norm(n, axis=-1, keepdims=True), 1e-12)).reshape(
        -1, 3
    )
    return result


def lathe(profile: Points, bevel: float = 0.15, segments: int = 96) -> Mesh:
    """A profile of (radius, height) pairs, from the bottom outwards and up, turned round y."""
    points = round_corners(profile, bevel) if bevel > 0 else chain(profile)
    size = float(np.ptp(points, axis=0).max())
    points = densify(points, size / 70)
    radius = np.maximum(points[:, :1], 0.0)
    angle = np.linspace(0.0, 2 * np.pi, segments, endpoint=False)[None, :]
    height = np.broadcast_to(points[:, 1:], (len(points), segments))
    return loft(np.stack([radius * np.cos(angle), height, radius * np.sin(angle)], axis=-1))


def ball(radii: Vec3) -> Mesh:
    """An ellipsoid that rests on y = 0."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 49)
    unit = lathe(np.column_stack([np.cos(angle), np.sin(angle)]), bevel=0.0)
    return moved(stretched(unit, radii), (0.0, radii[1], 0.0))


def capsule(radius: float, height: float) -> Mesh:
    """A rod with round ends that stands on y = 0."""
    up = np.linspace(-np.pi / 2, 0, 17)
    low = np.column_stack([radius * np.cos(up), radius + radius * np.sin(up)])
    high = np.column_stack([low[::-1, 0], height - low[::-1, 1]])
    return lathe(chain(low, high), bevel=0.0)


def sweep(path: Path, radius: float | Array, flat: float = 1.0) -> Mesh:
    """A rod with round ends along a path that lies mostly in the x-y plane.

    Args:
        path: (n, 3) points that a smooth curve is drawn through.
        radius: one radius, or one for each given point.
        flat: width across the plane over width in the plane.
    """
    given = np.asarray(path, dtype=np.float64)
    curve = spline(given, 14)
    at = np.linspace(0, 1, len(curve))
    width = np.interp(at, np.linspace(0, 1, len(given)), np.broadcast_to(radius, len(given)))
    tangent = np.gradient(curve, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    across = np.array([0.0, 0.0, 1.0]) - tangent * tangent[:, 2:]
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    inward = np.cross(across, tangent)
    angle = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    ring = np.cos(angle)[None, :, None] * inward[:, None] * width[:, None, None]
    ring = ring - np.sin(angle)[None, :, None] * across[:, None] * (flat * width)[:, None, None]
    return loft(_capped(curve, ring, tangent * width[:, None]))


def _capped(curve: Array, ring: Array, reach: Array) -> Array:
    turn = np.linspace(0, np.pi / 2, 7)[:, None, None]
    start = curve[:1, None] - np.cos(turn) * reach[:1, None] + np.sin(turn) * ring[:1]
    end = curve[-1:, None] + np.cos(turn) * reach[-1:, None] + np.sin(turn) * ring[-1:]
    return np.concatenate([start, curve[1:-1, None] + ring[1:-1], end[::-1]])


def rounded_box(size: Vec3, corner: float, bevel: float) -> Mesh:
    """A box of width, height and depth that rests on y = 0, centred on the axis.

    Args:
        size: width (x), height (y), depth (z) in cm.
        corner: radius of the four upright edges.
        bevel: radius of the edges round the top and the bottom; at most `corner`.
    """
    width, height, depth = size
    turn = np.linspace(0, np.pi / 2, 8)
    low = [(bevel * (1 - np.sin(t)), bevel * (1 - np.cos(t))) for t in turn]
    high = [(inset, height - y) for inset, y in reversed(low)]
    sides = [(0.0, y) for y in np.linspace(bevel, height - bevel, 24)[1:-1]]
    rings = [_outline((width, depth), corner, inset, y) for inset, y in [*low, *sides, *high]]
    middle = np.array([0.0, 1.0, 0.0])
    shrink = np.linspace(0, 1, 14, endpoint=False)
    bottom = [rings[0] * (k + (1 - k) * middle) for k in shrink]
    top = [rings[-1] * (k + (1 - k) * middle) for k in shrink[::-1]]
    return loft(np.stack([*bottom, *rings, *top]))


def _outline(size: tuple[float, float], corner: float, inset: float, y: float) -> Array:
    half = np.array(size) / 2 - corner
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False) + np.pi / 64
    direction = np.column_stack([np.cos(angle), np.sin(angle)])
    flat = np.sign(direction) * half + direction * (corner - inset)
    share = np.linspace(0, 1, 10)[1:-1, None]
    sides = [
        np.vstack([flat[i - 16 : i], flat[i - 1] + share * (flat[i % 64] - flat[i - 1])])
        for i in (16, 32, 48, 64)
    ]
    ring = np.vstack(sides)
    return np.column_stack([ring[:, 0], np.full(len(ring), y), ring[:, 1]])


def stretched(mesh: Mesh, factors: Vec3) -> Mesh:
    """The mesh scaled along each axis."""
    k = np.asarray(factors)
    normals = mesh.normals / k
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return replace(mesh, vertices=mesh.vertices * k, normals=normals, rest=mesh.rest * k)


def moved(mesh: Mesh, by: Vec3) -> Mesh:
    """The mesh shifted; its solid texture goes along."""
    return replace(mesh, vertices=mesh.vertices + np.asarray(by))


def turned(mesh: Mesh, axis: str, degrees: float) -> Mesh:
    """The mesh turned round x, y or z through the origin."""
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    m = np.eye(3)
    m[i, i], m[i, j], m[j, i], m[j, j] = c, -s, s, c
    return replace(mesh, vertices=mesh.vertices @ m.T, normals=mesh.normals @ m.T)


def placed(model: Model, by: Vec3, turn_deg: float = 0.0) -> Model:
    """A whole model turned round y and then shifted."""
    return tuple(Part(moved(turned(part.mesh, "y", turn_deg), by), part.material) for part in model)


def joined(model: Model) -> Model:
    """The same model with one part a material: a renderer is quicker with few large meshes."""
    same: dict[Material, list[Mesh]] = {}
    for part in model:
        same.setdefault(part.material, []).append(part.mesh)
    return tuple(Part(_merged(meshes), material) for material, meshes in same.items())


def _merged(meshes: list[Mesh]) -> Mesh:
    starts = np.cumsum([0, *(len(one.vertices) for one in meshes[:-1])], dtype=np.uint32)
    return Mesh(
        np.concatenate([one.vertices for one in meshes]),
        np.concatenate([one.normals for one in meshes]),
        np.concatenate([one.uv for one in meshes]),
        np.concatenate([one.faces + by for one, by in zip(meshes, starts, strict=True)]),
        np.concatenate([one.rest for one in meshes]),
    )


def scaled(model: Model, factor: float) -> Model:
    """A whole model made larger or smaller; its solid textures grow with it."""
    return tuple(
        Part(replace(part.mesh, vertices=part.mesh.vertices * factor), part.material)
        for part in model
    )


def corners(model: Model) -> tuple[Array, Array]:
    """The lowest and the highest x, y, z of a model."""
    points = np.vstack([part.mesh.vertices for part in model])
    return points.min(axis=0), points.max(axis=0)
