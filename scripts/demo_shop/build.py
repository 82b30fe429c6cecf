"""Builds the demo shop in a folder; pictures that are already there are kept."""

from __future__ import annotations

import multiprocessing
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.demo_shop.album import PHOTOS
from scripts.demo_shop.feed import image_names, write_feed
from scripts.demo_shop.groups import Product
from scripts.demo_shop.past_prices import write_past_prices
from scripts.demo_shop.photos import Photo, set_up
from scripts.demo_shop.pictures import develop_phone, develop_studio, save_jpeg
from scripts.demo_shop.products import PRODUCTS
from scripts.demo_shop.renderer import render
from scripts.demo_shop.studio import studio
from scripts.demo_shop.truth import write_queries, write_truth

# samples a pixel; the filter in denoise.py takes the rest of the grain
STUDIO_SPP = 14
GLASS_SPP = 30  # light through glass is rarer, so its grain is coarser
PHOTO_SPP = 8


@dataclass(frozen=True)
class Job:
    """One picture to make, and the product, group and photo names that ask for it."""

    path: Path
    names: frozenset[str]
    product: Product | None = None
    view: int = 0
    photo: Photo | None = None


def jobs(out: Path) -> Iterator[Job]:
    """Every picture of the shop: first views, second views, photos."""
    yield from _views(out, 0)
    yield from _views(out, 1)
    for photo in PHOTOS:
        names = frozenset([photo.name, "photos"])
        yield Job(out / "photos" / f"{photo.name}.jpg", names, photo=photo)


def _views(out: Path, view: int) -> Iterator[Job]:
    for product in PRODUCTS.values():
        names = frozenset([product.id, product.group.id, "catalogue"])
        yield Job(out / image_names(product)[view], names, product, view)


def make(job: Job, seed: int) -> None:
    """Renders one picture and writes it whole."""
    own_seed = zlib.crc32(f"{seed}/{job.path.name}".encode()) % 2**31
    if job.photo is not None:
        light = render(set_up(job.photo), PHOTO_SPP, own_seed)
        look = job.photo.look
        save_jpeg(develop_phone(light, look, own_seed), job.path, 85, look.orientation)
    elif job.product is not None:
        group = job.product.group
        view = group.views[job.view]
        around = replace(view, azimuth_deg=view.azimuth_deg + own_seed % 9 - 4)
        model = job.product.variant.build()
        is_glass = any(part.material.finish == "glass" for part in model)
        light = render(
            studio(model, around, group.on_wall), GLASS_SPP if is_glass else STUDIO_SPP, own_seed
        )
        save_jpeg(develop_studio(light), job.path, 88)


def build(out: Path, only: str | None, seed: int, workers: int = 1) -> None:
    """Renders what is missing, then writes the feed, the queries and the ground truth.

    Stopped and called again, it goes on where it was: a picture is whole or absent.

    Args:
        out: the shop's folder.
        only: one product, group or photo, or "catalogue" or "photos"; None for everything.
        seed: of the noise, the views and the prices.
        workers: processes that render, one picture each at a time.
    """
    out.mkdir(parents=True, exist_ok=True)
    write_feed(PRODUCTS, out / "feed.csv", seed)
    write_past_prices(PRODUCTS, out / "price_history.csv", seed)
    write_queries(PHOTOS, out)
    every = list(jobs(out))
    wanted = [n for n, job in enumerate(every) if only is None or only in job.names]
    missing = [n for n in wanted if not every[n].path.exists()]
    print(f"{len(wanted)} pictures, {len(wanted) - len(missing)} of them kept", flush=True)
    for number, said in enumerate(_made(out, missing, seed, workers), start=1):
        print(f"[{number}/{len(missing)}] {said}", flush=True)
    write_truth([photo for photo in PHOTOS if _is_made(out, photo)], out / "ground_truth.json")


def _is_made(out: Path, photo: Photo) -> bool:
    return (out / "photos" / f"{photo.name}.jpg").exists()


def _made(out: Path, numbers: list[int], seed: int, workers: int) -> Iterator[str]:
    if workers == 1:
        yield from (_make_number(out, n, seed) for n in numbers)
        return
    # a fresh interpreter each: the renderer does not survive a fork
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(_make_number, out, n, seed) for n in numbers]):
            yield done.result()


def _make_number(out: Path, number: int, seed: int) -> str:
    """Jobs hold functions, which do not cross processes; their numbers do."""
    job = list(jobs(out))[number]
    start = time.perf_counter()
    make(job, seed)
    return f"{job.path.name} {time.perf_counter() - start:.1f} s"
