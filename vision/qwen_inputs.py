"""Conversations with photos as the tensors that a Qwen-VL takes.

Pictures go to the processor as they are, and it resizes each of them once. The usual helper,
``qwen_vl_utils.process_vision_info``, is left out on purpose: for still pictures it only resizes
them (a second time, to multiples of 28 px where Qwen3-VL takes 32, unless told otherwise), it
would open any URL or path that a message names, and it brings PyAV and requests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vision.model_pictures import with_legal_ratio
from vision.types import ChatMessage


@dataclass(frozen=True)
class PixelBudget:
    """Areas between which a picture is resized; a token is 28 x 28 or 32 x 32 pixels."""

    min_pixels: int = 256 * 256
    """64 tokens of Qwen3-VL."""
    max_pixels: int = 768 * 768
    """576 tokens of Qwen3-VL."""


DEFAULT_PIXELS = PixelBudget()


def model_inputs(
    processor: Any, conversations: Sequence[Sequence[ChatMessage]], pixels: PixelBudget | None
) -> Any:
    """Gives token ids and pixels of one batch, padded on the tokenizer's side.

    What looks like a control token in a text stays text; without a budget the size of pictures
    is the processor's.
    """
    options: dict[str, Any] = {"padding": True}
    if pixels is not None:  # the keys say edge, the values are areas
        size = {"shortest_edge": pixels.min_pixels, "longest_edge": pixels.max_pixels}
        options["images_kwargs"] = {"size": size}
    thinks = {"enable_thinking": False} if "enable_thinking" in _template(processor) else {}
    return processor.apply_chat_template(
        [[_turn(message) for message in messages] for messages in conversations],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        sanitize_control_tokens=True,
        processor_kwargs=options,
        **thinks,
    )


def resized_size(processor: Any, inputs: Any) -> tuple[int, int]:
    """Gives width and height of the batch's last picture as the model sees it; 0, 0 without one."""
    if "image_grid_thw" not in inputs:
        return 0, 0
    _, rows, columns = inputs["image_grid_thw"][-1].tolist()
    patch = processor.image_processor.patch_size
    return columns * patch, rows * patch


def _turn(message: ChatMessage) -> dict[str, object]:
    parts = [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image", "image": with_legal_ratio(part)}
        for part in message.parts
    ]
    return {"role": message.role, "content": parts}


def _template(processor: Any) -> str:
    return str(processor.chat_template or processor.tokenizer.chat_template)
