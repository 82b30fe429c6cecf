"""The words of a product that its text vector is made of."""

from index.filters import category_path
from index.types import Product


def product_text(product: Product) -> str:
    """Gives title, colour, kind and maker, the telling words first: a text model cuts the end."""
    kind = " ".join(category_path(product.category)[-1:])
    parts = [
        product.title,
        product.color,
        kind,
        product.brand,
        product.attributes.get("material", ""),
    ]
    named: list[str] = []
    for part in parts:
        if part and part.casefold() not in " ".join(named).casefold():
            named.append(part)
    return ", ".join(named)
