"""What is kept of a search comes back as it was; anything else counts as expired."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Filters, FusionWeights, PriceRange
from service.search.words import Understood
from service.sessions import KeptItem, KeptView, Session, ShownMatch, packed, unpacked
from vision.types import Box, Caption, DetectedItem

RANDOM = np.random.default_rng(3)
IMAGE, COLOURS = (RANDOM.normal(size=size).astype(np.float32) for size in (16, 4))
FULL = Session(
    items=(
        KeptItem(
            views=(KeptView(IMAGE, COLOURS, None, FusionWeights(1.0, 0.2)),),
            filters=Filters(
                price=PriceRange(None, Decimal("9.9999"), "USD"),
                any_of={"color": ("Red", "红")},
                none_of={"brand": ("X",)},
            ),
            words=Understood(changes=("for kids",), wished_colours=("red",)),
            shown=(ShownMatch("a/1", 0.5, {"image": 0.25}, 2, ("b",)),),
            item=DetectedItem(Box(1, 2, 3, 4), 0.9),
            caption=Caption(title="red mug", search_terms=("mug",)),
            skipped_groups=("g",),
        ),
        KeptItem(),
    ),
    k=10,
    is_grouped=True,
    language="zh-Hans",
    width=100,
    height=None,
    space="fake",
)  # fmt: skip


def test_a_session_comes_back_bit_by_bit() -> None:
    found = unpacked(packed(FULL))
    assert found is not None
    view = found.items[0].views[0]
    np.testing.assert_array_equal(view.image, IMAGE)
    np.testing.assert_array_equal(view.colours, COLOURS)
    assert view.image.dtype == np.float32
    assert view.text is None
    assert packed(found) == packed(FULL)
    assert found.items[0].filters == FULL.items[0].filters
    assert found.items[0].words == FULL.items[0].words
    assert found.items[1] == KeptItem()


@pytest.mark.parametrize("cut", [0, 3, 4, 11, 12, 40, -1, -4])
def test_a_payload_that_was_cut_off_is_none(cut: int) -> None:
    assert unpacked(packed(FULL)[:cut]) is None


def test_a_field_that_is_missing_or_of_another_type_makes_it_none() -> None:
    for before, after in ((b'"k":10', b'"k":"a"'), (b'"space"', b'"spice"')):
        whole = packed(FULL)
        assert before in whole
        changed = whole.replace(before, after)
        grown = len(changed) - len(whole)
        length = int.from_bytes(whole[4:8], "little") + grown
        assert unpacked(changed[:4] + length.to_bytes(4, "little") + changed[8:]) is None


@given(st.binary(max_size=200))
def test_no_bytes_break_it(payload: bytes) -> None:
    assert unpacked(payload) is None
    unpacked(b"SSN1" + payload)
