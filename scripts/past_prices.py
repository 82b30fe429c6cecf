"""``snapshelf prices``: prices of the past into a catalogue's price history."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from index.backends import recorded_space
from index.past_prices import import_past_prices, read_past_prices
from index.store import Store
from scripts.options import JsonOption, StoreOption


def past_prices(
    history: Annotated[Path, typer.Argument(help="CSV with the columns id,merchant,date,price")],
    store: StoreOption,
    as_json: JsonOption = False,
) -> None:
    """Adds what merchants asked before; the same file again adds nothing."""
    prices = list(read_past_prices(history))
    opened = Store(store, recorded_space(store))
    try:
        done = import_past_prices(opened.catalogue, prices)
    finally:
        opened.close()
    if as_json:
        print(json.dumps(asdict(done)))
    else:
        print(
            f"{done.added} past prices added, {done.known} known already, "
            f"{done.without_product} of products that the catalogue does not have"
        )
