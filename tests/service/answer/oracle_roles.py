"""The oracle's reading of roles: which figure of the shop is said as price, discount or before.

Tables by hand, apart from ``service/answer``; they see what their author thought of.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

_FIGURE = re.compile(r"(?<!\d)(\d+[.,]\d\d)(?!\d)")
_MARK = r"\s?(?:US\$|\$)?"
_TAKEN_OFF = re.compile(
    r"(?:\bby|\bum|rebajad[oa]s? en|"
    r"(?:descuento|remise|réduction|rabais)(?: del?)?|rabatt(?: von)?|"
    r"优惠了?|優惠了?|[降减減][价價]了?)"
    rf"{_MARK}$",
    re.IGNORECASE,
)
_OFF_BEHIND = re.compile(
    r"\s?(?:\$US|US\$|\$)?\s?(?:off\b|rabatt|reduziert|(?:de )?(?:descuento|remise|réd|rabais))",
    re.I,
)
_GOES_TO = re.compile(rf"(?:\bto|\bfor|\bauf|\bfür){_MARK}$")
_BEFORE = re.compile(
    r"(?:was|originally|regularly|(?:regular|original|usual) price of|instead of|from|"
    r"früher|zuvor|vorher|ursprünglich|bisher|regulär|statt|(?:kostete|wurde von)(?: sie| er| es)?|"
    r"antes|costaba|valía|en (?:lugar|vez) de|pas(?:a|ado|ó) de|baj[aó] de|rebajad[oa] de|"
    r"precio (?:original|anterior|habitual) de|"
    r"reduziert von|originalmente|au lieu de|coûtait(?: auparavant)?|pass(?:e|é|ée) de|"
    r"initialement(?: à)?|prix (?:d'origine|initial) de|auparavant à|à l'origine|"
    r"原售?[价價](?:[为為是])?|原[来來]|从|從)"
    rf"{_MARK}$",
    re.IGNORECASE,
)
_BEFORE_BEHIND = re.compile(r"[^\d\[]{0,5}(?:before|auparavant|avant)")
_SAVED = re.compile(rf"(?:saves|spart|ahorro de|économie de|节省|節省){_MARK}$")
_OF_SEVERAL = re.compile(
    r"\b(?:run from|reichen von|van de|vont de)|相差|cheaper|less|more|günstiger|weniger|mehr|"
    r"teurer|billiger|menos|más|moins|plus|便宜|[贵貴低高]"
)
_SHOP = re.compile(r"North|South")
_OWN = {1: "120.00", 2: "89.90", 3: "240.00"}
_REGULAR = {1: "150.00"}
_SAVING = {1: "30.00"}
_SALE = re.compile(r"reduced|marked down|reduziert|herabgesetzt|rebajad|soldé|降至|降到|降[为為]")
_SAID = (
    # a share as a price, of another figure than the price before, or of wool
    r"(?:\bto|\bauf|\bzu|\bal?|à|至) ?20 ?%|20 ?% (?:off the price|Rabatt (?:auf|ab)|wool)|20%，就",
    r"20 ?% de (?:descuento por|remise sur)|在US\$120[.,]00[降]",
    # a price that is no price
    r"below \$|kostet (?:um|ab) |size of \$",
    # shops that make, brands that sell
    r"(?:made by|comes from|is by|The|aus|Jacke von|chaqueta de|par|por|von) (?:North|South)"
    r"(?! (?:for|für|por|à) [^.]*(?:sold|verkauft))(?! (?:verkauft|angeboten))",
    r"North的外套|由North[制製]",
    r"\b(?:at|bei|chez|sold by|vendu par|vende en) (?:Luma|Kestrel)",
    r"[在由](?:Luma|Kestrel)(?:有|出售)",
    r"(?:Luma|Kestrel) (?:sells|verkauft|vende|vend)\b|von Kestrel für [\d,]+ \$ verkauft",
    # more and less of what is no price
    r"(?:more|less|mehr|weniger|más|menos) (?:size|cotton|material|Größe|Baumwolle|Muster)",
    r"(?:más|menos) (?:tamaño|talla|color|verde|algodón)|taille de (?:plus|moins)|coton de plus",
    r"尺寸更高|sells less|cheapest brand|Größe von|less at South",
    # cheaper by all that it costs
    r"(?i:(?:cheaper|less)[^.]* by \$89|(?:günstiger|weniger)[^.]*um 89)",
    r"(?i:moins ch[^.]*(?<!prix) de 89)",
    r"(?:barata|Menos)[^.,]*(?:por|en) 89|更便宜，\[2\]降|低[于於]\[2\]的",
    # one column's value as another's
    r"(?:Farbe|color|couleur) (?:von|de) \[1\] \w+ (?:la )?(?:Wolle|lana|laine)",
    r"Material von \[1\] ist Blau|材[质質][为為][蓝藍]|colou?r and size|中[蓝藍]色|以[为為]\[",
)
_FALSE = tuple(re.compile(one) for one in _SAID)


def wrong_roles(sentence: str) -> Iterator[str]:
    """Gives what a sentence about the shop says in another role than it has."""
    yield from (f"says {one[0]}" for pattern in _FALSE for one in pattern.finditer(sentence))
    refs = {int(one) for one in re.findall(r"\[([123])\]", sentence)}
    if _SALE.search(sentence) and refs - {1}:
        yield "a sale of another"
    if len(refs) != 1 or _OF_SEVERAL.search(sentence):
        return
    shops = set(_SHOP.findall(sentence))
    yield from _wrong_figures(sentence, refs.pop(), is_elsewhere=shops == {"South"})


def _wrong_figures(sentence: str, ref: int, *, is_elsewhere: bool) -> Iterator[str]:
    befores = 0
    for found in _FIGURE.finditer(sentence):
        left, right = sentence[: found.start()], sentence[found.end() :]
        figure, role = found[1].replace(",", "."), _role(left, right)
        befores += role == "before"
        true = {"before": _REGULAR, "discount": _SAVING}.get(role, _OWN).get(ref)
        if ref == 1 and role == "price" and "South" in sentence:
            true = "129.50" if is_elsewhere or figure != "120.00" else true
        is_wrong_shop = is_elsewhere and role != "price"
        if true is None or Decimal(true) != Decimal(figure) or is_wrong_shop or befores > 1:
            yield f"{figure} as {role} of [{ref}]"


def _role(left: str, right: str) -> str:
    if _BEFORE.search(left) or _BEFORE_BEHIND.match(right):
        return "before"
    is_off = _OFF_BEHIND.match(right) and not _GOES_TO.search(left)
    return "discount" if is_off or _TAKEN_OFF.search(left) or _SAVED.search(left) else "price"
