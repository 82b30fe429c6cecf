"""What the demo shop is made of: meshes, materials, models, cameras, lights and stages.

Lengths are centimetres, y points up, and a standing model rests on y = 0. Colours are linear RGB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rgb = tuple[float, float, float]
Vec3 = tuple[float, float, float]
Array = npt.NDArray[np.float64]
Faces = npt.NDArray[np.uint32]
Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Mesh:
    """A triangle mesh with smooth normals.

    `rest` keeps the vertices as they were before any placing: solid textures such as wood
    are looked up there, so that the grain turns with the part.
    """

    vertices: Array  # (n, 3)
    normals: Array  # (n, 3), unit
    uv: Array  # (n, 2), 0 to 1
    faces: Faces  # (m, 3)
    rest: Array  # (n, 3)


@dataclass(frozen=True)
class Material:
    """A finish (see `materials.FINISHES`) in one colour, or in two mixed by a pattern."""

    finish: str
    color: Rgb
    second: Rgb = (0.0, 0.0, 0.0)
    pattern: str = "plain"


@dataclass(frozen=True)
class Part:
    """A mesh made of one material."""

    mesh: Mesh
    material: Material


Model = tuple[Part, ...]


@dataclass(frozen=True)
class Camera:
    """A pinhole camera; `fov_deg` spans the shorter side of the picture."""

    eye: Vec3
    target: Vec3
    fov_deg: float
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Light:
    """A square area light that faces its target."""

    position: Vec3
    target: Vec3
    size_cm: float
    radiance: Rgb


@dataclass(frozen=True)
class Surface:
    """A flat colour texture: linear RGB pixels that repeat every `tile_cm`."""

    pixels: npt.NDArray[np.float32]  # (h, w, 3)
    tile_cm: float
    gloss: float = 0.0  # 0 matte to 1 polished


@dataclass(frozen=True)
class Stage:
    """What surrounds the models: a floor that curves or breaks into a wall, and the light."""

    floor: Surface
    wall: Surface
    wall_z: float  # cm; the wall stands behind the models, so it is negative
    bend_cm: float  # radius of the curve between floor and wall, 0 for a corner
    lights: tuple[Light, ...] = ()
    ambient: Rgb = (0.0, 0.0, 0.0)
    environment: npt.NDArray[np.float32] | None = None  # (h, w, 3) latitude-longitude


@dataclass(frozen=True)
class Scene:
    """Everything that one picture needs. `models` keep their order in the label picture."""

    models: tuple[Model, ...]
    stage: Stage
    camera: Camera
