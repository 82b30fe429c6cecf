"""Engines of an image model: milliseconds a picture, and whether the vectors are equal.

    python -m benchmarks.embed_speed [--threads N] [--architecture ViT-B-32]

Eager torch is the peer; every ratio is of medians in one run, engines taken in turn. ``oneDNN`` is
eager with the products that commands and service take (``vision/float32_products.py``, where the
processor has them), ``bfloat16`` is ``SNAPSHELF_DTYPE=bfloat16``. An architecture of open_clip runs
with random weights: its speed is the same, its cosines tell little. What an engine costs in recall:
``SNAPSHELF_ENGINE=int8 python -m benchmarks.retrieval``.
"""

import argparse
import time
from collections import defaultdict
from copy import deepcopy
from dataclasses import replace

import numpy as np
import open_clip
import torch

from benchmarks.machine import machine_line
from service.settings import load_settings
from vision.calibration_pictures import Calibration, calibration_pictures
from vision.embedded_model import embedded_model_dir
from vision.float32_products import quick_float32_products
from vision.image_engines import Encoder, Tower, image_encoder

ROUNDS = 10
SLOW = "highest"
"""What torch begins with."""
ENGINE_NAMES = ("eager", "traced", "onnx", "int8")
"""Without ``compile``: it did not end within two minutes on one core."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--architecture", help="of open_clip, with random weights")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    settings = load_settings()
    name = arguments.architecture or f"local-dir:{embedded_model_dir(settings.cache)}"
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    pictures = [preprocess(one) for one in calibration_pictures(settings.calibration)]
    calibration, others = pictures[::2], pictures[1::2]
    encoders = engines(model.eval().visual, calibration, arguments.threads)
    pixels = torch.stack(others[:16])
    shown_name = arguments.architecture or "embedded"
    print(machine_line(), f"threads {arguments.threads or torch.get_num_threads()}, {shown_name}")
    reference = unit(encoders["eager"](pixels))
    single, batch = timings(encoders, pixels)
    print(f"{'engine':22} {'1 picture ms':>13} {'of 16, ms each':>15} {'ratio':>6} {'cosine':>9}")
    for name, encode in encoders.items():
        cosine = float((unit(encode(pixels)) * reference).sum(axis=1).min())
        ratio = np.median(single["eager"]) / np.median(single[name])
        print(
            f"{name:22} {np.median(single[name]):13.1f} {np.median(batch[name]) / 16:15.1f} "
            f"{ratio:6.2f} {cosine:9.6f}"
        )


def engines(
    visual: torch.nn.Module, calibration: list[torch.Tensor], threads: int
) -> dict[str, Encoder]:
    example = torch.zeros_like(calibration[0][None])
    tower = Tower(
        visual,
        example,
        torch.device("cpu"),
        torch.float32,
        threads,
        None,
        Calibration("held out", lambda: calibration),
    )
    found = {name: image_encoder(name, tower) for name in ENGINE_NAMES}

    def channels_last(pixels: torch.Tensor) -> torch.Tensor:
        return found["eager"](pixels.contiguous(memory_format=torch.channels_last))

    halved = replace(tower, visual=deepcopy(visual).bfloat16(), dtype=torch.bfloat16)
    found["eager, channels last"] = channels_last
    found["eager, bfloat16"] = image_encoder("eager", halved)
    if quick_float32_products():
        torch.set_float32_matmul_precision(SLOW)
        found["eager, oneDNN"] = by_onednn(found["eager"])
    return found


def by_onednn(encode: Encoder) -> Encoder:
    """The same with the products of ``quick_float32_products``."""

    def encoded(pixels: torch.Tensor) -> torch.Tensor:
        torch.set_float32_matmul_precision("medium")
        try:
            return encode(pixels)
        finally:
            torch.set_float32_matmul_precision(SLOW)

    return encoded


def timings(
    encoders: dict[str, Encoder], pixels: torch.Tensor
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    single, batch = defaultdict(list), defaultdict(list)
    for encode in encoders.values():
        for _ in range(2):  # compiles and warms up
            encode(pixels[:1])
            encode(pixels)
    for turn in range(ROUNDS):
        for name, encode in encoders.items():
            single[name].append(milliseconds(encode, pixels[:1]))
            if turn % 5 == 0:
                batch[name].append(milliseconds(encode, pixels))
    return single, batch


def milliseconds(encode: Encoder, pixels: torch.Tensor) -> float:
    before = time.perf_counter()
    encode(pixels)
    return (time.perf_counter() - before) * 1e3


def unit(rows: torch.Tensor) -> np.ndarray:
    return torch.nn.functional.normalize(rows, dim=1).numpy()


if __name__ == "__main__":
    main()
