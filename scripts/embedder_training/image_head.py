"""The linear map from the trunk's features to the embedding, and from the teacher's to the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import normalize

from scripts.embedder_training.captions import coloured_key
from scripts.embedder_training.evaluation import unit
from scripts.embedder_training.losses import image_loss, image_text_loss, imagenet_loss
from scripts.embedder_training.pictures import Picture

Features = NDArray[np.float32]


@dataclass(frozen=True)
class HeadSettings:
    """How the heads are trained; chosen on the development split."""

    dimension: int = 256
    steps: int = 600
    pairs: int = 128
    """A batch is twice as many views."""
    learning_rate: float = 2e-3
    temperature: float = 0.025
    text_temperature: float = 0.07
    """While only the texts' map is trained, on the finished picture map."""
    clean_share: float = 0.6
    """Views taken as the catalogue shows them; the rest are phone views."""
    catalogue_share: float = 0.15
    """Partners that are the product's catalogue picture, where there is one."""
    text_weight: float = 1.0
    colour_weight: float = 0.5
    """Of the loss against coloured captions."""
    imagenet_weight: float = 0.5
    imagenet_classes: int = 256
    """Of the 1,000, drawn anew each step."""
    start_power: float = 0.5
    """Of the PCA that the trained part starts from; see ``pca_head``."""
    kept_power: float = 0.25
    """Of the PCA that is kept beside it as it is."""
    kept_weight: float = 2.0
    """How long the kept part is in training, against its own length in a PCA of mean length 1."""
    trained_share: float = 0.85
    """Of the squared length of an embedding, in the finished map."""


@dataclass(frozen=True)
class Batch:
    """Indices of the views of one step."""

    pictures: NDArray[np.int64]
    views: NDArray[np.int64]


def pca_head(features: Features, dimension: int, power: float = 0.5) -> nn.Linear:
    """Gives a centred PCA as a linear layer, each direction divided by variance^(power/2).

    Args:
        features: ``(n, 1280)``.
        dimension: directions kept.
        power: 0 keeps the variances, 1 whitens; half of it is best on unseen products.
    """
    mean = features.mean(axis=0)
    covariance = np.cov((features - mean).T.astype(np.float64))
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1][:dimension], vectors[:, ::-1][:, :dimension]
    weight = (vectors * values ** (-power / 2)).T  # (dimension, 1280)
    scale = 1 / np.linalg.norm((features - mean) @ weight.T, axis=1).mean()
    return _linear(weight * scale, -weight @ mean * scale)


def _linear(weight: NDArray[np.float64], bias: NDArray[np.float64]) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
        layer.bias.copy_(torch.from_numpy(bias))
    return layer


class JointMap(nn.Module):
    """A trained linear map beside a fixed one; the embedding is both, end to end.

    What training cannot know, other products' looks, stays in the fixed part, and the trained part
    learns only what is missing from it.
    """

    def __init__(self, trained: nn.Linear, kept: nn.Linear, kept_weight: float) -> None:
        """Joins the two; ``kept`` is frozen."""
        super().__init__()
        self.trained = trained
        self.kept = kept.requires_grad_(False)
        self._kept_weight = kept_weight

    @property
    def weight(self) -> torch.Tensor:
        """``(d, 1280)``, of the trained part alone: texts are compared with it."""
        return self.trained.weight

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """``(n, 1280)`` to ``(n, 2 d)``."""
        return torch.cat([self.trained(rows), self._kept_weight * self.kept(rows)], dim=1)

    def compressed(self, features: Features, dimension: int, trained_share: float) -> nn.Linear:
        """Gives one linear map in which the parts have the shares, turned into fewer dimensions.

        Args:
            features: ``(n, 1280)``, whose embeddings the dimensions must keep apart.
            dimension: of the result.
            trained_share: of the squared length, in the mean.
        """
        weights, biases = [], []
        for part, share in ((self.trained, trained_share), (self.kept, 1 - trained_share)):
            weight, bias = part.weight.detach().numpy(), part.bias.detach().numpy()
            scale = np.sqrt(share) / np.linalg.norm(features @ weight.T + bias, axis=1).mean()
            weights.append(weight * scale)
            biases.append(bias * scale)
        weight, bias = np.concatenate(weights), np.concatenate(biases)  # (2 d, 1280), (2 d,)
        rows = unit(features @ weight.T + bias).astype(np.float64)
        # Not centred: the dot products of the rows are to be kept, not their variance.
        _, directions = np.linalg.eigh(rows.T @ rows)
        turn = directions[:, ::-1][:, :dimension].T  # (dimension, 2 d)
        return _linear(turn @ weight, turn @ bias)


