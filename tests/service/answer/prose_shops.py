"""Small shops for true prose: other colours, materials, merchants and money than ``shop``."""

from service.answer.types import AnswerRequest
from tests.fakes import offer, product
from tests.service.answer.shop import matches
from vision.types import Caption

BAGS = (
    product(
        "lima",
        title="Lima Shoulder Bag",
        brand="Orsa",
        color="Brown",
        category="Bags > Shoulder Bags",
        attributes={"material": "leather"},
        offers=(
            offer("Arcade", "79.00 EUR", regular_price=offer(price="99.00 EUR").price),
            offer("Borough", "84.50 EUR"),
        ),
    ),
    product(
        "mika",
        title="Mika Tote",
        brand="Orsa",
        color="Black",
        category="Bags > Totes",
        attributes={"material": "canvas"},
        offers=(offer("Borough", "35.00 EUR"),),
    ),
    product(
        "nilo",
        title="Nilo Backpack",
        brand="Vela",
        color="Grey",
        category="Bags > Backpacks",
        attributes={"material": "polyester"},
        offers=(offer("Arcade", "59.90 EUR", availability="out_of_stock"),),
    ),
)
MUGS = (
    product(
        "alma",
        title="Alma Mug",
        brand="Tono",
        color="White",
        category="Kitchen > Mugs",
        attributes={"material": "ceramic", "pattern": "striped"},
        offers=(offer("Dock", "12.50 EUR"),),
    ),
    product(
        "brio",
        title="Brio Mug",
        brand="Tono",
        color="Yellow",
        category="Kitchen > Mugs",
        attributes={"material": "glass"},
        offers=(offer("Dock", "9.00 EUR", regular_price=offer(price="12.00 EUR").price),),
    ),
    product(
        "cosmo",
        title="Cosmo Mug",
        brand="Ferro",
        color="Silver",
        category="Kitchen > Mugs",
        attributes={"material": "steel"},
        offers=(offer("Essex", "24.00 EUR", availability="out_of_stock"),),
    ),
)
BAGS_CAPTION = Caption(category="shoulder bag", color="brown", material="leather")
MUGS_CAPTION = Caption(category="mug", color="white", material="ceramic", pattern="striped")


def bags(language: str | None = None) -> AnswerRequest:
    """Gives a request about the bags; the first is the very product."""
    return AnswerRequest(
        matches(BAGS), caption=BAGS_CAPTION, verdict="same_product", language=language
    )


def mugs(language: str | None = None) -> AnswerRequest:
    """Gives a request about the mugs."""
    return AnswerRequest(matches(MUGS), caption=MUGS_CAPTION, language=language)
