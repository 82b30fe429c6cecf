"""The one place that knows Mitsuba: a `Scene` goes in, pixels or labels come out.

The scalar variant is used although it is not the fastest: it needs no LLVM and no GPU, so the
pictures come out the same wherever they are rendered.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from scripts.demo_shop.denoise import Layers, denoised
from scripts.demo_shop.materials import Plugin, plugin, vertex_colors
from scripts.demo_shop.shapes import joined
from scripts.demo_shop.types import Array, Camera, Light, Part, Scene, Stage, Surface

_REACH_CM = 600.0  # half the width of floors and walls
_LABEL = re.compile(r"model(\d+)_")


@cache
def _mitsuba(threads: int = 1) -> Any:
    import drjit
    import mitsuba

    mitsuba.set_variant("scalar_rgb")
    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    drjit.set_thread_count(threads)
    return mitsuba


def render(scene: Scene, spp: int, seed: int) -> npt.NDArray[np.float32]:
    """(height, width, 3) linear RGB without grain; the same seed gives the same pixels."""
    mi = _mitsuba()
    described = _describe(scene)
    guides = {"type": "aov", "aovs": "surface:albedo,facing:sh_normal"}
    path = {"type": "path", "max_depth": 10, "hide_emitters": True}
    # one pass for both would cost twice as much as these two
    color = _pixels(mi.load_dict({**described, "integrator": path}), spp, seed)
    flat = _pixels(mi.load_dict({**described, "integrator": guides}), max(1, spp // 6), seed)
    return denoised(Layers(color[..., :3], flat[..., -6:-3], flat[..., -3:]))


def _pixels(loaded: Any, spp: int, seed: int) -> npt.NDArray[np.float32]:
    return np.asarray(_mitsuba().render(loaded, spp=spp, seed=seed), dtype=np.float32)


def labels(scene: Scene) -> npt.NDArray[np.int64]:
    """(height, width): 0 where no model is seen through the pixel, i + 1 where model i is."""
    mi = _mitsuba()
    described = _describe(scene)
    described["integrator"] = {"type": "aov", "aovs": "shape:shape_index"}
    described["sensor"]["film"]["rfilter"] = {"type": "box"}
    loaded = mi.load_dict(described)
    index = np.asarray(mi.render(loaded, spp=1, seed=0))[..., -1].round().astype(np.int64)
    names = [_LABEL.match(shape.id()) for shape in loaded.shapes()]
    # Mitsuba counts shapes from 1 and writes 0 where a ray meets nothing
    model = np.array([0] + [int(m.group(1)) + 1 if m else 0 for m in names])
    result: npt.NDArray[np.int64] = model[index]
    return result


def _describe(scene: Scene) -> Plugin:
    described: Plugin = {"type": "scene", "sensor": _sensor(scene.camera)}
    described |= _stage(scene.stage)
    for i, model in enumerate(scene.models):
        for j, part in enumerate(joined(model)):
            described[f"model{i}_{j}"] = _mesh(f"model{i}_{j}", part)
    return described


def _sensor(camera: Camera) -> Plugin:
    mi = _mitsuba()
    return {
        "type": "perspective",
        "fov": camera.fov_deg,
        "fov_axis": "smaller",
        "to_world": mi.ScalarTransform4f().look_at(camera.eye, camera.target, [0, 1, 0]),
        "film": {
            "type": "hdrfilm",
            "width": camera.width_px,
            "height": camera.height_px,
            "pixel_format": "rgb",
            "rfilter": {"type": "gaussian"},
        },
        "sampler": {"type": "independent"},
    }


def _mesh(name: str, part: Part) -> Any:
    mi = _mitsuba()
    properties = mi.Properties()
    properties["mesh_bsdf"] = mi.load_dict(plugin(part.material))
    mesh = part.mesh
    shape = mi.Mesh(name, len(mesh.vertices), len(mesh.faces), properties, True, True)
    colors = vertex_colors(mesh, part.material)
    if colors is not None:
        shape.add_attribute("vertex_color", 3, np.ascontiguousarray(colors).ravel().tolist())
    parameters = mi.traverse(shape)
    # lists cost ten times as much as arrays of the very type that Mitsuba keeps
    floats, whole = type(parameters["vertex_positions"]), type(parameters["faces"])
    parameters["vertex_positions"] = floats(mesh.vertices.astype(np.float32).ravel())
    parameters["vertex_normals"] = floats(mesh.normals.astype(np.float32).ravel())
    parameters["vertex_texcoords"] = floats(mesh.uv.astype(np.float32).ravel())
    parameters["faces"] = whole(mesh.faces.ravel())
    parameters.update()
    return shape


def _stage(stage: Stage) -> Plugin:
    shapes = _backdrop(stage) if stage.bend_cm > 0 else _corner(stage)
    lamps = {f"light{i}": _light(light) for i, light in enumerate(stage.lights)}
    return {**shapes, **lamps, **_sky(stage)}


def _sky(stage: Stage) -> Plugin:
    mi = _mitsuba()
    if stage.environment is not None:
        return {"sky": {"type": "envmap", "bitmap": mi.Bitmap(stage.environment)}}
    if max(stage.ambient) <= 0:
        return {}
    return {"sky": {"type": "constant", "radiance": _rgb(stage.ambient)}}


def _light(light: Light) -> Plugin:
    mi = _mitsuba()
    face = mi.ScalarTransform4f().look_at(light.position, light.target, [0, 1, 0.01])
    return {
        "type": "rectangle",
        "to_world": face @ mi.ScalarTransform4f().scale(light.size_cm / 2),
        "emitter": {"type": "area", "radiance": _rgb(light.radiance)},
    }


def _corner(stage: Stage) -> Plugin:
    floor = np.array([[_REACH_CM, 0.0], [stage.wall_z, 0.0]])
    wall = np.array([[stage.wall_z, 0.0], [stage.wall_z, _REACH_CM]])
    return {"floor": _sheet(floor, stage.floor), "wall": _sheet(wall, stage.wall)}


def _backdrop(stage: Stage) -> Plugin:
    turn = np.linspace(0, np.pi / 2, 24)
    bend = stage.bend_cm * np.column_stack([-np.sin(turn), 1 - np.cos(turn)])
    curve = np.add(bend, [stage.wall_z + stage.bend_cm, 0.0])
    path = np.vstack([[_REACH_CM, 0.0], curve, [stage.wall_z, _REACH_CM]])
    return {"floor": _sheet(path, stage.floor)}


def _sheet(path: Array, surface: Surface) -> Any:
    """A sheet as wide as the room along a path of (z, y) points."""
    mi = _mitsuba()
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    vertices, uv = [], []
    for side in (-_REACH_CM, _REACH_CM):
        vertices += [[side, y, z] for z, y in path]
        uv += [[side / surface.tile_cm, s / surface.tile_cm] for s in along]
    n = len(path)
    faces = [f for i in range(n - 1) for f in ([i, n + i, i + 1], [n + i, n + i + 1, i + 1])]
    properties = mi.Properties()
    properties["mesh_bsdf"] = mi.load_dict(_paint(surface))
    smooth = n > 2
    shape = mi.Mesh("sheet", 2 * n, len(faces), properties, smooth, True)
    parameters = mi.traverse(shape)
    parameters["vertex_positions"] = np.ravel(vertices).tolist()
    parameters["vertex_texcoords"] = np.ravel(uv).tolist()
    parameters["faces"] = np.ravel(faces).tolist()
    if smooth:
        t = np.gradient(path, axis=0)
        t /= np.linalg.norm(t, axis=1, keepdims=True)
        normals = np.tile(np.column_stack([0 * t[:, 0], -t[:, 0], t[:, 1]]), (2, 1))
        parameters["vertex_normals"] = normals.ravel().tolist()
    parameters.update()
    return shape


def _paint(surface: Surface) -> Plugin:
    mi = _mitsuba()
    texture = {
        "type": "bitmap",
        "bitmap": mi.Bitmap(np.ascontiguousarray(surface.pixels)),
        "raw": True,
        "wrap_mode": "mirror",
    }
    if surface.gloss <= 0:
        return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": texture}}
    coat = {
        "type": "roughplastic",
        "diffuse_reflectance": texture,
        "alpha": 0.4 - 0.33 * surface.gloss,
        "nonlinear": True,
    }
    return {"type": "twosided", "bsdf": coat}


def _rgb(color: tuple[float, float, float]) -> Plugin:
    return {"type": "rgb", "value": list(color)}
