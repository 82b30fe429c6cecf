"""What an item and a product have in common: only fields that both of them have are compared."""

import itertools
import re
from collections.abc import Callable, Mapping

from index.types import Product
from service.search import lexicon
from service.search.tokens import phrase_key
from vision.types import Caption

FIELDS = ("category", "color", "material", "pattern", "brand", "audience")
"""In the order in which an answer names them."""
AUDIENCE_ATTRIBUTES = ("audience", "gender", "age_group")

_Comparison = Callable[[frozenset[str], frozenset[str]], bool | None]

_SPELLINGS = {
    "gray": "grey", "wooden": "wood", "aluminum": "aluminium", "golden": "gold",
    "solid": "plain", "stripe": "striped", "check": "checked", "plaid": "checked",
    "dot": "dotted", "spotted": "dotted", "flower": "floral", "flowered": "floral",
    "woman": "women", "female": "women", "lady": "women", "ladie": "women",
    "man": "men", "male": "men", "gentleman": "men", "gentlemen": "men",
    "child": "kid", "children": "kid", "toddler": "kid", "boy": "kid", "girl": "kid",
    "womens": "women", "mens": "men", "kids": "kid",
}  # fmt: skip

_ALIKE = frozenset(
    frozenset(pair.split())
    for pair in (
        "black gray", "black blue", "black brown", "black purple", "black green", "gray blue",
        "gray white", "gray brown", "gray green", "gray silver", "gray beige", "white silver",
        "white brown", "white yellow", "white beige", "brown red", "brown orange", "brown yellow",
        "brown beige", "brown gold", "red pink", "red orange", "red purple", "orange yellow",
        "orange pink", "orange beige", "orange gold", "blue purple", "blue green", "pink purple",
        "pink beige", "yellow green", "yellow beige", "yellow gold", "beige gold", "silver beige",
    )
)  # fmt: skip
"""Families (``search/lexicon/colours.toml``) that light or a camera may take for each other: navy
in shade is black."""

# Families: words of two families differ, a shared word agrees, an unknown word says nothing.
_MATERIALS = {
    "cotton": "cotton denim canvas",
    "wool": "wool merino cashmere",
    "leather": "leather suede",
    "synthetic": "polyester nylon acrylic polyamide",
    "silk": "silk",
    "linen": "linen",
    "ceramic": "ceramic porcelain stoneware earthenware",
    "glass": "glass",
    "metal": "metal steel aluminium brass iron",
    "wood": "wood oak bamboo walnut",
    "plastic": "plastic acetate",
}
_PATTERNS = {name: name for name in ("plain", "striped", "checked", "floral", "dotted")}
_AUDIENCES = {name: name for name in ("women", "men", "kid")}
_KINDS = {
    "dress": "dress gown",
    "skirt": "skirt",
    "trousers": "trouser pant jean legging chino",
    "top": "top shirt tee blouse tshirt",
    "knitwear": "sweater jumper pullover cardigan",
    "outerwear": "jacket coat parka",
    "shoes": "shoe sneaker boot sandal heel loafer footwear",
    "bag": "bag backpack tote handbag",
    "hat": "hat cap beanie",
    "drinkware": "mug cup tumbler",
    "furniture": "chair sofa table desk",
}


def agreements(caption: Caption, product: Product) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Gives the fields that agree and those that differ, in the order of ``FIELDS``.

    A field that one side lacks, or whose words are not known well enough, is in neither.
    """
    judged = {name: _judge(name, caption, product) for name in FIELDS}
    return (
        tuple(name for name in FIELDS if judged[name] is True),
        tuple(name for name in FIELDS if judged[name] is False),
    )


def audience_of(product: Product) -> str:
    """Gives whom a product is for, as the feed says it; empty where it does not."""
    return next(
        (product.attributes[name] for name in AUDIENCE_ATTRIBUTES if product.attributes.get(name)),
        "",
    )


def _judge(name: str, caption: Caption, product: Product) -> bool | None:
    seen = words_of(getattr(caption, name))
    sold = words_of(_values(product)[name])
    if not seen or not sold:
        return None
    return _COMPARISONS[name](seen, sold)


def _values(product: Product) -> dict[str, str]:
    return {
        "category": product.category,
        "color": product.color,
        "material": product.attributes.get("material", ""),
        "pattern": product.attributes.get("pattern", ""),
        "brand": product.brand,
        "audience": audience_of(product),
    }


def words_of(text: str) -> frozenset[str]:
    """Lower-case words, in one spelling and without a plural's s."""
    found = re.findall(
        r"\w+", re.sub(r"['’]s\b", "s", text.casefold()).replace("t-shirt", "tshirt")
    )
    return frozenset(
        _SPELLINGS.get(word, _SPELLINGS.get(one := _singular(word), one)) for word in found
    )


def _singular(word: str) -> str:
    if word.endswith(("sses", "shes", "ches")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _by_family(families: Mapping[str, str]) -> _Comparison:
    family_of = {word: name for name, words in families.items() for word in words.split()}

    def compare(seen: frozenset[str], sold: frozenset[str]) -> bool | None:
        ours, theirs = seen & family_of.keys(), sold & family_of.keys()
        if not ours or not theirs:
            return True if seen == sold else None
        if {family_of[word] for word in ours}.isdisjoint(family_of[word] for word in theirs):
            return False
        return True if ours & theirs else None  # "blue" says nothing of "navy"

    return compare


def _same_colour(seen: frozenset[str], sold: frozenset[str]) -> bool | None:
    """Differs only where every colour of the one is far from every colour of the other."""
    ours, theirs = _colour_families(seen), _colour_families(sold)
    if not ours or not theirs:
        return True if seen == sold else None
    seen_families, sold_families = set().union(*ours.values()), set().union(*theirs.values())
    pairs = itertools.product(seen_families, sold_families)
    if all(one != other and frozenset((one, other)) not in _ALIKE for one, other in pairs):
        return False
    return True if ours.keys() & theirs.keys() else None  # "blue" says nothing of "navy"


def _colour_families(words: frozenset[str]) -> dict[str, frozenset[str]]:
    """The words that are colours, in any language of the lexicon, with their families."""
    known = {word: lexicon.colours().named(phrase_key(word)) for word in words}
    return {
        word: frozenset(one.families)
        for word, one in known.items()
        if one and "multicolor" not in one.families
    }


def _same_kind(seen: frozenset[str], sold: frozenset[str]) -> bool | None:
    audiences = {word for words in _AUDIENCES.values() for word in words.split()}
    if (seen & sold) - audiences:
        return True
    return _by_family(_KINDS)(seen - audiences, sold - audiences)


def _same_brand(seen: frozenset[str], sold: frozenset[str]) -> bool | None:
    return bool(seen & sold)


_COMPARISONS: Mapping[str, _Comparison] = {
    "category": _same_kind,
    "color": _same_colour,
    "material": _by_family(_MATERIALS),
    "pattern": _by_family(_PATTERNS),
    "brand": _same_brand,
    "audience": _by_family(_AUDIENCES),
}
