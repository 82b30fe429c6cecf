"""Builds the demo shop in a folder; pictures that are already there are kept."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.demo_shop.album import PHOTOS
from scripts.demo_shop.feed import image_names, write_feed
from scripts.demo_shop.groups import Product
from scripts.demo_shop.photos import Photo, set_up
from scripts.demo_shop.pictures import develop_phone, develop_studio, save_jpeg
from scripts.demo_shop.products import PRODUCTS
from scripts.demo_shop.renderer import render
from scripts.demo_shop.studio import studio
from scripts.demo_shop.truth import write_queries, write_truth

# samples a pixel; the filter in denoise.py takes the rest of the grain
STUDIO_SPP = 36
PHOTO_SPP = 24


@dataclass(frozen=True)
class Job:
    """One picture to make, and the product, group and photo names that ask for it."""

    path: Path
    names: frozenset[str]
    product: Product | None = None
    view: int = 0
    photo: Photo | None = None


def jobs(out: Path) -> Iterator[Job]:
    """Every picture of the shop: first views, photos, then second views."""
    yield from _views(out, 0)
    for photo in PHOTOS:
        names = frozenset([photo.name, "photos"])
        yield Job(out / "photos" / f"{photo.name}.jpg", names, photo=photo)
    yield from _views(out, 1)


def _views(out: Path, view: int) -> Iterator[Job]:
    for product in PRODUCTS.values():
        names = frozenset([product.id, product.group.id])
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
        scene = studio(job.product.variant.build(), around, group.on_wall)
        save_jpeg(develop_studio(render(scene, STUDIO_SPP, own_seed)), job.path, 88)


def build(out: Path, only: str | None, seed: int) -> None:
    """Renders what is missing, then writes the feed, the queries and the ground truth.

    Args:
        out: the shop's folder.
        only: the name of one product, group or photo (or "photos"); None for everything.
        seed: of the noise, the views and the prices.
    """
    out.mkdir(parents=True, exist_ok=True)
    write_feed(PRODUCTS, out / "feed.csv", seed)
    write_queries(PHOTOS, out / "queries.csv")
    wanted = [job for job in jobs(out) if only is None or only in job.names]
    missing = [job for job in wanted if not job.path.exists()]
    print(f"{len(wanted)} pictures, {len(wanted) - len(missing)} of them kept", flush=True)
    for number, job in enumerate(missing, start=1):
        start = time.perf_counter()
        make(job, seed)
        took_s = time.perf_counter() - start
        print(f"[{number}/{len(missing)}] {job.path.name} {took_s:.1f} s", flush=True)
    write_truth(PHOTOS, out / "ground_truth.json")
