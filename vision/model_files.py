"""Files of the embedded models: read only if they are the recorded ones, written whole or not."""

import hashlib
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vision.errors import ModelUnavailableError


def checked_bytes(path: Path, sha256: str) -> bytes:
    """Gives a file's bytes if they are those that were recorded.

    Raises:
        ModelUnavailableError: the file is missing, or another one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnavailableError(f"{path} cannot be read: {error}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelUnavailableError(f"{path} has sha256 {found}, expected {sha256}")
    return content


def read_recipe(path: Path) -> Any:
    """Gives the content of the JSON file that says what a model is made of.

    Raises:
        ModelUnavailableError: it is missing or no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailableError(f"{path} cannot be read: {error}") from error


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file; readers and a second writer never see half of it.

    Raises:
        ModelUnavailableError: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".writing-", dir=path.parent) as scratch:
            partial = Path(scratch) / path.name
            partial.write_bytes(content)
            os.replace(partial, path)
    except OSError as error:
        raise ModelUnavailableError(f"{path} cannot be written: {error}") from error
