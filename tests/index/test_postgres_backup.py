"""The dump and restore of docs/postgresql.md, with PostgreSQL's own programs."""

from contextlib import closing
from pathlib import Path

import pytest

from index.place import DatabasePlace
from index.store import Store
from index.types import Query
from tests.fakes import SPACE, record, small_store, text_vector
from tests.postgres import PostgresServer

NAMES = [f"p{number}" for number in range(30)]


def nearest(store: Store, name: str) -> str:
    [[best, *_]] = store.search([Query(image=text_vector(f"picture {name}"))])
    return store.catalogue.products([best.key])[best.key].id


def schema_of(place: DatabasePlace) -> str:
    return str(place.url.query["options"]).partition("search_path=")[2]


@pytest.mark.parametrize("is_cache_kept", [True, False])
def test_a_restored_dump_answers_as_the_store_did_when_it_was_made(
    postgres_server: PostgresServer, tmp_path: Path, is_cache_kept: bool
) -> None:
    place = postgres_server.place()
    with closing(small_store(place, [record(name) for name in NAMES])) as store:
        store.publish()
        store.upsert([record("late")])  # newer than the version
    dump = tmp_path / "shelf.dump"
    schema = f"--schema={schema_of(place)}"
    postgres_server.client("pg_dump", "--format=custom", f"--file={dump}", schema, "postgres")
    with closing(Store(place, SPACE)) as store:
        store.upsert([record("after the dump")])
        store.delete(["p3", "late"])
        store.publish()
        assert nearest(store, "after the dump") == "after the dump"
    restored = place if is_cache_kept else DatabasePlace(place.url, tmp_path / "other cache")
    postgres_server.client(
        "pg_restore", "--clean", "--if-exists", "--no-owner", "--dbname=postgres", dump
    )
    with closing(Store(restored, SPACE)) as store:
        assert sorted(store.catalogue.ids()) == sorted([*NAMES, "late"])
        assert [nearest(store, name) for name in [*NAMES, "late"]] == [*NAMES, "late"]
        assert nearest(store, "after the dump") != "after the dump"
        store.upsert([record("new again")])
        assert nearest(store, "new again") == "new again"
        assert store.publish()
