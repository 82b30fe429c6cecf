"""``snapshelf versions``: the saved states of a store."""

import json
from typing import Any

from rich.console import Console
from rich.table import Table

from index.backends import saved_versions
from index.versions import VersionState
from scripts.options import JsonOption, StoreOption

_SHOWN = ("made_at", "sequence", "products", "pictures")


def versions(store: StoreOption, as_json: JsonOption = False) -> None:
    """Lists the versions that a store keeps, oldest first, and checks every file of them."""
    found = saved_versions(store)
    if as_json:
        print(json.dumps([_tree(one) for one in found], indent=1))
    elif found:
        _print(found)
    else:
        print("no version was saved yet; snapshelf index saves one")


def _tree(state: VersionState) -> dict[str, Any]:
    manifest = state.manifest
    evaluation = (manifest.evaluation if manifest else None) or {}
    return {
        "name": state.name,
        "made_at": manifest.created_at if manifest else None,
        "sequence": manifest.sequence if manifest else None,
        "products": manifest.products if manifest else None,
        "pictures": manifest.pictures if manifest else None,
        "embedder": manifest.space.embedder if manifest else None,
        "is_sound": state.is_sound,
        "is_current": state.is_current,
        "recall_at_1": evaluation.get("recall_at_1"),
        "recall_at_1_ci95": evaluation.get("recall_at_1_ci95"),
        "questions": evaluation.get("questions"),
    }


def _print(found: list[VersionState]) -> None:
    table = Table("version", "made at", "sequence", "products", "pictures", "state", "own pictures")
    for state in found:
        tree = _tree(state)
        words = "sound" if state.is_sound else "DAMAGED, not used"
        recall = tree["recall_at_1"]
        table.add_row(
            state.name,
            *("" if tree[name] is None else str(tree[name]) for name in _SHOWN),
            f"{words}, current" if state.is_current else words,
            "" if recall is None else f"{recall:.1%} of {tree['questions']} first",
        )
    Console().print(table)
