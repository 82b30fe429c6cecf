"""The forms of the settings of access, checked where they are read."""

import ipaddress
import json
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from limits import parse_many
from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from service.access_keys import parse_keys
from service.errors import SettingsError


def _keys(value: object) -> dict[str, str]:
    """A table of the file, or a JSON object of the environment."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ValueError("allowed is a JSON object of names and entries") from error
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise ValueError("allowed are names, each with one line that `snapshelf key` prints")
    found = {str(name): str(entry) for name, entry in value.items()}
    try:
        parse_keys(found)
    except SettingsError as error:
        raise ValueError(str(error)) from error
    return found


def _rate(value: str) -> str:
    try:
        return value if not value.strip() or parse_many(value) else ""
    except ValueError as error:
        raise ValueError("allowed are 120/minute, 10/second; 1000/hour, or nothing") from error


def _split(value: object) -> object:
    """A list of the file, or words with commas between them of the environment."""
    if isinstance(value, str):
        return tuple(one.strip() for one in value.split(",") if one.strip())
    return value


def _network(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError(f"allowed are addresses and networks, as 10.0.0.0/8: {error}") from error
    return value


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if value == "*" or (
        parts.scheme and parts.netloc and value == f"{parts.scheme}://{parts.netloc}"
    ):
        return value
    raise ValueError("allowed are * and origins, as https://shop.example, without a path")


Keys = Annotated[dict[str, str], NoDecode, BeforeValidator(_keys)]
RateText = Annotated[str, AfterValidator(_rate)]
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_split)
]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)
]
