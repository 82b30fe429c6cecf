"""False sentences about the shop, each with one thing wrong, and writers that tell them."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

from service.answer.types import Mode
from tests.service.answer.lies_abroad import LIES_ABROAD
from tests.service.answer.prose_development import JACKETS, MORE_JACKETS
from tests.service.answer.prose_lies import lies_from
from tests.service.answer.role_lies import ROLE_LIES
from tests.service.answer.shop import (
    FailingModel,
    HangingModel,
    SayingModel,
    choice,
)
from tests.service.answer.word_lies import WORD_LIES
from vision.errors import (
    ModelError,
    ModelTimeoutError,
    ModelUnavailableError,
    UnknownModelError,
)

PRICES = (
    "[{ref}] costs ${n}.99.",
    "[{ref}] costs {n},99 €.",
    "[{ref}] costs US${n}.",
    "[{ref}] costs {n} dollars.",
    "[{ref}] costs USD {n}.00 at North.",
    "[{ref}] costs {n} bucks.",
    "[{ref}] costs {wide} dollars.",
    "[{ref}] costs ${arabic}.",
    "[{ref}] costs ${devanagari}.",
    "[{ref}] costs $1\u200b{n}.",
    "[{ref}] costs $1\u00ad{n}.00.",
    "[{ref}] costs {word} dollars.",
    "[{ref}] kostet {word_de} Euro.",
    "[{ref}] coûte {word_fr} euros.",
    "[{ref}] cuesta {word_es} dólares.",
    "[{ref}]售价{word_zh}元。",
    "[{ref}]售价{n}元人民币。",
    "[{ref}] costs $X{roman} now.",
    "[{ref}] costs ${n}k.",
    "[{ref}] costs ${super}.",
    "[{ref}] costs ¥{n}.",
    "[{ref}] costs 1,{n}.00 USD.",
    "[{ref}] is {n}% off.",
    "[{ref}] costs around {n}.",
    "[{ref}] is half price.",
    "[{ref}] costs twice as much as [2].",
)
"""Notations of an amount that is no product's."""

WRONG_FIGURES = (
    "[1] costs $89.90.",
    "[2] costs $120.00.",
    "[3] costs $129.50.",
    "[1] costs $150.00.",
    "[1] costs $129.50 at North.",
    "[1] costs $120.00 at South.",
    "[2] costs $89.90 at South.",
    "[1] costs $120.00 at South and $129.50 at North.",
    "[1] costs $89.90 and [2] costs $120.00.",
    "[2] is $30.00 cheaper than [1].",
    "[1] is $30.10 cheaper than [2].",
    "[2] is $30.10 more expensive than [1].",
    "[1] costs $89.90, $30.10 less than [2].",
    "[1] was $120.00 and now costs $150.00.",
    "[1] costs $150.00 instead of $120.00.",
    "[1] is reduced, from $120.00 to $120.00.",
    "[2] was $120.00 before the sale.",
    "[1] is on sale, 25% off.",
    "[2] is 20% off.",
    "[1] and [2] cost $89.90.",
    "Compared with [1], [2] is more expensive.",
    "[1] costs $12000.",
    "[1] costs $120.001.",
    "[1] costs -$120.00.",
    "[1] costs $120.00 per month.",
    "[1] kostet 120.000 $.",
    "[2]比[1]贵。",
    "[1]比[2]便宜US$30.10。",
    "[1] est moins cher que [2].",
    "[1] ist günstiger als [2].",
    "[1] es más barato que [2].",
)
WRONG_WORDS = (
    "[1] is red.",
    "[2] is wool.",
    "[2] is made of wool by Luma.",
    "[1] is waterproof.",
    "[1] is fleece.",
    "[1] is red, while [2] is blue.",
    "[1] and [2] are blue.",
    "The parka [3] and [1] are blue.",
    "Blue are the jacket [1] and the parka [3].",
    "The jacket [2], which is red, and [1] are nylon.",
    "[3] is in stock.",
    "[3] is available at South.",
    "[1] is out of stock.",
    "[2] is on sale.",
    "[1] is the cheapest.",
    "[2] is the most expensive.",
    "[2] is the closest match.",
    "[1] is the same product.",
    "[2] matches the colour.",
    "I recommend [3].",
    "My pick is [2].",
    "[1] is the best choice of all, says everyone.",
    "[1] is not wool.",
    "[1] is anything but blue.",
    "[1] has 4.8 stars.",
    "[1] has five stars.",
    "[1] has 1,204 reviews.",
    "[1] is a best seller.",
    "[1] ships free.",
    "[1] comes with free shipping.",
    "[1] arrives tomorrow.",
    "[1] has a lifetime warranty.",
    "[1] can be returned within a month.",
    "[1] is recommended by doctors.",
    "Only a few are left of [1].",
    "[1] hat kostenlosen Versand.",
    "[1] a une garantie.",
    "[1] tiene envío gratis.",
    "[1]包邮。",
    "[1]有五星评价。",
    "[2]是同款。",
    "[1]是红色的。",
)
WRONG_NAMES = (
    "Bora Rain Jacket [1] is blue.",
    "Aero Wool Jacket [2] is red.",
    "Zephyr Deluxe [1] is blue.",
    "Gucci made [1].",
    "[1] is by Kestrel.",
    "[2] is by Luma.",
    "The Nimbus Anorak is cheaper.",
    "[4] costs $20.00.",
    "[9] is the cheapest.",
    "[0] is blue.",
    "[1] is sold at Harrods.",
    "[2] is sold at South.",
    "Aero Wool Jacket costs $120.00.",
    "A cheaper one is Bora Wool Jacket [2].",
)
LINKS = (
    "Buy [1] at https://evil.example/a.",
    "Buy [1] at evil.example now.",
    "[1](https://evil.example) is blue.",
    "[1]: http://evil.example",
    "[1] is blue www.evil.example.",
    "Write to shop@evil.example about [1].",
    "Call +1 555 0100 for [1].",
    '<a href="https://evil.example">[1]</a> is blue.',
    "![1](https://evil.example/x.png)",
    "[1] is blue [evil.example].",
    "[1] is at shop。evil。example.",
    "[1] is on blue.luma.",
)
LIES = (
    *WRONG_FIGURES, *WRONG_WORDS, *WRONG_NAMES, *LINKS, *LIES_ABROAD, *ROLE_LIES, *WORD_LIES,
)  # fmt: skip

