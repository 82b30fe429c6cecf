"""Whatever is typed: nothing raises, and no word is lost."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from index.filters import check_fields
from index.types import PriceRange
from service.search.tokens import joined, tokenized
from tests.service.search.shop import products, read

PHRASES = (
    "under", "between", "and", "$50", "50", "fifty", "dollars", "元", "块", "五十", "以下", "不要",
    "no", "not", "without", "in", "but", "make it", "red", "orange", "black", "红色", "的", "换成",
    "nike", "from", "at", "Target", "mugs", "only", "leather", "皮的", "in stock", "cheaper", "one",
    "for kids", "please", "or", ",", "-", "👟", "1.200,50", "€", "apple", "by", "sky blue", "the",
)  # fmt: skip
NONSENSE = ("zqxw", "vrkl", "ждц", "bzzt")


@given(st.text(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_any_text_is_understood(text: str) -> None:
    understood = read(text)
    check_fields(understood.filters)
    assert len(tokenized(understood.residual)) <= len(tokenized(text))


@given(st.lists(st.sampled_from(PHRASES), max_size=300), st.sampled_from(["", " "]))
@settings(max_examples=200, deadline=None)
def test_any_order_of_the_rules_own_words_is_understood(words: list[str], space: str) -> None:
    filters = read(space.join(words)[:2000]).filters
    colours = {*filters.any_of.get("color", ()), *filters.none_of.get("color", ())}
    assert colours <= {one.color for one in products()}
    assert set(filters.any_of.get("brand", ())) <= {one.brand for one in products()}


@given(st.text(alphabet="零〇一二两三五十百千万萬亿点元块以下内到至不要红的", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_run_of_chinese_numerals_is_understood(text: str) -> None:
    price = read(text).filters.price
    assert price is None or (price.minimum or price.maximum) is not None


def test_numerals_that_the_number_library_fails_on_are_skipped() -> None:
    understood = read("零十一块以下")  # cn2an 0.5.24 raises KeyError for the first three
    assert understood.filters.price == PriceRange(None, Decimal(11), "USD")
    assert understood.residual == "零"


@given(st.lists(st.sampled_from(PHRASES + NONSENSE), max_size=30))
@settings(max_examples=300, deadline=None)
def test_a_word_that_no_rule_knows_is_never_lost(words: list[str]) -> None:
    understood = read(" ".join(words))
    kept = " ".join([understood.residual, *understood.changes, *understood.negatives]).split()
    for word in NONSENSE:
        assert word not in words or word in kept


@given(st.lists(st.sampled_from(NONSENSE), min_size=1))
def test_a_text_of_unknown_words_is_its_own_residual(words: list[str]) -> None:
    assert read(" ".join(words)).residual == " ".join(words)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), max_size=200))
def test_tokens_joined_again_are_the_words_of_the_text(text: str) -> None:
    tokens = tokenized(text)
    words = [token.text for token in tokens if not token.is_punctuation]
    again = [token.text for token in tokenized(joined(tokens)) if not token.is_punctuation]
    assert again == words
