"""A small shop whose words are as awkward as real ones."""

from index.types import Product
from service.search.catalogue_words import vocabulary_of
from service.search.words import Understood, understand
from tests.fakes import offer, product

RUNNING, TRAIL = "Shoes > Running Shoes", "Shoes > Trail Shoes"


def products() -> list[Product]:
    hall = (offer("Sport Hall", "49.00 USD"), offer("Target", "47.00 USD"))
    euro = (offer("Sport Hall", "20.00 EUR"),)
    leather, faux = {"material": "genuine leather, Rubber"}, {"material": "faux leather"}
    return [
        product("run-red", title="Dash Runner", brand="Nike", category=RUNNING,
                color="Crimson/Red", attributes=leather, offers=hall),
        product("run-sky", title="Dash Runner", brand="Nike", category=RUNNING,
                color="Sky Blue", attributes=faux, offers=hall),
        product("trail", title="Peak Shoe", brand="Old Navy", category=TRAIL, color="Black",
                attributes={"material": "cotton", "pattern": "striped", "size": "M"}),
        product("tee", title="Plain Tee", brand="Next", category="Tops > Tees", color="Orange"),
        product("mug", title="Tall Mug", brand="Clay & Co", category="Home > Mugs", color="White",
                description="The next mug you will love."),
        product("bag", title="Nova Bag", brand="Clay & Co", category="Bags", color="Galaxy"),
        product("vase", title="Rose Vase", brand="Rose", category="Home > Vases", color="Green"),
        product("phone", title="Apple Phone", brand="Apple", category="Phones", color="Black"),
        product("juice", title="Apple Juice", brand="Bravo", category="Food > Juice",
                color="Yellow", offers=euro),
        product("fruit", title="Blood Orange", brand="Bravo", category="Food > Fruit",
                color="Orange"),
        product("can", title="Red Bull Can", brand="Bull Drinks", category="Food > Drinks",
                color="Silver"),
    ]  # fmt: skip


VOCABULARY = vocabulary_of(products())


def read(text: str) -> Understood:
    """What this shop understands."""
    return understand(text, VOCABULARY)
