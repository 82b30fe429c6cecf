"""Any chat model that can see as one that locates items, by asking for boxes in words."""

import re

from PIL import Image

from vision.grounding_boxes import LIMITS, PROMPT, Frame, LabelledBox, parse_boxes
from vision.model_pictures import canvas_size, sent_size
from vision.protocols import ChatModel
from vision.types import ChatLimits, ChatMessage

_THOUSANDTHS = """
The numbers count thousandths of the picture's width and height, from its upper left corner."""
_COUNTS_PIXELS = re.compile(r"qwen2[._-]?5[._-]?vl", re.IGNORECASE)
"""Qwen2.5-VL, which was trained to count pixels and keeps to it whatever the question says."""
_PIXEL_STEP = 28
"""Servers resize pictures for Qwen2.5-VL to multiples of it."""


class ChatGrounder:
    """Asks a model for boxes; what the numbers count follows from the model's name.

    Qwen3-VL and Qwen3.5 count thousandths by themselves, other models are asked to.
    """

    def __init__(self, model: ChatModel) -> None:
        """Keeps the model."""
        self._model = model
        self._is_in_pixels = _COUNTS_PIXELS.search(model.name) is not None

    def ground(self, image: Image.Image, limits: ChatLimits = LIMITS) -> list[LabelledBox]:
        """Gives the items that the model locates, in pixels of the photo; none without boxes.

        Raises:
            ModelError: the model is down, too slow, or refused.
        """
        prompt = PROMPT if self._is_in_pixels else PROMPT + _THOUSANDTHS
        answer = self._model.complete([ChatMessage("user", (image, prompt))], limits)
        steps = _resized(image.size) if self._is_in_pixels else (1000, 1000)
        return parse_boxes(answer, Frame(steps, canvas_size(*image.size), image.size))


def _resized(size: tuple[int, int]) -> tuple[int, int]:
    """The picture as a server resizes what is sent to it, for Qwen2.5-VL."""
    width, height = sent_size(*size)
    return _in_steps(width), _in_steps(height)


def _in_steps(side_px: int) -> int:
    return max(1, round(side_px / _PIXEL_STEP)) * _PIXEL_STEP
