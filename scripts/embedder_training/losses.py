"""Contrastive losses on unit vectors."""

import torch
from torch.nn.functional import cross_entropy, normalize

IMAGENET_TEMPERATURE = 0.05


def image_loss(images: torch.Tensor, positive: torch.Tensor, temperature: float) -> torch.Tensor:
    """Pulls pictures of one product together, away from the others in the batch.

    Args:
        images: ``(n, d)`` unit rows.
        positive: ``(n,)``; equal numbers belong together.
        temperature: divides the similarities.

    Source: Khosla et al., Supervised Contrastive Learning, 2020, equation 2.
    """
    itself = torch.eye(len(images), dtype=torch.bool)
    logits = (images @ images.T / temperature).masked_fill(itself, -1e9)  # (n, n)
    together = ((positive[:, None] == positive[None]) & ~itself).float()
    return -_mean_over(torch.log_softmax(logits, dim=1), together)


def image_text_loss(
    images: torch.Tensor, texts: torch.Tensor, caption: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Pulls pictures and texts of one caption together, in both directions.

    Args:
        images: ``(n, d)`` unit rows.
        texts: ``(n, d)`` unit rows.
        caption: ``(n,)``; equal numbers belong together, -1: no caption.
        temperature: divides the similarities.

    Source: Radford et al., CLIP, 2021, with several positives a row.
    """
    has = caption >= 0
    logits = images[has] @ texts[has].T / temperature
    together = (caption[has][:, None] == caption[has][None]).float()
    forward = _mean_over(torch.log_softmax(logits, dim=1), together)
    back = _mean_over(torch.log_softmax(logits.T, dim=1), together)
    return -(forward + back) / 2


def imagenet_loss(
    weight: torch.Tensor, classifier: torch.Tensor, names: torch.Tensor
) -> torch.Tensor:
    """Pulls the name of an ImageNet class to where its classifier row lies in the embedding.

    A classifier row w scores features x as w·x. The vector z that scores the embedding P x most
    alike is z = (P Pᵀ)⁻¹ P w. So 1,000 things without a picture get a place.

    Args:
        weight: ``(d, 1280)``, P.
        classifier: ``(1000, 1280)``, centred over the classes.
        names: ``(1000, d)`` unit rows.
    """
    gram = weight @ weight.T
    gram = gram + 1e-4 * gram.diagonal().mean() * torch.eye(len(gram))
    places = normalize(torch.linalg.solve(gram, weight @ classifier.T).T, dim=1)  # (1000, d)
    logits = names @ places.T / IMAGENET_TEMPERATURE
    target = torch.arange(len(names))
    return (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2


def _mean_over(values: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Mean over the rows of each row's mean over its chosen columns."""
    return ((values * chosen).sum(dim=1) / chosen.sum(dim=1).clamp(min=1)).mean()
