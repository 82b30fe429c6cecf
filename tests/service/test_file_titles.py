"""Names of files are told from names of things."""

import pytest

from index.types import Product
from service.file_titles import is_file_title
from service.product_text import product_text

FILES = """IMG 0001;IMG_4021.JPG;DSC00017;dscn 1234 edit;PXL 20240131 142233123;P1030245;0001
20240131 142233;IMG-20240131-WA0003;WhatsApp Image 2024-01-31 at 14.22.33 (1);Screenshot 2024 01 31
3f2504e0 4f89 11d3 9a0c 0305e82c3301;4006381333931;mmexport1612345678;微信图片_20240131
SAM_0021;photo;image (3);untitled;Bild 12;d41d8cd98f00b204e9800998ecf8427e"""
THINGS = """501;1984;P30;iPhone 15;Galaxy S21;Image of Venus, poster;Photo frame 10x15;Scan toaster
copy paper A4;Mug;7UP;WD-40;red mug 0001;Canon IMG printer;deadbeef cafe;café;Foto album;S 21;R2-D2
007;75192;10294;Sam;M12345;Copy;Foto
Levi's 501;照片 相框;файл"""


@pytest.mark.parametrize("title", FILES.replace("\n", ";").split(";"))
def test_a_file_is_told(title: str) -> None:
    assert is_file_title(title)
    assert not product_text(Product(id="1", group="1", title=title))


@pytest.mark.parametrize("title", THINGS.replace("\n", ";").split(";"))
def test_a_thing_stays_a_thing(title: str) -> None:
    assert not is_file_title(title)
    assert product_text(Product(id="1", group="1", title=title)) == title


def test_what_else_is_told_stays() -> None:
    product = Product(id="1", group="1", title="IMG 0001", brand="Acme", category="Home > Mugs")
    assert product_text(product) == "Mugs, Acme"
    assert product_text(product, "a mug, cup") == "Mugs, Acme, a mug, cup"


@pytest.mark.parametrize(
    ("title", "color", "text"),
    [
        ("Tailored layered shirt", "red", "Tailored layered shirt, red"),
        ("Titanium watch", "tan", "Titanium watch, tan"),
        ("Red mug", "red", "Red mug"),
        ("Mug, navy-blue", "Navy Blue", "Mug, navy-blue"),
        ("Mug", "red/white", "Mug, red/white"),
    ],
)
def test_a_colour_is_left_out_where_the_title_has_said_it(
    title: str, color: str, text: str
) -> None:
    assert product_text(Product(id="1", group="1", title=title, color=color)) == text
