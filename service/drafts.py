"""Products on their way into the store."""

from dataclasses import dataclass, field

from index.types import PictureCaption, PictureRecord, Product
from service.picture_loading import LoadedPicture
from service.product_text import product_text


@dataclass(frozen=True)
class Problem:
    """Why a product was rejected, or a picture of it could not be used."""

    reason: str
    picture: str = ""
    """Path or address of the picture that it is about."""

    def __str__(self) -> str:
        return f"picture {self.picture}: {self.reason}" if self.picture else self.reason


@dataclass
class Draft:
    """A product on its way: what is known of its pictures so far."""

    product: Product
    sources: tuple[str, ...]
    is_new: bool
    content_hash: str = ""
    pictures: list[LoadedPicture | PictureRecord] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    caption: PictureCaption | None = None

    @property
    def text(self) -> str:
        """What its text vector is made of."""
        return product_text(self.product, self.caption.words if self.caption else "")
