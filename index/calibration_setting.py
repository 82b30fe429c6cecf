"""Where a catalogue keeps what its verdicts are judged by."""

import logging

from index.catalogue import Catalogue
from index.errors import StoreDamagedError
from index.types import SpaceId
from index.verdict import Calibration

logger = logging.getLogger(__name__)

CALIBRATION = "calibration"
"""Key of the catalogue's settings."""


def read_calibration(catalogue: Catalogue, space: SpaceId) -> Calibration | None:
    """Gives what was written last; None where it cannot be read, or is of another embedder.

    ``snapshelf doctor`` writes a new one; searches must not end because of it.
    """
    text = catalogue.meta().get(CALIBRATION)
    try:
        found = Calibration.from_json(text) if text else None
    except StoreDamagedError as error:
        logger.warning("no verdicts: %s", error)
        return None
    return found if found is None or found.space == str(space) else None
