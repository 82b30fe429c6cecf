"""The table of settings, from ``service/settings.py``."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from scripts.docs_site.tables import table
from service.settings import Settings

_INTRODUCTION = """# Settings

Each is a line of `snapshelf.toml` in the folder where a command is started (`max_items = 3`), or an
environment variable (`SNAPSHELF_MAX_ITEMS=3`), which wins. `snapshelf settings` prints what is in
force. A name that is not here, or a value that is not allowed, ends the command with one line.
"""
_LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def settings_page() -> str:
    """Gives the page; it needs no model and no store."""
    rows = [
        (f"`{name}`", _default(field), _meaning(field))
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join([_INTRODUCTION, *table(("setting", "default", "meaning"), rows)]) + "\n"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Path) and value.is_relative_to(Path.home()):
        value = Path("~") / value.relative_to(Path.home())  # of whoever builds the site
    return f"`{value}`" if value not in ("", (), {}) else "empty"


def _meaning(field: FieldInfo) -> str:
    limits = [
        f"{words} {getattr(one, name):,}"
        for one in field.metadata
        for name, words in _LIMITS.items()
        if hasattr(one, name)
    ]
    return f"{field.description} ({', '.join(limits)})" if limits else str(field.description)
