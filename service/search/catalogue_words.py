"""A catalogue's products to the words that a shopper may say of them."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from index.filters import category_path
from index.types import Product
from service.search import lexicon
from service.search.currencies import currency_words
from service.search.tokens import Key, Phrases, contains, phrase_key, tokenized
from service.search.vocabulary import ShopValue, ShopVocabulary

_SEVERAL = re.compile(r"\s*[,/;]\s*")
_WORD = re.compile(r"\w+")
_NOT_WORDS = {"size", "condition", "age_group", "gtin", "mpn"}
"""Attributes whose values (``M``, ``new``, ``350 ml``) mean nothing outside their column."""


def vocabulary_of(products: Iterable[Product]) -> ShopVocabulary:
    """Reads a catalogue once and gives what a shopper may name.

    Cost: O(characters of titles, descriptions and attributes), about 90 µs a product; keep it
    with the store's version. The result holds each distinct value once.
    """
    every = list(products)
    titles = [phrase_key(product.title) for product in every]
    colours = sorted({product.color for product in every if product.color})
    currencies = Counter(
        offer.price.currency for product in every for offer in product.offers if offer.price
    )
    sold_in = tuple(
        code for code, _ in sorted(currencies.items(), key=lambda one: (-one[1], one[0]))
    )
    return ShopVocabulary(
        names=Phrases(_names(every, titles)),
        colours=_colours_by_name(colours),
        exact_colours=Phrases(_exact_colours(colours)),
        colour_titles=_colour_titles(every, titles),
        colour_coverage=sum(bool(one.color) for one in every) / max(1, len(every)),
        attributes=_attributes(every),
        things=_things(every),
        currencies=sold_in,
        currency_words=Phrases(currency_words(sold_in)),
    )


def _names(products: Sequence[Product], titles: Sequence[Key]) -> dict[Key, ShopValue]:
    """Brands before categories before merchants where the same word is several of them."""
    brands = {phrase_key(one.brand): one.brand for one in products if one.brand}
    categories = _categories(products)
    merchants = {
        phrase_key(offer.merchant): offer.merchant
        for one in products
        for offer in one.offers
        if offer.merchant
    }
    colours = {phrase_key(one.color) for one in products}
    doubtful = _brands_said_of_others(products, brands)
    inside = _categories_in_other_titles(products, titles, categories)
    names = {}
    for key, merchant in merchants.items():
        names[key] = ShopValue("merchant", (merchant,), len(key) > 1)
    for key, paths in categories.items():
        names[key] = ShopValue("category", tuple(sorted(paths)), key not in inside)
    for key, brand in brands.items():
        is_clear = key not in doubtful and key not in categories and key not in colours
        is_clear = is_clear and lexicon.colours().length(tokenized(brand), 0) != len(key)
        names[key] = ShopValue("brand", (brand,), is_clear)
    return names


def _categories(products: Sequence[Product]) -> dict[Key, set[str]]:
    """Every part of a path, in singular and plural, with the paths that end in it."""
    found: dict[Key, set[str]] = {}
    for path in {category_path(one.category) for one in products}:
        for depth, part in enumerate(path, start=1):
            whole = " > ".join(path[:depth])
            keys = {*numbers_of(phrase_key(part)), phrase_key(whole)}
            for key in keys:
                found.setdefault(key, set()).add(whole)
    return found


def numbers_of(key: Key) -> set[Key]:
    """Gives an English phrase as it is, in the singular and in the plural of its last word."""
    if not key:
        return set()
    *rest, last = key
    forms = {last, f"{last}s"}
    if last.endswith("ies"):
        forms.add(f"{last[:-3]}y")
    elif last.endswith(("ches", "shes", "sses", "xes")):
        forms.add(last[:-2])
    elif last.endswith("s") and not last.endswith("ss") and len(last) > 3:
        forms.add(last[:-1])
    if last.endswith(("ch", "sh", "ss", "x")):
        forms.add(f"{last}es")
    return {(*rest, form) for form in forms}


def _brands_said_of_others(products: Sequence[Product], brands: Mapping[Key, str]) -> set[Key]:
    """Brands of one word that stands in the text of another brand's products: ``Next``."""
    single = {key[0]: key for key in brands if len(key) == 1}
    doubtful: set[Key] = set()
    for product in products:
        text = " ".join([product.title, product.description, *product.attributes.values()])
        for word in single.keys() & set(_WORD.findall(text.casefold())):
            if phrase_key(product.brand) != (word,):
                doubtful.add(single[word])
    return doubtful


