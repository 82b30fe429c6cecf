"""Rooms for phone photos: lamps and windows, and a camera held by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scripts.demo_shop.shapes import corners
from scripts.demo_shop.studio import View, axes, framed
from scripts.demo_shop.types import Array, Camera, Light, Model, Rgb, Stage


def lamp(direction: tuple[float, float, float], distance: float, size: float, tint: Rgb) -> Lamp:
    """An area light by its place, in units of what it lights."""

    def build(middle: Array, reach: float) -> Light:
        d = np.asarray(direction) / np.linalg.norm(direction)
        x, y, z = (float(v) for v in middle + d * distance * reach)
        power = 2.2 * (distance / size) ** 2
        tx, ty, tz = (float(v) for v in middle)
        red, green, blue = (power * c for c in tint)
        return Light((x, y, z), (tx, ty, tz), size * reach, (red, green, blue))

    return build


Lamp = Callable[[Array, float], Light]
LIGHTING: dict[str, tuple[tuple[Lamp, ...], Rgb]] = {
    # name: (lamps, ambient light)
    "window": ((lamp((-1, 0.75, 0.8), 3.2, 1.7, (0.92, 1.0, 1.12)),), (0.3, 0.31, 0.33)),
    "right window": ((lamp((1, 0.6, 0.9), 3.2, 1.6, (0.95, 1.0, 1.08)),), (0.27, 0.28, 0.3)),
    "evening lamp": ((lamp((0.7, 0.9, 0.55), 2.6, 0.5, (1.1, 0.74, 0.42)),), (0.16, 0.13, 0.1)),
    "ceiling": ((lamp((0.2, 1, 0.35), 3.0, 1.0, (1.05, 0.95, 0.8)),), (0.26, 0.24, 0.21)),
    "sun": ((lamp((-0.8, 0.8, 0.9), 6.0, 0.45, (1.1, 0.98, 0.8)),), (0.25, 0.29, 0.36)),
    "two lamps": (
        (
            lamp((-1, 0.8, 0.7), 2.8, 0.5, (0.75, 0.62, 0.42)),
            lamp((0.9, 0.5, 1.0), 3.4, 0.9, (0.42, 0.48, 0.6)),
        ),
        (0.15, 0.15, 0.15),
    ),
}


HARSH: dict[str, tuple[tuple[Lamp, ...], Rgb]] = {
    # for the shop's photos only: training pictures keep drawing from LIGHTING
    "flash": ((lamp((0.12, 0.4, 1.0), 3.0, 0.22, (1.1, 1.1, 1.08)),), (0.1, 0.09, 0.08)),
    "low sun": ((lamp((-1.0, 0.42, 0.5), 6.0, 0.25, (1.25, 0.95, 0.62)),), (0.15, 0.18, 0.26)),
    "noon sun": ((lamp((0.5, 1.4, 0.5), 6.0, 0.25, (1.15, 1.08, 0.95)),), (0.24, 0.29, 0.38)),
    "tube": ((lamp((-0.2, 1.0, -0.1), 2.8, 0.8, (0.86, 1.0, 0.88)),), (0.2, 0.23, 0.21)),
}


def lit(stage: Stage, models: tuple[Model, ...], lighting: str) -> Stage:
    """The stage with a set of lamps from `LIGHTING` or `HARSH` that suits the models' size."""
    everything = tuple(part for model in models for part in model)
    low, high = corners(everything)
    reach = float(np.linalg.norm(high - low))
    lamps, ambient = {**LIGHTING, **HARSH}[lighting]
    made = tuple(build((low + high) / 2, reach) for build in lamps)
    return replace(stage, lights=made, ambient=ambient)


def handheld(
    models: tuple[Model, ...], view: View, fill: float, shift: tuple[float, float]
) -> Camera:
    """A phone's camera: wide, near, and not quite centred.

    Args:
        models: what it looks at.
        view: where it is held.
        fill: share of the picture that the models span.
        shift: how far they lie right of and above the middle, in half pictures.
    """
    everything = tuple(part for model in models for part in model)
    camera = framed(everything, view, 46.0, fill)
    right, up = axes(camera)
    eye, target = np.asarray(camera.eye), np.asarray(camera.target)
    reach = np.linalg.norm(target - eye) * np.tan(np.radians(camera.fov_deg / 2))
    by = -(shift[0] * right + shift[1] * up) * reach
    return replace(camera, eye=_vec(eye + by), target=_vec(target + by))


def _vec(point: Array) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in point)
    return x, y, z
