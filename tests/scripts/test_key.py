"""``snapshelf key``: what it prints is what the settings take."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts.cli import app_for
from service.access_keys import Keyring, parse_keys
from service.settings import load_settings


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app_for(()), ["key", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result.output


def test_the_printed_lines_are_settings_that_know_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = json.loads(run("shop", "--scopes", "search,write", "--json"))
    (tmp_path / "snapshelf.toml").write_text(f"threads = 1\n{made['toml']}\n")
    from_file = Keyring(parse_keys(load_settings().keys)).find(made["key"])
    name, _, value = made["environment"].partition("=")
    monkeypatch.setenv(name, value.strip("'"))
    from_environment = Keyring(parse_keys(load_settings().keys)).find(made["key"])
    assert from_file is not None
    assert from_file == from_environment
    assert (from_file.name, from_file.scopes) == ("shop", {"search", "write"})
    assert made["key"] not in made["toml"] + made["environment"]


def test_the_key_itself_is_printed_once() -> None:
    printed = run("shop", "--scopes", "admin")
    assert len(re.findall(r"snapshelf_[\w-]{43}", printed)) == 1
    assert printed.count("admin sha256:") == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("shop",), "--scopes"),
        (("shop", "--scopes", "read"), "scope 'read': allowed are search, write"),
        (("my shop", "--scopes", "search"), "key name 'my shop'"),
    ],
)
def test_wrong_usage_says_what_is_allowed(arguments: tuple[str, ...], reason: str) -> None:
    assert reason in run(*arguments, code=2)
