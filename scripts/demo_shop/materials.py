"""Materials: what a finish means to the renderer, and the colours that patterns paint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scripts.demo_shop.colors import named
from scripts.demo_shop.noise import fractal, value_noise, wood
from scripts.demo_shop.types import Array, Material, Mesh

Plugin = dict[str, Any]


def glazed(color: str) -> Material:
    """Shiny ceramic."""
    return Material("glaze", named(color))


def speckled(color: str, speckle: str = "brown") -> Material:
    """Satin stoneware with fine dark specks."""
    return Material("stoneware", named(color), named(speckle), "speckle")


def matte(color: str) -> Material:
    """Unglazed ceramic, chalk paint, rubber."""
    return Material("matte", named(color))


def satin(color: str) -> Material:
    """Powder coat, lacquer, soft plastic."""
    return Material("satin", named(color))


def plastic(color: str) -> Material:
    """Moulded plastic."""
    return Material("plastic", named(color))


def metal(color: str, brushed: bool = False) -> Material:
    """Bare metal, polished or brushed round its axis."""
    return Material("brushed" if brushed else "metal", named(color))


def mirror(color: str) -> Material:
    """Silvered glass."""
    return Material("mirror", named(color))


def timber(kind: str, along: str = "y") -> Material:
    """Oiled wood whose grain runs along an axis of the part as it was shaped."""
    return Material("wood", named(kind), named(f"{kind} grain"), f"wood_{along}")


def fabric(color: str) -> Material:
    """Coarse woven cloth."""
    return Material("cloth", named(color), named("grey"), "weave")


def glass(color: str) -> Material:
    """Clear or tinted glass; the wall needs an inside and an outside."""
    # light crosses four surfaces on its way through a hollow body
    red, green, blue = (float(c**0.25) for c in named(color))
    return Material("glass", (red, green, blue))


def _principled(roughness: float, **more: float) -> Callable[[Plugin], Plugin]:
    return lambda color: {
        "type": "principled",
        "base_color": color,
        "roughness": roughness,
        **more,
    }


def _coated(alpha: float) -> Callable[[Plugin], Plugin]:
    return lambda color: {
        "type": "roughplastic",
        "diffuse_reflectance": color,
        "alpha": alpha,
        "nonlinear": True,
    }


def _glass(color: Plugin) -> Plugin:
    return {
        "type": "dielectric",
        "int_ior": 1.5,
        "ext_ior": 1.0,
        "specular_transmittance": color,
    }


FINISHES: dict[str, Callable[[Plugin], Plugin]] = {
    "glaze": _coated(0.05),
    "plastic": _coated(0.13),
    "satin": _coated(0.3),
    "matte": _principled(0.85, specular=0.25),
    # roughplastic asks its texture for a mean, which mesh attributes do not have
    "wood": _principled(0.42, specular=0.45),
    "stoneware": _principled(0.32, specular=0.5),
    "cloth": _principled(1.0, specular=0.1, sheen=0.6),
    "metal": _principled(0.16, metallic=1.0),
    "brushed": _principled(0.34, metallic=1.0, anisotropic=0.75),
    "mirror": _principled(0.03, metallic=1.0),
    "glass": _glass,
}


def plugin(material: Material) -> Plugin:
    """The renderer's description of a material; patterns read the mesh's `vertex_color`."""
    color: Plugin = {"type": "rgb", "value": list(material.color)}
    if material.pattern != "plain":
        color = {"type": "mesh_attribute", "name": "vertex_color"}
    bsdf = FINISHES[material.finish](color)
    return bsdf if material.finish == "glass" else {"type": "twosided", "bsdf": bsdf}


def vertex_colors(mesh: Mesh, material: Material) -> Array | None:
    """(n, 3) linear RGB for a pattern, None for a plain material."""
    if material.pattern == "plain":
        return None
    share = PATTERNS[material.pattern](mesh)[:, None]
    return np.asarray(material.color) * (1 - share) + np.asarray(material.second) * share


def _speckle(mesh: Mesh) -> Array:
    specks = value_noise(mesh.rest * 4.5, 3)
    return 0.75 * np.clip((specks - 0.8) * 8, 0, 1) + 0.08 * fractal(mesh.rest * 0.6, 4)


def _weave(mesh: Mesh) -> Array:
    # slubs, not threads: threads are finer than the vertices that carry the colour
    slubs = fractal(mesh.rest * [0.9, 1.6, 0.9], 5, 2)
    return 0.06 + 0.3 * np.clip(slubs - 0.25, 0, 1)


def _wood(axis: str) -> Callable[[Mesh], Array]:
    order = {"x": [1, 0, 2], "y": [0, 1, 2], "z": [0, 2, 1]}[axis]
    return lambda mesh: wood(mesh.rest[:, order], 11)


PATTERNS: dict[str, Callable[[Mesh], Array]] = {
    "speckle": _speckle,
    "weave": _weave,
    "wood_x": _wood("x"),
    "wood_y": _wood("y"),
    "wood_z": _wood("z"),
}
