"""The doctor on the demo shop: questions, calibration, and verdicts that follow from them."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.errors import CalibrationError
from index.store import Store
from index.types import Filters, PriceRange
from index.verdict import judge
from scripts.cli import app_for
from scripts.demo import DATA
from service import wiring
from service.doctor import Checkup, calibrated, check_up, risk_coverage
from service.evaluation import read_queries
from service.indexing import FeedIndexing
from service.pipeline import SearchPipeline
from service.self_check import labelled_questions, own_questions, trials
from service.settings import Settings, load_settings
from service.types import SearchRequest
from service.wiring import Models
from tests.service.conftest import Shop

SAMPLE = 30
PRODUCTS = 178
"""Of the demo shop."""
LABELLED = 10
"""Photos with a known product that are asked: too few to calibrate on."""


@pytest.fixture(scope="module")
def plain() -> Settings:
    return load_settings(detector="none", captioner="none")


@pytest.fixture(scope="module")
def plain_models(plain: Settings) -> Models:
    return wiring.load_models(plain)


@pytest.fixture(scope="module")
def demo_store(
    plain: Settings, plain_models: Models, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    store = wiring.open_store(tmp_path_factory.mktemp("demo"), plain_models, create=True)
    indexing = FeedIndexing(store, wiring.ingest(plain, plain_models, store))
    indexing.run([DATA / "feed.csv"], lambda _: wiring.picture_sources(plain, DATA))
    yield store
    store.close()


@pytest.fixture(scope="module")
def pipeline(plain: Settings, plain_models: Models, demo_store: Store) -> SearchPipeline:
    return wiring.search_pipeline(plain, plain_models, demo_store)


@pytest.fixture(scope="module")
def checkup(pipeline: SearchPipeline) -> Checkup:
    """The doctor's findings; the catalogue is calibrated from then on."""
    return check_up(pipeline, SAMPLE)


@pytest.fixture(scope="module")
def photo() -> tuple[bytes, str]:
    """A demo photo and the product that it shows."""
    first = read_queries(DATA / "queries.csv")[0]
    assert first.photo is not None
    return first.photo.read_bytes(), first.product


def test_questions_are_the_same_at_every_call_and_hide_the_picture_that_asks(
    demo_store: Store,
) -> None:
    first, second = (list(own_questions(demo_store, 6)) for _ in range(2))
    assert first == second
    for question in first:
        hashes = [one for _, one in demo_store.catalogue.sources(question.product.id)]
        assert len(hashes) == 2
        assert question.hidden in hashes


def test_a_small_catalogue_asks_each_product_four_times_at_most(shop: Shop) -> None:
    questions = list(own_questions(shop.store, 10_000))
    asked = [one.product.id for one in questions]
    assert len(asked) == 4 * 9
    assert {asked.count(one) for one in asked} == {4}
    assert {one.hidden for one in questions} == {None}  # they have one picture each


def test_a_question_asked_without_its_group_is_never_right(
    pipeline: SearchPipeline, demo_store: Store
) -> None:
    asked = trials(pipeline, own_questions(demo_store, 10))
    inside = [one for one in asked if one.is_in_catalogue]
    outside = [one for one in asked if not one.is_in_catalogue]
    assert len(inside) == len(outside) == 10
    assert any(one.is_group_right for one in inside)
    assert not any(one.is_group_right or one.is_product_right for one in outside)
    for present, absent in zip(inside, outside, strict=True):
        if present.is_group_right:
            assert absent.evidence.score <= present.evidence.score


def test_the_hidden_picture_does_not_answer(pipeline: SearchPipeline, demo_store: Store) -> None:
    question = next(iter(own_questions(demo_store, 1)))
    [views] = [item.views for item in pipeline.search(SearchRequest(question.photo)).items]
    [[shown]], [[hidden]] = (
        demo_store.search_among([question.product.id], views, hidden=sha256)
        for sha256 in (None, question.hidden)
    )
    assert hidden.score < shown.score


def test_the_doctor_calibrates_and_searches_give_verdicts(
    pipeline: SearchPipeline, checkup: Checkup, photo: tuple[bytes, str]
) -> None:
    found = checkup
    assert found.health.products == PRODUCTS
    assert found.questions == SAMPLE
    assert found.recall_at_1 is not None
    assert found.recall_at_1 > 0.5
    assert found.calibration is not None
    assert found.calibration.trials == 2 * SAMPLE
    item = pipeline.search(SearchRequest(photo[0])).items[0]
    assert item.verdict is not None
    assert 0 < item.verdict.confidence < 1


def test_verdicts_are_surer_of_what_is_sold_than_of_what_is_not(
    pipeline: SearchPipeline, checkup: Checkup, demo_store: Store
) -> None:
    assert checkup.calibration is not None
    photos = labelled_questions(demo_store, read_queries(DATA / "queries.csv")[:LABELLED])
    asked = trials(pipeline, photos)
    sure = {
        is_sold: [
            judge(one.evidence, checkup.calibration).confidence
            for one in asked
            if one.is_in_catalogue == is_sold
        ]
        for is_sold in (True, False)
    }
    assert len(sure[True]) == len(sure[False]) == LABELLED
    assert sum(sure[True]) > 1.5 * sum(sure[False])


