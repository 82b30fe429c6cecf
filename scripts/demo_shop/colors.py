"""Named colours of the shop, written as sRGB and used as linear RGB."""

from __future__ import annotations

import numpy as np

from scripts.demo_shop.types import Array, Rgb

NAMED = {
    "white": "#f2f0ea",
    "cream": "#eadfc4",
    "sand": "#d3b992",
    "black": "#1c1c1e",
    "charcoal": "#3a3d42",
    "grey": "#8c8f92",
    "navy": "#1f3157",
    "blue": "#2c5fa8",
    "sky blue": "#8fbbdd",
    "teal": "#1f7a7a",
    "mint": "#a3d6bd",
    "sage": "#93a384",
    "green": "#2f6b45",
    "olive": "#6d7036",
    "mustard": "#d9a321",
    "yellow": "#f2c530",
    "orange": "#e0752b",
    "terracotta": "#b9603f",
    "coral": "#ee7364",
    "red": "#c02a2c",
    "burgundy": "#6e1f2e",
    "pink": "#e6a6b4",
    "lilac": "#b7a2d2",
    "purple": "#5f3c86",
    "brown": "#6b452d",
    "steel": "#c9ccd0",
    "brass": "#d8b25a",
    "copper": "#d98a66",
    "amber": "#e29a3c",
    "oak": "#cda571",
    "oak grain": "#9a6e3f",
    "walnut": "#7b5236",
    "walnut grain": "#43291a",
    "beech": "#e0bd8f",
    "beech grain": "#bd915f",
    "cork": "#c79a67",
    "cork grain": "#8d6239",
}


def srgb_to_linear(value: Array) -> Array:
    """Source: IEC 61966-2-1, the sRGB transfer curve, for values from 0 to 1."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(value: Array) -> Array:
    """The inverse of `srgb_to_linear`."""
    safe = np.maximum(value, 0.0)
    return np.where(safe <= 0.0031308, safe * 12.92, 1.055 * safe ** (1 / 2.4) - 0.055)


def from_hex(code: str) -> Rgb:
    """Linear RGB of "#rrggbb"."""
    channels = np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    red, green, blue = (float(c) for c in srgb_to_linear(channels))
    return red, green, blue


def named(name: str) -> Rgb:
    """Linear RGB of a name in `NAMED`."""
    return from_hex(NAMED[name])
