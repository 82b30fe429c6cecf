"""A model that can see as a ``Detector``: one call gives boxes, labels and attributes."""

import logging
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from PIL import Image

from vision.errors import ModelError
from vision.grounding_boxes import LIMITS, NO_CAPTION, LabelledBox
from vision.item_boxes import DEFAULT_RULES, ItemRules, joined_boxes
from vision.types import Caption, ChatLimits, DetectedItem, Photo

logger = logging.getLogger(__name__)


@runtime_checkable
class Grounder(Protocol):
    """Locates the items of a picture and says what they are."""

    def ground(self, image: Image.Image, limits: ChatLimits) -> list[LabelledBox]:
        """Gives boxes inside the picture, most prominent first; none where it locates nothing.

        Raises:
            ModelError: the model is down, too slow, or refused.
        """


class GroundingDetector:
    """Items as a model locates and describes them; without its words the photo is one item."""

    def __init__(
        self, model: Grounder, limits: ChatLimits = LIMITS, rules: ItemRules = DEFAULT_RULES
    ) -> None:
        """Keeps the model.

        Args:
            model: locates items.
            limits: for the one call of a photo.
            rules: boxes that overlap are joined, small ones and those past the most are left out.
        """
        self._model = model
        self._limits = limits
        self._rules = rules

    def detect(self, photo: Photo) -> list[DetectedItem]:
        """Gives the items with their captions, most prominent first, confidence 1; never empty.

        The whole photo, with confidence 0 and no caption, where the model locates nothing, talks
        nonsense, is down or takes too long.
        """
        found = self._located(photo.image)
        joined = joined_boxes([one.box for one in found], (photo.width, photo.height), self._rules)
        return [
            DetectedItem(one.box, 1.0, _caption([found[place] for place in one.members]))
            for one in joined
        ] or [DetectedItem(photo.box, 0.0)]

    def _located(self, image: Image.Image) -> list[LabelledBox]:
        try:
            return self._model.ground(image, self._limits)
        except ModelError as error:
            logger.warning("the photo is taken as one item: %s", error)
            return []


def _caption(members: Sequence[LabelledBox]) -> Caption | None:
    """Of the most prominent box that the model said anything of; None: a captioner may look."""
    return next((one.caption for one in members if one.caption != NO_CAPTION), None)
