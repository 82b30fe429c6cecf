"""Ranking against a plain loop over all products."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import ranking, vector_indexes
from index.index_choice import IndexPlan
from index.ranking import LiveSegment, rank
from index.types import (
    Candidate,
    Filters,
    FusionWeights,
    ListedScores,
    PriceRange,
    ProductRecord,
    Query,
)
from tests.fakes import SPACE, offer, product, record, text_vector, unit
from tests.index.reference import brute_force, score, segment_of

Records = dict[int, ProductRecord]


@st.composite
def catalogues(draw: st.DrawFn, least_pictures: int = 0) -> Records:
    """Up to 25 products in a few groups, each with up to three pictures."""
    made = {}
    for key in range(1, draw(st.integers(1, 25)) + 1):
        one = product(
            f"p{key}",
            group=f"g{draw(st.integers(0, 8))}",
            brand=draw(st.sampled_from(("Luma", "ACME"))),
            offers=(offer("", f"{draw(st.integers(1, 50))} USD"),),
        )
        count = draw(st.integers(least_pictures, 3))
        made[key] = record(one, [f"{key}-{position}" for position in range(count)])
    return made


def filters() -> st.SearchStrategy[Filters]:
    brands = st.sampled_from(({}, {"brand": ("Luma",)}))
    price = st.none() | st.integers(0, 50).map(lambda most: PriceRange(maximum=Decimal(most)))
    return st.builds(Filters, price=price, any_of=brands)


def listed_scores() -> st.SearchStrategy[ListedScores]:
    """Scores of some keys, many of them equal; not every key is in the catalogue."""
    shares = st.sampled_from((0.25, 0.5, 1.0))
    return st.dictionaries(st.integers(1, 30), shares, max_size=30).map(
        lambda found: ListedScores(
            np.array(sorted(found), dtype=np.int64),
            np.array([found[key] for key in sorted(found)], dtype=np.float32),
        )
    )


def queries(kinds: tuple[str, ...] = ("image", "colours", "text")) -> st.SearchStrategy[Query]:
    vectors = {
        "image": text_vector("picture 3-1"),
        "colours": text_vector("colours 5-0", SPACE.colour_dimension),
        "text": text_vector("Title of p4"),
    }
    part = {name: st.sampled_from((None, vectors[name])) for name in kinds}
    weight = st.sampled_from((0.0, 0.3, 1.0))
    made = st.builds(
        Query,
        **part,
        lexical=st.none() | listed_scores(),
        siblings=st.none() | listed_scores(),
        weights=st.builds(FusionWeights, weight, weight, weight, weight, weight, weight),
        filters=filters(),
        k=st.integers(1, 12),
        is_grouped=st.booleans(),
    )
    return made.filter(asks_something)


def asks_something(query: Query) -> bool:
    weights = query.weights
    return bool(
        (query.image is not None and weights.image)
        or (query.colours is not None and weights.colour)
        or (query.text is not None and (weights.text or weights.text_image))
        or (query.lexical is not None and weights.lexical)
        or (query.siblings is not None and weights.siblings)
    )


def live(records: Records, parts: int = 3) -> list[LiveSegment]:
    """The products spread over segments, each of which also holds a dead older copy of others."""
    segments = []
    for part in range(parts):
        own = {key: one for key, one in records.items() if key % parts == part}
        dead = {key: record(f"dead{key}") for key in records if key % parts == (part + 1) % parts}
        segment = segment_of({**dead, **own})
        segments.append(LiveSegment(segment, np.isin(segment.keys, list(own))))
    return segments


def check(records: Records, query: Query, found: list[Candidate], tolerance: float = 1e-5) -> None:
    """What holds on every path: k come back, in order, each with its true score."""
    ungrouped = replace(query, k=len(records), is_grouped=False)
    allowed = {key for _, key in brute_force(records, ungrouped)}
    groups = [records[one.key].product.group for one in found]
    passing = {records[key].product.group for key in allowed} if query.is_grouped else allowed
    assert len(found) == min(query.k, len(passing))
    assert {one.key for one in found} <= allowed
    assert not query.is_grouped or len(set(groups)) == len(groups)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        assert one.score == pytest.approx(score(records[one.key], query, one.key), abs=tolerance)


@settings(max_examples=60, deadline=None)
@given(catalogues(), queries())
def test_candidates_are_those_of_brute_force(records: Records, query: Query) -> None:
    found = rank(live(records), query)
    check(records, query, found)
    expected = brute_force(records, query)
    assert [one.score for one in found] == pytest.approx([s for s, _ in expected], abs=1e-5)


@settings(max_examples=150, deadline=None)
@given(catalogues(), queries(), st.sampled_from((1, 4)))
def test_neighbours_are_those_of_brute_force_whatever_is_asked(
    records: Records, query: Query, depth: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "EXACT_LIMIT", -1)
        patch.setattr(ranking, "_FIRST_DEPTH", depth)
        patch.setattr(ranking, "_DEPTH_FACTOR", 1)
        found = rank(live(records), query)
    check(records, query, found)
    expected = brute_force(records, query)
    assert [one.score for one in found] == pytest.approx([s for s, _ in expected], abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(catalogues(), queries(), st.sampled_from(("SQ8", "RaBitQ")))
def test_compressed_indexes_give_k_that_pass_with_their_true_scores(
    records: Records, query: Query, codec: str
) -> None:
    """So few rows are all candidates, so codes may miss nothing; rows are kept in float16."""

    def compressed(rows: int, dimension: int, memory_bytes: int) -> IndexPlan:
        return IndexPlan("ivf", 2, codec, 2) if rows >= 4 else IndexPlan("exact")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector_indexes, "plan", compressed)
        patch.setattr(ranking, "EXACT_LIMIT", -1)
        found = rank(live(records), query)
    check(records, query, found, tolerance=2e-3)
    expected = brute_force(records, query)
    assert [one.score for one in found] == pytest.approx([s for s, _ in expected], abs=2e-3)


IMAGE = text_vector("picture wanted")


def near(cosine: float) -> np.ndarray:
    """A unit vector of this cosine to the query."""
    other = text_vector("anything")
    across = unit(other - (other @ IMAGE) * IMAGE)
    return np.asarray(cosine * IMAGE + np.sqrt(1 - cosine**2) * across, dtype=np.float32)


def pictured(product_id: str, *cosines: float, group: str = "") -> ProductRecord:
    """A product whose pictures have these cosines to the query."""
    plain = record(product(product_id, group), [f"{product_id}{i}" for i in range(len(cosines))])
    pictures = tuple(
        type(one)(one.source, one.sha256, near(cosine), one.colours, None)
        for one, cosine in zip(plain.pictures, cosines, strict=True)
    )
    return ProductRecord(plain.product, pictures, plain.text_embedding, "")


def ranked(query: Query, *records: ProductRecord) -> list[Candidate]:
    segment = segment_of(dict(enumerate(records, start=1)))
    return rank([LiveSegment(segment, None)], query)


def test_a_product_s_best_picture_counts_and_is_reported() -> None:
    record = pictured("a", 0.1, 0.8, 0.3)
    found = ranked(Query(image=IMAGE), record, pictured("b", 0.5))
    assert [(one.key, one.picture) for one in found] == [(1, 1), (2, 0)]
    mean = sum(one.embedding for one in record.pictures)
    drawn = (0.8 + 0.5 * float(mean @ IMAGE / np.linalg.norm(mean))) / 1.5
    assert found[0].score == pytest.approx(drawn, abs=1e-3)
    assert found[0].parts == {"image": pytest.approx(drawn, abs=1e-3)}


def test_of_equal_pictures_the_first_is_reported() -> None:
    [found] = ranked(Query(image=IMAGE), pictured("a", 0.4, 0.7, 0.7))
    assert found.picture == 1


def test_one_candidate_a_group_its_best() -> None:
    records = [pictured("a", 0.5, group="x"), pictured("b", 0.9, group="x"), pictured("c", 0.7)]
    assert [one.key for one in ranked(Query(image=IMAGE), *records)] == [2, 3]
    every = ranked(Query(image=IMAGE, is_grouped=False), *records)
    assert [one.key for one in every] == [2, 3, 1]


@pytest.mark.parametrize("count", [2, 5, 16, 33, 100])
def test_ties_go_by_key(count: int) -> None:
    found = ranked(Query(image=IMAGE, k=100), *[pictured(f"p{i}", 0.6) for i in range(count)])
    assert [one.key for one in found] == list(range(1, count + 1))


def test_a_part_whose_weight_is_zero_is_left_out() -> None:
    words = text_vector("Title of a")
    weights = FusionWeights(image=1.0, text=0.0, text_image=0.0)
    [found] = ranked(Query(image=IMAGE, text=words, weights=weights), pictured("a", 0.8))
    assert dict(found.parts) == {"image": pytest.approx(0.8, abs=1e-3)}
    weights = FusionWeights(image=0.0, text=2.0)
    [found] = ranked(Query(image=IMAGE, text=words, weights=weights), pictured("a", 0.8))
    assert dict(found.parts) == {"text": pytest.approx(1.0, abs=1e-2)}
    assert found.score == pytest.approx(1.0, abs=1e-2)


def test_a_query_that_asks_nothing_scores_nothing() -> None:
    words = text_vector("Title of a")
    found = ranked(Query(text=words, weights=FusionWeights(image=1.0)), pictured("a", 0.8))
    assert [(one.score, dict(one.parts)) for one in found] == [(0.0, {})]


def test_scores_are_the_weighted_mean_of_their_parts() -> None:
    query = Query(
        image=IMAGE,
        colours=text_vector("colours a0", SPACE.colour_dimension),
        text=text_vector("Title of a"),
        weights=FusionWeights(image=1.0, colour=0.5, text_image=0.25, text=2.0),
    )
    [found] = ranked(query, pictured("a", 0.8))
    assert set(found.parts) == {"image", "colour", "text_image", "text"}
    mean = sum(getattr(query.weights, name) * part for name, part in found.parts.items()) / 3.75
    assert found.score == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("limit", [-1, 20_000])
def test_products_without_pictures_come_last_and_do_not_crash(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(ranking, "EXACT_LIMIT", limit)
    bare = [record(f"bare{i}", []) for i in range(3)]
    query = Query(image=IMAGE, text=text_vector("Title of bare1"))
    assert [one.key for one in ranked(query, pictured("a", 0.8), *bare)] == [1, 2, 3, 4]
    assert len(ranked(query, *bare)) == 3
    words = Query(text=query.text, weights=FusionWeights(text=1.0))
    assert ranked(words, pictured("a", 0.8), *bare)[0].key == 3


def test_nothing_is_found_where_nothing_is() -> None:
    assert rank([], Query(image=IMAGE)) == []
    assert ranked(Query(image=IMAGE)) == []
    none = Filters(any_of={"brand": ("none",)})
    assert ranked(Query(image=IMAGE, filters=none), pictured("a", 0.8)) == []
