"""A joint bilateral filter: it takes the grain out of a path-traced picture, not the edges.

Source: Tomasi and Manduchi 1998 for the filter, guided by layers without grain and widened in a
second pass as in Dammertz et al. 2010. Cost: 3 (2 r + 1)^2 runs over the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
_RADIUS = 4  # half the window, in steps


@dataclass(frozen=True)
class Layers:
    """What the renderer gives for each pixel."""

    color: Pixels  # (h, w, 3) linear RGB
    albedo: Pixels  # (h, w, 3) colour of the surface
    normal: Pixels  # (h, w, 3)


def denoised(layers: Layers) -> Pixels:
    """(h, w, 3) linear RGB of the same picture.

    Inside a surface the light is divided by the surface's colour, so that textures stay sharp.
    Along edges it is not: there the two layers mix their sides in unlike shares.
    """
    color: Pixels = np.minimum(layers.color, np.float32(40.0))
    guide = np.concatenate([layers.normal * 4.0, layers.albedo * 9.0], axis=-1)
    albedo: Pixels = np.maximum(layers.albedo, np.float32(0.04))
    flat: Pixels = color / albedo
    light = _filtered(_filtered(flat, guide, 1, 0.22), guide, 3, 0.07)
    at_edge = _filtered(color, guide, 1, 0.22)
    return np.where(_edges(layers.normal)[..., None], at_edge, light * albedo)


def _edges(normal: Pixels) -> npt.NDArray[np.bool_]:
    around = [_shifted(normal, dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    jump = np.max([np.linalg.norm(normal - other, axis=-1) for other in around], axis=0)
    result: npt.NDArray[np.bool_] = jump > 0.3
    return result


def _filtered(light: Pixels, guide: Pixels, spacing: int, strength: float) -> Pixels:
    """One pass; `strength` is the relative difference of brightness that counts as grain."""
    tone = _blurred(np.log1p(light.mean(axis=-1)) / strength)
    layers = np.dstack([guide, tone]).astype(np.float32)
    total = np.zeros_like(light)
    weights = np.zeros(light.shape[:2], dtype=np.float32)
    around, lights = (_padded(one, _RADIUS * spacing) for one in (layers, light))
    for y, x in product(range(-_RADIUS, _RADIUS + 1), repeat=2):
        dy, dx = y * spacing, x * spacing
        step = layers - _window(around, light.shape, dy, dx)
        change = np.einsum("hwc,hwc->hw", step, step)
        weight = np.exp(np.float32(-(x * x + y * y) * 2.0 / _RADIUS**2) - change)
        total += weight[..., None] * _window(lights, light.shape, dy, dx)
        weights += weight
    result: Pixels = total / weights[..., None]
    return result


def _shifted(image: Pixels, dy: int, dx: int) -> Pixels:
    return _window(_padded(image, max(abs(dy), abs(dx), 1)), image.shape[:2], dy, dx)


def _padded(image: Pixels, reach: int) -> Pixels:
    margins = [(reach, reach), (reach, reach), *[(0, 0)] * (image.ndim - 2)]
    return np.pad(image, margins, mode="edge")


def _window(padded: Pixels, shape: tuple[int, ...], dy: int, dx: int) -> Pixels:
    """A view, not a copy: the picture moved by (dy, dx) within its margins."""
    h, w = shape[:2]
    y, x = (padded.shape[0] - h) // 2 + dy, (padded.shape[1] - w) // 2 + dx
    return padded[y : y + h, x : x + w]


def _blurred(image: Pixels) -> Pixels:
    around = [_shifted(image, dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    result: Pixels = np.mean(around, axis=0, dtype=np.float32)
    return result
