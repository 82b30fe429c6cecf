"""A stream is cut into sentences, whatever the pieces that it comes in."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answer.grounding import MAX_SENTENCE_CHARACTERS
from service.answer.sentences import sentences


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("[1] costs $3.50. [2] is red.", ["[1] costs $3.50.", "[2] is red."]),
        ("Is it? Yes! Good.", ["Is it?", "Yes!", "Good."]),
        ("[1]售价为3.50元。[2]缺货！好？", ["[1]售价为3.50元。", "[2]缺货！", "好？"]),
        ("[1] is blue, e.g. navy. [2] is red.", ["[1] is blue, e.g. navy.", "[2] is red."]),
        ("- [1] is blue\n* [2] is red\n1. [3] is green", ["[1] is blue", "[2] is red",
                                                          "[3] is green"]),
        ("no end", ["no end"]),
        ("z. B. rot. Ja.", ["z. B. rot.", "Ja."]),
        (" \n\t ", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_sentences_are_cut(text: str, cut: list[str], size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert list(sentences(pieces)) == cut


@given(st.lists(st.text("ab. 。\n[1]", max_size=30), max_size=40))
def test_the_pieces_do_not_matter(pieces: list[str]) -> None:
    assert list(sentences(pieces)) == list(sentences(["".join(pieces)] if pieces else []))


def test_a_sentence_leaves_as_soon_as_it_is_complete() -> None:
    seen: list[str] = []

    def pieces() -> list[str]:
        yield "[1] is blue. "  # type: ignore[misc]
        assert seen == ["[1] is blue."]
        yield "[2] is red."  # type: ignore[misc]

    for sentence in sentences(pieces()):
        seen.append(sentence)
    assert seen == ["[1] is blue.", "[2] is red."]


def test_fifty_kilobytes_without_an_end_are_not_held() -> None:
    tracemalloc.start()
    found = list(sentences("a" for _ in range(50_000)))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(one) for one in found] == [MAX_SENTENCE_CHARACTERS + 1]
    assert peak_bytes < 50_000


def test_what_follows_a_sentence_that_is_too_long_is_read_again() -> None:
    found = list(sentences(["a" * 500, "b" * 500, " end. [1] is blue."]))
    assert len(found[0]) > MAX_SENTENCE_CHARACTERS
    assert found[1:] == ["[1] is blue."]
