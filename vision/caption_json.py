"""A model's words about a picture as a ``Caption``: repaired where it can be, dropped where not."""

from collections.abc import Mapping

from vision.lenient_json import lenient_json
from vision.model_text import plain_text
from vision.types import Caption

_TEXT = {"type": "string"}
CAPTION_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "category": _TEXT,
        "title": _TEXT,
        "color": _TEXT,
        "material": _TEXT,
        "pattern": _TEXT,
        "brand": _TEXT,
        "audience": _TEXT,
        "search_terms": {"type": "array", "items": _TEXT},
        "caption": _TEXT,
    },
    "required": [
        "category",
        "title",
        "color",
        "material",
        "pattern",
        "brand",
        "audience",
        "search_terms",
        "caption",
    ],
    "additionalProperties": False,
}
"""What a model is asked for; every field, for strict structured output allows no optional one."""

_MAX_CHARACTERS = {
    "category": 60,
    "title": 120,
    "color": 40,
    "material": 60,
    "pattern": 40,
    "brand": 60,
    "audience": 30,
    "caption": 300,
}
_MAX_TERM, _MAX_TERMS = 60, 12
_ALIASES = {"colour": "color", "description": "caption", "text": "caption", "gender": "audience"}
_VOID = frozenset(
    {"", "-", "?", "...", "null", "none", "nil", "unknown", "undefined", "unspecified", "n/a"}
    | {"na", "not applicable", "not available", "not visible", "none visible", "not specified"}
    | {"no brand", "unbranded", "string", "nan", "no text", "not sure", "unclear"}
)
"""What models write where they should write nothing."""
_COLORS = {
    "grey": "gray",
    "navy blue": "navy",
    "off white": "off-white",
    "multicolour": "multicolor",
    "multicolored": "multicolor",
    "multicoloured": "multicolor",
    "multi-color": "multicolor",
    "multi-colored": "multicolor",
    "multi-coloured": "multicolor",
    "golden": "gold",
    "violet": "purple",
    "transparent": "clear",
}
_AUDIENCES = {
    "woman": "women",
    "female": "women",
    "ladies": "women",
    "women's": "women",
    "man": "men",
    "male": "men",
    "men's": "men",
    "child": "kids",
    "children": "kids",
    "kid": "kids",
    "kids'": "kids",
}


def parse_caption(text: str) -> Caption:
    """Gives the caption that a model's answer holds; the empty one where it holds none.

    Never raises. A field of the wrong type, an 'unknown', a link and invisible characters are
    dropped, long texts cut; a list stands for its first object.
    """
    return caption_of(lenient_json(text))


def caption_of(value: object) -> Caption:
    """Gives the caption that a decoded JSON value holds; as ``parse_caption``."""
    fields = _known_fields(value)
    values = {name: _field(name, fields.get(name)) for name in _MAX_CHARACTERS}
    return Caption(
        text=values.pop("caption"), search_terms=_terms(fields.get("search_terms")), **values
    )


def _known_fields(value: object) -> dict[str, object]:
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, dict)), None)
    if not isinstance(value, dict):
        return {}
    keys = {key: str(key).strip().lower().replace(" ", "_") for key in value}
    renamed = {_ALIASES.get(name, name): value[key] for key, name in keys.items()}
    return {**renamed, **{name: value[key] for key, name in keys.items() if name not in _ALIASES}}


def _field(name: str, value: object) -> str:
    if isinstance(value, list):  # ["blue", "white"]: written as product feeds write it
        value = "/".join(filter(None, (plain_text(one, 40) for one in value[:3])))
    text = plain_text(value, _MAX_CHARACTERS[name])
    if text.lower().rstrip(".") in _VOID:
        return ""
    if name == "color":
        return _color(text.lower())
    if name in {"category", "material", "pattern", "audience"}:
        text = text.lower()
    return _AUDIENCES.get(text, text) if name == "audience" else text


def _color(text: str) -> str:
    if text in _COLORS:
        return _COLORS[text]
    return " ".join("gray" if word == "grey" else word for word in text.split())


def _terms(value: object) -> tuple[str, ...]:
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list):
        return ()
    texts = (plain_text(one, _MAX_TERM).lower() for one in listed[: 4 * _MAX_TERMS])
    unique = dict.fromkeys(text for text in texts if text not in _VOID)
    return tuple(unique)[:_MAX_TERMS]
