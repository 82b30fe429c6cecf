"""Questions in words with the products that are right, made from a catalogue by fixed rules."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from benchmarks import datasets
from benchmarks.composed_tasks import demo

Row = dict[str, str]

SYNONYMS = {
    "eshop": {
        "Footwear": ("shoes for hiking", "sneakers", "boots for the mountains"),
        "Jackets": ("warm coat for winter", "jacket for rain", "anorak"),
        "Bags": ("rucksack", "luggage for travel", "pack for a day out"),
        "Climbing": ("gear for rock walls", "rope and harness", "carabiner"),
        "Ski/boarding": ("equipment for snow", "helmet and goggles for the slopes", "skis"),
        "Navigation": ("something to find my way", "handheld GPS", "device with a map"),
        "Cycling": ("bike helmet", "clothes for bicycle rides", "bicycle gear"),
        "Trekking": ("walking sticks", "tent for camping", "sleeping in the outdoors"),
    },
    "luma": {
        "Gear > Bags": ("rucksack", "something to carry gym clothes in"),
        "Gear > Watches": ("wristwatch", "something to tell the time"),
        "Bottoms > Pants": ("trousers", "leggings for yoga"),
        "Bottoms > Shorts": ("short trousers for running", "gym bottoms for hot days"),
        "Tops > Jackets": ("warm coat for rain", "windbreaker"),
        "Hoodies & Sweatshirts": ("pullover with a hood", "cosy sweater"),
        "Tops > Tees": ("t-shirt", "shirt with short sleeves"),
        "Tanks": ("sleeveless top", "vest for the gym"),
    },
}  # fmt: skip
_SKU = re.compile(r"[a-z]{2,3}[0-9]{2}")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+|[A-Z0-9]+-[A-Z0-9]+")


@dataclass(frozen=True)
class Question:
    """What is asked, and which products are right."""

    kind: str
    words: str
    right: frozenset[str]


@dataclass(frozen=True)
class Shop:
    """A gallery and its questions."""

    name: str
    task: datasets.Task
    questions: list[Question]


def development() -> list[Shop]:
    """The shops that weights are fitted on."""
    eshop, grocery = datasets.eshop(), datasets.grocery(with_photos=False)
    grocery = replace(grocery, queries=[])
    shop = replace(demo(), queries=[])
    return [
        Shop("eshop", eshop, [*named(eshop.rows), *synonyms("eshop", eshop.rows)]),
        Shop("eshop, told", undescribed(eshop), told(eshop.rows)),
        Shop("grocery", grocery, named(grocery.rows)),
        Shop("grocery, told", undescribed(grocery), told(grocery.rows)),
        Shop("demo", shop, [*named(shop.rows), *gtins(shop.rows)]),
    ]


def test() -> list[Shop]:
    """The shop that results are reported on."""
    luma = replace(datasets.luma(), queries=[])
    asked = [*named(luma.rows), *skus(luma.rows), *synonyms("luma", luma.rows)]
    return [Shop("luma", luma, asked), Shop("luma, told", undescribed(luma), told(luma.rows))]


def named(rows: Iterable[Row]) -> list[Question]:
    """Brand with kind, kind alone, and the words that set a title apart, also with a typo."""
    every = list(rows)
    models = list(distinctive(every))
    return [
        *_by("brand and kind", every, lambda row: _joined(row.get("brand", ""), kind(row))),
        *_by("kind", every, kind),
        *models,
        *(replace(one, kind="model, a typo", words=misspelt(one.words)) for one in models),
    ]


def distinctive(rows: list[Row]) -> Iterable[Question]:
    """The two rarest words of each title, in its order; right is each product that has both."""
    titles = {row["id"]: _words(row["title"]) for row in rows}
    groups = {row["title"]: titles[row["id"]] for row in rows}
    counts = Counter(word for words in groups.values() for word in {*words})
    asked: dict[tuple[str, ...], None] = {}
    for words in titles.values():
        rare = sorted({*words}, key=lambda one: (counts[one], words.index(one)))[:2]
        asked[tuple(sorted(rare, key=words.index))] = None
    for pair in asked:
        right = frozenset(one for one, words in titles.items() if {*pair} <= {*words})
        yield Question("model words", " ".join(pair), right)


def rarest(rows: Iterable[Row]) -> dict[str, str]:
    """The word of each product's title that the fewest titles have, by product id."""
    titles = {row["id"]: _words(row["title"]) for row in rows}
    counts = Counter(word for words in map(tuple, titles.values()) for word in {*words})
    return {one: min(words, key=lambda word: counts[word]) for one, words in titles.items()}


def told(rows: Iterable[Row]) -> list[Question]:
    """The first sentence of a description; the shop holds no descriptions."""
    return _by("told in a sentence", list(rows), lambda row: row["description"].split(". ")[0])


def skus(rows: Iterable[Row]) -> list[Question]:
    """``MH07`` of ``luma-mh07-green``: every product of that number is right."""
    return _by("SKU", list(rows), lambda row: "".join(_SKU.findall(row["id"])[-1:]).upper())


def gtins(rows: Iterable[Row]) -> list[Question]:
    return _by("GTIN", list(rows), lambda row: row["gtin"])


def synonyms(shop: str, rows: Iterable[Row]) -> list[Question]:
    """Other words for a category; right is all of it."""
    every = list(rows)
    return [
        Question("synonym", words, frozenset(one["id"] for one in every if name in _category(one)))
        for name, asked in SYNONYMS[shop].items()
        for words in asked
    ]


def kind(row: Row) -> str:
    """The last part of the category: ``Mugs``."""
    return _category(row).split(">")[-1].strip()


def misspelt(words: str) -> str:
    """Two neighbouring letters of the longest word swapped."""
    longest = max(words.split(), key=len)
    middle = len(longest) // 2
    wrong = (
        longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
        if len(longest) > 2
        else longest
    )
    return words.replace(longest, wrong)


def undescribed(task: datasets.Task) -> datasets.Task:
    return replace(task, queries=[], rows=[{**row, "description": ""} for row in task.rows])


def _by(name: str, rows: list[Row], words_of: Callable[[Row], str]) -> list[Question]:
    right: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        words = words_of(row)
        if words:
            right[words].add(row["id"])
    return [Question(name, words, frozenset(ids)) for words, ids in right.items()]


def _category(row: Row) -> str:
    names = ("product_type", "google_product_category", "category")
    return next((row[name] for name in names if row.get(name)), "")


def _joined(brand: str, name: str) -> str:
    return f"{brand} {name}" if brand and name else ""


def _words(title: str) -> list[str]:
    return _WORD.findall(re.sub(r"&\w+;", "", title))
