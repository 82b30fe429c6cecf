"""What follows going back to a version: the state is saved, so that one can go forward again."""

import logging
from dataclasses import dataclass
from typing import Literal

from index.errors import StoreError
from index.history_restore import Restored
from index.store import Store
from index.types import SpaceId
from index.versions import VersionState

logger = logging.getLogger(__name__)

Obstacle = Literal["damaged", "past_gone", "other_embedder", "unchanged"]


@dataclass(frozen=True)
class WentBack:
    """What going back did."""

    to: str
    kept_as: str
    """The version of what was there before."""
    saved_as: str | None
    """The version of what is there now; None: it could not be saved, the next publishing will."""
    changed: Restored


def saved_after(to: str, changed: Restored, store: Store) -> WentBack:
    """Saves what ``Store.rollback`` made.

    Args:
        to: the version that was gone back to.
        changed: what that gave.
        store: opened with the embedder of that version.
    """
    kept_as = max(store.history.versions())
    try:
        saved_as = store.publish()
    except StoreError as error:  # the catalogue is changed all the same
        logger.warning("the state after going back to %s is not saved: %s", to, error)
        return WentBack(to, kept_as, None, changed)
    return WentBack(to, kept_as, saved_as, changed)


def obstacle(
    state: VersionState, kept: dict[str, int], space: SpaceId, now: int
) -> Obstacle | None:
    """Says why a running server cannot go back to a version; None: it can.

    Args:
        state: the version.
        kept: the last sequence number of each version whose past rows are there.
        space: of the running server.
        now: the catalogue's sequence number.
    """
    manifest = state.manifest
    if manifest is None or not state.is_sound:
        return "damaged"
    if kept.get(state.name) != manifest.sequence:
        return "past_gone"
    if manifest.space != space:
        return "other_embedder"
    return "unchanged" if manifest.sequence == now else None