class Pairs:
    """Draws batches in which every picture has a partner that shows the same product."""

    def __init__(self, pictures: Sequence[Picture], views: int, settings: HeadSettings, seed: int):
        """Sorts the pictures by what they show; ``views`` counts the clean one."""
        self._draw = np.random.default_rng(seed)
        self._settings = settings
        self._views = views
        self.positive = _codes([picture.positive for picture in pictures])
        self.caption = _codes([picture.caption for picture in pictures])
        self.coloured = _codes([coloured_key(picture) for picture in pictures])
        self._members = [
            np.flatnonzero(self.positive == code) for code in range(self.positive.max() + 1)
        ]
        iconic = np.array([picture.source == "iconic" for picture in pictures])
        self._catalogue = [rows[iconic[rows]] for rows in self._members]

    def __iter__(self) -> Iterator[Batch]:
        for _ in range(self._settings.steps):
            anchors = self._draw.integers(len(self.positive), size=self._settings.pairs)
            partners = np.array([self._partner(anchor) for anchor in anchors])
            pictures = np.concatenate([anchors, partners])
            views = self._some_views(len(pictures))
            same = (anchors == partners) & (views[: len(anchors)] == views[len(anchors) :])
            views[len(anchors) :][same] = (views[len(anchors) :][same] + 1) % self._views
            yield Batch(pictures, views)

    def _partner(self, anchor: int) -> int:
        code = self.positive[anchor]
        catalogue = self._catalogue[code]
        if len(catalogue) and self._draw.random() < self._settings.catalogue_share:
            return int(self._draw.choice(catalogue))
        others = self._members[code]
        return int(self._draw.choice(others))

    def _some_views(self, count: int) -> NDArray[np.int64]:
        views = self._draw.integers(1, self._views, size=count)
        views[self._draw.random(count) < self._settings.clean_share] = 0
        return views


def _codes(names: Sequence[str]) -> NDArray[np.int64]:
    """Gives each name its position among the sorted names, -1 for an empty one."""
    order = {name: code for code, name in enumerate(sorted({name for name in names if name}))}
    return np.array([order.get(name, -1) for name in names])


@dataclass(frozen=True)
class Texts:
    """Teacher vectors of everything that the heads compare pictures with."""

    captions: list[Features]
    """By sorted caption key: ``(wordings, 384)``."""
    coloured: list[Features]
    """By sorted coloured key, likewise."""
    imagenet: Features
    """``(1000, 384)``."""


def train_heads(
    features: Features, pairs: Pairs, texts: Texts, classifier: Features,
    settings: HeadSettings, seed: int,
) -> tuple[nn.Linear, nn.Linear]:  # fmt: skip
    """Gives the trained picture map (1280 to d) and teacher map (384 to d).

    Args:
        features: ``(views, n, 1280)``, view 0 the clean one.
        pairs: draws the batches.
        texts: teacher vectors.
        classifier: ``(1000, 1280)``, ImageNet's: names things of which there is no picture.
        settings: steps, rates and weights.
        seed: of the teacher map's start and of the wordings.
    """
    torch.manual_seed(seed)
    teacher_map = nn.Linear(texts.imagenet.shape[1], settings.dimension)
    joint = JointMap(
        pca_head(features[0], settings.dimension, settings.start_power),
        pca_head(features[0], settings.dimension, settings.kept_power),
        settings.kept_weight,
    )
    _fit(features, pairs, texts, classifier, (joint, teacher_map), settings, seed)
    picture_map = joint.compressed(features[0], settings.dimension, settings.trained_share)
    picture_map.requires_grad_(False)
    # The texts follow the pictures to where the compression put them.
    teacher_map = nn.Linear(texts.imagenet.shape[1], settings.dimension)
    follow = replace(settings, temperature=settings.text_temperature)
    _fit(features, pairs, texts, classifier, (picture_map, teacher_map), follow, seed + 1)
    return picture_map, teacher_map


def _fit(
    features: Features, pairs: Pairs, texts: Texts, classifier: Features,
    maps: tuple[JointMap | nn.Linear, nn.Linear], settings: HeadSettings, seed: int,
) -> None:  # fmt: skip
    """Trains those parts of the two maps in place that are not frozen."""
    picture_map, teacher_map = maps
    draw = np.random.default_rng(seed)
    table = torch.from_numpy(features)
    weights = torch.from_numpy(classifier - classifier.mean(axis=0))
    names = torch.from_numpy(texts.imagenet)
    parameters = [p for part in maps for p in part.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, settings.steps, pct_start=0.1
    )
    for batch in pairs:
        rows = table[batch.views, batch.pictures]  # (2 pairs, 1280)
        images = normalize(picture_map(rows), dim=1)
        positive = torch.from_numpy(pairs.positive[batch.pictures])
        loss = image_loss(images, positive, settings.temperature)
        spoken_to = images[:, : settings.dimension]  # the trained part
        for codes, wordings, weight in (
            (pairs.caption, texts.captions, settings.text_weight),
            (pairs.coloured, texts.coloured, settings.colour_weight),
        ):
            spoken = normalize(teacher_map(_worded(codes[batch.pictures], wordings, draw)), dim=1)
            loss = loss + weight * image_text_loss(
                spoken_to, spoken, torch.from_numpy(codes[batch.pictures]), settings.temperature
            )
        some = torch.from_numpy(draw.choice(len(names), settings.imagenet_classes, replace=False))
        loss = loss + settings.imagenet_weight * imagenet_loss(
            picture_map.weight, weights[some], normalize(teacher_map(names[some]), dim=1)
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()


def _worded(
    codes: NDArray[np.int64], wordings: list[Features], draw: np.random.Generator
) -> torch.Tensor:
    """``(n, 384)``: one wording of each caption, zeros where there is no caption."""
    rows = np.zeros((len(codes), wordings[0].shape[1]), np.float32)
    for row, code in zip(rows, codes, strict=True):
        if code >= 0:
            row[:] = wordings[code][draw.integers(len(wordings[code]))]
    return torch.from_numpy(rows)


def apply(layer: nn.Linear, rows: Features) -> Features:
    """Gives ``(n, d)`` unit rows."""
    with torch.inference_mode():
        return normalize(layer(torch.from_numpy(rows)), dim=1).numpy()
