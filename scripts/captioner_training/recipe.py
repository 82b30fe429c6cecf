"""The training run from pictures to the finished captioner folder."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from scripts.captioner_training import head as heads
from scripts.captioner_training.decoder import (
    DecoderSettings,
    Turns,
    decoder_log_shares,
    finish_decoder,
    new_decoder,
    new_tokenizer,
    save_decoder,
    train_decoder,
)
from scripts.captioner_training.examples import (
    Examples,
    abstract_pictures,
    fit_projection,
    kinds_of,
    labelled_pictures,
    seen,
    unnameable_pictures,
    view_maps,
)
from scripts.embedder_training.development import development_split
from scripts.embedder_training.trunk import LITE1, Trunk, package_file
from vision.efficientnet_patches import MERGE
from vision.embedded_captioner import RECIPE, Kind, answer_json
from vision.embedded_model import safetensors_bytes

CHANNELS = 256
CELLS = 8
"""A side of the trunk's last map at 240 px."""
ABSTRACT = 60
"""Pictures of nothing, a view."""


@dataclass(frozen=True)
class Run:
    """Everything that decides what a run gives."""

    data: Path
    work: Path
    seed: int = 7
    decoder: DecoderSettings = field(default_factory=DecoderSettings)


def train(run: Run, out: Path) -> None:
    """Trains the captioner and writes its folder; about 15 minutes on one core."""
    torch.set_num_threads(1)  # more would change the order of sums, and with it the weights
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {line}", flush=True)

    kinds, positions = kinds_of(run.data)
    pictures, _ = labelled_pictures(run.data)
    trunk = Trunk(LITE1, package_file(LITE1))
    maps = view_maps(pictures, trunk, run.work, run.data)
    projection = fit_projection(trunk, maps[0], CHANNELS)
    patches, pooled = zip(*(seen(trunk, one, projection) for one in maps), strict=True)
    kind_numbers = np.array([positions[p.label] for p in pictures])
    examples = Examples(np.stack(patches), np.stack(pooled), kind_numbers)
    say(f"{len(pictures)} pictures in {len(patches)} views")
    others = _unnameable(run, trunk)
    held = development_split(pictures, examples.pooled[0], 0).held_photos
    judge, layer, threshold = calibrated_head(held, examples, others, kinds, run.seed)
    say(f"linear map trained; it speaks from {threshold:.2f} on")
    captions = [answer_json(kind) for kind in kinds]
    names = [name for kind in kinds for name in (kind.title, kind.category)]
    tokenizer = new_tokenizer(captions, names, run.decoder)
    torch.manual_seed(run.seed)
    decoder = new_decoder(tokenizer, CELLS, CHANNELS, run.decoder)
    turns = Turns(tokenizer, captions, (CELLS // MERGE) ** 2)
    train_decoder(decoder, turns, examples.some(~held), run.decoder, run.seed)
    unseen = examples.some(held)
    weight = heads.best_weight(
        decoder_log_shares(decoder, turns, unseen.patches[0]),
        heads.log_shares(judge, unseen.pooled[0])[:, : len(kinds)],
        unseen.kinds,
    )
    say(f"decoder trained without the scenes held out; beside it the map weighs {weight:g}")
    finish_decoder(decoder, turns, examples, run.decoder, run.seed)
    say("decoder trained")
    out.mkdir(parents=True, exist_ok=True)
    save_decoder(decoder, tokenizer, out)
    fitted = {"threshold": threshold, "map_weight": weight}
    _write(out, {"projection": projection, "head": layer}, [*kinds, Kind("", "")], fitted)
    say(f"written to {out}")


def calibrated_head(
    held: NDArray[np.bool_],
    examples: Examples,
    others: NDArray[np.float32],
    kinds: list[Kind],
    seed: int,
) -> tuple[nn.Linear, nn.Linear, float]:
    """Gives a linear map that did not see the held-out scenes, the one that did, the threshold.

    Args:
        held: ``(n,)``, pictures of the scenes that the choices are made on.
        examples: all n.
        others: ``(views, m, 1280)``, pictures of nothing that has a name.
        kinds: what can be named; "nothing" comes behind them.
        seed: of the training.
    """
    nothing = len(kinds)
    categories = _category_numbers(kinds)

    def fitted(rows: NDArray[np.bool_]) -> nn.Linear:
        views = len(examples.pooled)
        features = [*examples.pooled[:, rows], *others]
        numbers = [*[examples.kinds[rows]] * views, *[np.full(others.shape[1], nothing)] * views]
        labelled = heads.Labelled(np.concatenate(features), np.concatenate(numbers))
        return heads.fit_head(labelled, nothing + 1, seed)

    judge = fitted(~held)
    held_out = heads.Labelled(examples.pooled[0, held], examples.kinds[held])
    factor = heads.sharpness(judge, held_out)
    shares = heads.category_shares(heads.scaled(judge, factor), held_out.features, categories)
    threshold = heads.least_probability(
        shares, categories[held_out.kinds], int(categories[nothing])
    )
    return judge, heads.scaled(fitted(np.ones_like(held)), factor), threshold


def _category_numbers(kinds: list[Kind]) -> NDArray[np.int64]:
    names = [kind.category for kind in kinds] + [""]
    order = {name: number for number, name in enumerate(sorted(set(names)))}
    return np.array([order[name] for name in names])


def _unnameable(run: Run, trunk: Trunk) -> NDArray[np.float32]:
    """``(views, m, 1280)``: things that are no food or garments; and nothing."""
    maps = view_maps(unnameable_pictures(run.data), trunk, run.work, run.data)
    things = np.stack([trunk.pooled(one) for one in maps])  # (views, m, 1280)
    nothing = abstract_pictures(ABSTRACT * len(maps), run.seed)
    blank = trunk.pooled(np.stack([trunk.map_of(picture) for picture in nothing]))
    return np.concatenate([things, blank.reshape(len(maps), ABSTRACT, -1)], axis=1)


def _write(
    out: Path, layers: Mapping[str, nn.Linear], kinds: list[Kind], fitted: Mapping[str, float]
) -> None:
    tensors = {
        f"{name}.{part}": getattr(layer, part)
        for name, layer in layers.items()
        for part in ("weight", "bias")
    }
    (out / "patches.safetensors").write_bytes(safetensors_bytes(tensors))
    files = ("model.safetensors", "patches.safetensors", "tokenizer.json", "config.json")
    recipe = {
        "architecture": LITE1.architecture,
        "side_px": LITE1.side_px,
        "cells": CELLS,
        "trunk": LITE1.record(),
        **fitted,
        "kinds": [[kind.category, kind.title] for kind in kinds],
        "files": {name: _sha256((out / name).read_bytes()) for name in files},
    }
    text = json.dumps(recipe, indent=1, ensure_ascii=False)
    (out / RECIPE).write_text(text + "\n", encoding="utf-8")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
