"""The demo shop that is committed, and the script that renders it."""

from __future__ import annotations

import csv
import importlib.util
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from scripts.demo_shop.album import PHOTOS
from scripts.demo_shop.curves import round_corners, turns
from scripts.demo_shop.denoise import Layers, denoised
from scripts.demo_shop.feed import COLUMNS, gtin_13, write_feed
from scripts.demo_shop.pictures import save_jpeg
from scripts.demo_shop.products import PRODUCTS
from scripts.demo_shop.shapes import ball, lathe, rounded_box
from scripts.demo_shop.studio import View, framed, project, studio
from scripts.demo_shop.truth import box_of, write_queries
from scripts.demo_shop.types import Array, Mesh, Scene

SHOP = Path(__file__).parents[2] / "data" / "demo"


def rows(name: str) -> list[dict[str, str]]:
    with (SHOP / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def truth() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((SHOP / "ground_truth.json").read_text())["photos"]
    return entries


def test_every_image_of_the_feed_opens() -> None:
    names = {
        row[key] for row in rows("feed.csv") for key in ("image_link", "additional_image_link")
    }
    assert len(names) == 2 * len(PRODUCTS)
    for name in names:
        with Image.open(SHOP / name) as image:
            image.load()
            assert image.size == (256, 256)


def test_a_merchant_offers_a_product_once() -> None:
    offers = Counter((row["id"], row["merchant"]) for row in rows("feed.csv"))
    assert set(offers.values()) == {1}


def test_the_shop_is_wide_enough_to_search_in() -> None:
    feed = rows("feed.csv")
    assert len({row["id"] for row in feed}) >= 24
    assert len({row["google_product_category"] for row in feed}) >= 8
    assert len({row["merchant"] for row in feed}) == 3
    assert any(row["availability"] == "out_of_stock" for row in feed)
    assert any(row["sale_price"] for row in feed)


def test_gtins_carry_a_valid_check_digit_and_name_one_product() -> None:
    owner: dict[str, str] = {}
    for row in rows("feed.csv"):
        digits = [int(digit) for digit in row["gtin"]]
        assert len(digits) == 13
        assert sum(d * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0
        assert owner.setdefault(row["gtin"], row["id"]) == row["id"]


def test_gtin_agrees_with_a_number_worked_by_hand() -> None:
    # 9 + 3*5 + 2 + 3*0 + 0 + 3*0 + 0 + 3*0 + 1 + 3*0 + 0 + 3*1 = 30, so the check digit is 0
    assert gtin_13(1001) == "9520000010010"


def test_the_committed_tables_are_those_that_the_script_writes(tmp_path: Path) -> None:
    write_feed(PRODUCTS, tmp_path / "feed.csv", 7)
    write_queries(PHOTOS, tmp_path / "queries.csv")
    for name in ("feed.csv", "queries.csv"):
        assert (tmp_path / name).read_text() == (SHOP / name).read_text()
    assert tuple(rows("feed.csv")[0]) == COLUMNS


def test_every_truth_box_lies_inside_its_upright_photo() -> None:
    for photo in truth():
        with Image.open(SHOP / photo["file"]) as image:
            upright = ImageOps.exif_transpose(image)
            assert upright.size == (photo["width"], photo["height"])
        for item in photo["items"]:
            x0, y0, x1, y1 = item["box"]
            assert 0 <= x0 < x1 <= photo["width"]
            assert 0 <= y0 < y1 <= photo["height"]
            assert (x1 - x0) * (y1 - y0) < 0.6 * photo["width"] * photo["height"]


def orientation_of(path: Path) -> int:
    with Image.open(path) as image:
        return int(image.getexif().get(0x0112, 1))


def test_two_photos_leave_their_rotation_to_exif() -> None:
    tags = Counter(orientation_of(SHOP / photo["file"]) for photo in truth())
    assert tags == {1: 12, 6: 1, 8: 1}


def test_queries_name_products_of_the_feed_and_photos_of_one_item() -> None:
    ids = {row["id"] for row in rows("feed.csv")}
    single = {p["file"]: p["items"][0]["product"] for p in truth() if len(p["items"]) == 1}
    queries = rows("queries.csv")
    assert len(queries) == 10
    for query in queries:
        assert query["product"] in ids
        assert single[query["photo"]] == query["product"]


def test_some_photos_show_what_is_not_sold() -> None:
    strangers = [p for p in truth() if all(item["product"] is None for item in p["items"])]
    assert len(strangers) == 2


def test_the_shop_stays_small() -> None:
    assert sum(path.stat().st_size for path in SHOP.rglob("*") if path.is_file()) < 4_000_000


def volume(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    return float((np.cross(a, b) * c).sum() / 6)


@pytest.mark.parametrize(
    ("mesh", "expected"),
    [
        (lathe([(0, 0), (2, 0), (2, 5), (0, 5)], 0.01), np.pi * 4 * 5),
        (ball((1.0, 2.0, 3.0)), 4 / 3 * np.pi * 6),
        (rounded_box((4, 3, 2), 0.05, 0.02), 24.0),
    ],
)
def test_solids_enclose_their_volume_and_face_outwards(mesh: Mesh, expected: float) -> None:
    assert volume(mesh) == pytest.approx(expected, rel=0.01)
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0)


def test_round_corners_leaves_no_sharp_turn() -> None:
    square: Array = np.array([(0, 0), (2, 0), (2, 2), (0, 2)], dtype=np.float64)
    assert turns(round_corners(square, 0.3)).max() < np.radians(25)


def test_a_framed_model_fills_the_picture_to_the_share_asked_for() -> None:
    model = PRODUCTS["trail-bottle-green"].variant.build()
    points = np.vstack([part.mesh.vertices for part in model])
    spread = project(framed(model, View(30, 15), 22.0, 0.7), points)
    low, high = spread.min(axis=0), spread.max(axis=0)
    assert (high - low).max() / 2 == pytest.approx(0.7, abs=0.02)
    assert (low + high) / 2 == pytest.approx(np.zeros(2), abs=0.02)


def test_the_filter_leaves_a_picture_without_grain_alone() -> None:
    color = np.full((12, 12, 3), 0.5, dtype=np.float32)
    same = denoised(Layers(color, color, np.zeros_like(color)))
    assert np.allclose(same, color, atol=1e-5)


def test_box_of_ends_past_the_last_pixel() -> None:
    seen = np.zeros((6, 8), dtype=bool)
    seen[2:4, 3:7] = True
    assert box_of(seen) == (3, 2, 7, 4)


@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_a_saved_photo_comes_back_upright(tmp_path: Path, orientation: int) -> None:
    picture = Image.new("RGB", (40, 20), "white")
    picture.paste((0, 0, 0), (0, 0, 8, 8))
    save_jpeg(picture, tmp_path / "photo.jpg", 95, orientation)
    with Image.open(tmp_path / "photo.jpg") as stored:
        upright = ImageOps.exif_transpose(stored)
    assert upright.size == (40, 20)
    assert np.asarray(upright)[3, 3].max() < 60
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.skipif(
    importlib.util.find_spec("mitsuba") is None,
    reason="Mitsuba is not installed: pip install mitsuba",
)
def test_one_seed_renders_one_picture() -> None:
    from scripts.demo_shop.renderer import labels, render

    product = PRODUCTS["larder-jar-mustard"]
    scene: Scene = studio(product.variant.build(), View(20, 15, 32, 32))
    first, second = render(scene, 4, 5), render(scene, 4, 5)
    assert first.shape == (32, 32, 3)
    assert np.array_equal(first, second)
    red, _, blue = first[16, 16]
    assert red > 2 * blue  # mustard, lit
    x0, y0, x1, y1 = box_of(labels(scene) == 1)
    assert max(x1 - x0, y1 - y0) == pytest.approx(0.74 * 32, abs=2)
