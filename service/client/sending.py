"""What both clients share: where and how they send, and how a request becomes a method."""

import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, TypeVar, get_args

import httpx

MethodT = TypeVar("MethodT", bound=Callable[..., Any])
_CONNECT_S = 5.0
STREAM_DOC = "Gives the events of a search as they come."


def settings(base_url: str, api_key: str | None, timeout_s: float) -> Mapping[str, Any]:
    """Gives the arguments of ``httpx.Client`` and ``httpx.AsyncClient``.

    Redirects are not followed: the key must not travel to another place.
    """
    headers = {"User-Agent": f"snapshelf-client/{version('snapshelf')}"}
    if api_key:
        headers["Authorization"] = f"Bearer {api_key}"
    return {
        "base_url": base_url,
        "headers": headers,
        "timeout": httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s)),
    }


def described(
    build: Callable[..., object], *, name: str = "", first_line: str = "", gives: Any = None
) -> Callable[[MethodT], MethodT]:
    """Gives a method the name, the arguments and the docstring of the request that it sends.

    Args:
        build: of ``service.client.calls``.
        name: of the method; empty: the function's.
        first_line: of its docstring; empty: the function's.
        gives: what the method returns; None: what the request's answer is read as.
    """

    def decorate(method: MethodT) -> MethodT:
        named: Any = method
        own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        asked = inspect.signature(build)
        parameters = [own, *asked.parameters.values()]
        returned = gives or get_args(asked.return_annotation)[0]
        named.__signature__ = asked.replace(parameters=parameters, return_annotation=returned)
        named.__annotations__ = {**build.__annotations__, "return": returned}
        first, end, rest = str(build.__doc__).partition("\n")
        named.__doc__ = f"{first_line or first}{end}{rest}"
        named.__name__ = named.__qualname__ = name or build.__name__
        return method

    return decorate
