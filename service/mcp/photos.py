"""Photos that a tool may read: base64, or files inside folders that the operator named."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

from mcp.server.mcpserver.exceptions import ToolError

MAX_BYTES = 20_000_000
"""The service's own default limit of an upload."""


class PhotoReader:
    """Reads the photo of a tool call; an assistant must not make it read any other file."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        """Names the folders.

        Args:
            roots: folders; what lies in them or below may be read. Links that lead out may not.
        """
        self._roots = [one.resolve() for one in roots]

    def read(self, path: str | None, in_base64: str | None) -> bytes | None:
        """Gives a photo's bytes; None where no photo is named.

        Raises:
            ToolError: two photos, a path that is not allowed or not there, too large, no base64.
        """
        if path and in_base64:
            raise ToolError("Give photo_path or photo_base64, not both.")
        if path:
            return self._file(path)
        return _decoded(in_base64) if in_base64 else None

    def _file(self, path: str) -> bytes:
        if not self._roots:
            raise ToolError(
                "This server reads no files: it was started without --photos-root. "
                "Send the photo as photo_base64."
            )
        for root in self._roots:
            found = (root / path).resolve()
            if found.is_relative_to(root) and found.is_file():
                return _read(found, path)
        # one answer for what is missing and what is outside: nothing is told of other folders
        raise ToolError(f"There is no photo {path!r} in the folders that this server may read.")


def _read(found: Path, path: str) -> bytes:
    try:
        with found.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ToolError(f"The photo {path!r} cannot be read: {error.strerror}.") from error
    return _within(content)


def _decoded(in_base64: str) -> bytes:
    if len(in_base64) > MAX_BYTES * 4 // 3 + 1000:
        raise _too_large()
    text = in_base64.partition(",")[2] if in_base64.startswith("data:") else in_base64
    try:
        return _within(base64.b64decode("".join(text.split()), validate=True))
    except binascii.Error as error:
        raise ToolError(f"photo_base64 is no base64: {error}.") from error


def _within(content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        raise _too_large()
    return content


def _too_large() -> ToolError:
    return ToolError(f"The photo is larger than {MAX_BYTES:,} bytes.")
