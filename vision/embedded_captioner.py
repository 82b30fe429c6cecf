"""The captioner that needs no network: a small Qwen3-VL on an ImageNet trunk, and its doubts.

It knows 53 categories of groceries and garments and nothing else. A linear map on the trunk's
features says how probable a category is; below a calibrated probability the caption names none.
Else decoder and map name the thing together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load
from torch import nn
from transformers import AutoTokenizer, Qwen3VLProcessor, Qwen3VLVideoProcessor

from vision.caption_json import parse_caption
from vision.colour_names import colour_name
from vision.compute import DEFAULT_COMPUTE, ComputeOptions
from vision.efficientnet_patches import EfficientNetPatches, PatchLayout, PatchTrunk
from vision.image_engines import Tower, image_encoder
from vision.model_files import checked_bytes, read_recipe
from vision.qwen_vl import QwenVL
from vision.trunk_package import read_trunk, timm_named, trunk_file, trunk_preprocess
from vision.types import Caption, ChatLimits, ChatMessage

COMMITTED = Path(__file__).resolve().parent.parent / "data" / "models" / "captioner"
RECIPE = "captioner.json"
PROMPT = "JSON"
"""All that the decoder was ever asked."""
MAX_TOKENS = 40
"""The longest caption has 13."""


@dataclass(frozen=True)
class Kind:
    """One thing that the captioner can name."""

    category: str
    title: str


_NOTHING = Kind("", "")


def answer_json(kind: Kind) -> str:
    """Gives what the decoder says of a kind; the colour is measured and no part of it.

    The title comes first: it settles the category, so the decoder's first choice is its only one.
    """
    return json.dumps({"title": kind.title, "category": kind.category}, ensure_ascii=False)


class EmbeddedCaptioner:
    """Category, title and colour of groceries and garments; empty where it is not sure."""

    name = "embedded"

    def __init__(
        self,
        folder: Path = COMMITTED,
        compute: ComputeOptions = DEFAULT_COMPUTE,
        cache: Path | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        """Loads the decoder and joins it with the trunk of its package.

        Args:
            folder: as ``scripts/train_captioner.py`` writes it.
            compute: threads; it always runs in float32 on the CPU.
            cache: where the converted trunk is kept; None: it is converted each time.
            timeout_s: for the decoder, all pictures of a photo together.

        Raises:
            ModelUnavailableError: a file is missing or not the recorded one.
        """
        recipe = read_recipe(folder / RECIPE)
        for name, sha256 in recipe["files"].items():
            checked_bytes(folder / name, sha256)
        tensors = load((folder / "patches.safetensors").read_bytes())
        self._limits = ChatLimits(MAX_TOKENS, timeout_s)
        self.kinds = [Kind(*pair) for pair in recipe["kinds"]]
        self._threshold: float = recipe["threshold"]
        self._map_weight: float = recipe["map_weight"]
        self._head = _linear(tensors, "head")
        self._patches = patch_processor(recipe, tensors, compute, cache)
        self._model = QwenVL(
            str(folder),
            replace(compute, device="cpu", dtype="float32", batch_size=0),
            pixels=None,
            processor=qwen_processor(folder, self._patches),
        )

    def caption(self, images: Sequence[Image.Image]) -> list[Caption]:
        """Gives one caption a picture; the colour is measured, the category may be empty.

        Raises:
            ModelTimeoutError: the machine is overloaded.
        """
        if not images:
            return []
        log_shares = self.log_shares(images)
        shares = [self._by_category(row) for row in np.exp(log_shares)]
        sure = [index for index, one in enumerate(shares) if _best(one) >= self._threshold]
        said = self._chosen([images[index] for index in sure], log_shares[sure])
        kinds = dict(zip(sure, said, strict=True))
        return [
            self._checked(kinds.get(index, _NOTHING), shares[index], colour_name(image))
            for index, image in enumerate(images)
        ]

    def named(self, images: Sequence[Image.Image]) -> list[Kind]:
        """Gives the kind that is named, sure or not, for measuring: decoder and map together.

        Raises:
            ModelTimeoutError: as ``caption``.
        """
        return self._chosen(images, self.log_shares(images)) if images else []

    def decoded(self, image: Image.Image) -> Caption:
        """Gives what the decoder writes of a picture by itself, for measuring it alone.

        Raises:
            ModelTimeoutError: as ``caption``.
        """
        turn = [ChatMessage("user", (image, PROMPT))]
        return parse_caption(self._model.generate_batch([turn], self._limits)[0])

    def category_shares(self, images: Sequence[Image.Image]) -> list[Mapping[str, float]]:
        """Gives the probability of each known category, by picture; "" is none of them."""
        return [self._by_category(row) for row in np.exp(self.log_shares(images))]

    def log_shares(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Gives the linear map's log-probabilities ``(n, kinds)``, the last one for "none"."""
        with torch.inference_mode():
            logits = self._head(torch.from_numpy(self._patches.pooled(images)))
            shares: NDArray[np.float32] = logits.log_softmax(dim=1).numpy()
        return shares

    def _chosen(self, images: Sequence[Image.Image], log_shares: NDArray[np.float32]) -> list[Kind]:
        """What the decoder writes, held to the kinds, each weighed with its share."""
        turns = [[ChatMessage("user", (image, PROMPT))] for image in images]
        named = [at for at, kind in enumerate(self.kinds) if kind != _NOTHING]
        answers = [answer_json(self.kinds[at]) for at in named]
        weights = self._map_weight * log_shares[:, named]
        chosen = self._model.choose(turns, answers, weights, self._limits)
        return [self.kinds[named[at]] for at in chosen]

    def _by_category(self, row: NDArray[np.float32]) -> Mapping[str, float]:
        total: dict[str, float] = {}
        for kind, share in zip(self.kinds, row.tolist(), strict=True):
            total[kind.category] = total.get(kind.category, 0.0) + share
        return total

    def _checked(self, kind: Kind, shares: Mapping[str, float], colour: str) -> Caption:
        """What was chosen, where the linear map finds its category probable."""
        if kind == _NOTHING or shares[kind.category] < self._threshold:
            return Caption(color=colour)
        title = kind.title.lower()
        return Caption(
            category=kind.category.lower(),
            title=title,
            color=colour,
            text=f"{colour} {title}".strip(),
        )


