"""False sentences whose words are all known: a colour as a material, a brand as a shop, ...

By the shop that they are about and by language, with true ones of the same words beside them.
"""

from typing import TypeAlias

from index.types import Offer
from tests.fakes import offer, product
from tests.service.answer.shop import SHOP

Table: TypeAlias = dict[str, dict[str, tuple[str, ...]]]
"""By shop and language."""


def _sold(price: str, availability: str = "in_stock") -> tuple[Offer, ...]:
    return (offer("North", price, availability=availability),)


RINGS = (
    product("a", title="A", color="Gold", category="Jewellery > Rings", offers=_sold("20.00 USD")),
    product(
        "b",
        title="B",
        color="Silver",
        category="Jewellery > Rings",
        attributes={"material": "brass"},
        offers=_sold("30.00 USD"),
    ),
    product(
        "c", title="C", color="White/Gold", category="Jewellery > Rings", offers=_sold("40.00 USD")
    ),
    product(
        "d",
        title="D",
        color="Red",
        category="Jewellery > Rings",
        attributes={"material": "gold"},
        offers=_sold("50.00 USD"),
    ),
)
AHEAD = (
    product("a", title="A", category="Women > Jackets", offers=_sold("20.00 USD", "preorder")),
    product("b", title="B", category="Women > Jackets", offers=_sold("30.00 USD", "backorder")),
    product("c", title="C", category="Women > Jackets", offers=_sold("40.00 USD", "out_of_stock")),
)
TWO_SHOPS = (
    product(
        "a",
        title="A",
        category="Women > Jackets",
        offers=(offer("North", "100.00 USD"), offer("South", "130.00 USD")),
    ),
    product(
        "b",
        title="B",
        category="Women > Jackets",
        offers=(offer("North", "110.00 USD"), offer("South", "120.00 USD")),
    ),
)
SHOPS = {"jackets": SHOP, "rings": RINGS, "ahead": AHEAD, "two shops": TWO_SHOPS}

