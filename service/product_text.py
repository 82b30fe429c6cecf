"""The words of a product that its text vector is made of, and those of a caption."""

import re

from index.filters import category_path
from index.types import Product
from service.file_titles import is_file_title
from vision.types import Caption


def product_text(product: Product, caption: str = "") -> str:
    """Gives title, colour, kind and maker, the telling words first: a text model cuts the end.

    The words of a caption of its picture come last. A title that is a file's name is left out;
    empty: nothing is told of the product.
    """
    kind = " ".join(category_path(product.category)[-1:])
    parts = [
        "" if is_file_title(product.title) else product.title,
        product.color,
        kind,
        product.brand,
        product.attributes.get("material", ""),
        *caption.split(", "),
    ]
    named: list[str] = []
    for part in parts:
        if part and _words(part) not in _words(*named):
            named.append(part)
    return ", ".join(named)


def _words(*parts: str) -> str:
    """Whole words: a tailored shirt has not said that it is red."""
    found = re.findall(r"\w+", " ".join(parts).casefold())
    return f" {' '.join(found)} "


def caption_words(caption: Caption) -> str:
    """What a caption adds to a search; empty where it names no thing: a colour finds anything."""
    return ", ".join(dict.fromkeys(one for one in (caption.title, caption.category) if one))
