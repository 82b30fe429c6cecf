"""The tools through the protocol's own client, against the real application around fakes."""

import asyncio
import base64
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult, ImageContent, TextContent
from PIL import Image
from starlette.types import ASGIApp

from service.client import AsyncSnapshelfClient, Retries
from service.http.app import create_app
from service.mcp.photos import PhotoReader
from service.mcp.server import mcp_server
from tests.service.conftest import drawn, encoded
from tests.service.fake_service import fake_service, served

RED_DISC = encoded(drawn("disc", "red"))
TOOLS = {"search_products", "similar_products", "get_product", "shopping_list"}
Asking = Callable[[Client], Awaitable[Any]]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ASGIApp]:
    with fake_service(tmp_path_factory.mktemp("shop")) as service:
        yield create_app(service)


def photo_folder(folder: Path) -> Path:
    """``photos`` with a picture and a link that leads out; a secret beside it."""
    photos = folder / "photos"
    photos.mkdir()
    (photos / "disc.png").write_bytes(RED_DISC)
    (folder / "secret.png").write_bytes(RED_DISC)
    (photos / "link.png").symlink_to(folder / "secret.png")
    return photos


def asked(transport: httpx.AsyncBaseTransport, ask: Asking, *roots: Path) -> Any:
    """What ``ask`` makes of a connection to the tools over a service."""

    async def connect() -> Any:
        retries = Retries(attempts=1)
        shop = AsyncSnapshelfClient("http://shop", transport=transport, retries=retries)
        async with shop, Client(mcp_server(shop, PhotoReader(roots))) as client:
            return await ask(client)

    return asyncio.run(connect())


def called(app: ASGIApp, tool: str, *roots: Path, **arguments: object) -> CallToolResult:
    transport = httpx.ASGITransport(app)
    return asked(transport, lambda client: client.call_tool(tool, arguments), *roots)


def refusal(result: CallToolResult) -> str:
    assert result.is_error
    [block] = result.content
    assert isinstance(block, TextContent)
    return block.text


def test_four_tools_are_listed_that_read_alone_and_warn_of_the_catalogues_text(
    app: ASGIApp,
) -> None:
    listed = asked(httpx.ASGITransport(app), lambda client: client.list_tools()).tools
    assert {one.name for one in listed} == TOOLS
    for tool in listed:
        assert tool.annotations.read_only_hint
        assert tool.output_schema["type"] == "object"
        assert "never follow" in tool.description


def test_words_find_products_with_prices_merchants_links_and_the_best_ones_picture(
    app: ASGIApp,
) -> None:
    result = called(app, "search_products", text="red disc", k=3)
    [item] = result.structured_content["items"]
    match = item["matches"][0]
    assert len(item["matches"]) == 1  # "red" has become a filter, two groups have nothing red
    assert match["id"] == "disc-red"
    assert match["price"] == {"amount": "10.00", "currency": "USD"}
    assert match["offers"][0]["merchant"] == "The red shop"
    assert match["link"] == "https://shop.example/disc-red"
    assert "verdict" in item
    text, picture = result.content
    assert isinstance(text, TextContent)
    assert '"disc-red"' in text.text
    assert isinstance(picture, ImageContent)
    assert picture.mime_type == "image/jpeg"
    shown = Image.open(io.BytesIO(base64.b64decode(picture.data)))
    assert shown.getpixel((64, 64))[0] > 150  # the red disc


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_a_photo_is_taken_as_base64_with_words_and_filters_beside_it(
    app: ASGIApp, prefix: str
) -> None:
    photo = prefix + base64.b64encode(RED_DISC).decode()
    filters = {"color": ["blue"]}
    result = called(app, "search_products", photo_base64=photo, filters=filters, text="under $15")
    matches = result.structured_content["items"][0]["matches"]
    assert [one["id"] for one in matches] == ["disc-blue"]
    assert result.structured_content["filters"]["price"]["max"] == "15"


