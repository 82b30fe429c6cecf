"""What schemathesis cannot guess: a key, a session, pictures, filters; and one check of our own.

Loaded by ``SCHEMATHESIS_HOOKS`` in the fuzzer's process; ``benchmarks.fuzz`` sets the variables.
"""

import json
import os
from collections.abc import Mapping
from random import Random
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.transport.serialization import Binary, contains_binary

from tests.fakes import encoded, picture

KEY, SESSION = "SNAPSHELF_FUZZ_KEY", "SNAPSHELF_FUZZ_SESSION"
_PICTURES = [Binary(encoded(picture(colour))) for colour in ("red", "blue")]
_FILTERS: list[dict[str, object]] = [
    {"brand": ["Euclid"]},
    {"price": {"min": 5, "max": 25, "currency": "USD"}},
    {"color": ["red", "blue"], "not": {"merchant": ["The red shop"]}},
    {"attributes": {"material": ["wood"]}},
]
_TEXTS = ["red disc", "a box under 25 dollars", "two crosses and a blue disc, not green"]
_PRODUCTS = ["disc-red", "box-blue", "fuzzed/one"]
_ROW = {"title": "Fuzzed", "price": "3.00 USD"}

schemathesis.openapi.format("binary", st.sampled_from(_PICTURES) | st.binary().map(Binary))


@schemathesis.auth()
class Key:
    """The key as a bearer."""

    def get(self, case: Case, context: object) -> str:
        return os.environ[KEY]

    def set(self, case: Case, data: str, context: object) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Gives half of the well-formed requests values that lead past the first refusal."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    chance = Random(repr((case.path_parameters, case.query, case.body)))  # noqa: S311
    if chance.random() < 0.5:
        _fill(case, chance)


def _fill(case: Case, chance: Random) -> None:
    if "product_id" in (case.path_parameters or {}):
        case.path_parameters["product_id"] = chance.choice(_PRODUCTS)
    if "position" in (case.path_parameters or {}):
        case.path_parameters["position"] = 0
    if "session" in (case.path_parameters or {}):
        case.path_parameters["session"] = os.environ[SESSION]
    if isinstance(case.query, dict) and "filters" in case.query:
        case.query["filters"] = json.dumps(chance.choice(_FILTERS))
    # a changed body is validated again, and schemathesis takes bytes there for a violation
    if isinstance(case.body, dict) and not contains_binary(case.body):
        _fill_body(case.body, chance)


def _fill_body(body: dict[str, Any], chance: Random) -> None:
    known: Mapping[str, object] = {
        "filters": json.dumps(chance.choice(_FILTERS)),
        "text": chance.choice(_TEXTS),
        "budget": "60 USD",
        "box": "0,0,20,20",
        "photo_url": "",
        "session": os.environ[SESSION],
        "item": 0,
        "product": "disc-red" if "event" in body else json.dumps(_ROW),
    }
    for name in body.keys() & known.keys():
        body[name] = known[name]


@schemathesis.check
def well_formed_is_understood(ctx: CheckContext, response: Response, case: Case) -> None:
    """What the description allows is never refused for its form alone."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code == 422:
        problem = response.json()
        assert problem["type"] != "urn:snapshelf:wrong-request", problem["detail"]
