"""Settings of access are checked where they are read."""

import json

import pytest

from service.errors import SettingsError
from service.settings import load_settings

HASH = "0" * 64


def test_lists_come_with_commas_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNAPSHELF_TRUSTED_PROXIES", "10.0.0.1, 172.16.0.0/12,")
    monkeypatch.setenv("SNAPSHELF_CORS_ORIGINS", "https://shop.example,http://localhost:3000")
    monkeypatch.setenv("SNAPSHELF_KEYS", json.dumps({"a": f"search,write sha256:{HASH}"}))
    settings = load_settings()
    assert settings.trusted_proxies == ("10.0.0.1", "172.16.0.0/12")
    assert settings.cors_origins == ("https://shop.example", "http://localhost:3000")
    assert list(settings.keys) == ["a"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("rate_search", "often", "allowed are 120/minute"),
        ("trusted_proxies", "10.0.0.1/8", "allowed are addresses and networks"),
        ("trusted_proxies", "*", "allowed are addresses and networks"),
        ("cors_origins", "https://shop.example/", "without a path"),
        ("cors_origins", "shop.example", "without a path"),
        ("keys", "{", "a JSON object"),
        ("keys", '["a"]', "snapshelf key"),
        ("keys", '{"a": 1}', "snapshelf key"),
        ("keys", '{"a": "snapshelf_secret"}', "allowed is 'SCOPE,SCOPE sha256:HEX'"),
    ],
)
def test_a_wrong_value_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(f"SNAPSHELF_{name.upper()}", value)
    with pytest.raises(SettingsError, match=reason) as caught:
        load_settings()
    assert name in str(caught.value)
    assert "secret" not in str(caught.value)
