"""The photo studio: a seamless white background, soft boxes and catalogue views."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from scripts.demo_shop.shapes import corners, placed, scaled
from scripts.demo_shop.surfaces import plain
from scripts.demo_shop.types import Array, Camera, Model, Scene, Stage

_FOV_DEG = 22.0
_FILL = 0.74  # share of the picture that the product spans


@dataclass(frozen=True)
class View:
    """Where the camera stands: round the product and above it."""

    azimuth_deg: float
    elevation_deg: float
    width_px: int = 256
    height_px: int = 256


@cache
def soft_boxes() -> npt.NDArray[np.float32]:
    """(64, 128, 3) the light of the studio: a pale dome, a key, a fill and a rim light."""
    elevation = np.linspace(90, -90, 64)[:, None]
    azimuth = np.linspace(-180, 180, 128, endpoint=False)[None, :]
    dome = 0.42 + 0.38 * np.clip(elevation / 90, 0, 1) + 0 * azimuth
    for at_azimuth, at_elevation, size, power in _BOXES:
        dx = (azimuth - at_azimuth + 180) % 360 - 180
        wide = np.abs(dx) * np.cos(np.radians(elevation))
        inside = np.maximum(wide, np.abs(elevation - at_elevation))
        dome = dome + power / (1 + np.exp((inside - size) / 1.5))
    return np.repeat(dome[..., None], 3, axis=-1).astype(np.float32)


_BOXES = [  # azimuth, elevation, half size in degrees, radiance
    (-55.0, 48.0, 19.0, 9.0),
    (70.0, 30.0, 15.0, 2.6),
    (170.0, 62.0, 16.0, 4.0),
]


def studio(model: Model, view: View, on_wall: bool = False) -> Scene:
    """A catalogue picture of one model, centred and framed whatever its size."""
    low, high = corners(model)
    size = float(np.linalg.norm(high - low))
    unit = 30.0 / size  # every product is shot at the same scale, so the light falls alike
    small = scaled(model, unit)
    white = plain((0.86, 0.86, 0.86))
    if on_wall:
        stage = Stage(white, white, 0.0, 0.0, environment=soft_boxes())
        small = placed(small, (0.0, 200.0, 0.0))
    else:
        stage = Stage(white, white, -160.0, 90.0, environment=soft_boxes())
    return Scene((small,), stage, framed(small, view, _FOV_DEG))


def direction(view: View) -> Array:
    """Unit vector from the product to the camera."""
    azimuth, elevation = np.radians([view.azimuth_deg, view.elevation_deg])
    flat = np.cos(elevation)
    return np.array([flat * np.sin(azimuth), np.sin(elevation), flat * np.cos(azimuth)])


def framed(model: Model, view: View, fov_deg: float, fill: float = _FILL) -> Camera:
    """The camera whose picture the model fills to `fill` of the width or the height."""
    low, high = corners(model)
    target, toward = (low + high) / 2, direction(view)
    points = np.vstack([part.mesh.vertices for part in model])
    distance = float(np.linalg.norm(high - low)) * 2.5
    aspect = view.width_px / view.height_px
    for _ in range(6):
        camera = _camera(target + distance * toward, target, view, fov_deg)
        spread = project(camera, points)
        box_low, box_high = spread.min(axis=0), spread.max(axis=0)
        right, up = axes(camera)
        reach = distance * np.tan(np.radians(fov_deg / 2))
        middle = (box_low + box_high) / 2 * reach
        target = target + middle[0] * right + middle[1] * up
        limit = np.array([max(aspect, 1.0), max(1 / aspect, 1.0)])
        distance *= float(((box_high - box_low) / 2 / limit).max()) / fill
    return _camera(target + distance * toward, target, view, fov_deg)


def _camera(eye: Array, target: Array, view: View, fov_deg: float) -> Camera:
    ex, ey, ez = (float(v) for v in eye)
    tx, ty, tz = (float(v) for v in target)
    return Camera((ex, ey, ez), (tx, ty, tz), fov_deg, view.width_px, view.height_px)


def axes(camera: Camera) -> tuple[Array, Array]:
    """Unit vectors to the right and up in the picture."""
    forward = np.subtract(camera.target, camera.eye)
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right = right / np.linalg.norm(right)
    return right, np.cross(right, forward)


def project(camera: Camera, points: Array) -> Array:
    """(n, 2) picture positions; ±1 is the edge of the shorter side, y points up."""
    right, up = axes(camera)
    forward = np.cross(up, right)
    relative = points - np.asarray(camera.eye)
    depth = relative @ forward * np.tan(np.radians(camera.fov_deg / 2))
    across = np.column_stack([relative @ right, relative @ up])
    result: Array = across / depth[:, None]
    return result
