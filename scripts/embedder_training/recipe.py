"""The training run from pictures to the finished folder, step by step."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from scripts.embedder_training.captions import captions_of, coloured_captions_of, phrased
from scripts.embedder_training.colours import with_colours
from scripts.embedder_training.development import FOLDS, development_figures, development_split
from scripts.embedder_training.evaluation import unit
from scripts.embedder_training.export import export, model_config, new_model
from scripts.embedder_training.image_head import (
    Features,
    HeadSettings,
    Pairs,
    Texts,
    apply,
    train_heads,
)
from scripts.embedder_training.pictures import Picture, training_pictures
from scripts.embedder_training.teacher import Teacher
from scripts.embedder_training.text_tower import (
    Corpus,
    TextSettings,
    token_table,
    train_text_tower,
)
from scripts.embedder_training.trunk import (
    LITE0,
    LITE1,
    LITE2,
    Trunk,
    cached_features,
    package_file,
)
from scripts.embedder_training.views import VIEW_SEED, phone_view
from scripts.embedder_training.vocabulary import imagenet_names, shop_texts, wordnet_texts

PHONE_VIEWS = 3
SOURCES = (LITE0, LITE1, LITE2)
"""Of the trunks, in the order of ``LITE012``."""

FIRST = 1280
"""Features of the first trunk: they alone decide which photos a development run does not see."""

Trunks = Mapping[str, Trunk]
"""By architecture."""


@dataclass(frozen=True)
class Run:
    """Everything that decides what a run gives."""

    data: Path
    """Folder of the data sets."""
    teacher: Path
    """Folder of all-MiniLM-L6-v2."""
    work: Path
    """Cache of maps and teacher vectors; may be thrown away."""
    seed: int = 7
    renders: Path | None = None
    """Folder of our own renders with ``manifest.csv``."""
    head: HeadSettings = field(default_factory=HeadSettings)
    text: TextSettings = field(default_factory=TextSettings)


def train(run: Run, out: Path) -> None:
    """Trains the embedder and writes its folder; 5 minutes on one core with a warm cache."""
    torch.set_num_threads(1)  # more would change the order of sums, and with it the weights
    said = _Clock()
    pictures = with_colours(training_pictures(run.data, run.renders))
    trunks = loaded_trunks()
    features = view_features(pictures, trunks, run.work)
    said(f"{len(pictures)} pictures in {len(features)} views")
    teacher = Teacher(run.teacher)
    texts = picture_texts(pictures, run.data, teacher, run.work)
    picture_map, teacher_map = train_pair_of_heads(pictures, features, texts, trunks, run)
    said("picture map and teacher map trained")
    config = model_config(SOURCES[0].side_px, run.head, run.text)
    torch.manual_seed(run.seed)
    model = new_model(config)
    with torch.no_grad():
        model.token_embedding.weight.copy_(token_table(teacher, run.text.width))
    corpora = text_corpora(pictures, run, teacher, teacher_map)
    said(f"{sum(len(corpus.texts) for corpus in corpora)} texts embedded by the teacher")
    train_text_tower(model, corpora, run.text, run.seed)
    said("text tower trained")
    export(out, config, model, picture_map, SOURCES)
    said(f"written to {out}")


def develop(run: Run, folds: int = FOLDS) -> dict[str, float]:
    """Gives the mean figures of a run's head settings on the development split.

    Args:
        run: its text settings are not used: the teacher speaks for the text tower.
        folds: how many of the five folds.
    """
    torch.set_num_threads(1)
    pictures = with_colours(training_pictures(run.data, run.renders))
    trunks = loaded_trunks()
    features = view_features(pictures, trunks, run.work)
    teacher = Teacher(run.teacher)
    measured_on = picture_texts(pictures, run.data, teacher, run.work)
    rows = []
    for fold in range(folds):
        split = development_split(pictures, features[0, :, :FIRST], fold)
        seen = [p for p, trained in zip(pictures, split.trained, strict=True) if trained]
        texts = picture_texts(seen, run.data, teacher, run.work)
        heads = train_pair_of_heads(seen, features[:, split.trained], texts, trunks, run)
        rows.append(development_figures(pictures, split, features, heads, measured_on))
        print(f"fold {fold}: {rows[-1]}", flush=True)
    return {name: round(sum(row[name] for row in rows) / folds, 1) for name in rows[0]}


def loaded_trunks() -> Trunks:
    """Gives the trunks of the installed packages."""
    return {source.architecture: Trunk(source, package_file(source)) for source in SOURCES}


def view_features(pictures: Sequence[Picture], trunks: Trunks, work: Path) -> Features:
    """Gives ``(views, n, 3840)``: the clean view, then the phone views.

    Renders are cached apart, so that another set of them leaves the photos' cache usable.
    """
    backgrounds = [p.path for p in pictures if p.source in ("grocery", "clothing")]
    parts = [
        [p for p in pictures if not p.source.startswith("render")],
        [p for p in pictures if p.source.startswith("render")],
    ]
    rows = [
        np.concatenate([_one_view(part, view, backgrounds, trunks, work) for part in parts if part])
        for view in range(PHONE_VIEWS + 1)
    ]
    return np.stack(rows)


def _one_view(
    pictures: Sequence[Picture], view: int, backgrounds: Sequence[Path], trunks: Trunks, work: Path
) -> Features:
    def made(index: int) -> Image.Image:
        path = pictures[index].path
        return phone_view(path, view, backgrounds) if view else Image.open(path)

    keys = [f"{VIEW_SEED}/{view}/{p.path.parent.name}/{p.path.name}" for p in pictures]
    return cached_features(work, keys, made, trunks, f"view{view}")


def picture_texts(pictures: Sequence[Picture], data: Path, teacher: Teacher, work: Path) -> Texts:
    """Gives the teacher's vectors of captions, coloured captions and ImageNet's names."""

    def embedded(groups: Sequence[Sequence[str]]) -> list[Features]:
        rows = teacher.embed([text for group in groups for text in group], work)
        return np.split(rows, np.cumsum([len(group) for group in groups])[:-1])

    return Texts(
        captions=embedded(list(captions_of(pictures, data).values())),
        coloured=embedded(list(coloured_captions_of(pictures).values())),
        imagenet=unit(np.stack([rows.mean(axis=0) for rows in embedded(imagenet_names())])),
    )


def train_pair_of_heads(
    pictures: Sequence[Picture], features: Features, texts: Texts, trunks: Trunks, run: Run
) -> tuple[nn.Linear, nn.Linear]:
    """Gives the picture map and the teacher map of a run."""
    pairs = Pairs(pictures, len(features), run.head, run.seed)
    classifier = np.concatenate([trunk.classifier for trunk in trunks.values()], axis=1)
    return train_heads(features, pairs, texts, classifier, run.head, run.seed)


def text_corpora(
    pictures: Sequence[Picture], run: Run, teacher: Teacher, teacher_map: nn.Linear
) -> list[Corpus]:
    """Gives what the text tower learns: captions, shop phrases, WordNet."""
    groups = [captions_of(pictures, run.data), coloured_captions_of(pictures)]
    named = {text for group in groups for texts in group.values() for text in texts}
    captions = [phrase for name in sorted(named) for phrase in phrased(name)]
    return [
        Corpus(texts, apply(teacher_map, teacher.embed(texts, run.work)), share)
        for texts, share in (
            (captions, 0.35),
            (shop_texts(VIEW_SEED), 0.35),
            (wordnet_texts(), 0.3),
        )
    ]


class _Clock:
    """Prints a line and the seconds since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, line: str) -> None:
        print(f"{time.monotonic() - self._start:6.0f} s  {line}", flush=True)
