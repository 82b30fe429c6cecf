"""A GPU behind ``VectorIndex`` and ``VectorEngine``: it holds a copy, the files are the CPU's.

Rows that fit are compared one by one, with PyTorch: FAISS's flat index on a GPU gives at most 2,048
neighbours, ignores selectors where it was built without cuVS, and rounds queries to float16 where
it keeps rows so. Codes of rows that do not fit are searched by FAISS; what its 2,048 candidates
cannot answer after filtering, the CPU's index answers.

Source: https://github.com/facebookresearch/faiss/issues/3924 and 3114 (selectors),
``FlatIndex::query`` in FAISS's faiss/gpu/impl/FlatIndex.cu (float16)
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias

import faiss
import numpy as np
import torch
from numpy.typing import NDArray

from index import vector_indexes
from index.errors import StoreUnavailableError
from index.faiss_index import FaissIndex
from index.index_choice import FEWEST_ON_GPU, plan_on_gpu
from index.ivf_index import IvfIndex
from index.types import NO_FILTERS, Filters, Ids, Mask, StoredVectors, Vectors
from index.vector_indexes import LocalEngine

logger = logging.getLogger(__name__)

MOST_CANDIDATES = 2_048
"""Neighbours, and lists, of a search by FAISS on a GPU.

Source: ``GPU_MAX_SELECTION_K`` in faiss/gpu/utils/DeviceDefs.cuh
"""
_TEMPORARY_BYTES = 256 * 2**20
"""For what a search computes, beside the rows."""
_BLOCK = 32_768
"""Rows that are copied, or made float32, at once."""

Stored: TypeAlias = FaissIndex | IvfIndex


@dataclass(frozen=True)
class Device:
    """A GPU, or what stands for one in a test."""

    name: str
    """PyTorch's: ``cuda:0``."""
    free_bytes: Callable[[], int]
    moved: Callable[[Any], Any] | None
    """Copies FAISS's lists to it; None: this FAISS has no GPU."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Holds the GPU for one search, so that one search's temporary memory is all there is.

        FAISS asks for it: ``StandardGpuResources`` must not be used by two threads at once. One
        with a lock, not one a thread, since each takes temporary and pinned memory of its own.

        Source: https://github.com/facebookresearch/faiss/wiki/Threads-and-asynchronous-calls

        Raises:
            StoreUnavailableError: its memory is full, or it failed.
        """
        with self.lock:
            try:
                yield
            except RuntimeError as error:  # PyTorch's and FAISS's are of no narrower kind
                raise StoreUnavailableError(_told(self.name, str(error))) from error


def _told(name: str, problem: str) -> str:
    way_out = 'with index = "" vectors are searched on the CPU'
    if "out of memory" in problem or "alloc fail" in problem:
        return f"the memory of {name} is full: leave more to the index (batch_size), or {way_out}"
    return f"{name} failed ({problem.splitlines()[0][:200] if problem else 'no reason'}); {way_out}"


@cache
def device_of(number: int) -> Device:
    """Gives a GPU of this machine, the same object each time: a process has one lock for it.

    Raises:
        StoreUnavailableError: there is none of this number.
    """
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if number >= count:
        raise StoreUnavailableError(
            f'index = "gpu:{number}" but PyTorch finds {count} GPUs: leave index (SNAPSHELF_INDEX) '
            "empty to search on the CPU; the store's files serve both"
        )
    if not hasattr(faiss, "StandardGpuResources") or faiss.get_num_gpus() <= number:
        return Device(f"cuda:{number}", partial(_free_bytes, number), None)
    resources = faiss.StandardGpuResources()
    resources.setTempMemory(_TEMPORARY_BYTES)
    moved = partial(faiss.index_cpu_to_gpu, resources, number)
    return Device(f"cuda:{number}", partial(_free_bytes, number), moved)


def _free_bytes(number: int) -> int:
    torch.cuda.empty_cache()  # what PyTorch keeps for later is free too, and FAISS cannot take it
    return int(torch.cuda.mem_get_info(number)[0])


class GpuIndex:
    """An index of the CPU with a copy in a GPU's memory, made at the first search."""

    reach = None

    def __init__(self, stored: Stored, device: Device) -> None:
        """Takes what is written, and gives the rows that are asked for by key."""
        self._stored = stored
        self._device = device
        self._copy: _Rows | _Lists | Stored | None = None

    @property
    def ids(self) -> Ids:
        """See ``VectorIndex.ids``."""
        return self._stored.ids

    @property
    def dimension(self) -> int:
        """Length of a row."""
        return self._stored.dimension

    @property
    def is_exact(self) -> bool:
        """Lists of the CPU are exact here, where their rows fit."""
        return self._stored.is_exact or isinstance(self._copied(), _Rows)

    def search(
        self, queries: Vectors, k: int, allowed: Mask | None, _filters: Filters = NO_FILTERS
    ) -> tuple[Vectors, Ids]:
        """See ``VectorIndex.search``.

        Raises:
            StoreUnavailableError: the GPU's memory is full, or it failed.
        """
        everything = allowed is None or bool(allowed.all())
        return self._copied().search(queries, k, None if everything else allowed)

    def vectors(self, ids: Ids) -> Vectors:
        """See ``VectorIndex.vectors``."""
        return self._stored.vectors(ids)

    def write(self, path: Path) -> None:
        """Writes the CPU's index: a machine without a GPU reads it."""
        self._stored.write(path)

    def _copied(self) -> "_Rows | _Lists | Stored":
        if self._copy is None:
            with self._device.working():
                if self._copy is None:
                    self._copy = _copy_of(self._stored, self._device)
        return self._copy