def _best(shares: Mapping[str, float]) -> float:
    return max(share for category, share in shares.items() if category)


def patch_processor(
    recipe: Any, tensors: Mapping[str, torch.Tensor], compute: ComputeOptions, cache: Path | None
) -> EfficientNetPatches:
    """Gives the image processor of a recipe and its projection.

    Raises:
        ModelUnavailableError: the trunk's package is missing or does not convert.
    """
    side = recipe["side_px"]
    weights = timm_named(recipe["architecture"], read_trunk(trunk_file(recipe["trunk"])))
    trunk = PatchTrunk(recipe["architecture"], weights, _linear(tensors, "projection"))
    name = f"captioner-trunk-{recipe['files']['patches.safetensors'][:16]}.onnx"
    tower = Tower(
        visual=trunk,
        example=torch.zeros(1, 3, side, side),
        device=torch.device("cpu"),
        dtype=torch.float32,
        threads=compute.threads,
        onnx_file=cache / "models" / name if cache else None,
    )
    layout = PatchLayout(recipe["cells"], recipe["cells"], trunk.projection.out_features)
    return EfficientNetPatches(image_encoder("onnx", tower), trunk_preprocess(side), layout)


def qwen_processor(folder: Path, patches: EfficientNetPatches) -> Qwen3VLProcessor:
    """Gives a stock Qwen3-VL processor whose pictures become trunk patches."""
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    template = (folder / "chat_template.jinja").read_text(encoding="utf-8")
    videos = Qwen3VLVideoProcessor()
    return Qwen3VLProcessor(  # type: ignore[no-untyped-call]
        patches, tokenizer, videos, chat_template=template
    )


def _linear(tensors: Mapping[str, torch.Tensor], name: str) -> nn.Linear:
    weight, bias = tensors[f"{name}.weight"].float(), tensors[f"{name}.bias"].float()
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer.requires_grad_(False)
