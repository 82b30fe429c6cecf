"""Titles that are names of files, as cameras and programs give them: they say nothing of a thing.

Source of the names: https://en.wikipedia.org/wiki/Design_rule_for_Camera_File_system and what
phones, browsers and messengers call pictures.
"""

import re

_ALONE = frozenset(("dsc", "image", "img", "photo", "picture", "screenshot", "untitled"))
"""Also without a number behind."""
_NUMBERED = _ALONE | frozenset(
    re.findall(
        r"\S+",
        """at bild cimg copy dcim dscf dscn edit edited export file foto gopr heic imag imgp jpeg
        jpg kic mmexport mov mvi original pano pic pict png pxl scan shot upload vid wa webp
        whatsapp 图片 微信图片""",
    )
)
_LETTERS = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d{8,}|0\d{3,}|[a-z]\d{6,}|sam\d{4,}")
"""Also with a letter before it (P1030245). Fewer digits may be a name: 501, 1984, 75192, P30."""
_HASH = re.compile(r"(?=.*\d)[0-9a-f]{12,}")


def is_file_title(title: str) -> bool:
    """Whether a title tells only which picture of a camera, a phone or a program it was."""
    plain = title.casefold()
    words = _LETTERS.findall(plain)
    known = _NUMBERED if any(one.isdigit() for one in plain) else _ALONE
    if words and known.issuperset(words):
        return True
    compact = _BETWEEN.sub("", plain)
    return bool(_NUMBER.fullmatch(compact) or _HASH.fullmatch(compact))
