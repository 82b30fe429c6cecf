"""Settings come from arguments, the environment and a file, in this order."""

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.settings import load_settings


def test_the_environment_wins_over_the_file_and_arguments_win_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "snapshelf.toml").write_text('device = "cpu"\nbatch_size = 3\nthreads = 1\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SNAPSHELF_BATCH_SIZE", "5")
    monkeypatch.setenv("SNAPSHELF_THREADS", "7")
    settings = load_settings(threads=2, embedder=None)
    assert (settings.device, settings.batch_size, settings.threads) == ("cpu", 5, 2)


def test_a_wrong_value_names_the_setting_and_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNAPSHELF_BATCH_SIZE", "many")
    with pytest.raises(SettingsError, match=r"batch_size.*'many'"):
        load_settings()


def test_an_unknown_setting_in_the_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "snapshelf.toml").write_text('embeder = "embedded"\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="embeder"):
        load_settings()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[server]\nkeys.shop = "secret"', "setting server: there is none of this name"),
        ('key.shop = "secret"', "setting key: there is none of this name"),
        ('device.shop = "secret"', "setting device: Input should be a valid string"),
    ],
)
def test_what_may_be_a_key_in_the_wrong_place_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, told: str
) -> None:
    (tmp_path / "snapshelf.toml").write_text(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=told) as caught:
        load_settings()
    assert "secret" not in str(caught.value)


def test_an_empty_variable_leaves_the_file_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "snapshelf.toml").write_text('device = "cpu"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SNAPSHELF_DEVICE", "")
    assert load_settings().device == "cpu"


DEEP = b"[" * 5000


def test_a_variable_that_is_nested_too_deeply_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNAPSHELF_KEYS", DEEP.decode())
    with pytest.raises(SettingsError, match="nested too deeply"):
        load_settings()


@pytest.mark.parametrize(
    "content",
    [b"keys.shop = ", b"device = '\xff'", b"threads = " + DEEP, b"threads = " + b"1" * 5000],
    ids=["no value", "no UTF-8", "deep", "long"],
)
def test_a_file_that_is_no_toml_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (tmp_path / "snapshelf.toml").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"^snapshelf\.toml .*cannot be read: [^\n]+$"):
        load_settings()
