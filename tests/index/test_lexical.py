"""The words: written and removed with their product, found by whatever is asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical, tables
from index.catalogue import Catalogue
from index.place import FolderPlace
from index.store import Store
from index.types import FusionWeights, Query
from tests.fakes import SPACE, product, record, small_store, text_vector
from tests.index.databases import BOTH, Database, a_database

HARNESS = product("p1", title="Summit Pro Harness", brand="Gravitator", gtin="4006381333931")
JACKET = product("p2", title="Summit Rain Jacket MH-09", description="A harness fits below.")
RAINCOAT = product("p3", title="蓝色雨衣", category="服装 > 雨衣")
CUP = product("p4", title="陶瓷咖啡杯 350 ml")
EVERY = (HARNESS, JACKET, RAINCOAT, CUP)


@pytest.fixture
def catalogue(database: Database) -> Iterator[Catalogue]:
    opened = database.catalogue()
    opened.upsert([record(one) for one in EVERY])
    yield opened
    opened.close()


@pytest.fixture(params=BOTH, scope="module")
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Catalogue]:
    """One for all tests that leave it as it was."""
    opened = a_database(request, tmp_path_factory.mktemp("shared")).catalogue()
    opened.upsert([record(one) for one in EVERY])
    yield opened
    opened.close()


def scores(catalogue: Catalogue, text: str, limit: int = 100) -> dict[str, float]:
    """Id to score of what a text finds."""
    found = catalogue.lexical(text, limit)
    products = catalogue.products(found.keys.tolist())
    ids = [products[key].id for key in found.keys.tolist()]
    return dict(zip(ids, (float(one) for one in found.scores), strict=True))


def first(catalogue: Catalogue, text: str) -> str:
    found = scores(catalogue, text)
    return max(found, key=lambda one: found[one])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("gravitator", "p1"),
        ("pro HARNESSES", "p1"),
        ("harness", "p1"),  # the title before the description
        ("4006381333931", "p1"),
        ("p1", "p1"),
        ("mh09", "p2"),
        ("MH-09", "p2"),
        ("the jacket for the rain", "p2"),
        ("雨衣", "p3"),
        ("我要雨衣", "p3"),
        ("咖啡杯", "p4"),
        ("杯", "p4"),
    ],
)
def test_a_word_finds_its_product(shared: Catalogue, text: str, wanted: str) -> None:
    assert first(shared, text) == wanted


def test_a_score_is_the_share_of_the_words_that_a_product_holds(shared: Catalogue) -> None:
    assert scores(shared, "summit harness")["p1"] == 1.0
    both = scores(shared, "summit harness")["p2"]  # harness stands in its description alone
    one = scores(shared, "summit unheardof")
    assert 0.3 < both < 1
    assert one["p1"] == one["p2"] < 0.6  # a word that nobody has weighs too
    assert scores(shared, "unheardof") == {}


@pytest.mark.parametrize(
    "text",
    [
        "", " ", '"', '""', "'", "*", "har*", "^harness", "title:harness", "{title}: harness",
        "NEAR(pro harness, 2)", "harness AND", "OR harness", "NOT harness", "harness NOT pro",
        "-harness", "(harness", "harness)", "pro + harness", "a; DROP TABLE lexical; --",
        "\x00harness", "\ud800", "💡harness", "x" * 2000, "harness " * 250, "%' OR 1=1",
    ],
)  # fmt: skip
def test_what_is_an_operator_elsewhere_is_text_here(shared: Catalogue, text: str) -> None:
    found = scores(shared, text)
    assert ("p1" in found) == ("harness" in text)
    assert shared.count()[0] == 4


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=2000))
def test_any_text_is_answered(shared: Catalogue, text: str) -> None:
    found = shared.lexical(text)
    assert len(found.keys) == len(found.scores) <= 4
    assert ((found.scores > 0) & (found.scores <= 1)).all()


@given(title=st.text(min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_a_product_is_found_by_its_title_whatever_it_is(shared: Catalogue, title: str) -> None:
    shared.upsert([record(product("any", title=title))])
    found = scores(shared, title)
    shared.delete(["any"])
    assert not found or found["any"] == pytest.approx(1.0)


@given(title=st.text(min_size=1, max_size=60), text=st.text(max_size=60))
@settings(max_examples=25, deadline=None)
def test_scores_do_not_depend_on_the_database(
    pair: tuple[Catalogue, Catalogue], title: str, text: str
) -> None:
    for one in pair:
        one.upsert([record(product("any", title=title, description=text))])
    for asked in (title, text, f"{text} summit harness", f"{title[:30]} 雨衣"):
        assert scores(pair[0], asked) == scores(pair[1], asked)


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Catalogue, Catalogue]]:
    """The same products in SQLite and in PostgreSQL."""
    server = request.getfixturevalue("postgres_server")
    folder = tmp_path_factory.mktemp("pair")
    sqlite, postgres = Database(FolderPlace(folder)), Database(server.place(), server)
    opened = (sqlite.catalogue(), postgres.catalogue())
    for one in opened:
        one.upsert([record(made) for made in EVERY])
    yield opened
    for one in opened:
        one.close()


def test_an_update_replaces_the_words(catalogue: Catalogue) -> None:
    catalogue.upsert([record(replace(HARNESS, title="Carabiner", brand="XE"))])
    assert scores(catalogue, "pro gravitator") == {}
    assert list(scores(catalogue, "xe carabiners")) == ["p1"]


def test_a_delete_removes_the_words(catalogue: Catalogue, database: Database) -> None:
    catalogue.delete(["p1"])
    assert "p1" not in scores(catalogue, "summit harness gravitator")
    assert "harness" in terms(database)  # of the other product
    catalogue.delete(["p2", "p3", "p4"])
    assert terms(database) == set()


def terms(database: Database) -> set[str]:
    """All words of the index, seen from outside."""
    kept = "ts_stat('SELECT words FROM lexical')"
    table = "lexical_words" if database.server is None else f"(SELECT word AS term FROM {kept}) w"
    return {row[0] for row in database.rows(f"SELECT term FROM {table}")}


def test_words_and_products_are_written_together_or_not_at_all(
    catalogue: Catalogue, database: Database
) -> None:
    before = terms(database)
    broken = replace(record("p9"), content_hash=None)
    new = record(replace(HARNESS, title="Quite another"))
    with pytest.raises(sa.exc.IntegrityError, match=r"NOT NULL|not-null"):
        catalogue.upsert([new, broken])  # type: ignore[list-item]
    assert catalogue.product("p1") == HARNESS
    assert terms(database) == before
    assert first(catalogue, "harness") == "p1"


def test_no_more_than_the_limit_are_found_the_best_of_them(catalogue: Catalogue) -> None:
    catalogue.upsert([record(product(f"x{i}", title=f"Summit {i}")) for i in range(20)])
    assert set(scores(catalogue, "summit pro harness", 1)) == {"p1"}
    assert len(scores(catalogue, "summit", 7)) == 7


def test_words_too_common_to_read_count_for_nothing(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "MAX_ROWS", 1)
    assert scores(catalogue, "summit pro") == {"p1": 1.0}
    assert scores(catalogue, "summit") == {}


def test_an_older_store_gets_its_words_when_it_is_opened(tmp_path: Path) -> None:
    store = small_store(tmp_path / "store", [record(one) for one in EVERY])
    sequence = store.catalogue.sequence()
    store.publish()
    store.close()
    make_old(Database(FolderPlace(tmp_path / "store")))
    opened = Store(tmp_path / "store", SPACE)
    assert first(opened.catalogue, "gravitator") == "p1"
    assert opened.catalogue.product("p1") == HARNESS
    assert opened.catalogue.sequence() == sequence
    assert opened.catalogue.meta()["schema_version"] == str(tables.SCHEMA_VERSION)
    opened.upsert([record(replace(HARNESS, title="Belt"))])
    assert scores(opened.catalogue, "pro") == {}
    opened.close()


def make_old(database: Database) -> None:
    """Brings a database to the tables of schema 1."""
    names = ("lexical_places", "lexical_words", "lexical") if not database.server else ("lexical",)
    for name in names:
        database.rows(f"DROP TABLE {name}")
    database.rows("UPDATE meta SET value = '1' WHERE key = 'schema_version'")


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    catalogue: Catalogue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.close()
    make_old(database)
    monkeypatch.setattr(lexical, "words_of", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        database.catalogue()
    monkeypatch.undo()
    schema = "SELECT name FROM sqlite_master"
    if database.server:
        schema = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    names = {row[0] for row in database.rows(schema)}
    assert "product" in names
    assert not any(name.startswith("lexical") for name in names)
    opened = database.catalogue()
    assert first(opened, "gravitator") == "p1"
    opened.close()


def test_a_search_never_gives_what_an_earlier_state_does_not_have(tmp_path: Path) -> None:
    store = small_store(tmp_path / "store", [record(HARNESS)])
    snapshot = store.refresh()
    store.upsert([record(product("late", title="Harness"))])
    weights = FusionWeights(text=1.0, lexical=1.0)
    query = Query(text=text_vector("x"), weights=weights, lexical=store.lexical("harness"))
    assert len(store.search([query], snapshot)[0]) == 1
    assert len(store.search([query])[0]) == 2
    store.close()


def test_a_store_says_where_no_product_holds_a_word(tmp_path: Path) -> None:
    store = small_store(tmp_path / "store", [record(HARNESS)])
    assert store.lexical("unheardof") is None
    assert store.lexical("") is None
    store.close()
