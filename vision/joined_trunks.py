"""ImageNet trunks side by side as one timm model, so that open_clip builds it by its name.

Networks of one kind err apart: joined, their features find more than any one's
(docs/decisions/0031-three-trunks.md). Importing this module makes the name known to timm.
"""

from typing import Any

import timm
import torch
from timm.models import register_model
from torch import nn

LITE012 = "joined_efficientnet_lite012"
"""timm's name of the joined model; all parts see the same pixels."""
PART_PREFIX = "trunks."
"""Before the name of a part, its timm name, in the names of its weights."""


class JoinedTrunks(nn.Module):
    """Gives the pooled features of several timm models, one after the other in a row."""

    def __init__(self, architectures: tuple[str, ...]) -> None:
        """Builds the parts, untrained.

        Args:
            architectures: timm names; each pools its last map to a row.
        """
        super().__init__()
        self.trunks = nn.ModuleDict(
            {name: timm.create_model(name, pretrained=False, num_classes=0)
             for name in architectures}
        )  # fmt: skip
        self.num_features = sum(int(part.num_features) for part in self._parts)
        self.default_cfg: dict[str, Any] = dict(self._parts[0].default_cfg)
        """What open_clip asks of a timm model: that of the first part."""

    @property
    def _parts(self) -> list[Any]:
        return list(self.trunks.values())

    def reset_classifier(self, num_classes: int, global_pool: str = "avg") -> None:
        """Leaves the parts without a classifier, as they are made.

        Raises:
            ValueError: a classifier is asked for.
        """
        if num_classes:
            raise ValueError(f"{num_classes} classes: joined trunks have no classifier, only 0")
        for part in self._parts:
            part.reset_classifier(0, global_pool)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """``(n, 3, h, w)`` to ``(n, num_features)``."""
        return torch.cat([part(pixels) for part in self._parts], dim=1)


@register_model
def joined_efficientnet_lite012(
    pretrained: bool = False,
    **_: object,
) -> JoinedTrunks:
    """Gives EfficientNet-Lite0, -Lite1 and -Lite2 side by side: rows of 3,840.

    Raises:
        ValueError: pretrained weights are asked for: they are in the parts' packages.
    """
    if pretrained:
        raise ValueError(f"{LITE012} has no pretrained weights of its own")
    return JoinedTrunks(tuple(f"tf_efficientnet_lite{size}" for size in range(3)))
