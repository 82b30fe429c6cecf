"""From linear light to JPEG files: exposure, the look of a phone, whole files or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from scripts.demo_shop.colors import linear_to_srgb

Light = npt.NDArray[np.float32]
_ORIENTATION_TAG = 0x0112
_STORED_AS = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class PhoneLook:
    """What a phone does to a picture."""

    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 0.30  # mean linear brightness that the phone aims at
    blur_px: float = 0.6
    grain: float = 0.012
    orientation: int = 1  # EXIF; 1 upright, 3 upside down, 6 and 8 lying on a side


def develop_studio(light: Light) -> Image.Image:
    """The catalogue look: the seamless background comes out nearly white."""
    edge = np.concatenate([light[:5].reshape(-1, 3), light[:, :5].reshape(-1, 3)])
    toned = linear_to_srgb(light.astype(np.float64) / float(np.median(edge)) * 0.95)
    return _picture(toned)


def develop_phone(light: Light, look: PhoneLook, seed: int) -> Image.Image:
    """The phone look: tint, contrast, vignette, soft focus and sensor noise."""
    rng = np.random.default_rng(seed)
    scene = light.astype(np.float64) * look.white_balance
    scene *= look.exposure / float(np.minimum(scene, np.quantile(scene, 0.98)).mean())
    scene *= _vignette(light.shape[0], light.shape[1])[..., None]
    focused = _soft(np.minimum(scene, 1.6), look.blur_px)
    noise = look.grain * np.sqrt(np.maximum(focused, 0.0) + 0.02)
    grainy = focused + noise * rng.standard_normal(focused.shape)
    tone = linear_to_srgb(grainy / (1 + np.maximum(grainy, 0) * 0.18) * 1.12)
    return _picture(tone + 0.06 * np.sin(2 * np.pi * np.clip(tone - 0.5, -0.5, 0.5)))


def _vignette(height: int, width: int) -> npt.NDArray[np.float64]:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    result: npt.NDArray[np.float64] = 1 - 0.13 * (x * x + y * y)
    return result


def _soft(light: npt.NDArray[np.float64], sigma_px: float) -> npt.NDArray[np.float64]:
    reach = max(3, int(np.ceil(2.5 * sigma_px)))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_px) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        margin = [(reach, reach) if i == axis else (0, 0) for i in range(3)]
        padded = np.pad(light, margin, mode="edge")
        n = light.shape[axis]
        shifts = [padded.take(range(i, i + n), axis) * tap for i, tap in enumerate(taps)]
        light = np.sum(shifts, axis=0)
    return light


def _picture(tone: npt.NDArray[np.float64]) -> Image.Image:
    return Image.fromarray((np.clip(tone, 0, 1) * 255 + 0.5).astype(np.uint8))


def save_jpeg(picture: Image.Image, path: Path, quality: int, orientation: int = 1) -> None:
    """Writes to a temporary name and renames, so that a file is whole or absent.

    Args:
        picture: the upright picture.
        path: where it ends up.
        quality: of the JPEG, 1 to 95.
        orientation: 3, 6 or 8 store the picture turned and leave the turning to EXIF.
    """
    exif = Image.Exif()
    if orientation in _STORED_AS:
        picture = picture.transpose(_STORED_AS[orientation])
        exif[_ORIENTATION_TAG] = orientation
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    picture.save(unfinished, "JPEG", quality=quality, exif=exif, optimize=True)
    unfinished.replace(path)
