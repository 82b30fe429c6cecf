"""The default embedder: composed from its two halves, checked, rebuilt, and able to see."""

import hashlib
import json
import multiprocessing
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from vision import embedded_model
from vision.compute import ComputeOptions
from vision.embedded_model import COMMITTED, CONFIG, MODEL, RECIPE, TRAINED, embedded_model_dir
from vision.errors import ModelUnavailableError
from vision.open_clip_embedder import OpenClipEmbedder
from vision.types import Vectors

RECORDED = json.loads((COMMITTED / RECIPE).read_text())
GARMENTS = ("dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts", "skirt",
            "t-shirt")  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def folder(cache: Path) -> Path:
    return embedded_model_dir(cache)


@pytest.fixture(scope="module")
def embedder(folder: Path) -> OpenClipEmbedder:
    return OpenClipEmbedder(f"local-dir:{folder}", ComputeOptions(device="cpu", engine="eager"))


@pytest.fixture
def committed_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "embedder"
    shutil.copytree(COMMITTED, copy)
    monkeypatch.setattr(embedded_model, "COMMITTED", copy)
    return copy


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_recipe(folder: Path, part: str, **changed: str) -> None:
    """Changes one part: ``trained``, ``model``, or ``0`` to ``2`` for the trunks."""
    recipe = json.loads((folder / RECIPE).read_text())
    where = recipe["trunks"][int(part)] if part.isdigit() else recipe[part]
    where |= changed
    (folder / RECIPE).write_text(json.dumps(recipe))


def test_the_composed_file_is_the_recorded_one(folder: Path) -> None:
    assert sha256(folder / MODEL) == RECORDED["model"]["sha256"]


def test_the_repository_holds_only_what_was_trained() -> None:
    assert (COMMITTED / TRAINED).stat().st_size < 20_000_000
    header_end = 8 + int.from_bytes((COMMITTED / TRAINED).read_bytes()[:8], "little")
    names = json.loads((COMMITTED / TRAINED).read_bytes()[8:header_end])
    assert not [name for name in names if name.startswith("visual.trunk.")]


def test_a_second_call_composes_nothing(
    cache: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_model, "compose", None)
    assert embedded_model_dir(cache) == folder


@pytest.mark.parametrize("name", [MODEL, CONFIG])
def test_a_damaged_file_is_found_and_rebuilt(cache: Path, folder: Path, name: str) -> None:
    good = (folder / name).read_bytes()
    (folder / name).write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    embedded_model_dir(cache)
    assert (folder / name).read_bytes() == good


def test_no_scratch_folder_is_left(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [CONFIG, MODEL]


def test_two_processes_may_compose_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        first, second = pool.map(embedded_model_dir, [tmp_path, tmp_path])
    assert first == second
    assert sha256(first / MODEL) == RECORDED["model"]["sha256"]


@pytest.mark.parametrize("trunk", ["0", "1", "2"])
def test_a_missing_package_is_named(tmp_path: Path, committed_copy: Path, trunk: str) -> None:
    write_recipe(committed_copy, trunk, module="no_such_module", package="no-such-package")
    with pytest.raises(ModelUnavailableError, match=r"pip install no-such-package==0\.1\.0"):
        embedded_model_dir(tmp_path / "cache")


@pytest.mark.parametrize("part", ["0", "1", "2", "trained"])
def test_a_file_of_another_checksum_is_refused(
    tmp_path: Path, committed_copy: Path, part: str
) -> None:
    write_recipe(committed_copy, part, sha256="0" * 64)
    with pytest.raises(ModelUnavailableError, match="expected 0000"):
        embedded_model_dir(tmp_path / "cache")


def test_a_model_that_is_not_the_recorded_one_is_refused(
    tmp_path: Path, committed_copy: Path
) -> None:
    write_recipe(committed_copy, "model", sha256="0" * 64)
    with pytest.raises(ModelUnavailableError, match=r"compose\.json records 0000"):
        embedded_model_dir(tmp_path / "cache")


def test_a_missing_recipe_is_named(tmp_path: Path, committed_copy: Path) -> None:
    (committed_copy / RECIPE).unlink()
    with pytest.raises(ModelUnavailableError, match="cannot be read"):
        embedded_model_dir(tmp_path / "cache")


def test_open_clip_loads_the_folder_by_itself(folder: Path) -> None:
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    with torch.inference_mode():
        vector = model.eval().encode_image(preprocess(Image.new("RGB", (300, 200), "teal"))[None])
    assert vector.shape == (1, 256)
    assert torch.isfinite(vector).all()


def test_long_texts_and_odd_pictures_give_finite_unit_vectors(embedder: OpenClipEmbedder) -> None:
    texts = embedder.embed_texts(["", "a red dress", "word " * 500, "日本語 🙂"])
    pictures = embedder.embed_images(
        [Image.new("RGB", size, "white") for size in [(1, 1), (9, 900)]]
    )
    for rows in (texts, pictures):
        assert rows.shape[1] == 256
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("one", "other", "stranger"),
    [
        ("courgette", "zucchini", "carrot"),
        ("eggplant", "aubergine", "banana"),
        ("trousers", "pants", "hat"),
        ("jumper", "sweater", "shoes"),
        ("sneakers", "trainers", "skirt"),
        ("couch", "sofa", "lamp"),
    ],
)
def test_two_words_for_one_thing_are_near(
    embedder: OpenClipEmbedder, one: str, other: str, stranger: str
) -> None:
    first, second, third = embedder.embed_texts([one, other, stranger])
    assert first @ second > first @ third + 0.1


@pytest.mark.data
def test_garments_are_told_apart_by_their_names(embedder: OpenClipEmbedder, datasets: Path) -> None:
    photos, kinds = six_of_each_garment(datasets)
    similarities = embedder.embed_images(photos) @ embedder.embed_texts(GARMENTS).T  # (60, 10)
    accuracy = float(np.mean(similarities.argmax(axis=1) == kinds))
    assert accuracy > 0.68  # 0.848 on all 282; three standard errors of 60 under it


@pytest.mark.data
def test_a_shop_photo_finds_its_catalogue_picture(
    embedder: OpenClipEmbedder, datasets: Path
) -> None:
    grocery = datasets / "grocery"
    products = [json.loads(line) for line in (grocery / "products.jsonl").read_text().splitlines()]
    shelf = embedded(embedder, [grocery / product["image_link"] for product in products])
    lines = (grocery / "val.csv").read_text().splitlines()[1::5]  # every fifth of 296
    rows = [line.split(",") for line in lines]
    ids = [product["id"] for product in products]
    wanted = np.array([ids.index(product) for _, product in rows])
    similarities = embedded(embedder, [grocery / photo for photo, _ in rows]) @ shelf.T
    first_five = np.argsort(-similarities, axis=1)[:, :5]
    assert float((first_five == wanted[:, None]).any(axis=1).mean()) > 0.80  # 0.926 on all 296


def six_of_each_garment(datasets: Path) -> tuple[list[Image.Image], Sequence[int]]:
    lines = (datasets / "clothing" / "validation.csv").read_text().splitlines()[1:]
    photos, kinds = [], []
    for number, kind in enumerate(GARMENTS):
        of_kind = sorted(line.split(",")[0] for line in lines if line.endswith(f",{kind}"))[:6]
        photos += [opened(datasets / "clothing" / name) for name in of_kind]
        kinds += [number] * len(of_kind)
    return photos, kinds


def embedded(embedder: OpenClipEmbedder, paths: Sequence[Path]) -> Vectors:
    return embedder.embed_images([opened(path) for path in paths])


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")
