"""What the tools give: the service's own schemas, and the best match's picture beside them."""

import base64

from mcp_types import CallToolResult, ContentBlock, ImageContent, TextContent
from pydantic import BaseModel, Field

from service.client import AsyncSnapshelfClient, ClientError
from service.wire.products import MatchSchema
from service.wire.searches import ItemSchema, SearchResponse
from service.wire.shopping import BasketsSchema, EntrySchema, ShoppingListResponse

MAX_PICTURE_BYTES = 200_000
"""A picture of the service has at most 640 pixels a side, most are below 60 kB."""


class SearchFound(BaseModel):
    """What a search found; matches of each item are sorted, best first."""

    items: list[ItemSchema] = Field(
        description="one for each thing seen in the photo, with what the shop sells for it; "
        "`verdict` and `confidence` say whether the first match is that very product"
    )
    filters: dict[str, object] = Field(description="what the words were understood to ask for")


class SimilarFound(BaseModel):
    """Products like one of the catalogue, best first."""

    id: str
    matches: list[MatchSchema]


class ListMade(BaseModel):
    """A shopping list with what the shop sells for it, and baskets within the budget."""

    entries: list[EntrySchema]
    baskets: BasketsSchema
    notes: list[str]


def search_found(response: SearchResponse) -> SearchFound:
    """A search as a tool tells it."""
    filters = response.words.filters if response.words else {}
    return SearchFound(items=response.items, filters=filters)


def list_made(response: ShoppingListResponse) -> ListMade:
    """A shopping list as a tool tells it."""
    return ListMade(entries=response.entries, baskets=response.baskets, notes=response.notes)


async def with_picture(
    result: BaseModel, image: str | None, client: AsyncSnapshelfClient
) -> CallToolResult:
    """Gives a result as structured content, as the same in text, and with a picture.

    Args:
        result: of the tool's output schema.
        image: the picture's path on the service; None: there is none to show.
        client: gives the picture; one that it cannot give, or a large one, is left out.
    """
    content: list[ContentBlock] = [TextContent(text=result.model_dump_json())]
    if image is not None:
        content += await _picture(image, client)
    return CallToolResult(content=content, structured_content=result.model_dump(mode="json"))


async def _picture(image: str, client: AsyncSnapshelfClient) -> list[ImageContent]:
    try:
        jpeg = await client.image(image)
    except ClientError:
        return []
    if len(jpeg) > MAX_PICTURE_BYTES:
        return []
    return [ImageContent(data=base64.b64encode(jpeg).decode("ascii"), mime_type="image/jpeg")]
