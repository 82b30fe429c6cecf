"""Whether a list's entry finds the thing or only its colour, by rules for what may stand on a list.

    python -m benchmarks.shopping_things [--thresholds 0.25 0.3 0.35 0.4] [--compounds]

"Green jacket" and its like: names of things that a shop sells and that it does not sell, each plain
and with colours and materials. Counted is what becomes of the entry: its pick is of the thing's
category, of it in another colour, or something else, or nothing is found. ``before`` is the rule
that looks at all words together; ``whole`` asks for the thing without its colour, at one threshold
or several; ``thing`` also asks that its name bring it nearer than the words before the name. The
threshold is chosen by the demo shop, the form of the rule with both shops in view: neither is an
untouched test. With ``--compounds`` names of two words that were written down before the rule about
the words before a name was tried on them, and that nothing is fitted to.
"""

import argparse
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from unittest.mock import patch

from benchmarks import datasets, galleries
from benchmarks.composed_tasks import demo
from benchmarks.machine import machine_line
from service import wiring
from service.pipeline import SearchPipeline
from service.search.catalogue_words import families_of
from service.settings import load_settings
from service.shopping import plausibility, things
from service.shopping.entries import EntrySearch, in_stock
from service.shopping.plausibility import plausible
from service.shopping.types import ShoppingRequest, Wanted
from service.types import Match, SearchRequest

