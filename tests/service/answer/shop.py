"""A small shop whose every fact is known by heart, and fakes that write about it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from index.types import Product
from service.answer.types import AnswerRequest
from service.types import Match
from tests.fakes import offer, product
from vision.errors import ModelUnavailableError
from vision.types import Caption, ChatLimits, ChatMessage

AERO = product(
    "aero",
    title="Aero Wool Jacket",
    brand="Luma",
    color="Blue",
    category="Women > Jackets",
    description="A warm jacket.",
    attributes={"material": "wool", "pattern": "plain"},
    offers=(
        offer(
            "North",
            "120.00 USD",
            regular_price=offer(price="150.00 USD").price,
            link="https://shop.example/aero",
        ),
        offer("South", "129.50 USD", link="https://south.example/aero"),
    ),
)
BORA = product(
    "bora",
    title="Bora Rain Jacket",
    brand="Kestrel",
    color="Red",
    category="Women > Jackets",
    attributes={"material": "nylon"},
    offers=(offer("North", "89.90 USD"),),
)
CIRRUS = product(
    "cirrus",
    title="Cirrus Parka",
    brand="Kestrel",
    color="Green",
    category="Women > Parkas",
    attributes={"material": "cotton"},
    offers=(offer("South", "240.00 USD", availability="out_of_stock"),),
)
SHOP = (AERO, BORA, CIRRUS)
CAPTION = Caption(category="jacket", color="blue", material="wool", title="blue wool jacket")

FIGURES: dict[frozenset[int], set[Decimal]] = {
    # price, price before the sale, the other shop's, what the sale and the other shop differ by
    frozenset({1}): {Decimal(one) for one in ("120", "150", "129.5", "30", "9.5", "20")},
    frozenset({2}): {Decimal("89.9")},
    frozenset({3}): {Decimal("240")},
    # differences, and percentages of them
    frozenset({1, 2}): {Decimal("30.1"), Decimal(25)},
    frozenset({2, 3}): {Decimal("150.1"), Decimal(63)},
    frozenset({1, 3}): {Decimal("120"), Decimal(50)},
}
"""Every figure that may be said, with the products that it is about; worked out by hand."""


def matches(products: Sequence[Product] = SHOP) -> list[Match]:
    """Gives the products as matches in this order."""
    return [
        Match(one, 0.9 - 0.02 * place, {"image": 0.9}, 0, ()) for place, one in enumerate(products)
    ]


def request(products: Sequence[Product] = SHOP, **fields: object) -> AnswerRequest:
    """Gives a request about the products, with the caption of a blue wool jacket."""
    fields.setdefault("caption", CAPTION)
    return AnswerRequest(matches(products), **fields)  # type: ignore[arg-type]


class SayingModel:
    """Writes the same text whatever it is asked; keeps what it was asked."""

    name = "saying"

    def __init__(self, text: str, piece_characters: int = 7) -> None:
        self.text = text
        self._size = piece_characters
        self.asked: list[Sequence[ChatMessage]] = []
        self.schemas: list[Mapping[str, object] | None] = []

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        self.asked.append(messages)
        self.schemas.append(schema)
        return self.text

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        self.asked.append(messages)
        for start in range(0, len(self.text), self._size):
            yield self.text[start : start + self._size]


class FailingModel(SayingModel):
    """Writes a text, then fails with an error (an endpoint that answers 500 by default)."""

    name = "failing"

    def __init__(self, text: str = "", error: Exception | None = None) -> None:
        super().__init__(text)
        self._error = error or ModelUnavailableError("the endpoint answered 500")

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        raise self._error

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        yield from super().stream(messages, limits)
        raise self._error


class HangingModel(SayingModel):
    """Says a text, then nothing until it is released (or ``hang_s`` seconds have passed)."""

    name = "hanging"

    def __init__(self, text: str = "", hang_s: float = 10.0) -> None:
        super().__init__(text)
        self._hang_s = hang_s
        self.released = threading.Event()

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        said = super().complete(messages, limits, schema)
        self.released.wait(self._hang_s)
        return said

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        yield from super().stream(messages, limits)
        self.released.wait(self._hang_s)


class ObedientModel(SayingModel):
    """Does what the data tells it: gives back all that it read, and a JSON that carries it too."""

    name = "obedient"

    def __init__(self, write: Callable[[str], str]) -> None:
        super().__init__("")
        self._write = write

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        return self._write(_read(messages))

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        yield self._write(_read(messages))


def choice(pick: int, *reasons: tuple[int, Sequence[str], str], order: Sequence[int] = ()) -> str:
    """Gives a model's choice as JSON."""
    parts = [{"ref": ref, "codes": list(codes), "note": note} for ref, codes, note in reasons]
    return json.dumps({"pick": pick, "order": list(order), "reasons": parts})


def _read(messages: Sequence[ChatMessage]) -> str:
    return "\n".join(str(part) for message in messages for part in message.parts)
