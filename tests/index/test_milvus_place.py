"""Where vectors are searched, as an address says it."""

from pathlib import Path

import pytest

from index.errors import StoreMissingError
from index.place import (
    FolderPlace,
    GpuPlace,
    MilvusPlace,
    milvus_place_of,
    place_of,
    vectors_place_of,
)


def test_addresses_are_read() -> None:
    server = milvus_place_of("milvus://ann:p%40ss@db.example/shop?secure=true&database=one")
    assert server == MilvusPlace(
        "https://db.example:19530", "shop", "HNSW", token="ann:p@ss", database="one"
    )
    file = milvus_place_of("milvus:///data/my%20shop.db?index=hnsw")
    assert (file.uri, file.name, file.kind) == ("/data/my shop.db", "snapshelf", "HNSW")
    assert file.is_file
    assert milvus_place_of("milvus://[::1]:99").uri == "http://[::1]:99"
    assert "p@ss" not in repr(server) + str(server)
    place = place_of("folder", Path("cache"), file)
    assert place == FolderPlace(Path("folder"), file)
    assert place_of("postgresql://u@h/d", Path("cache"), file).vectors == file


def test_the_setting_names_a_gpu_or_milvus_or_nothing() -> None:
    assert vectors_place_of("") is None
    assert vectors_place_of("gpu") == GpuPlace(0)
    assert vectors_place_of("gpu:1") == GpuPlace(1)
    assert vectors_place_of("milvus:///x.db") == milvus_place_of("milvus:///x.db")


@pytest.mark.parametrize("text", ["GPU", "gpu:", "gpu:x", "gpu:-1", "cuda", "gpu:0:1"])
def test_what_is_neither_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(StoreMissingError, match="gpu and gpu:1 are GPUs of this machine"):
        vectors_place_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://h/x",
        "milvus://",
        "milvus:///data/folder",
        "milvus://h:port/x",
        "milvus://h/a-b",
        "milvus://h/x?index=IVF",
        "milvus://u:s3cret@h/x?other=1",
        "milvus://u:s3cret@[h/x",
    ],
)
def test_other_addresses_are_refused_without_their_password(text: str) -> None:
    with pytest.raises(StoreMissingError, match="milvus://USER") as told:
        milvus_place_of(text)
    assert "s3cret" not in str(told.value)
