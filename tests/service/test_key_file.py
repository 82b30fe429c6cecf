"""Keys come and go while the server runs."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from service import key_file
from service.access_keys import new_key
from service.errors import SettingsError
from service.key_file import ReloadingKeyring
from service.settings import load_settings
from tests.torture.server import running

SHOP, SHOP_KEPT = new_key("shop", ["search", "write"])
DESK, DESK_KEPT = new_key("desk", ["write"])


def lines(**kept: str) -> str:
    return "".join(f'keys.{name} = "{entry}"\n' for name, entry in kept.items())


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(key_file, "LOOK_EVERY_S", 0.0)
    return tmp_path / "snapshelf.toml"


def write(file: Path, text: str, age_s: float = 60.0) -> None:
    file.write_text(text)
    os.utime(file, (time.time() - age_s,) * 2)


def keyring(file: Path) -> ReloadingKeyring:
    return ReloadingKeyring([], file, lambda: load_settings().keys)


def test_the_last_key_taken_back_opens_nothing(file: Path) -> None:
    keys = keyring(file)
    assert not keys.are_needed
    write(file, lines(shop=SHOP_KEPT.setting))
    assert keys.are_needed
    assert keys.find(SHOP) == SHOP_KEPT
    file.unlink()
    assert keys.find(SHOP) is None
    assert keys.are_needed


def test_a_file_that_cannot_be_read_leaves_the_keys_as_they_are(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = keyring(file)
    write(file, lines(shop=SHOP_KEPT.setting))
    assert keys.find(SHOP)
    for broken in ("keys.shop = ", 'keys.shop = "snapshelf_secret"', "no_such_setting = 1\n"):
        write(file, broken)
        assert keys.find(SHOP) == SHOP_KEPT
        assert "stay as they were" in caplog.text
        assert "snapshelf_secret" not in caplog.text
        caplog.clear()


def test_a_file_is_left_alone_while_it_is_written(file: Path) -> None:
    keys = keyring(file)
    write(file, lines(shop=SHOP_KEPT.setting))
    assert keys.find(SHOP)
    write(file, "", age_s=0.0)  # an editor that has emptied it, and goes on
    assert keys.find(SHOP)
    write(file, "")
    assert keys.find(SHOP) is None


def test_a_file_that_did_not_change_is_not_read(file: Path) -> None:
    reads: list[int] = []

    def read() -> dict[str, str]:
        reads.append(1)
        raise SettingsError("broken")

    keys = ReloadingKeyring([SHOP_KEPT], file, read)
    assert keys.find(SHOP)
    assert not reads
    write(file, "x")
    assert all(keys.find(SHOP) for _ in range(3))
    assert len(reads) == 1


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_running_server_takes_keys_and_forgets_them(tmp_path: Path) -> None:
    file = tmp_path / "snapshelf.toml"
    file.write_text(lines(shop=SHOP_KEPT.setting))
    with running(tmp_path, has_model=False) as server:

        def status(key: str) -> int:
            address = f"{server.address}/v1/products/none"
            return httpx.delete(address, headers={"X-API-Key": key}).status_code

        assert (status(SHOP), status(DESK)) == (404, 401)
        file.write_text(lines(shop=SHOP_KEPT.setting, desk=DESK_KEPT.setting))
        until(lambda: status(DESK) == 404)
        assert status(SHOP) == 404
        file.write_text(lines(desk=DESK_KEPT.setting))
        until(lambda: status(SHOP) == 401)
        assert status(DESK) == 404
        assert server.stop() == 0