LOOKS = ("", "green", "black", "purple", "leather")
SOLD = {
    "demo": {
        "mug": "Mugs", "cup": "Mugs|Cups", "bowl": "Bowls", "vase": "Vases", "table lamp": "Lamps",
        "lamp": "Lamps", "water bottle": "Bottles", "bottle": "Bottles", "flask": "Bottles",
        "wall clock": "Clocks", "clock": "Clocks", "speaker": "Speakers", "teapot": "Teapots",
        "canister": "Canisters", "jar": "Canisters|Jars", "spinning top": "Tops", "stool": "Stools",
        "stacking toy": "Stacking", "candlestick": "Candlesticks", "candle holder": "Candlesticks",
        "umbrella": "Umbrellas", "notebook": "Notebooks", "keyboard": "Keyboards",
        "car": "Toy Cars", "pillow": "Cushions", "backpack": "Backpacks", "watch": "Watches",
        "bag": "Bags|Backpacks",
    },
    "luma": {
        "jacket": "Jackets", "coat": "Jackets", "shorts": "Shorts", "bra": "Bras",
        "tank top": "Tanks", "hoodie": "Hoodies", "sweatshirt": "Hoodies", "sweater": "Hoodies",
        "pants": "Pants", "trousers": "Pants", "leggings": "Pants", "tee": "Tees",
        "t-shirt": "Tees", "bag": "Bags", "backpack": "Bags", "watch": "Watches",
        "yoga ball": "Fitness",
    },
}  # fmt: skip
"""Names with the words of which the right categories have one."""
NOT_SOLD = (
    "umbrella", "sofa", "bicycle", "carpet", "laptop", "guitar", "tent", "notebook", "pillow",
    "ring", "necklace", "sandals", "keyboard", "curtain", "dress", "tie", "car", "dog bed",
)  # fmt: skip
"""In neither shop, where it is not named above."""
COMPOUNDS = {
    "demo": {
        "desk lamp": "Lamps", "coffee mug": "Mugs", "travel mug": "Mugs", "flower vase": "Vases",
        "soup bowl": "Bowls", "day pack": "Backpacks", "throw pillow": "Cushions",
        "toy car": "Toy Cars", "wooden train": "Trains", "teddy bear": "Bears",
        "rubber duck": "Bath Toys", "pencil holder": "Pen Holders", "waste bin": "Bins",
        "yoga mat": "Mats", "computer mouse": "Mice", "dinner plate": "Plates",
        "watering can": "Watering", "rain umbrella": "Umbrellas", "kitchen clock": "Clocks",
        "storage jar": "Canisters|Jars", "sports bottle": "Bottles", "building bricks": "Blocks",
        "bluetooth speaker": "Speakers", "toy robot": "Robots", "baseball cap": "Caps",
        "picture frame": "Frames", "phone case": "Cases", "rain boots": "Boots",
        "running shoes": "Sneakers",
    },
    "luma": {
        "yoga mat": "Fitness", "rain jacket": "Jackets", "running shorts": "Shorts",
        "sports bra": "Bras", "yoga pants": "Pants", "gym bag": "Bags", "messenger bag": "Bags",
        "zip hoodie": "Hoodies", "track pants": "Pants", "running tee": "Tees",
        "v-neck tee": "Tees", "fitness watch": "Watches", "shoulder bag": "Bags",
        "foam roller": "Fitness", "jump rope": "Fitness", "exercise ball": "Fitness",
    },
}  # fmt: skip
COMPOUNDS_NOT_SOLD = (
    "tea towel", "desk chair pad", "bath towel", "wine rack", "bike lock", "tennis racket",
    "bottle opener", "lamp shade", "plant stand", "bowling ball", "door bell", "hair dryer",
    "garden hose", "table cloth", "umbrella stand", "tea light", "water heater", "car seat",
    "bed frame", "swim suit", "ski boots", "mouse trap", "bottle rack", "toy box", "watch strap",
    "jacket hanger", "coffee grinder", "desk organizer", "bird cage", "gym membership",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """Words for one entry."""

    text: str
    category: str | None
    """None: the shop does not sell it."""
    look: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    chosen = [plausibility.MIN_THING_COSINE]
    parser.add_argument("--thresholds", type=float, nargs="+", default=chosen)
    parser.add_argument("--compounds", action="store_true", help="the other names")
    arguments = parser.parse_args()
    thresholds = arguments.thresholds
    print(machine_line())
    settings = load_settings()
    models = wiring.load_models(settings)
    for name, task in (("demo", demo()), ("luma", datasets.luma())):
        with galleries.indexed(replace(task, queries=[]), models, settings) as gallery:
            pipeline = wiring.search_pipeline(settings, models, gallery.store)
            asked = list(compounds(name) if arguments.compounds else questions(name))
            sold = sum(one.category is not None for one in asked)
            print(
                f"\n{name}: {sold} entries that it may sell, {len(asked) - sold} that it does not"
            )
            report("before", asked, [before(pipeline, one) for one in asked])
            for threshold in thresholds:
                with patch.object(plausibility, "MIN_THING_COSINE", threshold):
                    with patch.object(things, "_before", lambda _: ""):
                        report(f"whole {threshold}", asked, [after(pipeline, one) for one in asked])
                    report(f"thing {threshold}", asked, [after(pipeline, one) for one in asked])


def questions(shop: str) -> Iterator[Question]:
    """Every name with every look; what the other shop alone sells is not sold here."""
    [other] = [one for one in SOLD if one != shop]
    names = {**dict.fromkeys((*SOLD[other], *NOT_SOLD)), **SOLD[shop]}
    for (name, category), look in itertools.product(names.items(), LOOKS):
        yield Question(f"{look} {name}".strip(), category, look)


def compounds(shop: str) -> Iterator[Question]:
    """Names of two words, plain; what the other shop alone sells is not sold here."""
    [other] = [one for one in COMPOUNDS if one != shop]
    names = {**dict.fromkeys((*COMPOUNDS[other], *COMPOUNDS_NOT_SOLD)), **COMPOUNDS[shop]}
    yield from (Question(name, category) for name, category in names.items())


def before(pipeline: SearchPipeline, asked: Question) -> Match | None:
    """All words of the first matches must be near to the product's text."""
    request = ShoppingRequest(text=asked.text)
    k = EntrySearch(pipeline, request).k
    search = SearchRequest(text=asked.text, k=k, filters=in_stock(request.filters))
    [found] = pipeline.search(search).items
    return next(iter(plausible(found.matches)), None)


def after(pipeline: SearchPipeline, asked: Question) -> Match | None:
    """As the service does it."""
    entry = EntrySearch(pipeline, ShoppingRequest(text=asked.text)).of_text(Wanted(asked.text))
    return entry.matches[0] if entry.status == "found" else None


def report(rule: str, asked: list[Question], picks: list[Match | None]) -> None:
    """One line: of what is sold, and of what is not."""
    counts = Counter(
        (one.category is not None, outcome(one, pick))
        for one, pick in zip(asked, picks, strict=True)
    )
    outcomes = ("right", "in another colour", "wrong", "nothing")
    sold = ", ".join(f"{counts[True, one]} {one}" for one in outcomes)
    print(f"  {rule:10} sold: {sold}; not sold: {counts[False, 'wrong']} wrong")


def outcome(asked: Question, pick: Match | None) -> str:
    """What the pick of an entry is worth."""
    if pick is None:
        return "nothing"
    right = asked.category.split("|") if asked.category else []
    if not any(one in pick.product.category for one in right):
        return "wrong"
    wished, own = families_of(asked.look), families_of(pick.product.color)
    return "in another colour" if wished and own and not wished & own else "right"


if __name__ == "__main__":
    main()
