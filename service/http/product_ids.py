"""Product ids in addresses: any text, also with slashes, but for the words of other routes."""

from typing import Final

from starlette.convertors import StringConvertor, register_url_convertor

PRODUCT_ID: Final = "product_id"


class ProductIdConvertor(StringConvertor):
    """Takes an id that is not ``batch`` and does not end like ``/similar`` or ``/images/0``.

    A write to such an address is then a 405, not a product that no address leads to. Line breaks
    are taken too: they are refused as ids, not as addresses.
    """

    regex = r"(?s:(?!batch\Z|.*/(?:similar|images/[^/]*)\Z).+)"


register_url_convertor(PRODUCT_ID, ProductIdConvertor())
