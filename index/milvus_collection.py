"""One collection of Milvus through pymilvus: rows with keys, a vector and columns to filter by.

Each collection holds one row more, whose ``state`` says how far it is: it goes the same way as the
rows before it (one shard, one log), so that what is lost from the end takes it along.

A search at the level Strong sees every write that was acknowledged before it, whoever wrote, and
waits for that: until the server's next tick of the clock, 200 ms apart. At the level Session it
sees those that were acknowledged before the last write of this client, which most often are there
already. So who wants to search first writes.

Source: https://milvus.io/docs/consistency.md, and pymilvus's ``client/ts_utils.py``.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, TypeVar

import grpc
import numpy as np
from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import ErrorCode, MilvusException

from index.catalogue_reads import chunks
from index.errors import (
    StoreBusyError,
    StoreMissingError,
    StoreUnavailableError,
    VectorsLostError,
)
from index.milvus_rows import CATEGORY_LEVELS, MOST_VALUES, STATE_KEY, Row, state_row
from index.place import MilvusPlace
from index.types import Ids, Vector, Vectors

MOST_NEIGHBOURS = 16_384
"""Of one search. Source: https://milvus.io/docs/limitations.md"""
_ANSWER_S = 5.0
"""pymilvus tries again for so long where no server answers."""
_WRITE_S = 120.0
_CONNECT_S = 2.0
_START_S = 60.0
"""Of Milvus Lite, a process of its own."""
_CHANNEL = {
    # gRPC doubles its wait to two minutes: a server that is back would be asked as late as that
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.min_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1000,
    "grpc.keepalive_permit_without_calls": 0,  # pings of an idle client make Milvus Lite hang up
}
_GRAPH = {"M": 16, "efConstruction": 200}
_LEAST_EF = 256
_MOST_EF = 32_768
"""Source: https://milvus.io/docs/hnsw.md"""
_STATE_CHARACTERS = 4096
_NOT_LOADED = 101
_LOST = frozenset({ErrorCode.COLLECTION_NOT_FOUND, _NOT_LOADED})
"""Source: https://github.com/milvus-io/milvus/blob/master/pkg/util/merr/errors.go"""
_STRONG, _SESSION = "Strong", "Session"
_LEVELS = tuple(f"category_{level + 1}" for level in range(CATEGORY_LEVELS))
_NUMBERS = ("product", "brand", "offers", *_LEVELS)
_ARRAYS = ("facets", "offer_facets")
_PRICES = ("low", "high")
_FILTERED = ("product", "brand", *_LEVELS, *_ARRAYS, *_PRICES)
_Given = TypeVar("_Given")

logger = logging.getLogger(__name__)
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs each error that it raises, too


def connect(place: MilvusPlace) -> MilvusClient:
    """Opens a connection, or Milvus Lite's file.

    Raises:
        StoreMissingError: the address is a file, and Milvus Lite is not installed.
        StoreBusyError: another process has the file open.
        StoreUnavailableError: the server does not answer, or not to this user and password.
    """
    if place.is_file and find_spec("milvus_lite") is None:
        raise StoreMissingError(f"{place} needs Milvus Lite: pip install --no-deps milvus-lite")
    try:
        return MilvusClient(
            place.uri,
            token=place.token,
            db_name=place.database,
            timeout=_START_S if place.is_file else _CONNECT_S,
            grpc_options=_CHANNEL,
        )
    except (MilvusException, grpc.RpcError) as error:
        if place.is_file:
            raise StoreBusyError(
                f"{place} cannot be opened: one process at a time may, and its folder must be there"
            ) from error
        raise StoreUnavailableError(f"{place} {_refusal(error)}") from error


def _refusal(error: BaseException) -> str:
    """Why nothing came; pymilvus says the same of a wrong password and of no server."""
    cause = error if isinstance(error, grpc.RpcError) else error.__context__
    is_known = isinstance(cause, grpc.Call) and cause.code() is grpc.StatusCode.UNAUTHENTICATED
    return "does not let this user and password in" if is_known else "does not answer"


