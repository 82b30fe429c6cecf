"""Pictures of a catalogue that get captions: made once, kept, and only there to be found by."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from index.feed_rows import parse_row
from index.types import PictureCaption
from service.captioning import PictureCaptioner
from service.http.app import create_app
from service.indexing import Counts, FeedIndexing
from service.ingest import Ingest
from service.reading_ahead import Engine, Reader
from tests.fakes import FakeColours, encoded, picture, text_vector
from tests.service.small_service import small_service
from tests.service.test_indexing_stages import COLOURS, Bench, rejects
from vision.decode import decode
from vision.errors import ModelTimeoutError
from vision.types import Caption

THINGS = {"red": "mug", "green": "vase", "blue": "jug", "black": ""}
"""What a picture of one colour shows; the last one shows nothing that it knows."""


class FakeCaptioner:
    """Names a thing by its colour; fails for the colours that it is told to."""

    def __init__(self, name: str = "fake", fails_at: Sequence[str] = ()) -> None:
        self.name = name
        self.fails_at = set(fails_at)
        self.calls = 0
        self.seen: list[str] = []

    def caption(self, images: Sequence[Image.Image]) -> list[Caption]:
        self.calls += 1
        colours = [_colour(one) for one in images]
        if self.fails_at & {*colours}:
            raise ModelTimeoutError(f"{self.name} took too long")
        self.seen += colours
        things = [THINGS[one] for one in colours]
        return [Caption(title=one and f"{self.name} {one}", category=one) for one in things]


class LosesSome(FakeCaptioner):
    """Says nothing at all of a picture that fails among others, as ``ChatCaptioner`` does."""

    def caption(self, images: Sequence[Image.Image]) -> list[Caption]:
        if len(images) == 1:
            return super().caption(images)
        failing = [_colour(one) in self.fails_at for one in images]
        return [
            Caption() if fails else super(LosesSome, self).caption([one])[0]
            for one, fails in zip(images, failing, strict=True)
        ]


def _colour(image: Image.Image) -> str:
    pixel = image.resize((1, 1)).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    brightest = max(range(3), key=lambda channel: pixel[channel])
    return ("red", "green", "blue")[brightest] if max(pixel) > 60 else "black"


class Captioned(Bench):
    """A bench with a captioner, or without."""

    captioner: FakeCaptioner | None = None
    engine: Engine = Reader

    def indexing(self) -> FeedIndexing:
        asked = PictureCaptioner(self.captioner, self.store) if self.captioner else None
        ingest = Ingest(self.embedder, FakeColours(), self.store, decode, asked)
        return FeedIndexing(self.store, ingest, engine=self.engine)

    def words(self) -> dict[str, str]:
        catalogue = self.store.catalogue
        found = catalogue.captions_of(catalogue.ids())
        return {name: one.words for name, one in sorted(found.items())}

    def finds(self, text: str) -> set[str]:
        found = self.store.lexical(text)
        if found is None:
            return set()
        return {one.id for one in self.store.catalogue.products(found.keys.tolist()).values()}

    def has_text(self, name: str, text: str) -> bool:
        vectors = self.store.picture_vectors(name)
        assert vectors is not None
        return bool(vectors[2] @ text_vector(text) > 0.999)

    def is_told_by_its_picture(self, name: str) -> bool:
        vectors = self.store.picture_vectors(name)
        assert vectors is not None
        return bool(vectors[2] @ vectors[0] > 0.999)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Captioned]:
    made = Captioned(tmp_path)
    yield made
    made.store.close()


def nameless(numbers: Sequence[int] = range(4), **more: object) -> list[dict[str, object]]:
    return [
        {"id": f"p{i}", "title": f"IMG {i}", "image_link": f"{COLOURS[i % 4]}.png", **more}
        for i in numbers
    ]


def did(counts: Counts) -> dict[str, int]:
    names = ("added", "updated", "unchanged", "captioned", "unnamed", "pictures", "warnings")
    return {name: getattr(counts, name) for name in names if getattr(counts, name)}


def test_a_nameless_picture_is_found_by_the_words_of_its_caption(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner()
    counts = bench.run(bench.feed(nameless()))
    assert did(counts) == {"added": 4, "captioned": 4, "unnamed": 1, "pictures": 4}
    assert counts.stage_seconds["caption"] > 0
    assert bench.finds("mugs") == {"p0"}
    assert bench.has_text("p0", "fake mug")
    assert bench.is_told_by_its_picture("p3")
    assert bench.store.catalogue.product("p0").title == "IMG 0"


def test_without_a_captioner_nothing_is_said_and_no_time_spent(bench: Captioned) -> None:
    counts = bench.run(bench.feed(nameless()))
    assert "caption" not in counts.stage_seconds
    assert (bench.words(), counts.captioned) == ({}, 0)


def test_the_same_command_again_asks_for_nothing_and_changes_nothing(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner()
    feed = bench.feed(nameless())
    version = bench.run(feed).version
    calls, content = bench.captioner.calls, bench.content()
    again = bench.run(feed)
    assert did(again) == {"unchanged": 4}
    assert (again.version, bench.captioner.calls, bench.content()) == (version, calls, content)


def test_products_that_were_indexed_without_are_captioned_from_kept_pictures(
    bench: Captioned,
) -> None:
    feed = bench.feed(nameless())
    bench.run(feed)
    bench.captioner = FakeCaptioner()
    assert did(bench.run(feed)) == {"updated": 4, "captioned": 4, "unnamed": 1}
    assert bench.finds("vase") == {"p1"}
    assert bench.has_text("p1", "fake vase")


def test_a_run_without_a_captioner_keeps_what_was_said(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner()
    bench.run(bench.feed(nameless()))
    words, bench.captioner = bench.words(), None
    assert did(bench.run(bench.feed(nameless()))) == {"unchanged": 4}
    assert did(bench.run(bench.feed(nameless(price="3.00 EUR")))) == {"updated": 4}
    assert (bench.words(), bench.finds("mug")) == (words, {"p0"})
    assert bench.has_text("p0", "fake mug")
    assert did(bench.run(bench.feed(nameless(price="3.00 EUR")), fresh=True))["updated"] == 4
    assert (bench.words(), bench.finds("mug")) == (words, {"p0"})


def test_a_caption_goes_with_its_picture(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner()
    bench.run(bench.feed(nameless()))
    bench.captioner = None
    bench.run(bench.feed([{**nameless()[0], "image_link": "blue.png"}]))
    assert "p0" not in bench.words()
    assert bench.finds("mug") == set()
    assert bench.is_told_by_its_picture("p0")


def test_another_captioner_captions_anew_and_so_does_fresh(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner()
    feed = bench.feed(nameless())
    bench.run(feed)
    bench.captioner = FakeCaptioner("other")
    assert did(bench.run(feed)) == {"updated": 4, "captioned": 4, "unnamed": 1}
    assert bench.words()["p0"] == "other mug, mug"
    seen = len(bench.captioner.seen)
    counts = did(bench.run(feed, fresh=True))
    assert (counts["updated"], counts["captioned"]) == (4, 4)
    assert len(bench.captioner.seen) > seen


def test_a_picture_that_products_share_is_looked_at_once(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner()
    counts = bench.run(bench.feed(nameless(range(60))))
    assert (counts.added, counts.captioned) == (60, 4)
    assert len(bench.finds("jug")) == 15
    assert did(bench.run(bench.feed(nameless(range(60, 64))))) == {"added": 4, "pictures": 4}
    assert "p62" in bench.finds("jug")


@pytest.mark.parametrize("kind", [FakeCaptioner, LosesSome])
def test_a_picture_that_fails_costs_its_own_caption_and_is_tried_again(
    bench: Captioned, kind: type[FakeCaptioner]
) -> None:
    bench.captioner = kind(fails_at=["green"])
    feed = bench.feed(nameless())
    counts = bench.run(feed)
    assert (counts.added, counts.captioned, counts.warnings) == (4, 3, 1)
    [warning] = rejects(counts)
    assert (warning["kind"], warning["id"], warning["picture"]) == ("warning", "p1", "green.png")
    assert warning["reason"] == "picture green.png: no caption: fake took too long"
    assert bench.finds("jug") == {"p2"}
    bench.captioner.fails_at.clear()
    assert did(bench.run(feed)) == {"updated": 1, "unchanged": 3, "captioned": 1}
    assert bench.finds("vase") == {"p1"}


def test_a_captioner_that_is_away_holds_nobody_up(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner(fails_at=COLOURS)
    counts = bench.run(bench.feed(nameless(range(200))))
    assert (counts.added, counts.captioned, counts.warnings) == (200, 0, 200)
    assert bench.captioner.calls == 3
    assert "failed too often, at last: fake took too long" in str(rejects(counts)[-1]["reason"])


def test_a_captioner_that_fails_takes_no_earlier_caption_away(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner()
    feed = bench.feed(nameless())
    bench.run(feed)
    words, bench.captioner = bench.words(), FakeCaptioner("other", fails_at=COLOURS)
    assert did(bench.run(feed)) == {"unchanged": 4, "warnings": 4}
    assert bench.words() == words


def test_an_interrupted_run_leaves_the_rest_to_the_next(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner()
    feed = bench.feed(nameless(range(200)))

    def stop(_rows: int) -> None:
        raise KeyboardInterrupt

    assert bench.indexing().run([feed], bench.sources, progress=stop).is_stopped
    bench.run(feed)
    assert len(bench.words()) == 200
    assert did(bench.run(feed)) == {"unchanged": 200}


def test_a_change_of_embedder_keeps_captions(bench: Captioned) -> None:
    bench.captioner = FakeCaptioner()
    bench.run(bench.feed(nameless()))
    bench.store.catalogue.forget_vectors({})
    assert bench.run(bench.feed(nameless([9]))).reembedded == 4
    assert bench.finds("mug") == {"p0"}
    assert bench.has_text("p0", "fake mug")


def test_a_price_over_http_keeps_the_caption_which_is_never_shown(tmp_path: Path) -> None:
    with small_service(tmp_path / "store") as service:
        ingest = Ingest(
            service.pipeline.embedder,
            service.pipeline.colours,
            service.store,
            decode,
            PictureCaptioner(FakeCaptioner(), service.store),
        )
        row = {"id": "p0", "title": "IMG 0", "price": "5.00 USD", "image_link": "x.png"}
        [outcome] = ingest.commit([parse_row(row)], lambda _: encoded(picture("red")))
        assert outcome.status == "added"
        before = service.store.picture_vectors("p0")
        assert before is not None
        with TestClient(create_app(service)) as client:
            shown = client.put("/v1/products/p0", json={"title": "IMG 0", "price": "4.00 USD"})
            assert shown.json()["price"]["amount"] == "4.00"
            [kept] = service.store.catalogue.captions_of(["p0"]).values()
            assert kept == PictureCaption(kept.sha256, "fake", "fake mug, mug")
            after = service.store.picture_vectors("p0")
            assert after is not None
            assert (after[2] == before[2]).all()
            asked = {"text": "a fake", "answer": "true"}  # the other product is a mug
            found = client.post("/v1/search", data=asked)
            match = found.json()["items"][0]["matches"][0]
            assert (match["id"], match["scores"]["lexical"] > 0) == ("p0", True)
            answer = found.json()["answer"]["text"]
        for text in (shown.text, str(match), answer):
            assert "mug" not in text
            assert "fake" not in text
