"""The demo shop that is committed, and the script that renders it."""

from __future__ import annotations

import csv
import importlib.util
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from index.feed_rows import parse_row
from index.feeds import read_feed
from index.past_prices import read_past_prices
from scripts.demo_shop import build
from scripts.demo_shop.album import PHOTOS
from scripts.demo_shop.arranging import in_rows, littered, wall_behind
from scripts.demo_shop.curves import round_corners, turns
from scripts.demo_shop.denoise import Layers, denoised
from scripts.demo_shop.feed import COLUMNS, gtin_13, write_feed
from scripts.demo_shop.groups import Group
from scripts.demo_shop.materials import matte
from scripts.demo_shop.past_prices import write_past_prices
from scripts.demo_shop.pictures import save_jpeg
from scripts.demo_shop.products import GROUPS, PRODUCTS
from scripts.demo_shop.shapes import ball, corners, joined, lathe, placed, rounded_box
from scripts.demo_shop.solids import Station, block, hull, rectangle, ring, rod, slab, superball
from scripts.demo_shop.splits import TEST, TRAIN, split_of
from scripts.demo_shop.studio import View, framed, project, studio
from scripts.demo_shop.truth import box_of, write_queries
from scripts.demo_shop.types import Array, Mesh, Part, Scene

SHOP = Path(__file__).parents[2] / "data" / "demo"


