"""Text of products and photos is quoted data: it changes no ranking and comes out nowhere."""

import dataclasses
import json
import re
from collections.abc import Callable

import pytest

from index.types import Product
from service.answer.answers import AnswerWriter
from service.answer.types import Answer, Mode
from tests.fakes import offer, product
from tests.service.answer.poison import PHOTO_TEXTS, POISONS, Poison
from tests.service.answer.shop import CAPTION, SHOP, ObedientModel, choice, request
from vision.types import Caption, ChatLimits

LIMITS = ChatLimits(timeout_s=30)
FIELDS = ("title", "description", "brand", "color", "category", "material", "merchant", "custom")


def poisoned(field: str, text: str) -> Product:
    """Gives a product, out of stock and dear, with the text in one field."""
    words = dict.fromkeys(("title", "description", "brand", "color", "category"), text)
    chosen = {field: words[field]} if field in words else {}
    attributes = {"material": "linen"} | ({"material": text} if field == "material" else {})
    attributes |= {"note": text} if field == "custom" else {}
    merchant = text if field == "merchant" else "East"
    sold = offer(merchant, "300.00 USD", availability="out_of_stock", link=f"https://x/{text}")
    plain = {"title": "Delta Coat", "color": "Blue"}
    return product("delta", **{**plain, **chosen}, attributes=attributes, offers=(sold,))


def as_json(read: str) -> str:
    """What a model returns that obeys: it picks the product and says what it read."""
    return choice(4, *((ref, ("cheapest",), read[:110]) for ref in (1, 2, 3, 4)), order=[4, 3])


OBEDIENT: dict[str, tuple[Callable[[str], str], Mode]] = {
    "echoes in prose": (lambda read: read, "prose"),
    "cites what it echoes": (lambda read: f"[4] {read}. [1] {read}.", "prose"),
    "echoes as choice": (as_json, "structured"),
    "echoes in structured": (lambda read: read, "structured"),
}


def quotes(poison: Poison) -> Callable[[str], str]:
    """What a model returns that says the payload alone, cited."""
    return lambda _: f"{poison.text}\n[4] {poison.text}\n[1] is blue.\n“{poison.text}” [4] is blue."


def checked(answer: Answer, poison: Poison) -> None:
    assert answer.text.strip()
    assert answer.pick == "aero"
    assert answer.cheapest == "bora"
    text = answer.text.casefold()
    assert not [one for one in poison.traces if one.casefold() in text], answer.text
    assert not re.search(r"[<>{}`\u200b\u202a-\u202e\u2066-\u2069\x00-\x1f]", answer.text)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("poison", POISONS, ids=range(len(POISONS)))
def test_a_poisoned_product_says_nothing_in_the_answer(poison: Poison, field: str) -> None:
    asked = request((*SHOP, poisoned(field, poison.text)))
    checked(AnswerWriter().answer(asked), poison)
    for write, mode in (*OBEDIENT.values(), (quotes(poison), "prose")):
        checked(AnswerWriter(ObedientModel(write), mode, LIMITS).answer(asked), poison)


@pytest.mark.parametrize("poison", POISONS, ids=range(len(POISONS)))
def test_a_poisoned_best_match_is_shown_without_its_payload(poison: Poison) -> None:
    first = dataclasses.replace(SHOP[0], title=poison.text)
    for language in ("en", "zh-Hans"):
        answer = AnswerWriter().answer(request((first, *SHOP[1:]), language=language))
        checked(answer, poison)
        assert answer.text.count("[1]") >= 2


@pytest.mark.parametrize("poison", POISONS, ids=range(len(POISONS)))
def test_a_payload_cannot_close_the_quoted_data(poison: Poison) -> None:
    model = ObedientModel(lambda read: read)
    seen: list[str] = []
    model._write = lambda read: seen.append(read) or ""  # type: ignore[func-returns-value]
    asked = request((*SHOP, poisoned("title", poison.text)), question=poison.text)
    AnswerWriter(model, "structured", LIMITS).answer(asked)
    [read] = seen
    data = read.split("<data>", 2)[-1]
    assert data.count("</data>") == 1
    assert data.endswith("</data>")
    assert not re.search(r"[<>|]", data.removesuffix("</data>"))
    assert len(json.loads(data.removesuffix("</data>"))["products"]) == 4


@pytest.mark.parametrize("field", ["category", "color", "material", "brand", "title", "text"])
@pytest.mark.parametrize("said", PHOTO_TEXTS)
def test_text_in_a_photo_changes_nothing_and_is_not_said(said: str, field: str) -> None:
    caption: Caption = dataclasses.replace(CAPTION, **{field: said})
    poison = Poison(said, (said,))
    checked(AnswerWriter().answer(request(caption=caption)), poison)
    for write, mode in (*OBEDIENT.values(), (quotes(poison), "prose")):
        answer = AnswerWriter(ObedientModel(write), mode, LIMITS).answer(request(caption=caption))
        checked(answer, poison)


def test_there_are_enough_poisons() -> None:
    assert len({one.text for one in POISONS}) >= 60
    assert len(set(PHOTO_TEXTS)) >= 10


def test_a_shop_s_own_title_is_still_shown() -> None:
    titles = {
        "[NEW] Blue <b>Mug</b>": "Blue Mug",
        "Linen Shirt https://shop.example/x": "Linen Shirt",
        "Vase, 30 cm (hand-made)": "Vase, 30 cm (hand-made",
        "Dr. Martens 1460 Boot": "Dr. Martens 1460 Boot",
        "“Quoted” Lamp": "Quoted Lamp",
        "羊毛外套": "羊毛外套",
    }
    for title, shown in titles.items():
        answer = AnswerWriter().answer(request((product("x", title=title),), caption=None))
        assert f"{shown}" in answer.text
