"""Another item of the photo: the shop once more with every name, word and price another.

What is true of a product here is false of its twin in ``shop``, so whatever one section takes from
the other is seen; told in the words of ``shop``, the oracle can judge it.
"""

import re
from dataclasses import replace
from decimal import Decimal

from index.types import Offer, Price, Product
from service.answer.types import Answer, AnswerRequest
from tests.service.answer.shop import CAPTION, SHOP, matches
from vision.types import Caption

_TWINS = {
    "Aero": "Dune", "Bora": "Echo", "Cirrus": "Foehn", "Wool": "Linen", "Rain": "Storm",
    "Nylon": "Silk", "Cotton": "Denim", "Luma": "Mistral", "Kestrel": "Osprey", "Blue": "Purple",
    "Red": "Orange", "Green": "Yellow", "North": "East", "South": "West",
}  # fmt: skip
_PRICES = {
    one: f"{Decimal(one) + 300}" for one in ("120.00", "150.00", "129.50", "89.90", "240.00")
}
_CASES = (str, str.lower)
_THERE = {case(one): case(other) for one, other in _TWINS.items() for case in _CASES} | _PRICES
_THERE |= {one.replace(".", ","): other.replace(".", ",") for one, other in _PRICES.items()}
_BACK = {other: one for one, other in _THERE.items()}


def translated(text: str) -> str:
    """Gives a text about the shop as a text about the second one."""
    return _replaced(text, _THERE)


def leaks(sections: tuple[str, str]) -> list[str]:
    """Gives the words and prices of each shop that stand in the other's section."""
    first, second = (set(re.findall(r"[^\W\d_]+|\d+[.,]\d\d", one)) for one in sections)
    return sorted((first & _BACK.keys()) | (second & _THERE.keys()))


def told_as_the_first(answer: Answer, text: str) -> Answer:
    """Gives the answer's second section as one about the first shop, with its references."""
    back = _replaced(text, _BACK)
    text = re.sub(r"\[(\d+)\]", lambda found: f"[{int(found[1]) - len(SHOP)}]", back)
    pick = answer.items[1].pick
    return replace(answer, text=text, pick=pick and _replaced(pick, _BACK))


def _replaced(text: str, table: dict[str, str]) -> str:
    return re.sub(
        r"(?<![\w.,])(?:" + "|".join(map(re.escape, table)) + r")(?![\w])",
        lambda found: table[found[0]],
        text,
    )


def _twin(one: Product) -> Product:
    said = {name: translated(getattr(one, name)) for name in ("id", "title", "brand", "color")}
    return replace(
        one,
        **said,
        attributes={name: translated(value) for name, value in one.attributes.items()},
        offers=tuple(
            Offer(
                translated(offer.merchant),
                _raised(offer.price),
                regular_price=_raised(offer.regular_price),
                availability=offer.availability,
                link=f"https://second.example/{one.id}",
            )
            for offer in one.offers
        ),
    )


def _raised(price: Price | None) -> Price | None:
    return replace(price, amount=price.amount + 300) if price else None


SECOND = tuple(_twin(one) for one in SHOP)
SECOND_CAPTION = Caption(
    category=CAPTION.category,
    color=translated(CAPTION.color),
    material=translated(CAPTION.material),
)


def two_items(language: str | None = None, **fields: object) -> tuple[AnswerRequest, AnswerRequest]:
    """Gives requests about both shops, as two items of one photo."""
    first = AnswerRequest(matches(SHOP), caption=CAPTION, language=language, **fields)  # type: ignore[arg-type]
    return first, replace(first, matches=matches(SECOND), caption=SECOND_CAPTION, item=1)
