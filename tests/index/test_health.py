"""Each finding on a small store that has just this fault."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index.health import Finding, examine
from index.types import ProductRecord
from tests.fakes import offer, product, record, small_store

SOUND = [
    record(product(f"p{i}", category="Toys", offers=(offer("m", link=f"https://x.example/{i}"),)))
    for i in range(3)
]


def faulty(**fields: object) -> ProductRecord:
    fields.setdefault("category", "Toys")
    fields.setdefault("offers", (offer("m", link="https://x.example/f"),))
    return record(product("faulty", **fields), ["picture of it"])


def findings(folder: Path, records: Sequence[ProductRecord]) -> list[Finding]:
    store = small_store(folder / "store", records)
    found = examine(store)
    store.close()
    assert (found.products, found.pictures) == (len(records), len(records))
    return list(found.findings)


def test_a_sound_catalogue_has_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path, SOUND) == []


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"offers": (offer("m", None, link="https://x.example/f"),)}, "no price"),
        ({"offers": (offer("m"),)}, "no link"),
        ({"category": ""}, "no category"),
        ({"title": ""}, "no title"),
    ],
)
def test_what_is_missing_is_found(tmp_path: Path, fields: dict[str, object], name: str) -> None:
    [found] = findings(tmp_path, [*SOUND, faulty(**fields)])
    assert (found.name, found.count, found.examples) == (name, 1, ("faulty",))


def test_a_rare_currency_is_found(tmp_path: Path) -> None:
    many = [
        record(product(f"p{i}", category="Toys", offers=(offer("m", link="https://x.example"),)))
        for i in range(150)
    ]
    odd = faulty(offers=(offer("m", "9.00 EUR", link="https://x.example/f"),))
    [found] = findings(tmp_path, [*many, odd])
    assert (found.name, found.examples) == ("prices in a rare currency", ("faulty",))


def test_a_gtin_of_two_products_is_found(tmp_path: Path) -> None:
    link = offer("m", link="https://x.example/f")
    twins = [
        record(product(name, category="Toys", gtin="4006381333931", offers=(link,)))
        for name in ("one", "two")
    ]
    [found] = findings(tmp_path, [*SOUND, *twins])
    assert (found.name, found.examples) == (
        "shares its gtin with another product",
        ("one", "two"),
    )


def test_a_picture_of_two_groups_is_found_and_one_of_two_variants_is_not(tmp_path: Path) -> None:
    link = offer("m", link="https://x.example/f")

    def with_picture(name: str, group: str, picture: str) -> ProductRecord:
        return record(product(name, group=group, category="Toys", offers=(link,)), [picture])

    variants = [with_picture(name, "g", "shared by variants") for name in ("v1", "v2")]
    strangers = [with_picture(name, name, "shared by strangers") for name in ("s1", "s2")]
    [found] = findings(tmp_path, [*variants, *strangers])
    assert (found.name, found.examples) == (
        "shares a picture with another group",
        ("s1", "s2"),
    )


def test_a_variant_that_looks_like_none_of_its_group_is_found(tmp_path: Path) -> None:
    link = offer("m", link="https://x.example/f")
    group = [
        record(product(name, group="g", category="Toys", offers=(link,)), [picture])
        for name, picture in (("v1", "alike"), ("v2", "alike"), ("odd", "something else"))
    ]
    [found] = findings(tmp_path, group)
    assert (found.name, found.examples) == ("looks unlike its variants", ("odd",))


def test_five_examples_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    unpriced = [
        record(
            product(f"u{i}", category="Toys", offers=(offer("m", None, link="https://x.example"),))
        )
        for i in range(9)
    ]
    [found] = findings(tmp_path, unpriced)
    assert (found.count, found.examples) == (9, ("u0", "u1", "u2", "u3", "u4"))


def test_a_damaged_version_is_told(tmp_path: Path) -> None:
    store = small_store(tmp_path / "store", SOUND)
    first = store.publish()
    store.upsert([record("later")])
    second = store.publish()
    table = tmp_path / "store" / "versions" / first / "table.npz"
    table.write_bytes(table.read_bytes()[:-1])
    assert examine(store).versions == {first: False, second: True}
    store.close()
