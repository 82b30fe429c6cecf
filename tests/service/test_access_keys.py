"""Keys: random, kept as hashes, compared with every entry."""

import hashlib
import hmac
import re

import pytest

from service.access_keys import Keyring, new_key, parse_keys
from service.errors import SettingsError


def test_a_key_has_256_random_bits_and_is_found_by_its_hash() -> None:
    key, kept = new_key("shop", ["write", "search"])
    other, _ = new_key("shop", ["search"])
    assert re.fullmatch(r"snapshelf_[A-Za-z0-9_-]{43}", key)  # 43 * 6 bits > 256
    assert key != other
    assert kept.setting == f"search,write sha256:{hashlib.sha256(key.encode()).hexdigest()}"
    assert key not in repr(kept)
    ring = Keyring(parse_keys({"shop": kept.setting}))
    assert ring.find(key) == kept
    for wrong in (other, key[:-1], key + "=", key.upper(), key[:-1] + "~", "é", "", None):
        assert ring.find(wrong) is None


def test_no_key_is_no_key_even_where_the_hash_of_nothing_is_set() -> None:
    ring = Keyring(parse_keys({"x": f"write sha256:{hashlib.sha256().hexdigest()}"}))
    assert ring.find("") is None
    assert ring.find(None) is None


@pytest.mark.parametrize("position", [0, 2, None])
def test_every_entry_is_compared_wherever_the_right_one_is(
    monkeypatch: pytest.MonkeyPatch, position: int | None
) -> None:
    made = [new_key(f"k{number}", ["search"]) for number in range(3)]
    ring = Keyring(kept for _, kept in made)
    compared: list[str] = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(a) or real(a, b))
    ring.find(None if position is None else made[position][0])
    assert compared == [kept.sha256 for _, kept in made]


def test_admin_opens_everything_and_other_scopes_only_themselves() -> None:
    _, admin = new_key("a", ["admin"])
    _, search = new_key("s", ["search"])
    assert all(admin.may(scope) for scope in ("search", "write", "metrics", "admin"))
    assert [search.may(scope) for scope in ("search", "write", "metrics", "admin")] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("name", "entry", "reason"),
    [
        ("shop", "snapshelf_secret", "as `snapshelf key` prints it"),
        ("shop", "search sha256:abc", "as `snapshelf key` prints it"),
        ("shop", f"read sha256:{'0' * 64}", "scope 'read': allowed are search, write"),
        ("my shop", f"search sha256:{'0' * 64}", "key name 'my shop'"),
    ],
)
def test_a_wrong_entry_says_what_is_allowed_and_not_what_came(
    name: str, entry: str, reason: str
) -> None:
    with pytest.raises(SettingsError, match=reason) as caught:
        parse_keys({name: entry})
    assert "secret" not in str(caught.value)
