"""Which thresholds tell copies of a picture from other products' pictures; what would collapse.

    python -m benchmarks.listings

Copies are made from the first picture of each product of three catalogues (smaller, recompressed,
bordered, cropped, brighter or darker, and all of it at once). A copy should pass with its original
and with no picture of another group. Then: the pairs of the real catalogues that are one listing.
"""

import io
import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from benchmarks import datasets, galleries
from benchmarks.datasets import Task
from benchmarks.machine import machine_line
from index import listings
from index.feed_rows import parse_row
from index.listings import are_one_listing
from index.types import Product, Query
from service import wiring
from service.listing_collapse import distinct
from service.settings import load_settings
from service.wiring import Models
from vision.decode import decode

BATCH = 64
GRID = tuple(itertools.product((0.90, 0.93, 0.95, 0.97), (0.80, 0.85, 0.90, 0.95)))
Edit = Callable[[Image.Image, random.Random], Image.Image]


@dataclass(frozen=True)
class Pictures:
    """All pictures of a catalogue, as its store holds them; p of them."""

    products: tuple[Product, ...]
    images: NDArray[np.float32]
    colours: NDArray[np.float32]
    is_first: NDArray[np.bool_]

    @property
    def groups(self) -> NDArray[np.str_]:
        return np.array([one.group for one in self.products])


def smaller(image: Image.Image, rng: random.Random) -> Image.Image:
    factor = rng.uniform(0.5, 1.0)
    return image.resize([max(8, round(side * factor)) for side in image.size])


def recompressed(image: Image.Image, rng: random.Random) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=rng.randint(40, 90))
    return Image.open(buffer).convert("RGB")


def bordered(image: Image.Image, rng: random.Random) -> Image.Image:
    width = round(max(image.size) * rng.uniform(0.01, 0.05))
    return ImageOps.expand(image, width, rng.choice(("white", "white", "lightgray", "black")))


def cropped(image: Image.Image, rng: random.Random) -> Image.Image:
    width, height = image.size
    left, top = rng.uniform(0, 0.03) * width, rng.uniform(0, 0.03) * height
    return image.crop((round(left), round(top), round(left + 0.97 * width), round(0.97 * height)))


def brightened(image: Image.Image, rng: random.Random) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(rng.uniform(0.92, 1.08))


def all_at_once(image: Image.Image, rng: random.Random) -> Image.Image:
    for edit in (rng.choice((bordered, cropped)), brightened, smaller, recompressed):
        image = edit(image, rng)
    return image


EDITS: tuple[Edit, ...] = (smaller, recompressed, bordered, cropped, brightened, all_at_once)


def main() -> None:
    models = wiring.load_models(load_settings(detector="none"))
    print(machine_line())
    tasks = [datasets.luma(), datasets.eshop(), datasets.grocery(with_photos=False)]
    passed: dict[str, list[NDArray[np.bool_]]] = {}
    wrong: list[NDArray[np.int64]] = []
    found = []
    for task in tasks:
        with TemporaryDirectory() as folder:
            pictures = stored(task, models, Path(folder))
            found.append((task.name, pictures))
            for edit in EDITS:
                right, others = judged(task, pictures, edit, models)
                passed.setdefault(edit.__name__, []).append(right)
                wrong.append(others)
    variants = sum(colours_that_pass(pictures) for _, pictures in found)
    print_grid({name: np.vstack(rows) for name, rows in passed.items()}, np.vstack(wrong), variants)
    for name, pictures in found:
        print_pairs(name, pictures)
    print_cost(models)


def stored(task: Task, models: Models, folder: Path) -> Pictures:
    """Indexes a task and reads the vectors back."""
    store = wiring.open_store(folder, models, create=True)
    rows = [parse_row(row) for row in task.rows]
    galleries.commit(store, rows, task.root, models, load_settings())
    keys = store.catalogue.keys_of([row.product.id for row in rows])
    every = list(store.catalogue.indexed(keys))
    store.close()
    return Pictures(
        products=tuple(one.product for one in every for _ in one.picture_keys),
        images=np.vstack([one.embeddings for one in every]),
        colours=np.vstack([one.colours for one in every]),
        is_first=np.concatenate([np.arange(len(one.picture_keys)) == 0 for one in every]),
    )


