"""The captioner of the repository: real files, real code of transformers, real pictures."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from transformers import (
    AutoConfig,
    AutoModelForImageTextToText,
    AutoTokenizer,
    Qwen2VLImageProcessor,
)

from vision.efficientnet_patches import in_merge_order
from vision.embedded_captioner import (
    COMMITTED,
    PROMPT,
    RECIPE,
    EmbeddedCaptioner,
    Kind,
    answer_json,
)
from vision.errors import ModelUnavailableError
from vision.qwen_choice import known_answers
from vision.types import Caption


@pytest.fixture(scope="module")
def captioner(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedCaptioner:
    return EmbeddedCaptioner(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(COMMITTED, tmp_path / "captioner"))


def noise(size: tuple[int, int]) -> Image.Image:
    pixels = np.random.default_rng(size).normal(128, 90, (size[1], size[0]))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).convert("RGB")


def mug() -> Image.Image:
    image = Image.new("RGB", (200, 200), "white")
    ImageDraw.Draw(image).rectangle((60, 50, 140, 150), fill=(175, 35, 45))
    return image


def test_the_decoder_is_a_stock_qwen3_vl_of_at_most_3_million_parameters() -> None:
    assert AutoConfig.from_pretrained(COMMITTED).model_type == "qwen3_vl"
    model = AutoModelForImageTextToText.from_pretrained(COMMITTED, dtype=torch.float32)
    assert sum(p.numel() for p in model.parameters()) <= 3_500_000


def test_every_picture_gets_a_caption_whatever_its_shape(captioner: EmbeddedCaptioner) -> None:
    pictures = [noise((1, 1)), noise((26, 28)), noise((2000, 10)), noise((640, 480)), mug()]
    captions = captioner.caption(pictures)
    assert len(captions) == len(pictures)
    assert all(isinstance(one, Caption) for one in captions)
    assert captions[-1].color == "red"
    assert captioner.caption([]) == []


def test_things_that_it_does_not_know_get_a_colour_and_no_category(
    captioner: EmbeddedCaptioner,
) -> None:
    pictures = [noise((300, 300)), noise((90, 200)), Image.new("RGB", (64, 64), "navy"), mug()]
    captions = captioner.caption(pictures)
    assert [one.category for one in captions] == [""] * len(pictures)
    assert captions[-1] == Caption(color="red")


def test_a_caption_does_not_depend_on_the_pictures_beside_it(captioner: EmbeddedCaptioner) -> None:
    pictures = [mug(), noise((90, 200)), mug().rotate(20)]
    together = captioner.caption(pictures)
    assert together == [captioner.caption([one])[0] for one in pictures]


def test_shares_are_probabilities_over_categories(captioner: EmbeddedCaptioner) -> None:
    [shares] = captioner.category_shares([mug()])
    assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
    assert min(shares.values()) >= 0
    assert {"", "dress", "Apple"} <= set(shares)


def test_the_decoder_writes_json_of_a_kind_by_itself(captioner: EmbeddedCaptioner) -> None:
    known = {(kind.category.lower(), kind.title) for kind in captioner.kinds}
    for picture in (mug(), noise((90, 200))):
        written = captioner.decoded(picture)
        assert written.category
        assert (written.category, written.title) in known


def test_a_name_is_one_token_so_that_one_step_settles_a_caption() -> None:
    tokenizer = AutoTokenizer.from_pretrained(COMMITTED)
    recipe = json.loads((COMMITTED / RECIPE).read_text(encoding="utf-8"))
    texts = [answer_json(Kind(*pair)) for pair in recipe["kinds"] if pair != ["", ""]]
    answers = known_answers(tokenizer, texts)
    first_choices = {one[len(answers.opening)] for one in answers.tokens}
    assert len(first_choices) == len(texts)
    assert [tokenizer.decode(one[:-1]) for one in answers.tokens] == texts


def test_whatever_is_asked_a_known_kind_is_named(captioner: EmbeddedCaptioner) -> None:
    pictures = [mug(), noise((90, 200)), noise((300, 300))]
    named = captioner.named(pictures)
    assert len(named) == len(pictures)
    assert set(named) <= set(captioner.kinds) - {Kind("", "")}
    assert captioner.named([]) == []


def test_patches_come_in_the_order_of_qwens_own_processor() -> None:
    side = 8
    cells = np.arange(side * side, dtype=np.uint8).reshape(side, side)
    picture = Image.fromarray(np.repeat(np.repeat(cells, 16, 0), 16, 1)).convert("RGB")
    theirs = Qwen2VLImageProcessor(
        patch_size=16, image_mean=[0.0] * 3, image_std=[1.0] * 3, do_resize=False
    )(images=picture, return_tensors="pt")["pixel_values"]
    order = (theirs[:, 0] * 255).round().int()  # (cells,), the number in each cell
    maps = torch.arange(side * side, dtype=torch.float32).reshape(1, 1, side, side)
    assert in_merge_order(maps)[0, :, 0].int().tolist() == order.tolist()


def test_a_file_of_another_training_is_refused(copy: Path) -> None:
    path = copy / "patches.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ModelUnavailableError, match=r"patches\.safetensors has sha256"):
        EmbeddedCaptioner(copy)


def test_a_folder_without_its_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=RECIPE):
        EmbeddedCaptioner(tmp_path)


def test_the_recipe_names_what_it_can_say() -> None:
    recipe = json.loads((COMMITTED / RECIPE).read_text(encoding="utf-8"))
    kinds = [tuple(pair) for pair in recipe["kinds"]]
    assert len(set(kinds)) == len(kinds)
    assert ("", "") in kinds
    assert 0 < recipe["threshold"] < 1
    assert PROMPT


@pytest.mark.data
def test_held_out_garments_and_groceries_are_named(
    captioner: EmbeddedCaptioner, datasets: Path
) -> None:
    from scripts.captioner_training.examples import kinds_of
    from scripts.embedder_training.pictures import validation_pictures

    kinds, positions = kinds_of(datasets)
    for source, floor in (("clothing", 0.75), ("grocery", 0.60)):
        pictures = [p for p in validation_pictures(datasets) if p.source == source][::5]
        hits = []
        for picture in pictures:
            with Image.open(picture.path) as image:
                [said] = captioner.named([image.convert("RGB")])
            hits.append(said == kinds[positions[picture.label]])
        assert float(np.mean(hits)) >= floor
