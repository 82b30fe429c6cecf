"""Photos that the page offers, over HTTP."""

from dataclasses import replace
from pathlib import Path

from scripts.demo import DATA
from service.http.example_photos import read_examples
from tests.service.small_service import client_of, small_service
from vision.decode import decode

LANGUAGES = {"en", "zh-Hans", "zh-Hant"}


def test_the_demo_offers_photos_that_decode_named_in_every_language_of_the_page(
    tmp_path: Path,
) -> None:
    with small_service(tmp_path) as service:
        client = client_of(replace(service, examples=read_examples(DATA / "examples.toml")))
        offered = client.get("/web/examples").json()
        assert len(offered) == 4
        for one in offered:
            assert set(one["shows"]) == LANGUAGES
            answer = client.get(one["photo"])
            assert answer.headers["content-type"] == "image/jpeg"
            assert decode(answer.content).image.size == (480, 360)


def test_other_shops_offer_none_and_other_numbers_are_refused(tmp_path: Path) -> None:
    with small_service(tmp_path) as service:
        assert client_of(service).get("/web/examples").json() == []
        examples = replace(service, examples=read_examples(DATA / "examples.toml"))
        for one, status in {"4": 404, "-1": 422, "x": 422}.items():
            answer = client_of(examples).get(f"/web/examples/{one}")
            assert answer.status_code == status, one
            assert answer.headers["content-type"] == "application/problem+json"
