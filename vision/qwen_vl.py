"""Any Qwen-VL (Qwen2.5-VL, Qwen3-VL, Qwen3.5) in this process as a ``ChatModel``."""

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import (
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
    TextIteratorStreamer,
)

from vision.chat_schema import with_schema
from vision.compute import DEFAULT_COMPUTE, ComputeOptions
from vision.errors import ModelRefusedError, ModelTimeoutError, ModelUnavailableError
from vision.grounding_boxes import LIMITS, PROMPT, Frame, LabelledBox, parse_boxes, steps_of
from vision.model_pictures import canvas_size
from vision.qwen_choice import Decided, Weighed, known_answers, with_opening
from vision.qwen_inputs import DEFAULT_PIXELS, PixelBudget, model_inputs, resized_size
from vision.qwen_loading import load_qwen
from vision.qwen_stopping import Stop
from vision.qwen_yes_no import yes_against_no
from vision.types import ChatLimits, ChatMessage

_STOP_GRACE_S = 1.0
"""An answer that ran out of time ends with its next token."""


class QwenVL:
    """Greedy answers about photos from one Qwen-VL; calls from several threads take turns."""

    def __init__(
        self,
        name: str,
        compute: ComputeOptions = DEFAULT_COMPUTE,
        pixels: PixelBudget | None = DEFAULT_PIXELS,
        processor: Any = None,
    ) -> None:
        """Loads the model.

        Args:
            name: a folder in the layout of ``from_pretrained``, or ``ORG/REPO`` on the hub.
            compute: device, dtype (``auto``: bfloat16 on CUDA, float32 on a CPU) and how many
                conversations a forward pass takes (0: 16 on CUDA, 4 on a CPU).
            pixels: size of pictures; None leaves it to the processor.
            processor: takes the place of the model's own.

        Raises:
            UnknownModelError: no such device or dtype, or no Qwen-VL that is known here.
            ModelUnavailableError: folder, hub, files or memory are missing.
        """
        self.name = Path(name).name
        self._device = compute.resolved_device()
        self._parts = load_qwen(name, self._device, compute.resolved_dtype(), processor)
        self._batch_size = compute.batch_size or (16 if self._device.type == "cuda" else 4)
        self._pixels = pixels
        self._turn = threading.Lock()

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        """Gives the whole answer; a schema is said in words, the model is not held to it.

        Raises:
            ModelTimeoutError: the answer was not whole in time.
            ModelRefusedError: JSON was asked for and is longer than the limit, or the
                conversation is longer than the model takes.
            ModelUnavailableError: out of memory, or the device failed.
        """
        answer = self._answers([with_schema(messages, schema)], Stop(limits), limits)[0]
        if schema is not None and answer.is_cut:
            raise ModelRefusedError(
                f"{self.name}: the JSON did not end within {limits.max_tokens} tokens"
            )
        return answer.text

    def generate_batch(
        self,
        conversations: Sequence[Sequence[ChatMessage]],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> list[str]:
        """Gives one answer a conversation, several in a forward pass; some may be cut short.

        The limits hold for each forward pass.

        Raises:
            ModelError: as ``complete``, but for the length.
        """
        turns = [with_schema(messages, schema) for messages in conversations]
        starts = range(0, len(turns), self._batch_size)
        batches = [turns[start : start + self._batch_size] for start in starts]
        return [
            answer.text
            for batch in batches
            for answer in self._answers(batch, Stop(limits), limits)
        ]

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        """Gives the pieces of ``complete`` as they are written.

        Raises:
            ModelError: as ``complete``; also after some pieces have come.
        """
        stop = Stop(limits)
        streamer = TextIteratorStreamer(
            self._parts.processor.tokenizer, skip_prompt=True, skip_special_tokens=True
        )
        failures: list[Exception] = []

        def write() -> None:
            try:
                self._answers([messages], stop, limits, streamer)
            except Exception as error:  # raised again where it is read
                failures.append(error)
            finally:
                streamer.on_finalized_text("", stream_end=True)

        writer = threading.Thread(target=write, name=f"{self.name} writes", daemon=True)
        writer.start()
        try:
            yield from self._pieces(streamer, stop)
        finally:
            stop.is_cancelled = True  # nobody reads on: the thread ends with its next token
        writer.join()  # the text ends a moment before it is known why
        if failures:
            raise failures[0]

    def ground(self, image: Image.Image, limits: ChatLimits = LIMITS) -> list[LabelledBox]:
        """Gives the items that the model locates in a photo, in pixels of that photo.

        None for an answer without boxes.

        Raises:
            ModelError: as ``complete``, but for the length.
        """
        messages = [ChatMessage("user", (image, PROMPT))]
        answer = self._answers([messages], Stop(limits), limits)[0]
        steps = steps_of(self._parts.family, answer.resized)
        return parse_boxes(answer.text, Frame(steps, canvas_size(*image.size), image.size))

    def yes_log_odds(
        self, conversations: Sequence[Sequence[ChatMessage]], limits: ChatLimits
    ) -> list[float]:
        """Gives, for each conversation, the log-odds of "yes" against "no" as the next word.

        The time is for all conversations together.

        Raises:
            ModelError: as ``complete``, but for the length.
        """
        stop = Stop(limits)
        odds: list[float] = []
        for start in range(0, len(conversations), self._batch_size):
            if stop.left_s < 0:
                raise self._timeout(stop)
            written, _ = self._generated(
                conversations[start : start + self._batch_size],
                stop,
                max_new_tokens=1,
                output_logits=True,
                return_dict_in_generate=True,
            )
            odds += yes_against_no(written.logits[0], self._parts.processor.tokenizer)
        return odds

    def choose(
        self,
        conversations: Sequence[Sequence[ChatMessage]],
        answers: Sequence[str],
        log_weights: NDArray[np.float32],
        limits: ChatLimits,
    ) -> list[int]:
        """Gives, for each conversation, the position of the answer that is written.

        Greedy, token by token, among the answers alone; the time is for all conversations together.

        Args:
            conversations: n of them.
            answers: m different ones.
            log_weights: ``(n, m)`` float32, log-probabilities that are added to the model's own.
            limits: of time; an answer has the length that it has.

        Raises:
            ModelError: as ``complete``, but for the length.
        """
        known = known_answers(self._parts.processor.tokenizer, answers)
        stop = Stop(limits)
        chosen: list[int] = []
        for start in range(0, len(conversations), self._batch_size):
            if stop.left_s < 0:
                raise self._timeout(stop)
            rows = slice(start, start + self._batch_size)
            with self._device_errors():
                inputs = model_inputs(self._parts.processor, conversations[rows], self._pixels)
                inputs = with_opening(inputs, known.opening).to(self._device)
            weighed = Weighed(known, log_weights[rows], inputs["input_ids"].shape[1])
            written = self._written(
                inputs,
                stop,
                Decided(weighed),
                logits_processor=LogitsProcessorList([weighed]),
                max_new_tokens=max(map(len, known.tokens)),
            )
            left = weighed.left(written)
            if any(len(kept) > 1 for kept in left):
                raise self._timeout(stop)
            chosen += [kept[0] for kept in left]
        return chosen

    def _pieces(self, streamer: Any, stop: Stop) -> Iterator[str]:
        while True:
            streamer.timeout = max(stop.left_s, 0.0) + _STOP_GRACE_S
            try:
                piece: str = next(streamer)
            except StopIteration:
                return
            except queue.Empty as error:
                raise self._timeout(stop) from error
            if piece:
                yield piece

    def _answers(
        self,
        conversations: Sequence[Sequence[ChatMessage]],
        stop: Stop,
        limits: ChatLimits,
        streamer: Any = None,
    ) -> "list[_Answer]":
        written, inputs = self._generated(
            conversations, stop, max_new_tokens=limits.max_tokens, streamer=streamer
        )
        tokens = written[:, inputs["input_ids"].shape[1] :]  # (n, new)
        return self._read(tokens, stop, inputs)

    def _generated(
        self, conversations: Sequence[Sequence[ChatMessage]], stop: Stop, **options: Any
    ) -> tuple[Any, Any]:
        """What ``generate`` gives, and the inputs that it was given."""
        with self._device_errors():
            inputs = model_inputs(self._parts.processor, conversations, self._pixels)
            inputs = inputs.to(self._device)
        return self._written(inputs, stop, **options), inputs

    def _written(self, inputs: Any, stop: Stop, *ends: StoppingCriteria, **options: Any) -> Any:
        if not self._turn.acquire(timeout=max(stop.left_s, 0.0)):
            raise self._timeout(stop)
        try:
            with self._device_errors(), torch.inference_mode():
                return self._parts.model.generate(
                    **inputs, stopping_criteria=StoppingCriteriaList([stop, *ends]), **options
                )
        finally:
            self._turn.release()

    def _read(self, tokens: torch.Tensor, stop: Stop, inputs: Any) -> "list[_Answer]":
        ends = torch.tensor(self._parts.model.generation_config.eos_token_id, device=tokens.device)
        is_cut = ~torch.isin(tokens, ends).any(dim=1)  # (n,)
        if stop.is_late and bool(is_cut.any()):
            raise self._timeout(stop)
        texts = self._parts.processor.tokenizer.batch_decode(tokens, skip_special_tokens=True)
        resized = resized_size(self._parts.processor, inputs)
        return [_Answer(text, bool(cut), resized) for text, cut in zip(texts, is_cut, strict=True)]

    def _timeout(self, stop: Stop) -> ModelTimeoutError:
        return ModelTimeoutError(f"{self.name} took longer than {stop.timeout_s:g} s")

    @contextmanager
    def _device_errors(self) -> Iterator[None]:
        try:
            yield
        except torch.OutOfMemoryError as error:
            raise ModelUnavailableError(
                f"{self.name} ran out of memory on {self._device}; fewer pictures in a batch, "
                "smaller pictures or a smaller model fit"
            ) from error
        except RuntimeError as error:
            raise ModelUnavailableError(f"{self.name} failed on {self._device}: {error}") from error
        except ValueError as error:
            raise ModelRefusedError(f"{self.name} takes no such request: {error}") from error


@dataclass(frozen=True)
class _Answer:
    text: str
    is_cut: bool
    """It ended for its length, not by itself."""
    resized: tuple[int, int]
    """Width and height of the batch's last picture as the model saw it."""