def rows(name: str) -> list[dict[str, str]]:
    with (SHOP / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def whole_truth() -> dict[str, Any]:
    tree: dict[str, Any] = json.loads((SHOP / "ground_truth.json").read_text("utf-8"))
    return tree


def truth() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = whole_truth()["photos"]
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
    assert len({row["id"] for row in feed}) >= 150
    assert len({row["item_group_id"] for row in feed}) >= 60
    assert len({row["google_product_category"] for row in feed}) >= 30
    assert len({row["merchant"] for row in feed}) == 3
    assert any(row["availability"] == "out_of_stock" for row in feed)
    assert any(row["sale_price"] for row in feed)


def test_every_row_of_the_feed_is_one_that_indexing_takes() -> None:
    parsed = [parse_row(row.values) for row in read_feed(SHOP / "feed.csv")]
    assert len(parsed) == len(rows("feed.csv"))
    assert all(len(row.pictures) == 2 for row in parsed)
    assert {"title_zh", "description_zh"} <= set(parsed[0].product.attributes)


def test_most_products_cost_differently_at_different_merchants() -> None:
    prices: dict[str, set[str]] = {}
    for row in rows("feed.csv"):
        prices.setdefault(row["id"], set()).add(row["price"])
    several = [id_ for id_, asked in prices.items() if len(asked) > 1]
    assert len(several) > 0.8 * len(prices)


def test_every_offer_has_a_price_history_that_can_be_imported() -> None:
    past = list(read_past_prices(SHOP / "price_history.csv"))
    offers = {(row["id"], row["merchant"]) for row in rows("feed.csv")}
    assert {(one.product, one.merchant) for one in past} == offers
    assert len({(one.product, one.merchant, one.day) for one in past}) == len(past)


def test_variants_of_a_group_differ_in_colour_and_share_their_words() -> None:
    for group in GROUPS:
        colors = [variant.color for variant in group.variants]
        assert len(colors) == len(set(colors)) >= 1
    assert sum(len(group.variants) > 1 for group in GROUPS) >= 60


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
    write_past_prices(PRODUCTS, tmp_path / "price_history.csv", 7)
    write_queries(PHOTOS, tmp_path)
    for name in (
        "feed.csv", "price_history.csv", "queries.csv", "queries_test.csv", "composed.csv"
    ):  # fmt: skip
        assert (tmp_path / name).read_text() == (SHOP / name).read_text()
    assert tuple(rows("feed.csv")[0]) == COLUMNS


def test_every_truth_box_lies_inside_its_upright_photo() -> None:
    for photo in truth():
        with Image.open(SHOP / photo["file"]) as image:
            upright = ImageOps.exif_transpose(image)
            assert upright.size == (photo["width"], photo["height"])
        for item in [*photo["items"], *photo["clutter"]]:
            x0, y0, x1, y1 = item["box"]
            assert 0 <= x0 < x1 <= photo["width"]
            assert 0 <= y0 < y1 <= photo["height"]
        for item in photo["items"]:
            x0, y0, x1, y1 = item["box"]
            assert (x1 - x0) * (y1 - y0) > 0.002 * photo["width"] * photo["height"]


def test_the_truth_speaks_of_every_photo_and_names_what_the_catalogue_says() -> None:
    feed = {row["id"]: row for row in rows("feed.csv")}
    entries = {entry["file"]: entry for entry in truth()}
    assert set(entries) == {f"photos/{path.name}" for path in (SHOP / "photos").glob("*.jpg")}
    assert set(entries) == {f"photos/{photo.name}.jpg" for photo in PHOTOS}
    for photo in PHOTOS:
        items = entries[f"photos/{photo.name}.jpg"]["items"]
        assert [item["product"] or "" for item in items] == [
            one.name if one.name in PRODUCTS else "" for one in photo.items
        ]
        for item in items:
            if item["product"]:
                row = feed[item["product"]]
                assert item["group"] == row["item_group_id"]
                assert item["color"] == row["color"]
                assert item["category"] == row["google_product_category"]


def test_there_are_photos_of_every_kind() -> None:
    entries = truth()
    several = [one for one in entries if 2 <= len(one["items"]) <= 5]
    assert len(entries) >= 120
    assert len(several) >= 40
    assert {len(one["items"]) for one in several} == {2, 3, 4, 5}
    assert sum(bool(one["clutter"]) for one in entries) >= 40


def test_a_photo_shows_groups_of_one_split_and_no_group_is_in_both() -> None:
    splits = whole_truth()["splits"]
    assert splits == {group.id: split_of(group) for group in GROUPS}
    assert set(splits.values()) == {TRAIN, TEST}
    for photo in truth():
        shown = {splits[item["group"]] for item in photo["items"] if item["group"]}
        assert shown <= {photo["split"]}
    assert sum(photo["split"] == TEST for photo in truth()) >= 60


def test_the_queries_of_the_test_split_are_those_of_its_groups() -> None:
    groups = {row["id"]: row["item_group_id"] for row in rows("feed.csv")}
    splits = whole_truth()["splits"]
    of_test = [one for one in rows("queries.csv") if splits[groups[one["product"]]] == TEST]
    assert rows("queries_test.csv") == of_test


def test_composed_queries_ask_for_another_variant_than_the_photo_shows() -> None:
    groups = {row["id"]: row["item_group_id"] for row in rows("feed.csv")}
    shown = {row["photo"]: row["product"] for row in rows("queries.csv")}
    composed = rows("composed.csv")
    assert len(composed) >= 40
    for query in composed:
        assert query["text"]
        assert query["product"] != shown[query["photo"]]
        assert groups[query["product"]] == groups[shown[query["photo"]]]
    assert any(not query["text"].isascii() for query in composed)


def orientation_of(path: Path) -> int:
    with Image.open(path) as image:
        return int(image.getexif().get(0x0112, 1))


def test_photos_leave_every_rotation_to_exif() -> None:
    tags = Counter(orientation_of(SHOP / photo["file"]) for photo in truth())
    assert set(tags) == {1, 3, 6, 8}
    assert min(tags.values()) >= 5


def test_queries_name_products_of_the_feed_and_photos_of_one_item() -> None:
    ids = {row["id"] for row in rows("feed.csv")}
    single = {p["file"]: p["items"][0]["product"] for p in truth() if len(p["items"]) == 1}
    queries = rows("queries.csv")
    assert len(queries) >= 50
    for query in queries:
        assert query["product"] in ids
        assert single[query["photo"]] == query["product"]


def test_some_photos_show_what_is_not_sold() -> None:
    strangers = [p for p in truth() if all(item["product"] is None for item in p["items"])]
    assert len(strangers) >= 20


def test_the_shop_stays_small() -> None:
    assert sum(path.stat().st_size for path in SHOP.rglob("*") if path.is_file()) < 20_000_000


def volume(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    return float((np.cross(a, b) * c).sum() / 6)


@pytest.mark.parametrize(
    ("mesh", "expected"),
    [
        (lathe([(0, 0), (2, 0), (2, 5), (0, 5)], 0.01), np.pi * 4 * 5),
        (ball((1.0, 2.0, 3.0)), 4 / 3 * np.pi * 6),
        (rounded_box((4, 3, 2), 0.05, 0.02), 24.0),
        (block((4, 3, 2), 0.05, 0.02), 24.0),
        (slab(rectangle(10, 6, 0.1), 2, 0.02), 120.0),
        (superball((1.0, 2.0, 3.0), 2.0), 4 / 3 * np.pi * 6),
        (hull([Station(0, (2, 2)), Station(5, (2, 2))]), np.pi * 4 * 5),
        (rod((0, 0, 0), (3, 4, 0), 1.0), np.pi * 5 + 4 / 3 * np.pi),
        (ring(5, 1), 2 * np.pi**2 * 5),
    ],
)
def test_solids_enclose_their_volume_and_face_outwards(mesh: Mesh, expected: float) -> None:
    assert volume(mesh) == pytest.approx(expected, rel=0.03)
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


def test_models_in_rows_do_not_stand_in_each_other() -> None:
    cubes = [(Part(block((4, 4, 4), 0.3, 0.2), matte("red")),) for _ in range(5)]
    stood = in_rows(cubes, random.Random(3))
    boxes = [corners(model) for model in stood]
    for i, (low, high) in enumerate(boxes):
        for other_low, other_high in boxes[:i]:
            is_apart = (low > other_high) | (other_low > high)
            assert is_apart[[0, 2]].any()
    litter = littered(stood, cubes[:2], random.Random(3))
    wall_z = wall_behind((*stood, *litter), random.Random(3))
    assert all(wall_z < corners(model)[0][2] for model in (*stood, *litter))


def test_joined_models_keep_every_triangle_in_one_part_a_material() -> None:
    cube = block((2, 2, 2), 0.2, 0.1)
    model = tuple(
        Part(mesh, matte(color)) for mesh, color in ((cube, "red"), (cube, "blue"), (cube, "red"))
    )
    parts = joined(placed(model, (0, 0, 0)))
    assert [len(part.mesh.faces) for part in parts] == [2 * len(cube.faces), len(cube.faces)]
    assert [volume(part.mesh) for part in parts] == pytest.approx([2 * volume(cube), volume(cube)])


@pytest.mark.parametrize("group", GROUPS[::4], ids=lambda group: group.id)
def test_the_model_of_a_group_stands_whole_on_the_ground(group: Group) -> None:
    model = group.variants[0].build()
    low, high = corners(model)
    assert np.isfinite([low, high]).all()
    assert all(np.isfinite(part.mesh.normals).all() for part in model)
    assert (high - low).min() > 0.3
    if not group.on_wall:
        assert low[1] == pytest.approx(0.0, abs=0.11)


def test_a_run_that_was_stopped_goes_on_and_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def pretend(job: build.Job, seed: int) -> None:
        made.append(job.path.name)
        save_jpeg(Image.new("RGB", (8, 8)), job.path, 80)

    monkeypatch.setattr(build, "make", pretend)
    build.build(tmp_path, "trail-bottle", 7)
    assert len(made) == 8
    (tmp_path / "images" / "trail-bottle-green-1.jpg").unlink()
    build.build(tmp_path, "trail-bottle", 7)
    assert made[8:] == ["trail-bottle-green-1.jpg"]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
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
