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


@pytest.mark.parametrize("content", [b"keys.shop = ", b"device = '\xff'"])
def test_a_file_that_is_no_toml_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (tmp_path / "snapshelf.toml").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"^snapshelf\.toml cannot be read: [^\n]+$"):
        load_settings()
