"""The columnar table answers as a plain look at every product does."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import FilterError
from index.filters import ProductTable, category_path, group_hash, value_hash
from index.types import Filters, Offer, Price, PriceRange, Product
from tests.fakes import offer, product
from tests.index.reference import passes

BRANDS = ("Luma", "luma ", "ACME", "Straße", "STRASSE", "")
CATEGORIES = ("Women > Tops > Jackets", "women>tops", "Women", "Men > Tops", "Women > Topsy", "")
COLORS = ("Black/White", "black", "White, red", "RED ", "red;  blue", "")
MATERIALS = ("Wool", "wool, Cotton", "Nylon/Wool", "cotton", "")
MERCHANTS = ("", "Shop A", "shop b")
AMOUNTS = ("0", "9.99", "10", "10.00", "34.5", "120")
CURRENCIES = ("USD", "EUR")
STATES = ("in_stock", "out_of_stock", "preorder")


def prices() -> st.SearchStrategy[Price | None]:
    made = st.builds(Price, st.sampled_from(AMOUNTS).map(Decimal), st.sampled_from(CURRENCIES))
    return st.none() | made


def offers() -> st.SearchStrategy[tuple[Offer, ...]]:
    made = st.builds(
        Offer,
        merchant=st.sampled_from(MERCHANTS),
        price=prices(),
        availability=st.sampled_from(STATES),
    )
    return st.lists(made, max_size=3, unique_by=lambda one: one.merchant).map(tuple)


def products() -> st.SearchStrategy[Product]:
    return st.builds(
        product,
        st.just("p"),
        brand=st.sampled_from(BRANDS),
        category=st.sampled_from(CATEGORIES),
        color=st.sampled_from(COLORS),
        attributes=st.fixed_dictionaries(
            {}, optional={name: st.sampled_from(MATERIALS) for name in ("material", "Pattern")}
        ),
        offers=offers(),
    )


def conditions() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    choices = {
        "brand": BRANDS,
        "category": (*CATEGORIES[:-1], "Tops"),
        "color": ("black", "WHITE", "Black/White", "red", "blue"),
        "attributes.material": ("wool", "Cotton", "silk"),
        "attributes.pattern": ("wool", "nylon"),
        "merchant": MERCHANTS,
        "availability": STATES,
    }
    optional = {
        field: st.lists(st.sampled_from(values), max_size=2).map(tuple)
        for field, values in choices.items()
    }
    return st.fixed_dictionaries({}, optional=optional)  # type: ignore[arg-type]


def ranges() -> st.SearchStrategy[PriceRange | None]:
    bound = st.none() | st.sampled_from(AMOUNTS).map(Decimal)
    currency = st.none() | st.sampled_from(("USD", "eur"))
    return st.none() | st.builds(PriceRange, bound, bound, currency)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(products(), max_size=12),
    st.builds(Filters, price=ranges(), any_of=conditions(), none_of=conditions()),
)
def test_the_mask_is_what_a_look_at_every_product_gives(
    catalogue: list[Product], filters: Filters
) -> None:
    mask = ProductTable.of(catalogue).mask(filters)
    assert mask.tolist() == [passes(one, filters) for one in catalogue]


def masked(filters: Filters, *catalogue: Product) -> list[bool]:
    return ProductTable.of(list(catalogue)).mask(filters).tolist()


def test_price_merchant_and_availability_hold_for_one_and_the_same_offer() -> None:
    split = product(
        "split",
        offers=(
            offer("A", "10 USD", availability="out_of_stock"),
            offer("B", "50 USD", availability="in_stock"),
        ),
    )
    one = product("one", offers=(offer("A", "10 USD", availability="in_stock"),))
    cheap = PriceRange(maximum=Decimal(20))
    in_stock = {"availability": ("in_stock",)}
    assert masked(Filters(price=cheap, any_of=in_stock), split, one) == [False, True]
    assert masked(Filters(price=cheap, none_of={"merchant": ("A",)}), split, one) == [False, False]


def test_a_category_matches_itself_and_everything_below_it() -> None:
    tree = [product(str(i), category=one) for i, one in enumerate(CATEGORIES)]
    asked = Filters(any_of={"category": ("Women > Tops",)})
    assert masked(asked, *tree) == [True, True, False, False, False, False]


def test_both_ends_of_a_price_range_count() -> None:
    priced = [product(amount, offers=(offer("", f"{amount} USD"),)) for amount in AMOUNTS]
    within = Filters(price=PriceRange(Decimal("9.99"), Decimal("34.5")))
    assert masked(within, *priced) == [False, True, True, True, True, False]


def test_a_product_without_price_passes_no_price_filter() -> None:
    assert masked(Filters(price=PriceRange()), product("p", offers=(offer("", None),))) == [False]


def test_no_filter_passes_everything_and_an_empty_list_of_values_nothing() -> None:
    assert masked(Filters(), product("a"), product("b", offers=())) == [True, True]
    assert masked(Filters(any_of={"brand": ()}), product("a")) == [False]
    assert masked(Filters(), *[]) == []


@pytest.mark.parametrize("field", ["colour", "price", "Brand", "attributes.", "attributes", "id"])
@pytest.mark.parametrize("side", ["any_of", "none_of"])
def test_an_unknown_field_is_refused_with_the_known_ones(field: str, side: str) -> None:
    filters = Filters(**{side: {field: ("x",)}})
    with pytest.raises(FilterError, match=f"no filter '{field}'; allowed are price, brand"):
        masked(filters, product("a"))


def test_values_of_different_fields_do_not_meet() -> None:
    assert value_hash("brand", "red") != value_hash("color", "red")
    assert value_hash("brand", " Red  Shoe ") == value_hash("brand", "red shoe")


def test_groups_keep_their_letter_case() -> None:
    assert group_hash("a") != group_hash("A")
    assert -(2**63) <= group_hash("anything") < 2**63


def test_a_category_s_path_has_no_empty_parts() -> None:
    assert category_path(" Women >> Tops > ") == ("Women", "Tops")
