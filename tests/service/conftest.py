"""A small drawn shop, indexed by the real code with the embedded model."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from index.feed_rows import parse_row
from index.store import Store
from service import wiring
from service.ingest import Ingest, Outcome
from service.pipeline import SearchPipeline
from service.settings import Settings, load_settings
from service.wiring import Models

COLOURS = {"red": (200, 30, 40), "blue": (30, 60, 200), "green": (20, 140, 60)}
SHAPES = ("disc", "box", "cross")


def drawn(shape: str, colour: str, size: int = 128) -> Image.Image:
    """A plain shape on white; the cross is thin, or the embedder takes it for a box."""
    image = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(image)
    low, high, arm = size // 5, size - size // 5, 25 * size // 64
    fill = COLOURS.get(colour, colour)
    if shape == "disc":
        pen.ellipse((low, low, high, high), fill=fill)
    elif shape == "box":
        pen.rectangle((low, low, high, high), fill=fill)
    else:
        pen.rectangle((arm, low, size - arm, high), fill=fill)
        pen.rectangle((low, arm, high, size - arm), fill=fill)
    return image


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def shop_rows() -> list[dict[str, str]]:
    """Nine products in three groups; prices rise by group, merchants differ by colour."""
    rows = []
    for number, shape in enumerate(SHAPES):
        for colour in COLOURS:
            rows.append(
                {
                    "id": f"{shape}-{colour}",
                    "item_group_id": shape,
                    "title": f"{colour.title()} {shape}",
                    "brand": "Euclid" if shape != "cross" else "Lull",
                    "product_type": f"Toys > Shapes > {shape.title()}",
                    "color": colour,
                    "material": "wood, felt" if colour == "red" else "wood",
                    "price": f"{10 * (number + 1)}.00 USD",
                    "availability": "out_of_stock" if colour == "green" else "in_stock",
                    "link": f"https://shop.example/{shape}-{colour}",
                    "image_link": f"{shape}-{colour}.png",
                    "merchant": f"The {colour} shop",
                }
            )
    return rows


@dataclass(frozen=True)
class Shop:
    """An open store with what works on it."""

    folder: Path
    pictures: Path
    store: Store
    ingest: Ingest
    pipeline: SearchPipeline
    models: Models
    settings: Settings

    def commit(self, *rows: dict[str, str], fresh: bool = False) -> list[Outcome]:
        """Ingests raw rows with pictures from the shop's folder."""
        sources = wiring.picture_sources(self.settings, self.pictures)
        return self.ingest.commit([parse_row(row) for row in rows], sources.read, fresh=fresh)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings(detector="none", decode_processes=0)


@pytest.fixture(scope="session")
def models(settings: Settings) -> Models:
    return wiring.load_models(settings)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for shape in SHAPES:
        for colour in COLOURS:
            drawn(shape, colour).save(folder / f"{shape}-{colour}.png")
    return folder


@pytest.fixture
def empty_shop(
    tmp_path: Path, pictures: Path, models: Models, settings: Settings
) -> Iterator[Shop]:
    folder = tmp_path / "store"
    store = wiring.open_store(folder, models, create=True)
    yield Shop(
        folder=folder,
        pictures=pictures,
        store=store,
        ingest=wiring.ingest(settings, models, store),
        pipeline=wiring.search_pipeline(settings, models, store),
        models=models,
        settings=settings,
    )
    store.close()


@pytest.fixture
def shop(empty_shop: Shop) -> Shop:
    outcomes = empty_shop.commit(*shop_rows())
    assert [one.status for one in outcomes] == ["added"] * 9
    return empty_shop
