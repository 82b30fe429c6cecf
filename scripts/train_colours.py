"""Makes the linear map of the colour vector: ``python -m scripts.train_colours``.

A picture's fine Lab histogram has 4,000 counts, and most are 0: a principal component analysis of
many of them keeps nearly all of their dot products in 256 numbers. It learns from
the training pictures (never Luma, nor the validation photos) and, less, from single colours of the
whole sRGB gamut in uneven light, so that colours which no training picture has are told apart too.

Needs the data sets (``$SNAPSHELF_DATASETS`` or ``../shared/data``); 15 seconds on one core.
"""

import argparse
import hashlib
import io
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scripts.embedder_training.pictures import datasets_root, training_pictures
from vision.colour import COMMITTED, DIMENSION, RECIPE, histogram, item_pixels, lab_pixels
from vision.decode import decode
from vision.model_files import write_atomically

Rows = NDArray[np.float32]

DIRECTIONS = "directions.npy"
_GAMUT_SHARE = 0.15
_STEPS = 9
"""Of each of red, green and blue."""
_SIDE_PX = 64
_LIGHT = (0.7, 1.1)
_NOISE = 6.0
"""Standard deviation, of 255."""


def main() -> None:
    """Parses, makes the map, prints what it keeps."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m scripts.train_colours")
    parser.add_argument("--out", type=Path, default=COMMITTED, help="folder to write")
    out = parser.parse_args().out
    pictures = np.stack(list(of_pictures()))
    gamut = np.stack(list(of_gamut(seed=7)))
    directions = principal_directions(pictures, gamut)
    out.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    np.save(content, directions.astype(np.float16))
    write_atomically(out / DIRECTIONS, content.getvalue())
    recipe = {"file": DIRECTIONS, "sha256": hashlib.sha256(content.getvalue()).hexdigest()}
    write_atomically(out / RECIPE, (json.dumps(recipe, indent=2) + "\n").encode())
    print(f"{len(pictures)} pictures, {len(gamut)} colours; squared length kept, mean and least:")
    for name, rows in (("pictures", pictures), ("gamut", gamut)):
        kept = ((rows @ directions) ** 2).sum(axis=1)
        print(f"  {name:9} {kept.mean():.3f} {kept.min():.3f}")


def of_pictures() -> Iterator[Rows]:
    """Gives the ``(bins,)`` histogram of each training picture."""
    for picture in training_pictures(datasets_root()):
        yield histogram(*item_pixels(decode(picture.path.read_bytes()).image))


def of_gamut(seed: int) -> Iterator[Rows]:
    """Gives the ``(bins,)`` histogram of each of 729 colours in uneven light."""
    draw = np.random.default_rng(seed)
    shape = (_SIDE_PX, _SIDE_PX)
    for colour in itertools.product(np.linspace(0, 255, _STEPS), repeat=3):
        light = draw.uniform(*_LIGHT, size=(*shape, 1))
        pixels = np.array(colour) * light + draw.normal(0, _NOISE, size=(*shape, 3))
        image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        lab = lab_pixels(image).reshape(-1, 3)
        yield histogram(lab, np.ones(len(lab), dtype=np.float32))


def principal_directions(pictures: Rows, gamut: Rows) -> Rows:
    """Gives ``(bins, dimension)`` orthonormal columns; not centred: they keep dot products."""
    parts = ((pictures, 1 - _GAMUT_SHARE), (gamut, _GAMUT_SHARE))
    products = sum(share * (rows.T.astype(np.float64) @ rows) / len(rows) for rows, share in parts)
    _, vectors = np.linalg.eigh(products)
    # A direction may point either way: the sum of its entries is positive in ours.
    directions: Rows = vectors[:, ::-1][:, :DIMENSION].astype(np.float32)
    return directions * np.where(directions.sum(axis=0) < 0, -1, 1).astype(np.float32)


if __name__ == "__main__":
    main()