class MilvusCollection:
    """Rows of one kind; safe for several threads."""

    def __init__(self, client: MilvusClient, place: MilvusPlace, kind: str, dimension: int) -> None:
        """Takes ``pictures`` or ``texts`` and the length of their vectors; asks nothing yet."""
        self._client = client
        self._place = place
        self.name = f"{place.name}_{kind}"
        self.dimension = dimension
        self.is_exact = place.kind == "FLAT"
        self.has_arrays = not place.is_file
        """Whether it finds values in arrays quickly; Milvus Lite looks at row after row in Python:
        over 5 s for 100,000 of them."""
        self._graph = {} if self.is_exact else _GRAPH

    def open(self) -> str:
        """Makes it ready to be searched and gives its state; empty where it cannot be.

        Raises:
            StoreUnavailableError: Milvus does not answer.
        """
        try:
            self._tell(lambda: self._client.load_collection(self.name, timeout=_WRITE_S))
            rows = self._get([STATE_KEY], "state")
        except StoreUnavailableError as error:
            # a kill can leave a file of Milvus Lite that it cannot load
            if self._place.is_file or isinstance(error, VectorsLostError):
                return ""
            raise
        return str(rows[0]["state"]) if rows else ""

    def make(self) -> None:
        """Makes it anew, without rows."""
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self.dimension)
        for name in _NUMBERS:
            schema.add_field(name, DataType.INT64)
        for name in _ARRAYS:
            schema.add_field(
                name, DataType.ARRAY, element_type=DataType.INT64, max_capacity=MOST_VALUES
            )
        for name in _PRICES:
            schema.add_field(name, DataType.DOUBLE)
        schema.add_field("state", DataType.VARCHAR, max_length=_STATE_CHARACTERS)
        self._tell(lambda: self._client.drop_collection(self.name, timeout=_WRITE_S))
        self._tell(
            lambda: self._client.create_collection(
                self.name,
                schema=schema,
                num_shards=1,
                consistency_level=_STRONG,
                timeout=_WRITE_S,
            )
        )
        self._make_index(
            "vector", index_type=self._place.kind, metric_type="IP", params=self._graph
        )
        for name in _FILTERED:
            self._make_filter_index(name)
        self._tell(lambda: self._client.load_collection(self.name, timeout=_WRITE_S))

    def write_state(self, state: str) -> None:
        """Says how far it is; everything written before counts."""
        self.upsert([state_row(state, self.dimension)])

    def upsert(self, rows: Sequence[Row]) -> None:
        """Adds rows, or replaces those of their keys."""
        for chunk in chunks(list(rows)):
            self._tell(lambda: self._client.upsert(self.name, chunk, timeout=_WRITE_S))  # noqa: B023 called at once

    def delete(self, keys: Iterable[int]) -> None:
        """Takes rows away; unknown keys are none."""
        for chunk in chunks(list(keys)):
            self._tell(lambda: self._client.delete(self.name, ids=chunk, timeout=_WRITE_S))  # noqa: B023 called at once

    def settle(self) -> None:
        """Lets Milvus Lite index what it has: rows not indexed yet are some times as slow there."""
        if self._place.is_file:
            self._tell(lambda: self._client.flush(self.name, timeout=_WRITE_S))

    def nearest(self, row: Vector, k: int, condition: str, effort: int = 1) -> tuple[Vector, Ids]:
        """Gives similarities ``(m,)``, highest first, and keys ``(m,)``; m < k: that is all.

        Sees what was written, by whomever, before the last write of this process.

        Args:
            row: ``(d,)``
            k: at least 1.
            condition: of Milvus; empty lets all through.
            effort: how many times as many rows of a graph are looked at, where few pass.
        """
        wanted = min(k + 1, MOST_NEIGHBOURS)  # the row of the state may be among them
        parameters = {} if self.is_exact else {"ef": min(_MOST_EF, effort * max(_LEAST_EF, wanted))}
        [hits] = self._tell(
            lambda: self._client.search(
                self.name,
                [row],
                filter=condition,
                limit=wanted,
                output_fields=["key"],
                search_params={"metric_type": "IP", "params": parameters},
                consistency_level=_SESSION,
                timeout=_ANSWER_S,
            )
        )
        found = [(one["distance"], one["key"]) for one in hits if one["key"] != STATE_KEY][:k]
        similarities = np.array([one for one, _ in found], dtype=np.float32)
        return similarities, np.array([key for _, key in found], dtype=np.int64)

    def vectors(self, keys: Ids) -> Vectors:
        """Gives the rows ``(n, d)`` of keys, in their order, as ``nearest`` sees them.

        Raises:
            VectorsLostError: one of them is not there.
        """
        rows_found = self._get(keys.tolist(), "vector", _SESSION)
        found = {row["key"]: row["vector"] for row in rows_found}
        if len(found) < len(set(keys.tolist())):
            raise VectorsLostError(f"{self._place} has lost rows of {self.name}")
        rows = [found[key] for key in keys.tolist()]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.dimension)

    def keys_of(self, products: Sequence[int]) -> set[int]:
        """Gives the keys of the rows of products."""
        found = self._query(f"product in {list(products)}", ["key"])
        return {row["key"] for row in found} - {STATE_KEY}

    def count(self) -> int:
        """Gives the number of rows, but for the state's."""
        [row] = self._query("", ["count(*)"])
        return int(row["count(*)"]) - 1

    def keys(self) -> Iterator[int]:
        """Gives all keys, in no order; cost: every one is sent."""
        found = self._tell(
            lambda: self._client.query_iterator(
                self.name, batch_size=10_000, filter="key > 0", output_fields=["key"]
            )
        )
        while rows := self._tell(found.next):
            yield from (row["key"] for row in rows)
        found.close()

    def _get(self, keys: list[int], field: str, level: str = _STRONG) -> list[Any]:
        return [
            row
            for chunk in chunks(keys)
            for row in self._query(f"key in {chunk}", ["key", field], level)
        ]

    def _query(self, condition: str, fields: list[str], level: str = _STRONG) -> list[Any]:
        return list(
            self._tell(
                lambda: self._client.query(
                    self.name,
                    filter=condition,
                    output_fields=fields,
                    consistency_level=level,
                    timeout=_ANSWER_S,
                )
            )
        )

    def _make_filter_index(self, name: str) -> None:
        """Of the first kind that there is; none for arrays in Milvus Lite and Milvus 2.3."""
        for kind in ("INVERTED",) if name in _ARRAYS else ("INVERTED", "STL_SORT"):
            try:
                return self._make_index(name, index_type=kind)
            except StoreUnavailableError as error:
                logger.debug("no index %s of %s: %s", kind, name, error)
        return None

    def _make_index(self, field: str, **options: Any) -> None:
        """Does not wait for it: there are no rows yet."""
        wanted = MilvusClient.prepare_index_params()
        wanted.add_index(field, **options)
        self._tell(
            lambda: self._client.create_index(self.name, wanted, timeout=_WRITE_S, sync=False)
        )

    def _tell(self, ask: Callable[[], _Given]) -> _Given:
        try:
            return ask()
        except MilvusException as error:
            text = f"{self._place}: {str(error.message)[:200]}"
            is_lost = error.code in _LOST
            raise (VectorsLostError if is_lost else StoreUnavailableError)(text) from error
        except grpc.RpcError as error:
            raise StoreUnavailableError(f"{self._place} {_refusal(error)}") from error
