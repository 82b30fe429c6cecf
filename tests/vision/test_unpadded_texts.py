"""Texts run without their padding have the rows that open_clip gives them with it."""

import open_clip
import pytest
import torch

from vision.unpadded_texts import STEP, text_encoder

CONTEXT, END = 27, 99
VISION = {"layers": 1, "width": 32, "head_width": 16, "patch_size": 16, "image_size": 32}
TEXT = {"context_length": CONTEXT, "vocab_size": END + 1, "width": 32, "heads": 2, "layers": 3}


def small_clip(**text: object) -> open_clip.CLIP:
    torch.manual_seed(0)
    return open_clip.CLIP(16, VISION, {**TEXT, **text}).eval()


def tokens_of(*lengths: int) -> torch.Tensor:
    """Rows with so many tokens, the end token among them, and zeros behind."""
    rows = torch.zeros(len(lengths), CONTEXT, dtype=torch.long)
    for row, length in zip(rows, lengths, strict=True):
        row[: length - 1] = torch.randint(1, END, (length - 1,))
        row[length - 1] = END
    return rows


@pytest.mark.parametrize(
    "text",
    [{}, {"pool_type": "eos", "eos_id": END}, {"proj_bias": True}, {"proj_type": "none"}],
)
@torch.inference_mode()
def test_rows_are_those_of_the_padded_texts(text: dict[str, object]) -> None:
    model = small_clip(**text)
    tokens = tokens_of(2, STEP, STEP + 1, 1, CONTEXT, CONTEXT - 1, 2 * STEP)
    rows = text_encoder(model)(tokens)
    torch.testing.assert_close(rows, model.encode_text(tokens), atol=2e-6, rtol=1e-5)


@torch.inference_mode()
def test_short_texts_are_run_at_their_own_length() -> None:
    model, ran = small_clip(), []
    model.transformer.register_forward_pre_hook(lambda _, given: ran.append(given[0].shape[:2]))
    text_encoder(model)(tokens_of(3, CONTEXT, 5, 7))
    assert ran == [(3, STEP), (1, CONTEXT)]


@torch.inference_mode()
def test_a_tower_that_looks_at_padding_is_run_at_full_length() -> None:
    model, ran = small_clip(no_causal_mask=True), []
    model.transformer.register_forward_pre_hook(lambda _, given: ran.append(given[0].shape[:2]))
    tokens = tokens_of(3, 5)
    rows = text_encoder(model)(tokens)
    torch.testing.assert_close(rows, model.encode_text(tokens))
    assert ran == [(2, CONTEXT)] * 2


@torch.inference_mode()
def test_a_mask_that_hides_nothing_is_not_causal() -> None:
    model, ran = small_clip(), []
    model.attn_mask.zero_()
    model.transformer.register_forward_pre_hook(lambda _, given: ran.append(given[0].shape[:2]))
    text_encoder(model)(tokens_of(3))
    assert ran == [(1, CONTEXT)]


def test_the_mask_of_a_half_precision_model_counts_as_causal() -> None:
    model, ran = small_clip().to(torch.bfloat16), []
    model.transformer.register_forward_pre_hook(lambda _, given: ran.append(given[0].shape[:2]))
    with torch.inference_mode():
        text_encoder(model)(tokens_of(3))
    assert ran == [(1, STEP)]
