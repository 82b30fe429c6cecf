"""``snapshelf rollback``: a catalogue again as it was when a version was saved."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from index.backends import recorded_space
from index.store import Store
from scripts.options import JsonOption, StoreOption
from service.going_back import saved_after

_EXAMPLES = 10


def rollback(
    version: Annotated[str, typer.Argument(help="a name that snapshelf versions shows")],
    store: StoreOption,
    as_json: JsonOption = False,
) -> None:
    """Makes a catalogue again what it was when a version was saved, also while a server runs.

    What it is now is saved as a version first: go forward again by its name.
    """
    opened = Store(store, recorded_space(store))
    try:
        changed = opened.rollback(version)
    finally:
        opened.close()
    again = Store(store, recorded_space(store))  # an older version may be of another embedder
    try:
        done = saved_after(version, changed, again)
    finally:
        again.close()
    if as_json:
        tree = {
            "went_back_to": version,
            "present_state_kept_as": done.kept_as,
            "version": done.saved_as,
            "restored": changed.restored,
            "removed": changed.removed,
        }
        print(json.dumps(tree, indent=1))
    else:
        print(f"went back to {version}; what was there before is version {done.kept_as}")
        print(f"{len(changed.restored)} products restored{_examples(changed.restored)}")
        print(f"{len(changed.removed)} products removed{_examples(changed.removed)}")
        saved = f"as version {done.saved_as}" if done.saved_as else "by the next run, see the log"
        print(f"saved {saved}")


def _examples(ids: Sequence[str]) -> str:
    if not ids:
        return ""
    more = ", ..." if len(ids) > _EXAMPLES else ""
    return f": {', '.join(ids[:_EXAMPLES])}{more}"