def test_other_processes_see_the_calibration_and_versions_keep_it(
    checkup: Checkup, demo_store: Store
) -> None:
    calibration = checkup.calibration
    other = Store(demo_store.folder, demo_store.space)
    assert other.refresh().calibration == calibration
    other.publish()
    other.close()
    again = Store(demo_store.folder, demo_store.space)
    assert again.refresh().calibration == calibration
    again.close()


def test_filters_make_a_match_less_sure_and_never_absent(
    pipeline: SearchPipeline, checkup: Checkup, demo_store: Store
) -> None:
    """A thing that is sold, only not shown, is not called "not in the catalogue"."""
    assert checkup.calibration is not None
    seen = set()
    for query in read_queries(DATA / "queries.csv")[:LABELLED]:
        assert query.photo is not None
        photo = query.photo.read_bytes()
        present = pipeline.search(SearchRequest(photo)).items[0]
        hidden = Filters(none_of={"category": (present.matches[0].product.category,)})
        filtered = pipeline.search(SearchRequest(photo, filters=hidden)).items[0]
        assert present.verdict is not None
        assert filtered.verdict is not None
        assert filtered.verdict.confidence < present.verdict.confidence
        if present.verdict.kind != "not_in_catalogue":
            assert filtered.verdict.kind == "similar"
            seen.add(present.verdict.kind)
    assert seen


def test_words_for_another_thing_give_no_verdict_and_filters_do(
    pipeline: SearchPipeline, checkup: Checkup, photo: tuple[bytes, str]
) -> None:
    assert checkup.calibration is not None
    wish = pipeline.search(SearchRequest(photo[0], text="but in red")).items[0]
    words = pipeline.search(SearchRequest(text="a mug")).items[0]
    cheap = Filters(price=PriceRange(maximum=None))
    filtered = pipeline.search(SearchRequest(photo[0], filters=cheap)).items[0]
    assert wish.verdict is None
    assert words.verdict is None
    assert filtered.verdict is not None


def test_true_photos_calibrate_where_there_are_enough(
    pipeline: SearchPipeline, checkup: Checkup, demo_store: Store
) -> None:
    labelled = read_queries(DATA / "queries.csv")[:LABELLED]
    before = checkup.calibration
    found = check_up(pipeline, SAMPLE, labelled)
    assert found.calibration is None
    assert "fewest" in found.uncalibrated_because
    assert demo_store.refresh().calibration == before
    asked = trials(pipeline, own_questions(demo_store, SAMPLE))
    assert calibrated(asked, "here", is_labelled=True).features[0] == "score"
    risks = risk_coverage(asked, calibrated(asked, "here", is_labelled=False))
    assert risks["50%"] <= risks["100%"]


def test_no_questions_leave_the_calibration_as_it_is(
    pipeline: SearchPipeline, checkup: Checkup
) -> None:
    assert check_up(pipeline, 0).calibration == checkup.calibration


def test_a_catalogue_of_three_groups_cannot_be_calibrated_and_gives_no_verdict(
    plain: Settings, plain_models: Models, tmp_path: Path, photo: tuple[bytes, str]
) -> None:
    with (DATA / "feed.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    groups = sorted({row["item_group_id"] for row in rows})[:3]
    small = tmp_path / "small.csv"
    with small.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if row["item_group_id"] in groups)
    store = wiring.open_store(tmp_path / "store", plain_models, create=True)
    FeedIndexing(store, wiring.ingest(plain, plain_models, store)).run(
        [small], lambda _: wiring.picture_sources(plain, DATA)
    )
    pipeline = wiring.search_pipeline(plain, plain_models, store)
    found = check_up(pipeline, 20)
    assert found.calibration is None
    assert pipeline.search(SearchRequest(photo[0])).items[0].verdict is None
    assert "0 questions" in found.uncalibrated_because
    with pytest.raises(CalibrationError):
        calibrated([], "here", is_labelled=False)
    store.close()


def test_the_command_prints_findings_and_calibration(
    demo_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNAPSHELF_DETECTOR", "none")
    monkeypatch.setenv("SNAPSHELF_CAPTIONER", "none")
    command = ["doctor", "--store", str(demo_store.folder), "--sample", "25"]
    shown = CliRunner().invoke(app_for(()), command)
    assert shown.exit_code == 0, shown.output
    assert f"{PRODUCTS} products, {2 * PRODUCTS} pictures" in shown.output
    assert "verdicts calibrated on 50 questions (own pictures)" in shown.output
    told = CliRunner().invoke(app_for(()), [*command, "--json", "--reranker", "embedded"])
    tree = json.loads(told.output)
    assert tree["reranker"]["questions"] == 25
    assert tree["reranker"]["is_gain"] in {True, False}
    assert tree["health"]["products"] == PRODUCTS
    assert tree["calibration"]["trials"] == 50