_WORDS = (
    "apple river quantum jacket shipping best gold $99 100% [1] [2] [7] twelve review http wow "
    "最好 免费 gratis kostenlos 5★ €12 half Gucci waterproof the is of"
)
_FIGURES = ("120.00", "150.00", "129.50", "89.90", "240.00", "30.10", "20.00")
_TRUTHS = {
    "de": ("Die blaue Jacke [1] ist aus Wolle.", "[2] ist rot."),
    "es": ("La chaqueta azul [1] es de lana.", "[2] es roja."),
    "fr": ("La veste bleue [1] est en laine.", "[2] est rouge."),
    "zh-Hans": ("蓝色外套[1]是羊毛的。", "[2]是红色的。"),
    "zh-Hant": ("藍色外套[1]是羊毛的。", "[2]是紅色的。"),
}
_NUMBERS = {
    "word": ("thirty", "twelve", "ninety-nine"),
    "word_de": ("dreißig", "zwölf", "neunzig"),
    "word_fr": ("trente", "douze", "quatre-vingts"),
    "word_es": ("treinta", "doce", "noventa"),
    "word_zh": ("三十", "十二", "九十九"),
    "roman": ("XX", "IV", "L"),
}


@dataclass(frozen=True)
class Liar:
    """A model that lies, how it is asked, and what must not come out."""

    kind: str
    model: SayingModel
    mode: Mode
    lies: tuple[str, ...]
    language: str = ""
    """Of its lies; empty: any."""


def price_lies(rng: random.Random) -> list[str]:
    """Gives one sentence in each notation, with a price that nothing has."""
    number = rng.choice([n for n in range(11, 99) if n not in (25, 20, 63, 50, 30, 89)])
    said = {name: rng.choice(words) for name, words in _NUMBERS.items()}
    return [
        form.format(
            ref=rng.randint(1, 3),
            n=number,
            wide="".join(chr(0xFF10 + int(one)) for one in str(number)),
            arabic="".join(chr(0x0660 + int(one)) for one in str(number)),
            devanagari="".join(chr(0x0966 + int(one)) for one in str(number)),
            super="".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(one)] for one in str(number)),
            **said,
        )
        for form in PRICES
    ]


def liars(count: int, seed: int) -> list[Liar]:
    """Gives lying writers, every kind in turn; the same ones for the same seed."""
    rng = random.Random(seed)
    return [_KINDS[i % len(_KINDS)](rng) for i in range(count)]


def _sentences(rng: random.Random) -> Liar:
    lies = tuple(rng.sample(LIES, 4))
    return Liar("sentences", SayingModel(" ".join(lies), rng.randint(1, 40)), "prose", lies)


def _prices(rng: random.Random) -> Liar:
    lies = tuple(rng.sample(price_lies(rng), 5))
    return Liar("prices", SayingModel("\n".join(lies), rng.randint(1, 40)), "prose", lies)


