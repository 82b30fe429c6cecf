"""The service's requests, one pure function each; both clients send what these make.

The docstrings are those of the clients' methods.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeAlias, TypeVar
from urllib.parse import quote

import httpx

from service.client.answers import reader
from service.terms import Event
from service.wire.chats import ChatRequest, ChatResponse, FeedbackRequest, FeedbackResponse
from service.wire.facets import FacetsResponse
from service.wire.operations import ReadyResponse
from service.wire.products import (
    PRODUCTS,
    BatchRequest,
    BatchResponse,
    ProductSchema,
    SimilarResponse,
    product_path,
)
from service.wire.searches import SearchResponse
from service.wire.shopping import ShoppingListResponse

T = TypeVar("T")
SEARCH = "/v1/search"
STREAM = "/v1/search/stream"
Photo: TypeAlias = bytes | str | os.PathLike[str]
"""A picture's bytes, or the path of its file."""
Filters: TypeAlias = Mapping[str, Any]
"""The contract's ``filters`` object."""
Box: TypeAlias = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the upright photo."""
Parts: TypeAlias = list[tuple[str, Any]]


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request, and how its answer is read."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    is_repeatable: bool = True
    """Sent twice, it leaves the service as if it had been sent once, with the same answer."""
    params: Mapping[str, str] | None = None
    json: Any = None
    files: Parts | None = None

    def request(self, client: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """Gives the request as a client's settings make it."""
        return client.build_request(
            self.method, self.path, params=self.params, json=self.json, files=self.files
        )


def search(  # noqa: PLR0913  (one argument a form field)
    photo: Photo | None = None,
    text: str = "",
    *,
    k: int = 10,
    items: Literal["all", "main"] = "all",
    box: Box | None = None,
    filters: Filters | None = None,
    group: bool = True,
    answer: bool = False,
    language: str = "",
) -> Call[SearchResponse]:
    """Finds the products that a photo, words, or both speak of.

    Args:
        photo: bytes, or the path of a file; a photo or a text must be there.
        text: a question, or words that change the photo: "but in red".
        k: matches an item, 1 to 100.
        items: search all things in the photo, or the main one alone.
        box: search this region alone.
        filters: the contract's object, such as ``{"brand": ["Luma"], "price": {"max": 50}}``.
        group: one match a group, its variants inside.
        answer: write a comparison of the matches.
        language: of the answer, BCP 47.

    Raises:
        ApiError: the service refused the request.
        UnreachableError: no answer came.
        UnexpectedAnswerError: the answer is of another form.
        OSError: the photo cannot be read.
    """
    fields = {
        "text": text,
        "k": k,
        "items": items,
        "box": ",".join(str(one) for one in box) if box else "",
        "filters": _json(filters),
        "group": group,
        "answer": answer,
        "language": language,
    }
    return Call("POST", SEARCH, reader(SearchResponse), files=_form(photo, fields))


def chat(
    session: str, text: str, *, answer: bool = True, language: str | None = None
) -> Call[ChatResponse]:
    """Goes on from an earlier search: "cheaper", "the second one in black", or a question.

    It is never sent again by itself: "cheaper" twice is cheaper twice.

    Args:
        session: of the search's response.
        text: the follow-up.
        answer: put it into words; questions always are.
        language: of the answer, BCP 47; None: as the text and the search.
    """
    body = ChatRequest(text=text, answer=answer, language=language).model_dump()
    path = f"/v1/chat/{quote(session, safe='')}"
    return Call("POST", path, reader(ChatResponse), is_repeatable=False, json=body)


def shopping_list(
    photo: Photo | None = None,
    text: str = "",
    *,
    budget: str = "",
    filters: Filters | None = None,
    alternates: int = 4,
    language: str = "",
) -> Call[ShoppingListResponse]:
    """Makes entries of a photo and words, and the best baskets within a budget.

    Args:
        photo: bytes, or the path of a file; a photo or a text must be there.
        text: a list, or an occasion: "a picnic for four under 60 dollars".
        budget: such as "60 USD"; it wins over the text's.
        filters: as for a search.
        alternates: further matches an entry, 0 to 20.
        language: BCP 47, for entries that a model names.
    """
    fields = {
        "text": text,
        "budget": budget,
        "filters": _json(filters),
        "alternates": alternates,
        "language": language,
    }
    form = _form(photo, fields)
    return Call("POST", "/v1/shopping-list", reader(ShoppingListResponse), files=form)


