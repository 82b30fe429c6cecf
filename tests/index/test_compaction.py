"""Segments are joined by a thread: no search waits for it, and every answer stays exact."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import pytest

from index.live_index import LiveIndex
from index.ranking import LiveSegment
from index.segment import Segment
from index.snapshot import MANY_SEGMENTS, Snapshot, due, living, swapped, without
from index.store import Store
from index.types import Query
from tests.fakes import SPACE, product, record, small_store, text_vector
from tests.index.reference import segment_of

NAMES = [f"p{number}" for number in range(30)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = small_store(tmp_path / "store", [record(name) for name in NAMES])
    opened.refresh()
    yield opened
    opened.close()


def live(*keys: int) -> LiveSegment:
    return LiveSegment(segment_of({key: record(f"p{key}") for key in keys}), None)


def sizes(parts: tuple[LiveSegment, ...]) -> list[int]:
    return [len(living(one)) for one in parts]


def test_few_segments_are_left_as_they_are() -> None:
    assert due([live(key) for key in range(MANY_SEGMENTS)]) == ()


def test_the_newest_are_joined_and_a_large_one_before_them_is_not() -> None:
    large = live(*range(100, 140))
    parts = due([large, *(live(key) for key in range(MANY_SEGMENTS))])
    assert sizes(parts) == [1] * MANY_SEGMENTS


def test_n_writes_cost_far_less_than_joining_everything_each_time() -> None:
    """The store's loop without the store: a product a write, joined whenever it is due."""
    moved, most = 0, 0
    segments: list[LiveSegment] = []
    for write in range(400):
        segments.append(live(write))
        most = max(most, len(segments))
        if parts := due(segments):
            keys = np.concatenate([living(one) for one in parts])
            moved += len(keys)
            segments = [*segments[: -len(parts)], live(*keys.tolist())]
    assert sum(sizes(tuple(segments))) == 400
    assert most == MANY_SEGMENTS + 1
    assert moved < 400 * 8  # all of the delta each time would be 400 * 400 / 2 / 8 = 10,000


def test_a_swap_leaves_out_what_changed_since_the_parts_were_chosen() -> None:
    first, second, third = live(1, 2), live(3), live(4)
    whole = segment_of({key: record(f"p{key}") for key in (1, 2, 3)})
    snapshot = without(Snapshot(1, (first, second, third), "", 0, ""), np.array([2]))
    [joined, other] = swapped(snapshot, (first, second), whole)
    assert living(joined).tolist() == [1, 3]
    assert other is third


def test_searches_go_on_while_segments_are_joined(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go_on = threading.Event(), threading.Event()
    build = LiveIndex.segment

    def slow(self: LiveIndex, keys: list[int]) -> Segment:
        if threading.current_thread().name.startswith("snapshelf-joiner"):
            started.set()
            assert go_on.wait(30)
        return build(self, keys)

    monkeypatch.setattr(LiveIndex, "segment", slow)
    for number in range(MANY_SEGMENTS):
        store.upsert([record(f"new{number}")])
        store.refresh()
    assert started.wait(30)
    before = len(store.refresh().segments)
    store.delete(["new0"])  # is in the segment that is being built
    store.upsert([record(product("new1"), ["elsewhere"]), record("late")])
    assert first(store, "late") == "late"
    assert first(store, "elsewhere") == "new1"
    go_on.set()
    assert store._live.joining is not None
    wait([store._live.joining])
    assert len(store.refresh().segments) < before
    assert first(store, "elsewhere") == "new1"
    assert first(store, "new2") == "new2"
    assert all_ids(store) == {*NAMES, *(f"new{n}" for n in range(1, MANY_SEGMENTS)), "late"}


def first(store: Store, name: str) -> str:
    [[best, *_]] = store.search([Query(image=text_vector(f"picture {name}"))])
    return store.catalogue.products([best.key])[best.key].id


def all_ids(store: Store) -> set[str]:
    query = Query(image=text_vector("picture"), k=1000, is_grouped=False)
    [candidates] = store.search([query])
    keys = [one.key for one in candidates]
    assert len(keys) == len(set(keys))
    return {one.id for one in store.catalogue.products(keys).values()}


@pytest.mark.parametrize("seed", range(3))
def test_writers_and_searches_at_once_see_whole_states(store: Store, seed: int) -> None:
    """Every transaction moves one picture from a product to another: it must never be twice."""
    stop = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        lookers = [pool.submit(look, store, stop) for _ in range(2)]
        writers = [pool.submit(write, store, worker, seed) for worker in range(2)]
        wait(writers)
        stop.set()
        assert [one.result() for one in (*writers, *lookers)] == [[]] * 4
    before = all_ids(store)
    again = Store(store.folder, SPACE)
    assert all_ids(again) == before == set(store.catalogue.ids())
    again.close()


def write(store: Store, worker: int, seed: int) -> list[int]:
    """Moves a picture between two products; gives the turns after which it was not found."""
    draw = random.Random(f"{seed} {worker}")
    pair = [f"pair{worker}a", f"pair{worker}b"]
    faults = []
    for turn in range(60):
        holder, other = draw.sample(pair, 2)
        store.upsert([record(holder, [f"token{worker}"]), record(other, [f"x{turn}"])])
        if turn % 20 == 19:
            store.publish()
        elif turn % 7 == 6:
            store.delete([other])
        if first(store, f"token{worker}") != holder:
            faults.append(turn)
    return faults


def look(store: Store, stop: threading.Event) -> list[object]:
    """Searches until it is stopped; gives answers in which something is twice."""
    faults: list[object] = []
    while not stop.is_set():
        for worker in range(2):
            query = Query(image=text_vector(f"picture token{worker}"), k=3, is_grouped=False)
            [candidates] = store.search([query])
            same = [one for one in candidates if one.score > 0.99]
            if len(same) > 1 or len({one.key for one in candidates}) != len(candidates):
                faults.append(candidates)
    return faults
