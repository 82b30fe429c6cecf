"""Renders sets of random products: one shape in three colours, two clean and two phone views."""

from __future__ import annotations

import csv
import random
import time
import zlib
from pathlib import Path

from PIL import Image

from scripts.demo_shop.pictures import PhoneLook, develop_phone, develop_studio, save_jpeg
from scripts.demo_shop.random_shapes import COLORS, RandomShape, material_of, random_shape
from scripts.demo_shop.renderer import render
from scripts.demo_shop.rooms import LIGHTING, handheld, lit
from scripts.demo_shop.shapes import placed
from scripts.demo_shop.studio import View, studio
from scripts.demo_shop.surfaces import PAINTERS, surface
from scripts.demo_shop.types import Model, Scene, Stage

SIZE_PX = 160
STUDIO_SPP = 16
PHONE_SPP = 16
_COLUMNS = ("file", "shape", "color_name", "kind_name", "view_kind")
_VIEWS = ("clean", "clean", "phone", "phone")
_WALLS = (*(name for name in PAINTERS if name.endswith("wall")), "brick", "white tiles")
_FLOORS = tuple(name for name in PAINTERS if not name.endswith("wall"))


def render_training(count: int, out: Path, seed: int) -> None:
    """Renders `count` shapes in three colours and four views each; existing files are kept.

    Args:
        count: the number of shapes.
        out: gets `s{shape}_c{colour}_v{view}.jpg` and `manifest.csv`, which is rewritten after
            each shape, so it lists whole shapes only.
        seed: of everything.
    """
    out.mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str, ...]] = []
    for shape in range(count):
        start = time.perf_counter()
        rows += _shape(shape, out, seed)
        _write(rows, out / "manifest.csv")
        print(
            f"[{shape + 1}/{count}] {rows[-1][3]} {time.perf_counter() - start:.1f} s", flush=True
        )


def _shape(shape: int, out: Path, seed: int) -> list[tuple[str, ...]]:
    rng = random.Random(zlib.crc32(f"{seed}/shape/{shape}".encode()))  # noqa: S311
    made = random_shape(rng)
    colors = rng.sample(COLORS, 3)
    second = rng.choice(COLORS)
    rows: list[tuple[str, ...]] = []
    for number, color in enumerate(colors):
        model = _model(made, color, second, shape)
        for view, kind in enumerate(_VIEWS):
            name = f"s{shape}_c{number}_v{view}.jpg"
            if not (out / name).exists():
                save_jpeg(_picture(model, kind, f"{seed}/{name}"), out / name, 88)
            rows.append((name, str(shape), color, made.kind_name, kind))
    return rows


def _model(made: RandomShape, color: str, second: str, shape: int) -> Model:
    rng = random.Random(shape)  # noqa: S311
    return made.build(material_of(color, rng), material_of(second, rng))


def _picture(model: Model, kind: str, key: str) -> Image.Image:
    seed = zlib.crc32(key.encode()) % 2**31
    rng = random.Random(seed)  # noqa: S311
    if kind == "clean":
        view = View(rng.uniform(-60, 60), rng.uniform(8, 40), SIZE_PX, SIZE_PX)
        return develop_studio(render(studio(model, view), STUDIO_SPP, seed))
    light = render(_room(model, rng), PHONE_SPP, seed)
    balance = (rng.uniform(0.9, 1.1), 1.0, rng.uniform(0.84, 1.12))
    exposure, blur_px = rng.uniform(0.2, 0.38), rng.uniform(0.4, 1.0)
    look = PhoneLook(balance, exposure, blur_px, rng.uniform(0.005, 0.03))
    return develop_phone(light, look, seed)


def _room(model: Model, rng: random.Random) -> Scene:
    models = (placed(model, (0.0, 0.0, 0.0), rng.uniform(-60, 60)),)
    floor, wall = surface(rng.choice(_FLOORS)), surface(rng.choice(_WALLS), 4)
    stage = Stage(floor, wall, -rng.uniform(26, 80), 0.0)
    view = View(rng.uniform(-35, 35), rng.uniform(8, 42), SIZE_PX, SIZE_PX)
    shift = (rng.uniform(-0.2, 0.2), rng.uniform(-0.2, 0.15))
    camera = handheld(models, view, rng.uniform(0.5, 0.8), shift)
    return Scene(models, lit(stage, models, rng.choice(sorted(LIGHTING))), camera)


def _write(rows: list[tuple[str, ...]], path: Path) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(rows)
    unfinished.replace(path)
