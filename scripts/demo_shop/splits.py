"""Which groups may be trained or fitted on, and which are only measured."""

from __future__ import annotations

import zlib

from scripts.demo_shop.groups import Group
from scripts.demo_shop.home_groups import HOME
from scripts.demo_shop.kitchen_groups import KITCHEN
from scripts.demo_shop.outing_groups import OUTINGS

TRAIN, TEST = "train", "test"
_FITTED = frozenset(group.id for group in (*KITCHEN, *HOME, *OUTINGS))
"""The shop's first groups: weights were fitted on them before there was a split."""


def split_of(group: Group) -> str:
    """The split of a group and of all its variants; about a fifth of the later ones train."""
    is_drawn = zlib.crc32(group.id.encode()) % 5 == 0
    return TRAIN if group.id in _FITTED or is_drawn else TEST
