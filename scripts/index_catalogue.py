"""``snapshelf index``: feeds into a store."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from index.feeds import count_rows
from scripts.options import EmbedderOption, JsonOption, StoreOption
from service import wiring
from service.indexing import Counts, FeedIndexing
from service.settings import load_settings

_PLAIN_EVERY_ROWS = 1000


def index_catalogue(
    feeds: Annotated[list[Path], typer.Argument(help="CSV, TSV, JSONL or Parquet")],
    store: StoreOption,
    images_root: Annotated[
        Path | None, typer.Option(help="folder of the pictures; default: that of each feed")
    ] = None,
    embedder: EmbedderOption = None,
    fresh: Annotated[bool, typer.Option(help="embed everything anew")] = False,
    as_json: JsonOption = False,
) -> None:
    """Adds or updates a catalogue; run again after a stop, it goes on where it stopped.

    Exit code 1 where rows were rejected; the good ones are indexed all the same.
    """
    settings = load_settings(embedder=embedder)
    total = sum(count_rows(feed) for feed in feeds if feed.is_file())
    models = wiring.load_models(settings, is_searching=False)
    opened = wiring.open_store(store, models, create=True, fresh=fresh)
    indexing = FeedIndexing(opened, wiring.ingest(settings, models, opened))
    with _RowProgress(total) as advance:
        counts = indexing.run(
            feeds,
            lambda feed: wiring.picture_sources(settings, images_root or feed.parent),
            fresh=fresh,
            progress=advance,
        )
    opened.close()
    print(json.dumps(asdict(counts)) if as_json else _summary(counts))
    if counts.rejected:
        where = f"see {counts.rejects_file}"
        print(f"snapshelf: partial: {counts.rejected} rows rejected, {where}", file=sys.stderr)
        raise typer.Exit(1)


class _RowProgress:
    """A bar on a terminal, a line every thousand rows elsewhere; both on standard error."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        console = Console(stderr=True)
        columns = (
            TextColumn("rows"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=console) if console.is_terminal else None

    def __enter__(self) -> Callable[[int], None]:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("rows", total=self._total)
        return self._advance

    def __exit__(self, *_error: object) -> None:
        if self._bar:
            self._bar.stop()

    def _advance(self, rows: int) -> None:
        before = self._done
        self._done += rows
        if self._bar:
            self._bar.update(self._task, completed=self._done, total=max(self._total, self._done))
        elif self._done // _PLAIN_EVERY_ROWS > before // _PLAIN_EVERY_ROWS:
            print(f"{self._done} of about {self._total} rows", file=sys.stderr)


def _summary(counts: Counts) -> str:
    line = (
        f"{counts.added} added, {counts.updated} updated, {counts.unchanged} unchanged, "
        f"{counts.removed} removed, {counts.rejected} rejected; version {counts.version}"
    )
    if counts.reembedded:
        line += f"\n{counts.reembedded} products of no feed embedded anew from kept pictures"
    if counts.warnings:
        line += f"\n{counts.warnings} warnings; see {counts.rejects_file}"
    return line
