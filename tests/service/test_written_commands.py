"""Photos with commands written on them, read out by a captioner that repeats what it sees."""

import json
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw, ImageFont

from service import serving, wiring
from service.answer.types import AnswerRequest
from service.types import SearchRequest, SearchResult
from tests.service.answer.poison import PHOTO_TEXTS
from tests.service.conftest import Shop, drawn, encoded
from tests.vision.chat_server import open_chat, running_server, says
from vision.chat_captioner import ChatCaptioner

MEANINGLESS = "lorem ipsum dolor sit amet, consectetur adipiscing elit"


def written(text: str) -> bytes:
    """A photo of a red disc with a text below it."""
    photo = Image.new("RGB", (400, 470), "white")
    photo.paste(drawn("disc", "red", 400), (0, 0))
    lines = "\n".join(text[start : start + 60] for start in range(0, min(len(text), 180), 60))
    font = ImageFont.load_default(11)
    ImageDraw.Draw(photo).multiline_text((8, 405), lines, "black", font)
    return encoded(photo)


def searched(shop: Shop, text: str) -> SearchResult:
    """The search of such a photo, with a captioner that says the text in every field."""
    fields = dict.fromkeys(("category", "title", "color", "material", "brand", "caption"), text)
    with running_server() as server:
        server.script = [says(json.dumps({**fields, "search_terms": [text]}))]
        with open_chat(server) as model:
            models = replace(shop.models, captioner=ChatCaptioner(model))
            pipeline = wiring.search_pipeline(shop.settings, models, shop.store)
            return pipeline.search(SearchRequest(photo=written(text)))


@pytest.mark.parametrize("text", PHOTO_TEXTS)
def test_a_command_on_a_photo_ranks_nothing_first_and_is_not_repeated(
    shop: Shop, text: str
) -> None:
    result, plain = searched(shop, text), searched(shop, MEANINGLESS)
    [found], [other] = result.items, plain.items
    assert found.matches[0].product.id == other.matches[0].product.id == "disc-red"
    request = AnswerRequest(found.matches, caption=found.caption)
    answer = serving.answer_writer(shop.settings, shop.models).answer(request)
    assert answer.pick == "disc-red"
    assert text[:20].casefold() not in answer.text.casefold()
    for word in (one for one in text.split() if len(one) > 7 and one.isascii()):
        assert word.casefold() not in answer.text.casefold()
