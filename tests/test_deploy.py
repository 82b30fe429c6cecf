"""A server that is started by the files of deploy/ reads its snapshelf.toml."""

import re
from pathlib import Path

import pytest

from service.access_keys import new_key
from service.settings import load_settings

DEPLOY = Path(__file__).parents[1] / "deploy"
KEPT = new_key("shop", ["search"])[1]


@pytest.fixture
def _file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f'index = "milvus://x"\nkeys.shop = "{KEPT.setting}"\n'
    (tmp_path / "snapshelf.toml").write_text(text)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_file")
def test_what_compose_sets_by_itself_leaves_the_file_its_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    defaults = dict(
        re.findall(r"^ +(SNAPSHELF_\w+): \$\{\1:-(.*)\}(?:  #.*)?$", text, re.MULTILINE)
    )
    assert defaults.keys() == {"SNAPSHELF_KEYS", "SNAPSHELF_INDEX"}
    for name, value in defaults.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.keys == {"shop": KEPT.setting}
    assert settings.index.get_secret_value() == "milvus://x"


@pytest.mark.usefixtures("_file")
@pytest.mark.parametrize("nothing", ["", "{}", " { } "])
def test_a_variable_without_keys_leaves_the_file_its_keys(
    monkeypatch: pytest.MonkeyPatch, nothing: str
) -> None:
    monkeypatch.setenv("SNAPSHELF_KEYS", nothing)
    assert load_settings().keys == {"shop": KEPT.setting}


def test_the_unit_and_the_image_run_in_the_folder_of_settings() -> None:
    unit = (DEPLOY / "snapshelf.service").read_text().splitlines()
    assert {"ConfigurationDirectory=snapshelf", "WorkingDirectory=%E/snapshelf"} <= {*unit}
    last = (DEPLOY / "Containerfile").read_text().rpartition("\nFROM ")[2]
    assert re.findall(r"^WORKDIR (.+)", last, re.MULTILINE) == ["/etc/snapshelf"]
    assert "/etc/snapshelf:ro" in (DEPLOY / "compose.yaml").read_text()
