"""The trees of errors that the docstrings draw are the real ones."""

import inspect
import re
from types import ModuleType

import pytest

import index.errors
import service.errors
import vision.errors

LEAF = re.compile(r"^(?P<rails>[│ ├└─]*)(?P<name>[A-Z]\w*Error)\b")


def drawn_tree(docstring: str) -> dict[str, str]:
    """Each drawn class and its parent; the root's is empty."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for line in docstring.splitlines():
        found = LEAF.match(line)
        if found and (found["rails"] or re.fullmatch(r"\w+", line.strip())):
            depth = len(found["rails"]) // 4
            parents[found["name"]] = above[depth - 1] if depth else ""
            above[depth:] = [found["name"]]
    return parents


def real_tree(module: ModuleType) -> dict[str, str]:
    """Each class and its parent as Python sees them; the root's is empty."""
    own = [one for one in vars(module).values() if isinstance(one, type)]
    own = [one for one in own if one.__module__ == module.__name__]
    parents = {one.__name__: one.__bases__[0] for one in own}
    return {name: base.__name__ if base in own else "" for name, base in parents.items()}


@pytest.mark.parametrize("module", [vision.errors, index.errors, service.errors])
def test_the_docstring_draws_every_error_under_its_parent(module: ModuleType) -> None:
    assert drawn_tree(inspect.getdoc(module) or "") == real_tree(module)