FALSE: Table = {
    "jackets": {
        "en": (
            "[1] is made by North.",
            "[1] comes from North.",
            "[1] is available at Luma.",
            "[2] is sold by Kestrel.",
            "Kestrel sells [2].",
            "The North jacket [1] costs $120.00.",
            "[1] is by North and costs $120.00.",
            "[2] is for sale at Kestrel for $89.90.",
            "[3] has more size.",
            "[3] is more cotton.",
            "[3] has more size than [1].",
            "[1] has more material than [2].",
            "[2] sells less than [1].",
            "[2] is the cheapest brand.",
            "Cheaper is [2] by $89.90.",
            "Less is [2] by $89.90.",
            "[2] is cheaper by $89.90.",
            "[1] has the same colour and size.",
            "[2] is less at South.",
        ),
        "de": (
            "[1] wird von North hergestellt.",
            "[1] stammt von North.",
            "[1] ist aus North.",
            "[1] ist eine Jacke von North für 120,00 $.",
            "[1] ist bei Luma erhältlich.",
            "[2] gibt es bei Kestrel.",
            "[2] wird von Kestrel für 89,90 $ verkauft.",
            "Kestrel verkauft [2].",
            "[1] hat mehr Größe als [2].",
            "[1] hat mehr Material als [2].",
            "[3] hat mehr Muster.",
            "Die Größe von [2] ist günstiger.",
            "[3] hat mehr Baumwolle.",
            "Günstiger ist [2] um 89,90 $.",
            "Weniger kostet [2]: um 89,90 $.",
            "Die Farbe von [1] ist Wolle.",
            "Das Material von [1] ist Blau.",
        ),
        "es": (
            "[1] está fabricada por North.",
            "[1] es una chaqueta de North por 120,00 US$.",
            "[1] se vende en Luma.",
            "Kestrel vende [2].",
            "[2] tiene menos tamaño que [1].",
            "[1] tiene más talla que [2].",
            "[3] tiene más tamaño.",
            "[2] tiene menos color.",
            "[3] es más verde.",
            "[3] tiene más algodón.",
            "Más barata es [2] por 89,90 US$.",
            "Menos cuesta [2] en 89,90 US$.",
            "El color de [1] es lana.",
        ),
        "fr": (
            "[1] est fabriqué par North.",
            "[2] est vendu par Kestrel.",
            "Kestrel vend [2].",
            "[1] est disponible chez Luma.",
            "[1] a une taille de plus que [2].",
            "[2] a une taille de moins que [1].",
            "[3] a une taille de plus.",
            "[3] est en coton de plus.",
            "Moins chère est [2] de 89,90 $US.",
            "Moins cher: [2], de 89,90 $US.",
            "La couleur de [1] est la laine.",
        ),
        "zh-Hans": (
            "[1]由North制造。",
            "[1]是North的外套，售价US$120.00。",
            "[2]由Kestrel出售。",
            "[1]在Luma有货。",
            "[3]的尺寸更高。",
            "[3]比[2]尺寸更高。",
            "[1]是中蓝色的。",
            "更便宜，[2]降至US$89.90。",
            "售价低于[2]的US$89.90。",
            "我以为[1]是蓝色的。",
            "[1]的材质为蓝色。",
        ),
        "zh-Hant": (
            "[1]由North製造。",
            "[1]是North的外套，售價US$120.00。",
            "[2]由Kestrel出售。",
            "[1]在Luma有貨。",
            "[3]的尺寸更高。",
            "[3]比[2]尺寸更高。",
            "[1]是中藍色的。",
            "更便宜，[2]降至US$89.90。",
            "售價低於[2]的US$89.90。",
            "我以為[1]是藍色的。",
            "[1]的材質為藍色。",
        ),
    },
    "rings": {
        "en": (
            "[1] is made of gold.",
            "[2] is of silver.",
            "[3] is white gold.",
            "[1] is made in gold.",
            "The gold ring [1] costs $20.00.",
            "The material of [2] is silver.",
            "[1] is made from gold.",
        ),
        "de": (
            "[1] ist aus Gold.",
            "[2] ist aus Silber.",
            "[1] besteht aus Gold.",
            "[3] ist weiß Gold.",
            "[2] ist aus Silber gefertigt.",
            "[1] ist ein Gold Ring.",
            "Das Material von [1] ist Gold.",
        ),
        "es": (
            "[1] es de gold.",
            "[1] está hecho de gold.",
            "El material de [1] es gold.",
            "[2] es de plateado.",
            "[3] es blanco dorado.",
        ),
        "fr": (
            "[1] est en gold.",
            "[2] est en silver.",
            "[1] est en doré.",
            "[3] est blanc doré.",
            "La matière de [1] est gold.",
        ),
        "zh-Hans": ("[1]由gold制成。", "[1]采用gold。", "[1]的材质为gold。", "[2]由银色制成。"),
        "zh-Hant": ("[1]由gold製成。", "[1]採用gold。", "[1]的材質為gold。", "[2]由銀色製成。"),
    },
    "ahead": {
        "en": ("[1] is sold out.", "[2] is unavailable.", "[1] and [3] are sold out."),
        "de": (
            "[1] ist ausverkauft.",
            "[1] ist vergriffen.",
            "[2] ist nicht mehr lieferbar.",
            "[2] ist nicht erhältlich.",
        ),
        "es": ("[1] está agotada.", "[2] ya no está disponible.", "[1] no está disponible."),
        "fr": ("[1] est épuisée.", "[2] n'est plus disponible.", "[1] est indisponible."),
        "zh-Hans": ("[1]已售罄。", "[2]售罄。", "[2]已断货。"),
        "zh-Hant": ("[1]已售罄。", "[2]售罄。", "[2]已斷貨。"),
    },
    "two shops": {
        "en": (
            "[1] is cheaper than [2] at South.",
            "At South, [1] is $10.00 cheaper than [2].",
            "[1] is cheapest at South.",
            "[1] has the lowest price at South.",
            "[1] is the cheapest item at South.",
            "[2] is the most expensive at North.",
        ),
        "de": (
            "[1] ist bei South am günstigsten.",
            "[1] ist bei South 10,00 $ günstiger als [2].",
            "Bei South ist [1] günstiger als [2].",
            "[2] ist bei South am teuersten.",
        ),
        "es": (
            "[1] es más barata que [2] en South.",
            "[1] es la más barata en South.",
            "En South, [1] cuesta menos que [2].",
        ),
        "fr": (
            "[1] est moins chère que [2] chez South.",
            "Chez South, [1] est la moins chère.",
            "Chez South, [2] coûte plus cher que [1].",
        ),
        "zh-Hans": ("[1]在South最便宜。", "在South[1]比[2]便宜。", "[1]在South比[2]便宜US$10.00。"),
        "zh-Hant": ("[1]在South最便宜。", "在South[1]比[2]便宜。", "[1]在South比[2]便宜US$10.00。"),
    },
}
TRUE: Table = {
    "jackets": {
        "en": (
            "[1] is made of wool and costs $120.00 at North.",
            "[1] is sold by North for $120.00.",
            "[1] is a blue jacket by Luma.",
            "[2] costs less than [1].",
            "[2] is cheaper at $89.90.",
        ),
        "de": (
            "[1] wird von Luma hergestellt und ist bei North erhältlich.",
            "[2] kostet weniger.",
            "[1] wird von North für 120,00 $ verkauft.",
            "Günstiger ist [2] für 89,90 $.",
            "Die Farbe von [1] ist Blau.",
        ),
        "es": (
            "[1] está hecha de lana y cuesta 120,00 US$ en North.",
            "[2] cuesta menos que [1].",
            "[1] es una chaqueta azul de Luma.",
            "Más barata es [2], por 89,90 US$.",
        ),
        "fr": (
            "[1] est en laine et coûte 120,00 $US chez North.",
            "[2] est disponible en rouge.",
            "[1] est vendue par North.",
            "[2] coûte 30,10 $US de moins que [1].",
        ),
        "zh-Hans": (
            "[1]由羊毛制成，在North售价US$120.00。",
            "[1]由Luma制造。",
            "这款外套[1]由North出售。",
            "[2]的价格比[1]低US$30.10。",
        ),
        "zh-Hant": (
            "[1]由羊毛製成，在North售價US$120.00。",
            "[1]由Luma製造。",
            "這款外套[1]由North出售。",
            "[2]的價格比[1]低US$30.10。",
        ),
    },
    "rings": {
        "en": (
            "[4] is made of gold.",
            "[1] is gold.",
            "[3] is white and gold.",
            "[2] is made of brass.",
        ),
        "de": ("[4] ist aus Gold.", "[2] ist silbern.", "[2] ist aus Messing."),
        "es": ("[4] es de gold.", "[1] es dorado.", "[2] es de latón."),
        "fr": ("[4] est en gold.", "[1] est doré.", "[2] est en laiton."),
        "zh-Hans": ("[4]由gold制成。", "[1]是金色的。", "[2]由黄铜制成。"),
        "zh-Hant": ("[4]由gold製成。", "[1]是金色的。", "[2]由黃銅製成。"),
    },
    "ahead": {
        "en": ("[3] is sold out.", "[2] is out of stock."),
        "de": ("[3] ist vergriffen.", "[2] ist nicht auf Lager."),
        "es": ("[3] está agotada.", "[2] no está en stock."),
        "fr": ("[3] est épuisée.", "[2] n'est pas en stock."),
        "zh-Hans": ("[3]已售罄。", "[2]没有现货。"),
        "zh-Hant": ("[3]已售罄。", "[2]沒有現貨。"),
    },
    "two shops": {
        "en": ("[1] is cheaper than [2] at North.", "[1] is the cheapest at North."),
        "de": ("[1] ist bei North am günstigsten.", "Bei North ist [1] günstiger als [2]."),
        "es": ("[1] es más barata que [2] en North.", "[1] es la más barata en North."),
        "fr": ("[1] est moins chère que [2] chez North.", "Chez North, [1] est la moins chère."),
        "zh-Hans": ("[1]在North最便宜。", "在North[1]比[2]便宜。"),
        "zh-Hant": ("[1]在North最便宜。", "在North[1]比[2]便宜。"),
    },
}
WORD_LIES = tuple(lie for lies in FALSE["jackets"].values() for lie in lies)
"""Those about the shop of ``lies``."""
