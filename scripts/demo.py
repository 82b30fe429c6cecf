"""``snapshelf demo``: the demo shop, one search, and the page."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from index.past_prices import import_past_prices, read_past_prices
from index.store import Store
from scripts.search import print_matches, read_photo
from scripts.serve import PortOption, bind, run
from service import serving, wiring
from service.answer.types import requests_for
from service.doctor import check_up
from service.evaluation import read_queries
from service.http.context import Service
from service.http.example_photos import read_examples
from service.http.schemas import answer_schema, search_response
from service.settings import Settings, load_settings
from service.shop import open_shop
from service.types import SearchRequest

DATA = Path(__file__).resolve().parent.parent / "data" / "demo"
_HOST = "127.0.0.1"
_QUESTIONS = 60
"""By labelled photos of other products than the one that is shown; some 20 s."""


def demo(
    port: PortOption = 8000,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="serve the page")] = True,
) -> None:
    """Indexes the demo shop into a temporary store, searches a photo, and serves the page."""
    listener = bind(_HOST, port) if serve else None
    settings = load_settings()
    with tempfile.TemporaryDirectory(prefix="snapshelf-demo-") as folder:
        shop = open_shop(DATA / "feed.csv", Path(folder), settings)
        models, store, counts = shop.models, shop.store, shop.counts
        import_past_prices(store.catalogue, read_past_prices(DATA / "price_history.csv"))
        print(f"The demo shop: {counts.added} products indexed, {counts.rejected} rejected.")
        check_up(shop.pipeline, _QUESTIONS, read_queries(DATA / "queries_test.csv"))
        photo = sorted((DATA / "photos").glob("*.jpg"))[0]
        request = SearchRequest(photo=read_photo(photo), k=5)
        result = shop.pipeline.search(request)
        print(f"The products nearest to data/demo/photos/{photo.name}:")
        response = search_response(result, models.space.embedder)
        asked = requests_for(result, request, "en")
        response.answer = answer_schema(serving.answer_writer(settings, models).answer(*asked))
        print_matches(response)
        if listener is not None:
            run(demo_service(settings, models, store), listener, settings.drain_timeout_s)
        store.close()


def demo_service(settings: Settings, models: wiring.Models, store: Store) -> Service:
    """What serves the demo shop: its page offers photos to try."""
    made = serving.http_service(settings, models, store, _HOST)
    return replace(made, examples=read_examples(DATA / "examples.toml"))
