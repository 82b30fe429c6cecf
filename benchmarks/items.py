"""Finding the items of a photo: boxes, and whether searching by item finds more than by photo.

    python -m benchmarks.items [--development] [--photos N]

Composites (``benchmarks/composites.py``) hold Luma's and every second iconic grocery picture, the
pictures of the gallery themselves; then Luma's other views, which no gallery holds.
``--development`` makes them of eShop's and the other half of grocery's pictures, on other photos:
what the detector's rules were fitted on. Real photos of one item are every second of grocery's
``val``. Whole-photo search, the peer, runs on the same photos in the same run.
"""

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import bootstrap

from benchmarks import datasets, galleries
from benchmarks.composites import Composite, Cutout, composite, cutouts, intersection_over_union
from benchmarks.machine import machine_line
from benchmarks.retrieval import recall, text
from index.store import Store
from index.types import Query
from service import fusion, wiring
from service.settings import Settings, load_settings
from service.wiring import Models
from vision.decode import crop, decode
from vision.item_boxes import item_boxes
from vision.saliency_detector import SaliencyDetector
from vision.types import Box, DetectedItem, Photo

FIRST_SEED = {"development": 1_000, "report": 900_000}
BACKGROUNDS = {"development": "train", "report": "val*"}
"""Folders: no photo lies behind composites of both sorts."""
MATCH = 0.5
DEPTH = 10
Region = tuple["Seen", Box, str]
"""A photo, a box in it, and the colour that its background is cleared to: ``white``, ``mean`` or
empty for not at all."""
Wanted = tuple[str, str]
"""Source and product id."""


@dataclass(frozen=True)
class Seen:
    """A photo and what the detector made of it."""

    photo: Photo
    saliency: NDArray[np.float32]

    @cached_property
    def items(self) -> list[DetectedItem]:
        return item_boxes(self.saliency, (self.photo.width, self.photo.height))

    @property
    def main(self) -> Box:
        return self.items[0].box