def _categories_in_other_titles(
    products: Sequence[Product], titles: Sequence[Key], categories: Mapping[Key, set[str]]
) -> set[Key]:
    """Categories whose name also names products outside of them: ``Apple`` and apple juice."""
    known = Phrases({key: key for key in categories})
    inside = set()
    for product, title in zip(products, titles, strict=True):
        path = category_path(product.category)
        own = {" > ".join(path[:depth]) for depth in range(1, len(path) + 1)}
        tokens = tokenized(product.title)
        for start in range(len(title)):
            found = known.at(tokens, start)
            if found and not categories[found[1]] & own:
                inside.add(found[1])
    return inside


def families_of(colour: str) -> frozenset[str]:
    """The families of a shop's colour, word by word: ``Crimson/Sand`` is red and beige."""
    tokens = tokenized(colour)
    families: set[str] = set()
    start = 0
    while start < len(tokens):
        found = lexicon.colours().at(tokens, start) or lexicon.single_colours().at(tokens, start)
        if found:
            families.update(found[1].families)
        start += found[0] if found else 1
    return frozenset(families)


def _colours_by_name(colours: Sequence[str]) -> dict[str, tuple[str, ...]]:
    keys = {one: phrase_key(one) for one in colours}
    families = {one: families_of(one) for one in colours}
    by_name = {}
    for word in lexicon.colours().meanings():
        held = () if word.is_family else _naming(word, keys)
        if not held and not word.is_narrow:
            held = tuple(one for one in colours if families[one] & set(word.families))
        by_name[word.name] = held
    return by_name


def _naming(word: lexicon.ColourWord, keys: Mapping[str, Key]) -> tuple[str, ...]:
    named = phrase_key(word.name)
    return tuple(one for one, key in keys.items() if contains(key, named))


def _exact_colours(colours: Sequence[str]) -> dict[Key, tuple[str, ...]]:
    exact: dict[Key, tuple[str, ...]] = {}
    for colour in colours:
        for part in {colour, *_SEVERAL.split(colour)}:
            key = phrase_key(part)
            exact[key] = (*exact.get(key, ()), colour)
    return exact


def _colour_titles(
    products: Sequence[Product], titles: Sequence[Key]
) -> dict[tuple[str, str], frozenset[str]]:
    """Pairs in titles that begin with a colour word, with the colours that these products have."""
    pairs: dict[tuple[str, str], frozenset[str]] = {}
    for product, title in zip(products, titles, strict=True):
        for first, second in itertools.pairwise(title):
            if (first,) in lexicon.colours():
                pair = (first, second)
                pairs[pair] = pairs.get(pair, frozenset()) | families_of(product.color)
    return pairs


def _things(products: Sequence[Product]) -> frozenset[str]:
    """The last words of titles: ``Mug, navy``, ``Blood Orange``, not the colour in ``Tee Orange``.

    The product's own colour is one where its group has others.
    """
    colours: dict[str, set[str]] = {}
    for product in products:
        colours.setdefault(product.group, set()).add(product.color)
    words: set[str] = set()
    for product in products:
        last = phrase_key(product.title.split(",")[0])[-1:]
        is_variant = len(colours[product.group]) > 1
        if last and not (is_variant and contains(phrase_key(product.color), last)):
            words.update(form[0] for form in numbers_of(last))
    return frozenset(words)


def _attributes(products: Sequence[Product]) -> dict[str, tuple[tuple[str, str], ...]]:
    pairs = {
        (name, part)
        for product in products
        for name, value in product.attributes.items()
        if name not in _NOT_WORDS
        for part in _SEVERAL.split(value)
    }
    by_word: dict[str, tuple[tuple[str, str], ...]] = {}
    for pair in sorted(pairs):
        for word in set(phrase_key(pair[1])):
            by_word[word] = (*by_word.get(word, ()), pair)
    return by_word
