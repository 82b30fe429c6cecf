"""``snapshelf search``: one search without a server."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from scripts.options import EmbedderOption, FilterOption, JsonOption, StoreOption, filters_of
from service import wiring
from service.answer.types import requests_for
from service.errors import RequestError
from service.http.schemas import answer_schema, search_response
from service.settings import load_settings
from service.types import SearchRequest
from service.wire.searches import AnswerSchema, ItemSchema, SearchResponse


def search(  # noqa: PLR0913, PLR0917  (one argument an option)
    store: StoreOption,
    photo: Annotated[Path | None, typer.Argument(help="a picture; none: search by --text")] = None,
    text: Annotated[str, typer.Option(help="words, alone or beside the photo")] = "",
    filter_: FilterOption = None,
    k: Annotated[int, typer.Option(min=1, max=100)] = 10,
    answer: Annotated[bool, typer.Option("--answer", help="compare the matches in words")] = False,
    language: Annotated[str, typer.Option(help="of the answer: en, zh, es, de, fr, ...")] = "en",
    embedder: EmbedderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Finds the products of a photo."""
    filters = filters_of(filter_)
    request = SearchRequest(photo=read_photo(photo), text=text.strip(), k=k, filters=filters)
    settings = load_settings(embedder=embedder)
    models = wiring.load_models(settings)
    opened = wiring.open_store(store, models)
    result = wiring.search_pipeline(settings, models, opened).search(request)
    response = search_response(result, models.space.embedder)
    if answer:
        from service import serving  # a second of imports

        asked = requests_for(result, request, language)
        response.answer = answer_schema(serving.answer_writer(settings, models).answer(*asked))
    print(response.model_dump_json(indent=1)) if as_json else print_matches(response)
    opened.close()


_VERDICTS = {
    "same_product": "very probably the first match",
    "variant": "very probably the first match, perhaps another variant",
    "similar": "perhaps the first match",
    "not_in_catalogue": "probably none of these",
}


def _title(number: int, item: ItemSchema) -> str:
    if item.box is None:
        return "products for these words"
    title = f"item {number}: {item.caption}" if item.caption else f"item {number}"
    if item.verdict is None or item.confidence is None:
        return title
    return f"{title}: {_VERDICTS[item.verdict]} ({item.confidence:.0%})"


def read_photo(path: Path | None) -> bytes | None:
    """Gives a file's bytes; None for no path.

    Raises:
        RequestError: the file cannot be read.
    """
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise RequestError(f"{path}: {error.strerror}") from error


def print_answer(answer: AnswerSchema, console: Console) -> None:
    """Prints the text and where its references lead."""
    console.print(answer.text, markup=False)
    for cited in answer.citations:
        console.print(f"[{cited.ref}] {cited.link or cited.id}", markup=False, style="dim")


def print_matches(response: SearchResponse) -> None:
    """Prints one table an item."""
    console = Console()
    for number, item in enumerate(response.items, start=1):
        table = Table(title=_title(number, item))
        for column in ("score", "product", "colour", "price", "merchants", "link"):
            table.add_column(column, overflow="fold")
        for match in item.matches:
            price = f"{match.price.amount} {match.price.currency}" if match.price else "-"
            merchants = ", ".join(offer.merchant for offer in match.offers if offer.merchant)
            table.add_row(
                f"{match.score:.3f}", match.title, match.color, price, merchants, match.link
            )
        console.print(table)
    if response.answer:
        print_answer(response.answer, console)
    console.print(f"{response.timings_ms['total']:.0f} ms", style="dim")
