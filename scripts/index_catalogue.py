"""``snapshelf index``: feeds into a store."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from index.errors import StoreUnavailableError, StoreUnwritableError
from index.feed_formats.prices import CURRENCIES
from index.feeds import count_rows
from scripts.options import EmbedderOption, JsonOption, StoreOption
from scripts.row_progress import RowProgress
from service import wiring
from service.errors import EngineError
from service.feed_batches import open_feed
from service.indexing import Counts, FeedIndexing, IndexingOptions
from service.indexing_engines import EngineName, engine_of
from service.publishing import PublishGate
from service.settings import load_settings
from service.shop import picture_root

_QUESTIONS = 100


def index_catalogue(  # noqa: PLR0913, PLR0917 - typer takes options as arguments
    feeds: Annotated[
        list[Path],
        typer.Argument(help="CSV, TSV, JSONL, XML (also .gz), Parquet, or a folder of pictures"),
    ],
    store: StoreOption,
    images_root: Annotated[
        Path | None, typer.Option(help="folder of the pictures; default: that of each feed")
    ] = None,
    embedder: EmbedderOption = None,
    captioner: Annotated[
        str | None,
        typer.Option(
            help="finds each product by what this model says of its first picture, too: embedded, "
            "qwen:NAME, openai:MODEL@BASE_URL; default: none"
        ),
    ] = None,
    engine: Annotated[
        EngineName,
        typer.Option(help="local: threads of this process; ray: a cluster, see ray_address"),
    ] = EngineName.LOCAL,
    currency: Annotated[
        str, typer.Option(help="ISO 4217, of prices that name none, as Shopify's")
    ] = "",
    fresh: Annotated[bool, typer.Option(help="fetch and embed everything anew")] = False,
    complete: Annotated[
        bool, typer.Option(help="the feeds are the whole catalogue: remove what they lack")
    ] = False,
    check: Annotated[
        int, typer.Option(min=0, help="questions by its own pictures before it goes live; 0: none")
    ] = _QUESTIONS,
    force: Annotated[
        bool, typer.Option(help="let the new version go live though it answers them worse")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Adds or updates a catalogue; run again after a stop, it goes on where it stopped.

    A catalogue that answers questions by its own pictures worse than before is taken back.
    Exit code 1 where rows were rejected or it was stopped; the good ones are indexed all the same.
    """
    options = IndexingOptions(fresh=fresh, complete=complete, currency=_currency(currency))
    settings = load_settings(embedder=embedder, captioner=captioner or wiring.NONE)
    for feed in feeds:
        open_feed(feed, options.currency)  # one that cannot be read ends it before anything is done
    total = sum(count_rows(feed) for feed in feeds)
    models = wiring.load_models(settings, is_searching=False)
    captions = wiring.catalogue_captioner(settings)
    with engine_of(engine, settings, total) as stages:  # before a folder is made for the store
        opened = wiring.open_store(store, models, create=True, fresh=fresh)
        pipeline = wiring.search_pipeline(settings, models, opened)
        with RowProgress(total) as advance, _going_on_said():
            indexing = FeedIndexing(
                opened,
                wiring.ingest(settings, models, opened, captions),
                gate=lambda: PublishGate(pipeline, check, is_forced=force),
                engine=stages,
            )
            counts = indexing.run(
                feeds,
                lambda feed: wiring.picture_sources(settings, images_root or picture_root(feed)),
                options,
                progress=advance,
            )
    is_calibrated = opened.refresh().calibration is not None
    left, _ = opened.catalogue.count()
    opened.close()
    print(json.dumps(asdict(counts)) if as_json else _summary(counts))
    if not as_json and not is_calibrated:
        print("searches give no verdict yet: snapshelf doctor calibrates this catalogue")
    if counts.removed > left:
        print(
            f"snapshelf: {counts.removed} of {counts.removed + left} products were removed, since "
            "the feeds lack them; snapshelf rollback brings them back",
            file=sys.stderr,
        )
    _end(counts, total)


def _currency(text: str) -> str:
    code = text.strip().upper()
    if code and code not in CURRENCIES:
        raise typer.BadParameter(f"--currency {text!r} is no ISO 4217 currency")
    return code


@contextmanager
def _going_on_said() -> Iterator[None]:
    try:
        yield
    except (StoreUnavailableError, StoreUnwritableError, EngineError) as error:
        raise type(error)(
            f"{error}; what was written stays, and the same command goes on from there"
        ) from error


def _end(counts: Counts, total: int) -> None:
    """Says on standard error what keeps a run from being a success, and ends with 1 then."""
    if counts.not_removed:
        print(f"snapshelf: nothing was removed: {counts.not_removed}", file=sys.stderr)
    if counts.is_stopped:
        done = f"after {counts.rows} of about {max(total, counts.rows)} rows"
        print(
            f"snapshelf: stopped {done}; the store is whole, the same command goes on from there",
            file=sys.stderr,
        )
    elif counts.rejected:
        where = f"see {counts.rejects_file}"
        print(f"snapshelf: partial: {counts.rejected} rows rejected, {where}", file=sys.stderr)
    if counts.rejected or counts.is_stopped or counts.not_removed:
        raise typer.Exit(1)


def _summary(counts: Counts) -> str:
    is_partial = counts.rejected or counts.is_stopped
    lines = [
        f"{'partial: ' if is_partial else ''}{counts.added} added, {counts.updated} updated, "
        f"{counts.unchanged} unchanged, {counts.removed} removed, {counts.rejected} rejected; "
        + (f"version {counts.version}" if counts.version else "no version saved")
    ]
    if counts.offers_removed:
        lines.append(f"{counts.offers_removed} offers removed of products that others still sell")
    if counts.reembedded:
        lines.append(f"{counts.reembedded} products of no feed embedded anew from kept pictures")
    if counts.captioned:
        named = counts.captioned - counts.unnamed
        lines.append(f"{counts.captioned} pictures captioned, a thing is named in {named}")
    if counts.warnings:
        lines.append(f"{counts.warnings} warnings; see {counts.rejects_file}")
    stages = ", ".join(f"{name} {spent:.1f}" for name, spent in counts.stage_seconds.items())
    rate = counts.pictures / counts.seconds if counts.seconds else 0.0
    lines.append(
        f"{counts.pictures} pictures embedded in {counts.seconds:.1f} s, {rate:.1f} a second; "
        f"seconds by stage, which overlap: {stages}"
    )
    return "\n".join(lines)