def product(product_id: str) -> Call[ProductSchema]:
    """Gives a product with its offers; an unknown one is an ``ApiError`` with status 404."""
    return Call("GET", product_path(product_id), reader(ProductSchema))


def put_product(row: Mapping[str, object], images: Sequence[Photo] = ()) -> Call[ProductSchema]:
    """Adds or updates a product and gives it as the catalogue has it.

    Args:
        row: a feed row; ``id`` must be there.
        images: bytes or paths; without any, the row's ``image_link`` names http(s) addresses.

    Raises:
        ValueError: the row has no id.
    """
    if not row.get("id"):
        raise ValueError("the row has no id")
    read, path = reader(ProductSchema), product_path(str(row["id"]))
    if not images:
        return Call("PUT", path, read, json=dict(row))
    files: Parts = [("product", (None, _json(row), "application/json"))]
    files += [("images", ("image", _bytes(one))) for one in images]
    return Call("PUT", path, read, files=files)


def delete_product(product_id: str) -> Call[None]:
    """Removes a product, its pictures and its vectors."""
    return Call("DELETE", product_path(product_id), lambda _response: None)


def batch(rows: Sequence[Mapping[str, object]]) -> Call[BatchResponse]:
    """Adds or updates up to 1,000 feed rows; gives one outcome a row, in their order."""
    body = BatchRequest(products=[dict(row) for row in rows]).model_dump()
    return Call("POST", f"{PRODUCTS}/batch", reader(BatchResponse), json=body)


def similar(
    product_id: str, *, k: int = 10, filters: Filters | None = None
) -> Call[SimilarResponse]:
    """Gives products of other groups that look and read alike.

    Args:
        product_id: of the catalogue.
        k: 1 to 100.
        filters: as for a search.
    """
    path = f"{product_path(product_id)}/similar"
    params = {"k": str(k), "filters": _json(filters)}
    return Call("GET", path, reader(SimilarResponse), params=params)


def facets(filters: Filters | None = None) -> Call[FacetsResponse]:
    """Gives what the catalogue can be filtered by, with counts beside the other filters."""
    return Call("GET", "/v1/facets", reader(FacetsResponse), params={"filters": _json(filters)})


def feedback(session: str, item: int, product: str, event: Event) -> Call[FeedbackResponse]:
    """Records that a match was clicked, bought, or wrong; the same event is kept once.

    Args:
        session: of the search's response.
        item: of its ``items``, from 0.
        product: the match's id.
        event: ``click``, ``buy`` or ``wrong``.
    """
    given = FeedbackRequest(session=session, item=item, product=product, event=event)
    return Call("POST", "/v1/feedback", reader(FeedbackResponse), json=given.model_dump())


def image(path: str) -> Call[bytes]:
    """Gives a product's picture as a JPEG of at most 640 pixels a side.

    Args:
        path: ``image`` of a match, or one of a product's ``images``.

    Raises:
        ValueError: the path is another one; the key must not travel to where a text leads.
    """
    if not path.startswith(f"{PRODUCTS}/"):
        raise ValueError(f"{path!r} is no picture of the service; they begin with {PRODUCTS}/")
    return Call("GET", path, lambda response: response.content)


def health() -> Call[ReadyResponse]:
    """Gives the state of a service that would answer a search now, else ``RetryLaterError``."""
    return Call("GET", "/health/ready", reader(ReadyResponse))


def _form(photo: Photo | None, fields: Mapping[str, object]) -> Parts:
    """A multipart form; what is empty is left out."""
    parts: Parts = [("photo", ("photo", _bytes(photo)))] if photo is not None else []
    return parts + [(name, (None, _written(one))) for name, one in fields.items() if one != ""]


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(value: Mapping[str, object] | None) -> str:
    return json.dumps(value, default=str) if value else ""


def _bytes(photo: Photo) -> bytes:
    return photo if isinstance(photo, bytes) else Path(photo).read_bytes()
