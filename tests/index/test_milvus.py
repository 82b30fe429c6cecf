"""A store whose vectors are in Milvus, beside the same one in FAISS and a plain loop."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from index import ranking
from index.milvus_collection import MilvusCollection
from index.milvus_index import MilvusIndex
from index.milvus_rows import MOST_VALUES, expression
from index.store import Store
from index.types import (
    Candidate,
    Filters,
    FusionWeights,
    LexicalScores,
    PriceRange,
    Product,
    ProductRecord,
    Query,
)
from tests.fakes import SPACE, offer, product, record, small_store, text_vector
from tests.index.reference import brute_force, passes, score
from tests.milvus import ENGINES, milvus_folder, milvus_of

BRANDS = ("Luma", "ACME", "Straße")
CATEGORIES = ("", "Home", "Home > Mugs", "Home > Mugs > Blue > Large > Old", "Women>Tops")
COLOURS = ("", "red", "Black/White", "white, green")
MERCHANTS = ("north", "south", "")
Twins = tuple[Store, Store, dict[int, ProductRecord]]


def a_product(random: np.random.Generator, name: str) -> Product:
    """A product of few values, so that filters let some through."""
    offers = tuple(
        offer(
            merchant,
            None if random.random() < 0.2 else f"{random.integers(1, 60)}.50 {currency}",
            availability=str(random.choice(["in_stock", "out_of_stock"])),
        )
        for merchant in MERCHANTS
        if random.random() < 0.5
        for currency in [random.choice(["USD", "EUR"])]
    )
    return product(
        name,
        group=f"g{random.integers(0, 60)}",
        brand=str(random.choice(BRANDS)),
        category=str(random.choice(CATEGORIES)),
        color=str(random.choice(COLOURS)),
        attributes={"Material": str(random.choice(["wool", "oak, steel", ""]))},
        offers=offers,
    )


def a_catalogue(count: int = 300, seed: int = 1) -> list[ProductRecord]:
    random = np.random.default_rng(seed)
    return [
        record(
            a_product(random, f"p{number}"),
            [f"p{number}-{picture}" for picture in range(random.integers(0, 4))],
        )
        for number in range(count)
    ]


def some_filters(random: np.random.Generator) -> Filters:
    """Conditions on any fields; many of them on offers."""
    possible = {
        "brand": ("Luma", "straße"),
        "category": ("home>mugs", "Women > Tops", "Home > Mugs > Blue > Large"),
        "color": ("white", "Red"),
        "attributes.material": ("steel",),
        "merchant": ("north",),
        "availability": ("in_stock",),
    }
    conditions: list[dict[str, tuple[str, ...]]] = [{}, {}]
    for field, values in possible.items():
        if random.random() < 0.25:
            chosen = tuple(one for one in values if random.random() < 0.7) or values[:1]
            conditions[random.integers(0, 2)][field] = chosen
    price = None
    if random.random() < 0.4:
        low, high = sorted(int(one) for one in random.integers(0, 60, 2))
        currency = random.choice([None, "USD"])
        price = PriceRange(Decimal(low), Decimal(high) + Decimal("0.5"), currency)
    return Filters(price, *conditions)


def some_query(random: np.random.Generator) -> Query:
    weights = [float(one) for one in random.choice([0.0, 0.3, 1.0], 5)]
    keys = np.sort(random.choice(np.arange(1, 320), 40, replace=False)).astype(np.int64)
    shares = random.choice([0.25, 0.5, 1.0], 40).astype(np.float32)
    names = [f"p{random.integers(0, 300)}" for _ in range(3)]
    return Query(
        image=text_vector(f"picture {names[0]}-0"),
        colours=text_vector(f"colours {names[1]}-0", 4) if random.random() < 0.5 else None,
        text=text_vector(f"Title of {names[2]}") if random.random() < 0.6 else None,
        weights=FusionWeights(max(weights[0], 0.3), *weights[1:]),
        filters=some_filters(random) if random.random() < 0.8 else Filters(),
        k=int(random.integers(1, 30)),
        is_grouped=bool(random.random() < 0.5),
        lexical=LexicalScores(keys, shares) if random.random() < 0.3 else None,
    )


@pytest.fixture(scope="module", params=ENGINES)
def twins(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Twins]:
    """The same products in Milvus and in FAISS, written in several parts, some of them twice."""
    folder = tmp_path_factory.mktemp("twins")
    records = a_catalogue()
    stores = (
        small_store(milvus_of(request, folder / "milvus"), a_catalogue(120, seed=2)),
        small_store(folder / "faiss", a_catalogue(120, seed=2)),
    )
    for store in stores:
        for start in (0, 200):
            store.search([Query(image=text_vector("picture p1-0"))])
            store.upsert(records[start : start + 200])
    keys = stores[0].catalogue.keys_of(one.product.id for one in records)
    yield *stores, dict(zip(keys, records, strict=True))
    for store in stores:
        store.close()


@pytest.fixture(params=["lists", "few"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short lists that are lengthened, or the usual limits, where few that pass are all read."""
    if request.param == "lists":
        monkeypatch.setattr(ranking, "_FEW_ELSEWHERE", -1)
        monkeypatch.setattr(ranking, "_FIRST_DEPTH", 8)
        monkeypatch.setattr(ranking, "_DEPTH_FACTOR", 1)
        monkeypatch.setattr("index.milvus_index._LEAST_ASKED", 8)


