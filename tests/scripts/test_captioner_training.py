"""How the captioner is made: one token a name, and the weight of its linear map."""

import numpy as np
import pytest

from scripts.captioner_training.decoder import (
    DecoderSettings,
    Turns,
    decoder_log_shares,
    new_decoder,
    new_tokenizer,
)
from scripts.captioner_training.head import best_weight
from vision.embedded_captioner import Kind, answer_json

KINDS = [Kind("Apple", "Golden Delicious"), Kind("Juice", "Apple Juice"), Kind("hat", "hat")]
SMALL = DecoderSettings(width=24, layers=1, heads=3, vocabulary=320)


def test_names_are_one_token_each_also_where_one_holds_another() -> None:
    texts = [answer_json(kind) for kind in KINDS]
    names = [name for kind in KINDS for name in (kind.category, kind.title)]
    tokenizer = new_tokenizer(texts, names, SMALL)
    for kind, text in zip(KINDS, texts, strict=True):
        tokens = tokenizer.convert_ids_to_tokens(tokenizer(text)["input_ids"])
        assert {kind.title, kind.category} <= set(tokens)
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_a_decoders_shares_are_those_of_the_name_alone() -> None:
    texts = [answer_json(kind) for kind in KINDS]
    tokenizer = new_tokenizer(texts, [kind.title for kind in KINDS], SMALL)
    decoder = new_decoder(tokenizer, 2, 8, SMALL).eval()
    patches = np.random.default_rng(0).normal(size=(4, 4, 8)).astype(np.float16)
    shares = decoder_log_shares(decoder, Turns(tokenizer, texts, 1), patches)
    assert shares.shape == (4, 3)
    assert np.exp(shares).sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert np.abs(shares - shares[:, :1]).max() > 0


def test_the_one_that_knows_gets_the_weight() -> None:
    draw = np.random.default_rng(1)
    kinds = draw.integers(0, 5, 200)
    knows = (3 * np.eye(5)[kinds] + draw.normal(size=(200, 5))).astype(np.float32)
    guesses = draw.normal(size=(200, 5)).astype(np.float32)
    assert best_weight(guesses, knows, kinds) >= 4
    assert best_weight(knows, guesses, kinds) <= 0.25