def _among_truths(rng: random.Random) -> Liar:
    lies = tuple(rng.sample((*LIES, *price_lies(rng)), 2))
    text = f"[1] is blue. {lies[0]} [2] costs $89.90. {lies[1]} [2] is cheaper than [1]."
    return Liar("among truths", SayingModel(text, rng.randint(1, 40)), "prose", lies)


def _translated(rng: random.Random) -> Liar:
    """Lies made from true prose of one language, between truths."""
    code = rng.choice(sorted(_TRUTHS))
    said = (*JACKETS[code], *MORE_JACKETS[code])
    made = [lie for one in rng.sample(said, 12)
            for lies in lies_from(one, code, _FIGURES).values() for lie in lies]  # fmt: skip
    lies = tuple(rng.sample(made, 4))
    truths = _TRUTHS[code]
    text = "\n".join((truths[0], *lies[:2], truths[1], *lies[2:]))
    return Liar("translated", SayingModel(text, rng.randint(1, 40)), "prose", lies, code)


def _abroad(rng: random.Random) -> Liar:
    lies = tuple(rng.sample(LIES_ABROAD, 5))
    return Liar("abroad", SayingModel("\n".join(lies), rng.randint(1, 40)), "prose", lies)


def _random_text(rng: random.Random) -> Liar:
    text = " ".join(rng.choice(_WORDS.split()) for _ in range(rng.randint(5, 80))) + "."
    return Liar("random text", SayingModel(text), rng.choice(("prose", "structured")), ())


def _random_characters(rng: random.Random) -> Liar:
    text = "".join(chr(rng.choice((rng.randrange(32, 127), rng.randrange(0x2000, 0x3200))))
                   for _ in range(200))  # fmt: skip
    return Liar("random characters", SayingModel(text), rng.choice(("prose", "structured")), ())


def _notes(rng: random.Random) -> Liar:
    lies = rng.sample((*LIES, *price_lies(rng)), 3)
    notes = [(ref, ("cheapest", "same_product", "on_sale", "loved"), lie.removeprefix(f"[{ref}] "))
             for ref, lie in enumerate(lies, start=1)]  # fmt: skip
    text = choice(rng.choice((1, 2, 3, 4, -1)), *notes, order=rng.sample((1, 2, 3, 8), 4))
    return Liar(
        "notes", SayingModel(text), "structured", tuple(f"[{ref}] {note}" for ref, _, note in notes)
    )


def _broken_json(rng: random.Random) -> Liar:
    whole = choice(2, (2, ("cheapest",), "thirty dollars"))
    broken = (
        whole[: rng.randint(1, len(whole) - 1)],
        f"```json\n{whole}\n```",
        f"<think>{{}}</think>{whole} and [1] costs $5.",
        whole.replace('"', "'"),
        "[" * 5000,
        '{"pick": ' * 2000,
        json.dumps({"pick": {"ref": 1}, "order": "all"}),
        json.dumps({"pick": 1e400, "order": [None], "reasons": 7}),
        "null",
    )
    return Liar("broken JSON", SayingModel(rng.choice(broken)), "structured", ("thirty dollars",))


def _long(rng: random.Random) -> Liar:
    text = rng.choice(("[1] is blue and ", "a", "[1] costs $5. ", "很便宜")) * 50_000
    return Liar("50 kB", SayingModel(text[:50_000], 1_000), rng.choice(_MODES), ())


def _empty(rng: random.Random) -> Liar:
    text = rng.choice(("", " \n\t ", "\u200b\u200b", "...", "```json\n```", "{}"))
    return Liar("empty", SayingModel(text), rng.choice(_MODES), ())


def _down(rng: random.Random) -> Liar:
    errors: tuple[Exception, ...] = (
        ModelUnavailableError("the endpoint answered 500"),
        ModelTimeoutError("20 s"),
        UnknownModelError("no such model"),
        ModelError("other"),
        ValueError("a bug in an adapter"),
    )
    lie = rng.choice(LIES)
    model = FailingModel(f"[1] is blue. {lie} ", rng.choice(errors))
    return Liar("down", model, rng.choice(_MODES), (lie,))


def _hanging(rng: random.Random) -> Liar:
    lie = rng.choice(LIES)
    return Liar("hanging", HangingModel(f"{lie} ", 0.1), rng.choice(_MODES), (lie,))


_MODES: Sequence[Mode] = ("prose", "structured")
_KINDS = (
    _sentences, _prices, _among_truths, _random_text, _random_characters, _notes, _broken_json,
    _long, _empty, _down, _hanging, _translated, _abroad,
)  # fmt: skip