def judged(
    task: Task, pictures: Pictures, edit: Edit, models: Models
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """For each copy and thresholds: ``(n, t)`` it passes with its original, and ``(n, t)`` with how
    many of other groups."""
    links = {row["id"]: row["image_link"] for row in task.rows}
    owners = np.flatnonzero(pictures.is_first)
    images, colours = [], []
    for chunk in batches(owners.tolist()):
        paths = [task.root / links[pictures.products[one].id] for one in chunk]
        copies = [
            edit(decode(path.read_bytes()).image, random.Random(path.name))  # noqa: S311
            for path in paths
        ]
        images.append(models.embedder.embed_images(copies))
        colours.append(models.colours.describe(copies))
    by_image = np.vstack(images) @ pictures.images.T  # (n, p)
    by_colour = np.vstack(colours) @ pictures.colours.T
    is_other = pictures.groups[owners][:, None] != pictures.groups[None]
    right, wrong = [], []
    for image, colour in GRID:
        passes = (by_image >= image) & (by_colour >= colour)
        right.append(passes[np.arange(len(owners)), owners])
        wrong.append((passes & is_other).sum(axis=1))
    return np.stack(right, axis=1), np.stack(wrong, axis=1)


def colours_that_pass(pictures: Pictures) -> NDArray[np.int64]:
    """``(t,)`` pairs of first pictures of one group in different colours."""
    first = np.flatnonzero(pictures.is_first)
    colour = np.array([one.color for one in pictures.products])[first]
    groups = pictures.groups[first]
    pairs = np.triu((groups[:, None] == groups) & (colour[:, None] != colour), 1)
    by_image = (pictures.images[first] @ pictures.images[first].T)[pairs]
    by_colour = (pictures.colours[first] @ pictures.colours[first].T)[pairs]
    print(f"{len(by_image)} pairs of colours of one group")
    return np.array([((by_image >= a) & (by_colour >= b)).sum() for a, b in GRID])


def batches(values: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def print_grid(
    passed: dict[str, NDArray[np.bool_]], wrong: NDArray[np.int64], variants: NDArray[np.int64]
) -> None:
    """Pictures alone; titles and variants come after them."""
    count = sum(len(rows) for rows in passed.values())
    print(f"{count} copies; recall by edit, and precision of all pairs that pass by picture alone")
    print(
        "image colour "
        + " ".join(f"{name:>12}" for name in passed)
        + "    recall precision colours"
    )
    for place, (image, colour) in enumerate(GRID):
        recalls = [rows[:, place].mean() for rows in passed.values()]
        right = sum(int(rows[:, place].sum()) for rows in passed.values())
        precision = right / max(1, right + int(wrong[:, place].sum()))
        cells = [*(f"{value:12.3f}" for value in recalls), f"{right / count:9.3f}"]
        cells += [f"{precision:9.3f}", f"{variants[place]:7}"]
        print(f"{image:5.2f} {colour:6.2f}", *cells)


def print_pairs(name: str, pictures: Pictures) -> None:
    """Pairs of products of a real catalogue: by picture, by title, and by both."""
    near = pictures.images @ pictures.images.T >= listings.NEAR_IMAGE
    near &= pictures.colours @ pictures.colours.T >= listings.NEAR_COLOURS
    distinct = list({one.id: one for one in pictures.products}.values())
    near_ids = {
        frozenset((pictures.products[i].id, pictures.products[j].id))
        for i, j in np.argwhere(near & pictures.is_first[:, None])
    }
    pairs = list(itertools.combinations(distinct, 2))
    other = [(a, b) for a, b in pairs if a.group != b.group]
    by_picture = [(a, b) for a, b in other if frozenset((a.id, b.id)) in near_ids]
    by_title = [(a, b) for a, b in other if are_one_listing(a, b, is_near=True)]
    both = [(a, b) for a, b in pairs if are_one_listing(a, b, is_near={a.id, b.id} in near_ids)]
    print(f"{name}: {len(distinct)} products, {len(other):,} pairs of different groups")
    for label, chosen in (
        ("near pictures", by_picture),
        ("titles that agree, were all pictures one", by_title),
        ("ONE LISTING", both),
    ):
        print(f"  {label}: {len(chosen)}")
        for a, b in chosen:
            print(f"    {a.id}: {a.title} | {b.id}: {b.title}")


def print_cost(models: Models) -> None:
    """Milliseconds of one search of Luma, k = 10, without and with collapse, in turns."""
    with galleries.indexed(datasets.luma(), models, load_settings()) as gallery:
        store, snapshot = gallery.store, gallery.store.refresh()
        search = partial(store.search, snapshot=snapshot)
        plain, whole = [], []
        rows = zip(gallery.images, gallery.colours, gallery.weights, strict=True)
        for image, colour, weights in rows:
            query = Query(image, colour, weights=weights)
            before = time.perf_counter()
            [ranked] = search([query])
            store.catalogue.products([one.key for one in ranked])
            between = time.perf_counter()
            distinct(search, [query], store.catalogue, snapshot.segments)
            plain.append((between - before) * 1e3)
            whole.append((time.perf_counter() - between) * 1e3)
    print(f"one search and its products, k = 10, median of {len(plain)}: {np.median(plain):.2f} ms")
    print(f"  with collapse: {np.median(whole):.2f} ms")


if __name__ == "__main__":
    main()