def test_a_photo_is_read_inside_the_named_folders_alone(app: ASGIApp, tmp_path: Path) -> None:
    photos = photo_folder(tmp_path)
    for inside in ("disc.png", str(photos / "disc.png")):
        found = called(app, "search_products", photos, photo_path=inside)
        assert found.structured_content["items"][0]["matches"][0]["id"] == "disc-red"
    outside = ("../secret.png", str(tmp_path / "secret.png"), "link.png", "/etc/passwd", ".", "no")
    for path in outside:
        said = refusal(called(app, "search_products", photos, photo_path=path))
        expected = f"There is no photo {path!r} in the folders that this server may read."
        assert said.endswith(f": {expected}")
    assert "--photos-root" in refusal(called(app, "search_products", photo_path="disc.png"))


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search_products", {}, "refused this (status 422): neither a photo nor a text"),
        ("search_products", {"photo_base64": "no!"}, "photo_base64 is no base64"),
        ("search_products", {"photo_base64": "aGVsbG8="}, "status 415"),
        ("search_products", {"photo_base64": "aA==", "photo_path": "x"}, "not both"),
        ("search_products", {"text": "x", "filters": {"colour": ["red"]}}, "filters: colour"),
        ("search_products", {"text": "x", "k": 51}, "less than or equal to 50"),
        ("get_product", {"product_id": "nothing"}, "status 404): no product 'nothing'."),
        ("similar_products", {"product_id": "nothing"}, "no product 'nothing'"),
        ("shopping_list", {"text": "a box", "budget": "much"}, "status 422"),
    ],
)
def test_errors_are_sentences_that_say_what_is_wrong(
    app: ASGIApp, tool: str, arguments: dict[str, Any], said: str
) -> None:
    assert said in refusal(called(app, tool, **arguments))


def test_a_product_is_told_with_its_text_in_fields(app: ASGIApp) -> None:
    result = called(app, "get_product", product_id="box-blue")
    assert result.structured_content["title"] == "Blue box"
    assert result.structured_content["attributes"] == {"material": "wood"}
    assert [type(one) for one in result.content] == [TextContent, ImageContent]


def test_the_command_serves_a_whole_search_over_http_on_this_machine_alone(
    app: ASGIApp, tmp_path: Path
) -> None:
    photos = photo_folder(tmp_path)
    port = free_port()

    async def ask() -> CallToolResult:
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            assert {one.name for one in (await client.list_tools()).tools} == TOOLS
            return await client.call_tool("search_products", {"photo_path": "disc.png"})

    with served(app) as url:
        arguments = ["mcp", "--url", url, "--photos-root", str(photos), "--port", str(port)]
        with subprocess.Popen([sys.executable, "-m", "scripts", *arguments]) as process:
            try:
                assert listening_address(process, port) == "127.0.0.1"
                result = asyncio.run(ask())
            finally:
                process.terminate()
    assert result.structured_content["items"][0]["matches"][0]["id"] == "disc-red"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def listening_address(process: subprocess.Popen[bytes], port: int) -> str:
    """The address that a process listens at, awaited."""
    while process.poll() is None:
        for one in psutil.Process(process.pid).net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr.port == port:
                return str(one.laddr.ip)
        time.sleep(0.1)
    raise AssertionError(f"ended with {process.returncode}")


def test_similar_products_are_others_than_the_group(app: ASGIApp) -> None:
    result = called(app, "similar_products", product_id="disc-red", k=4)
    groups = {one["group"] for one in result.structured_content["matches"]}
    assert groups == {"box", "cross"}


def test_a_shopping_list_names_what_to_buy_from_whom(app: ASGIApp) -> None:
    result = called(app, "shopping_list", text="a red disc and a blue box", budget="60 USD")
    made = result.structured_content
    assert [one["label"] for one in made["entries"]] == ["red disc", "blue box"]
    lines = made["baskets"]["mixed"]["lines"]
    total = sum(float(one["line_total"]["amount"]) for one in lines)
    assert total == float(made["baskets"]["mixed"]["total"]["amount"])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.ConnectError("refused"), "does not answer (http://shop: refused). Is it running?"),
        (httpx.Response(503, headers={"retry-after": "5"}), "Ask again in 5 seconds."),
        (httpx.Response(200, json={}), "another version, or another service"),
    ],
)
def test_a_service_that_fails_is_told_of_in_a_sentence(
    answer: httpx.Response | Exception, said: str
) -> None:
    def answered(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    transport = httpx.MockTransport(answered)
    result = asked(transport, lambda client: client.call_tool("get_product", {"product_id": "x"}))
    assert said in refusal(result)


def test_the_command_serves_a_whole_search_over_stdio(app: ASGIApp, tmp_path: Path) -> None:
    photos = photo_folder(tmp_path)

    async def ask(url: str) -> CallToolResult:
        arguments = ["-m", "scripts", "mcp", "--url", url, "--photos-root", str(photos)]
        command = StdioServerParameters(
            command=sys.executable, args=arguments, env=dict(os.environ), cwd=Path.cwd()
        )
        async with Client(command) as client:
            assert {one.name for one in (await client.list_tools()).tools} == TOOLS
            return await client.call_tool("search_products", {"photo_path": "disc.png"})

    with served(app) as url:
        result = asyncio.run(ask(url))
    assert result.structured_content["items"][0]["matches"][0]["id"] == "disc-red"
    assert [type(one) for one in result.content] == [TextContent, ImageContent]
