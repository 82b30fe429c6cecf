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


BROKEN = (
    "keys.shop = ",
    "no_such_setting = 1\n",
    "threads = " + "[" * 5000,
    'keys.shop = "snapshelf_secret"',
    '[server]\nkeys.shop = "snapshelf_secret"',
    'key.shop = "snapshelf_secret"',
    'device.shop = "snapshelf_secret"',
    'device = ["snapshelf_secret"]',
)


def write(file: Path, text: str, age_s: float = 3600.0) -> None:
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
    write(file, "")
    assert keys.find(SHOP) is None
    assert keys.are_needed


def test_a_file_that_stays_away_takes_its_keys_along(file: Path) -> None:
    keys = keyring(file)
    write(file, lines(shop=SHOP_KEPT.setting))
    assert keys.find(SHOP)
    backup = file.rename(file.with_suffix(".toml~"))  # an editor, about to write anew
    assert keys.find(SHOP)
    backup.rename(file)
    assert keys.find(SHOP)
    file.unlink()
    assert keys.find(SHOP)  # the looks of before do not count
    assert keys.find(SHOP) is None
    assert keys.are_needed


@pytest.mark.parametrize("meanwhile", ["", "keys.shop = ", None])
def test_what_changes_while_it_is_read_is_read_again(
    file: Path, caplog: pytest.LogCaptureFixture, meanwhile: str | None
) -> None:
    """Emptied, half written, or renamed by another program, between the look and the read."""
    at_read: list[Callable[[], object]] = []

    def read() -> dict[str, str]:
        if at_read:
            at_read.pop()()
        return load_settings().keys

    keys = ReloadingKeyring([], file, read)
    write(file, lines(shop=SHOP_KEPT.setting))
    assert keys.find(SHOP)
    write(file, lines(shop=SHOP_KEPT.setting, desk=DESK_KEPT.setting))
    at_read.append(file.unlink if meanwhile is None else lambda: write(file, meanwhile, age_s=60))
    assert keys.find(SHOP)
    assert not at_read
    assert not caplog.records
    write(file, lines(desk=DESK_KEPT.setting))
    assert keys.find(DESK)
    assert keys.find(SHOP) is None


def test_a_file_that_cannot_be_read_leaves_the_keys_as_they_are(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = keyring(file)
    write(file, lines(shop=SHOP_KEPT.setting))
    assert keys.find(SHOP)
    for broken in BROKEN:
        write(file, broken)
        assert keys.find(SHOP) == SHOP_KEPT
        assert "stay as they were" in caplog.text
        assert "snapshelf_secret" not in caplog.text
        caplog.clear()


def test_a_file_is_left_alone_while_it_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_file, "_STILL_S", 60.0)
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