def _copy_of(stored: Stored, device: Device) -> "_Rows | _Lists | Stored":
    rows = stored.rows
    row_bytes = rows.dtype.itemsize * stored.dimension
    codec = stored.codec if isinstance(stored, IvfIndex) and device.moved else ""
    if len(rows) < FEWEST_ON_GPU:
        return stored
    free = device.free_bytes()
    kind = plan_on_gpu(len(rows), row_bytes, stored.dimension, codec, free)
    logger.info("%d rows on %s with %d bytes free: %s", len(rows), device.name, free, kind)
    if kind == "exact":
        return _Rows(stored.ids, rows, device)
    if kind == "ivf":
        assert isinstance(stored, IvfIndex)
        return _Lists(stored, device)
    logger.warning("%d rows do not fit %s; the CPU searches them", len(rows), device.name)
    return stored


class _Rows:
    """Every row, as it is kept, in the GPU's memory."""

    def __init__(self, ids: Ids, rows: NDArray[Any], device: Device) -> None:
        self._ids = ids
        self._device = device
        kept = torch.float16 if rows.dtype == np.float16 else torch.float32
        self._rows = torch.empty(rows.shape, dtype=kept, device=device.name)
        for start in range(0, len(rows), _BLOCK):
            block = np.array(rows[start : start + _BLOCK])  # of a mapped file that must not change
            self._rows[start : start + _BLOCK] = torch.from_numpy(block)

    def search(self, queries: Vectors, k: int, allowed: Mask | None) -> tuple[Vectors, Ids]:
        similarities = np.full((len(queries), k), -np.inf, dtype=np.float32)
        keys = np.full((len(queries), k), -1, dtype=np.int64)
        count = min(k, len(self._ids))
        at_once = max(1, _TEMPORARY_BYTES // (16 * max(1, len(self._ids))))
        for start in range(0, len(queries), at_once):
            part = slice(start, start + at_once)
            with self._device.working():
                best, positions = self._nearest(queries[part], count, allowed)
            similarities[part, :count] = best
            keys[part, :count] = np.where(np.isneginf(best), -1, self._ids[positions])
        return similarities, keys

    @torch.inference_mode()
    def _nearest(self, queries: Vectors, k: int, allowed: Mask | None) -> tuple[Vectors, Ids]:
        asked = torch.from_numpy(np.array(queries, dtype=np.float32)).to(self._device.name)
        scores = torch.empty((len(asked), len(self._rows)), device=self._device.name)
        for start in range(0, len(self._rows), _BLOCK):
            block = self._rows[start : start + _BLOCK].float()
            scores[:, start : start + _BLOCK] = asked @ block.T  # TF32 is off unless asked for
        if allowed is not None:
            scores.masked_fill_(torch.from_numpy(~allowed).to(self._device.name), -np.inf)
        best = torch.topk(scores, k)
        return best.values.cpu().numpy(), best.indices.cpu().numpy()


class _Lists:
    """The codes of an approximate index in the GPU's memory; rows give the similarities."""

    def __init__(self, stored: IvfIndex, device: Device) -> None:
        assert device.moved is not None
        self._stored = stored
        self._device = device
        self._lists = device.moved(stored.lists)

    def search(self, queries: Vectors, k: int, allowed: Mask | None) -> tuple[Vectors, Ids]:
        probes, wanted = self._stored.effort(k, allowed)
        if max(probes, wanted) > MOST_CANDIDATES:
            return self._stored.search(queries, k, allowed)
        asked = np.ascontiguousarray(queries, dtype=np.float32)
        count = wanted if allowed is None else MOST_CANDIDATES
        parameters = faiss.SearchParametersIVF(nprobe=probes)  # type: ignore[call-arg]
        with self._device.working():
            _, positions = self._lists.search(asked, count, params=parameters)
        if allowed is not None:
            passing = (positions >= 0) & allowed[positions]
            if len(passing) and passing.sum(axis=1).min() < min(wanted, int(allowed.sum())):
                return self._stored.search(queries, k, allowed)
            first = passing & (np.cumsum(passing, axis=1) <= wanted)
            positions = np.where(first, positions, -1)
        return self._stored.nearest_among(queries, positions, k)


class GpuEngine(LocalEngine):
    """``VectorEngine`` that searches what ``LocalEngine`` makes and reads on a GPU."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def pictures(self, ids: Ids, rows: Vectors | StoredVectors) -> GpuIndex:
        """See ``VectorEngine``."""
        return GpuIndex(vector_indexes.build(ids, rows), self._device)

    texts = pictures

    def read_pictures(self, path: Path) -> GpuIndex:
        """See ``VectorEngine``."""
        return GpuIndex(vector_indexes.read(path), self._device)

    read_texts = read_pictures