@pytest.mark.usefixtures("path")
def test_milvus_ranks_as_faiss_and_a_plain_loop_do(twins: Twins) -> None:
    milvus, faiss, records = twins
    random = np.random.default_rng(5)
    sizes = set()
    for _ in range(40):
        query = some_query(random)
        [found], [expected] = milvus.search([query]), faiss.search([query])
        right = brute_force(records, query)
        assert [one.score for one in found] == pytest.approx([s for s, _ in right], abs=1e-5)
        assert same(found, expected), query
        sizes.add(len(found) == query.k)
    assert sizes == {True, False}, "the filters let too many or too few through"


def test_k_come_back_where_lists_end_before_the_best_are_told(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    milvus, _, records = twins
    monkeypatch.setattr(MilvusIndex, "reach", 32)
    monkeypatch.setattr(ranking, "_FEW_ELSEWHERE", -1)
    monkeypatch.setattr(ranking, "_FIRST_DEPTH", 8)
    monkeypatch.setattr(ranking, "_DEPTH_FACTOR", 1)
    query = Query(
        image=text_vector("picture p5-0"),
        text=text_vector("Title of p9"),
        weights=FusionWeights(image=1.0, text=1.0),
        k=5,
    )
    [found] = milvus.search([query])
    assert len(found) == 5
    for one in found:
        assert one.score == pytest.approx(score(records[one.key], query), abs=1e-5)
    rare = replace(query, filters=Filters(any_of={"category": ("Home > Mugs > Blue",)}), k=100)
    [few] = milvus.search([rare])
    assert [one.score for one in few] == pytest.approx(
        [right for right, _ in brute_force(records, rare)], abs=1e-5
    )


def same(found: list[Candidate], expected: list[Candidate]) -> bool:
    """Whether products, scores and parts are the same; of equal scores any order."""

    def table(candidates: list[Candidate]) -> list[tuple[float, int, int]]:
        return sorted((-round(one.score, 4), one.key, one.picture) for one in candidates)

    cut = round(expected[-1].score, 4) if expected else 0.0
    return [one for one in table(found) if -one[0] > cut] == [
        one for one in table(expected) if -one[0] > cut
    ]


def test_what_milvus_lets_through_is_everything_that_passes_and_little_else(twins: Twins) -> None:
    milvus, _, records = twins
    random = np.random.default_rng(9)
    rows = milvus._engine._texts  # type: ignore[attr-defined]
    surplus = total = 0
    for _ in range(60):
        filters = some_filters(random)
        _, keys, _ = rows.nearest(text_vector("any"), 500, expression(filters))
        through = {int(key) for key in keys if int(key) in records}
        passing = {key for key, one in records.items() if passes(one.product, filters)}
        assert passing <= through, filters
        surplus, total = surplus + len(through - passing), total + len(records) - len(passing)
    assert surplus < 0.1 * total


def test_a_product_with_more_values_than_an_array_holds_is_found_by_any(tmp_path: Path) -> None:
    words = ", ".join(f"w{number}" for number in range(MOST_VALUES + 10))
    many = record(product("many", attributes={"tags": words}))
    wanted = Query(
        image=text_vector("picture many"), filters=Filters(any_of={"attributes.tags": ("w4100",)})
    )
    with closing(small_store(milvus_folder(tmp_path), [many, record("other")])) as store:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ranking, "_FEW_ELSEWHERE", -1)
            [found] = store.search([wanted])
            unwanted = replace(wanted, filters=Filters(none_of=wanted.filters.any_of))
            [rest] = store.search([unwanted])
        assert [one.key for one in found] == store.catalogue.keys_of(["many"])
        assert [one.key for one in rest] == store.catalogue.keys_of(["other"])


def test_a_graph_gives_k_that_pass_with_their_true_scores(tmp_path: Path) -> None:
    records = a_catalogue(200)
    with closing(small_store(milvus_folder(tmp_path, "HNSW"), records)) as store:
        keys = store.catalogue.keys_of(one.product.id for one in records)
        by_key = dict(zip(keys, records, strict=True))
        random = np.random.default_rng(3)
        for _ in range(15):
            query = some_query(random)
            [found] = store.search([query])
            right = brute_force(by_key, query)
            assert len(found) == len(right)
            assert [one.score for one in found] == pytest.approx([s for s, _ in right], abs=1e-4)
        assert SPACE.dimension == 16, "so few rows are all on the graph's way"


def test_a_graph_that_ends_at_once_where_filters_stand_in_its_way_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Milvus 2.3.5 did of one search in sixty; the lists of words alone would fill the page."""
    monkeypatch.setattr(ranking, "_FEW_ELSEWHERE", -1)
    monkeypatch.setattr(ranking, "_FIRST_DEPTH", 8)
    nearest = MilvusCollection.nearest
    nothing = np.empty(0, dtype=np.float32), np.empty(0, dtype=np.int64)
    monkeypatch.setattr(
        MilvusCollection,
        "nearest",
        lambda self, row, k, condition, effort=1: (
            nothing
            if condition and self.name.endswith("pictures")
            else nearest(self, row, k, condition, effort)
        ),
    )
    records = a_catalogue(200)
    query = Query(
        image=text_vector("picture p5-0"),
        text=text_vector("Title of p9"),
        weights=FusionWeights(image=1.0, text=0.1),
        filters=Filters(any_of={"brand": ("Luma",)}),
        k=5,
    )
    with closing(small_store(milvus_folder(tmp_path, "HNSW"), records)) as store:
        keys = store.catalogue.keys_of(one.product.id for one in records)
        [found] = store.search([query])
    right = brute_force(dict(zip(keys, records, strict=True)), query)
    assert [one.score for one in found] == pytest.approx([s for s, _ in right], abs=1e-4)
