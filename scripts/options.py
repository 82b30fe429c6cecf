"""Arguments that several commands share."""

import json
from typing import Annotated

import typer

from index.errors import StoreMissingError
from index.place import Place, place_of, vectors_place_of
from index.types import Filters
from service.http.filter_schema import parse_filters
from service.settings import load_settings


def store_place(text: str) -> Place:
    """``--store`` to a place.

    Raises:
        typer.BadParameter: an address that cannot be read; it is not repeated, for its password.
    """
    settings = load_settings()
    try:
        vectors = vectors_place_of(settings.index.get_secret_value())
        return place_of(text, settings.cache, vectors)
    except StoreMissingError as error:
        raise typer.BadParameter(str(error)) from None


StoreOption = Annotated[
    Place,
    typer.Option(
        "--store",
        parser=store_place,
        metavar="STORE",
        help="a folder, or postgresql://USER:PASSWORD@HOST/DATABASE",
    ),
]
EmbedderOption = Annotated[
    str | None,
    typer.Option("--embedder", help="embedded, hf-hub:ORG/REPO, local-dir:PATH, ARCH/PRETRAINED"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="print the result as JSON")]
FilterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        help="KEY=VALUE: brand, category, color, merchant, availability, price=10..50, "
        "currency, not.brand, attributes.material; a key may come again",
    ),
]

_LISTS = {"brand", "category", "color", "merchant", "availability"}


def filters_of(pairs: list[str] | None) -> Filters:
    """``KEY=VALUE`` arguments to filters.

    Raises:
        typer.BadParameter: no ``=``, or a key that is none of those allowed.
    """
    tree: dict[str, object] = {}
    for pair in pairs or []:
        key, equals, value = pair.partition("=")
        if not equals or not value:
            raise typer.BadParameter(f"--filter {pair!r}: allowed is KEY=VALUE")
        _put(tree, key.strip(), value.strip())
    return parse_filters(json.dumps(tree)) if tree else Filters()


def _put(tree: dict[str, object], key: str, value: str) -> None:
    if key == "price":
        low, dots, high = value.partition("..")
        price = tree.setdefault("price", {})
        assert isinstance(price, dict)
        price.update({"min": low or None, "max": (high if dots else low) or None})
    elif key == "currency":
        price = tree.setdefault("price", {})
        assert isinstance(price, dict)
        price["currency"] = value
    elif key.startswith("not."):
        inner = tree.setdefault("not", {})
        assert isinstance(inner, dict)
        _put_list(inner, key.removeprefix("not."), value)
    else:
        _put_list(tree, key, value)


def _put_list(tree: dict[str, object], key: str, value: str) -> None:
    name, dot, rest = key.partition(".")
    if name == "attributes" and dot:
        tree = tree.setdefault("attributes", {})  # type: ignore[assignment]
        key = rest
    elif key not in _LISTS:
        allowed = ", ".join(["price", "currency", *sorted(_LISTS), "attributes.NAME", "not.KEY"])
        raise typer.BadParameter(f"--filter {key!r}: allowed are {allowed}")
    values = tree.setdefault(key, [])
    assert isinstance(values, list)
    values.append(value)