@dataclass(frozen=True)
class Bench:
    """The models, and a gallery for each source of products."""

    models: Models
    detector: SaliencyDetector
    stores: dict[str, Store]

    def see(self, image: Image.Image) -> Seen:
        return Seen(Photo(image, ""), self.detector.saliency(image))

    def query(self, region: Region) -> Query:
        seen, box, colour = region
        image = crop(seen.photo, box)
        if colour:
            image = cleared(image, seen.saliency, box, seen.photo, colour)
        vector = self.models.embedder.embed_images([image])[0]
        colours = self.models.colours.describe([image])[0]
        return Query(vector, colours, weights=fusion.PHOTO, k=DEPTH, is_grouped=False)

    def places(
        self, found: Sequence[Sequence[Region]], wanted: Sequence[Wanted]
    ) -> NDArray[np.int64]:
        """The place of each wanted product by the best score in any of its regions; 0: none."""
        return np.array(
            [
                place(self.stores[source], [self.query(one) for one in regions], product)
                for regions, (source, product) in zip(found, wanted, strict=True)
            ]
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--development", action="store_true")
    parser.add_argument("--photos", type=int, default=200, help="composites")
    arguments = parser.parse_args()
    sort = "development" if arguments.development else "report"
    settings = load_settings(threads=1, captioner="none", writer="embedded")
    models = wiring.load_models(settings)
    print(machine_line())
    shop = datasets.eshop() if arguments.development else datasets.luma()
    tasks = {"shop": shop, "grocery": datasets.grocery(with_photos=False)}
    half = int(not arguments.development)
    with ExitStack() as stack:
        bench = opened(stack, tasks, models, settings)
        products = cutouts("shop", first_pictures(shop))
        products += cutouts("grocery", first_pictures(tasks["grocery"])[half::2])
        report_composites(bench, "pictures of the gallery", made(products, sort, arguments.photos))
        if shop.queries:
            views = [(product, shop.root / photo) for photo, product in shop.queries]
            products = cutouts("shop", views)
            photos = arguments.photos // 2
            report_composites(bench, "other views of Luma", made(products, sort, photos))
        report_real_photos(bench, tasks["grocery"].root, tasks["grocery"].queries[half::2])


def opened(
    stack: ExitStack, tasks: dict[str, datasets.Task], models: Models, settings: Settings
) -> Bench:
    stores = {}
    for source, task in tasks.items():
        bare = replace(task, queries=[])
        stores[source] = stack.enter_context(galleries.indexed(bare, models, settings)).store
    return Bench(models, SaliencyDetector(settings.cache, threads=1), stores)


def made(products: Sequence[Cutout], sort: str, photos: int) -> list[Composite]:
    backgrounds = [
        *sorted(datasets.ROOT.glob(f"clothing/photos/{BACKGROUNDS[sort]}/*/*.jpg")),
        *sorted(datasets.ROOT.glob(f"grocery/photos/{BACKGROUNDS[sort]}/*.jpg")),
    ]
    print(f"\n{photos} composites of {len(products)} cut-outs on {len(backgrounds)} photos")
    return [composite(FIRST_SEED[sort] + i, products, backgrounds) for i in range(photos)]


def report_composites(bench: Bench, name: str, photos: Sequence[Composite]) -> None:
    """Boxes; each item by the box nearest to it and by the whole photo; the main item."""
    started = time.process_time()
    seen = [bench.see(one.image) for one in photos]
    milliseconds = (time.process_time() - started) / len(seen) * 1e3
    print(f"{name}: {milliseconds:.0f} ms of one core a photo for the saliency map")
    report_boxes(seen, photos)
    targets = [(one, item) for one, each in zip(seen, photos, strict=True) for item in each.items]
    wanted = [(item.source, item.product) for _, item in targets]
    whole = [(one, one.photo.box, "") for one, _ in targets]
    nearest = [(one, nearest_box(one, item.box)) for one, item in targets]
    by_whole = bench.places([[one] for one in whole], wanted)
    rows = {"whole photo": by_whole}
    for colour in ("", "white", "mean"):
        label = "detected box" + (f", background {colour}" if colour else "")
        rows[label] = bench.places([[(one, box, colour)] for one, box in nearest], wanted)
    rows["true box"] = bench.places([[(one, item.box, "")] for one, item in targets], wanted)
    print_rows(rows)
    gain = (rows["detected box"] == 1).astype(float) - (by_whole == 1)
    counts = np.array([len(each.items) for each in photos])
    sums = np.add.reduceat(gain, np.cumsum(counts) - counts)
    print(f"  gain of the detected box over the whole photo, by photos {text(ratio(sums, counts))}")
    by_main = bench.places([[(one, one.main, "")] for one, _ in targets], wanted)
    both = [[(one, one.main, ""), (one, one.photo.box, "")] for one, _ in targets]
    by_both = bench.places(both, wanted)
    print("  first match is one of the photo's items (each in its own gallery):")
    for label, places in (("whole", by_whole), ("main item", by_main), ("better of both", by_both)):
        hits = np.maximum.reduceat((places == 1).astype(np.int64), np.cumsum(counts) - counts)
        print(f"  {label:34} recall@1 {text(recall(hits, 1))}")


def report_boxes(seen: Sequence[Seen], photos: Sequence[Composite]) -> None:
    pairs = [paired(one.items, each) for one, each in zip(seen, photos, strict=True)]
    right = np.array([len(one) for one in pairs], dtype=np.float64)
    boxes = np.array([len(one.items) for one in seen], dtype=np.float64)
    items = np.array([len(one.items) for one in photos], dtype=np.float64)
    print(f"  boxes at IoU {MATCH}: {items.sum():.0f} items, {boxes.sum():.0f} boxes, ", end="")
    print(f"precision {text(ratio(right, boxes))}  recall {text(ratio(right, items))}")
    confidences: dict[bool, list[float]] = {True: [], False: []}
    for one, found in zip(seen, pairs, strict=True):
        for i, item in enumerate(one.items):
            confidences[i in found].append(item.confidence)
    medians = [float(np.median(confidences[is_right] or [0.0])) for is_right in (True, False)]
    print(f"  median confidence of right boxes {medians[0]:.2f}, of others {medians[1]:.2f}")


def report_real_photos(bench: Bench, root: Path, queries: Sequence[tuple[str, str]]) -> None:
    seen = [bench.see(decode((root / path).read_bytes()).image) for path, _ in queries]
    wanted = [("grocery", product) for _, product in queries]
    shares = [one.main.area_px / one.photo.box.area_px for one in seen]
    print(f"\n{len(seen)} real photos of one item (grocery val): ", end="")
    print(f"{np.mean([len(one.items) for one in seen]):.2f} boxes each, ", end="")
    print(f"the main one covers {np.median(shares):.2f} (median)")
    rows = {}
    for colour in ("", "white", "mean"):
        suffix = f", background {colour}" if colour else ""
        whole = [[(one, one.photo.box, colour)] for one in seen]
        rows["whole photo" + suffix] = bench.places(whole, wanted)
        rows["main item" + suffix] = bench.places(
            [[(one, one.main, colour)] for one in seen], wanted
        )
    both = [[(one, one.main, ""), (one, one.photo.box, "")] for one in seen]
    rows["better of both"] = bench.places(both, wanted)
    print_rows(rows)
    gain = (rows["main item"] == 1).astype(float) - (rows["whole photo"] == 1)
    print(f"  gain of the main item over the whole photo {text(ratio(gain, np.ones(len(gain))))}")


def nearest_box(seen: Seen, box: Box) -> Box:
    return max((one.box for one in seen.items), key=lambda one: intersection_over_union(one, box))


def paired(detected: Sequence[DetectedItem], photo: Composite) -> dict[int, int]:
    """Box to item, the best overlaps first, each at most once."""
    overlaps = [
        (intersection_over_union(one.box, item.box), i, j)
        for i, one in enumerate(detected)
        for j, item in enumerate(photo.items)
    ]
    pairs: dict[int, int] = {}
    for overlap, i, j in sorted(overlaps, reverse=True):
        if overlap >= MATCH and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def place(store: Store, queries: Sequence[Query], product: str) -> int:
    """The product's place by the best score that any query gives it; 0: not among ten."""
    scores: dict[int, float] = {}
    for ranked in store.search(queries):
        for one in ranked:
            scores[one.key] = max(scores.get(one.key, -1.0), one.score)
    order = sorted(scores, key=lambda key: (-scores[key], key))[:DEPTH]
    key = store.catalogue.key_of(product)
    return order.index(key) + 1 if key in order else 0


def cleared(
    image: Image.Image, saliency: NDArray[np.float32], box: Box, photo: Photo, colour: str
) -> Image.Image:
    """A crop whose background is of one colour, softly cut by the map."""
    mask = Image.fromarray((np.clip(saliency, 0, 1) * 255).astype(np.uint8))
    across, down = mask.width / photo.width, mask.height / photo.height
    region = (box.x0 * across, box.y0 * down, box.x1 * across, box.y1 * down)
    mask = mask.resize(image.size, Image.Resampling.BILINEAR, box=region)
    fill = (255, 255, 255)
    if colour == "mean":
        red, green, blue = np.asarray(image).reshape(-1, 3).mean(axis=0).astype(int).tolist()
        fill = (red, green, blue)
    return Image.composite(image, Image.new("RGB", image.size, fill), mask)


def first_pictures(task: datasets.Task) -> list[tuple[str, Path]]:
    return [(row["id"], task.root / row["image_link"]) for row in task.rows]


def ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> list[float]:
    """Sum over sum, and its 95 % interval from resampled photos."""

    def of_sums(one: NDArray[np.float64], other: NDArray[np.float64], axis: int) -> object:
        return one.sum(axis=axis) / other.sum(axis=axis)

    found = bootstrap(
        (part, whole), of_sums, paired=True, vectorized=True, method="percentile", rng=0
    ).confidence_interval
    return [float(part.sum() / whole.sum()), float(found.low), float(found.high)]


def print_rows(rows: dict[str, NDArray[np.int64]]) -> None:
    for name, places in rows.items():
        values = f"recall@1 {text(recall(places, 1))}  recall@5 {text(recall(places, 5))}"
        print(f"  {name:34} {values}")


if __name__ == "__main__":
    main()
