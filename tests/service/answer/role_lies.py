"""A figure of the right product in the wrong role: the price as the discount, and so on.

Each row is one way to say a role, written by hand apart from ``service/answer/phrases``; a figure
makes it true or false of jacket 1 of ``shop``: $120 at North, $150 before the sale, $129.50 at
South. So no template is refused for its words alone: the true figure leaves.
"""

from collections.abc import Iterator

PRICE, REGULAR, SAVED, ELSEWHERE = "120.00", "150.00", "30.00", "129.50"
FIGURES = (PRICE, REGULAR, SAVED, ELSEWHERE)

_DISCOUNT = {
    "en": (
        "[1] is reduced by {}.",
        "[1] is marked down by {}.",
        "[1] is {} off.",
        "[1] is discounted by {} at North.",
    ),
    "de": (
        "[1] ist um {} reduziert.",
        "[1] hat {} Rabatt.",
        "[1] ist bei North um {} herabgesetzt.",
        "[1] ist um {} im Preis herabgesetzt.",
    ),
    "es": (
        "[1] tiene un descuento de {}.",
        "[1] está rebajada en {}.",
        "[1] tiene {} de descuento.",
        "[1] tiene un descuento de {} en North.",
    ),
    "fr": (
        "[1] bénéficie d'une remise de {}.",
        "[1] a une réduction de {}.",
        "[1] bénéficie de {} de remise chez North.",
    ),
    "zh-Hans": ("[1]优惠{}。", "[1]降价{}。", "[1]在North优惠{}。"),
    "zh-Hant": ("[1]優惠{}。", "[1]降價{}。", "[1]在North優惠{}。"),
}
_PRICE = {
    "en": (
        "[1] costs {}.",
        "[1] is on sale for {}.",
        "[1] is reduced to {}.",
        "[1] costs {} at North.",
        "[1] is marked down to {} at North.",
        "[1] was $150.00, now {}.",
    ),
    "de": (
        "[1] kostet {}.",
        "[1] ist auf {} reduziert.",
        "[1] kostet bei North {}.",
        "[1] ist im Angebot für {}.",
        "[1] kostet {} statt 150,00 $.",
    ),
    "es": (
        "[1] cuesta {}.",
        "[1] está rebajada a {}.",
        "[1] cuesta {} en North.",
        "[1] está en oferta por {}.",
        "[1] ha pasado de 150,00 US$ a {}.",
    ),
    "fr": (
        "[1] coûte {}.",
        "[1] est soldée à {}.",
        "[1] coûte {} chez North.",
        "[1] est en promotion à {}.",
        "[1] passe de 150,00 $US à {}.",
    ),
    "zh-Hans": (
        "[1]售价{}。",
        "[1]在North的售价为{}。",
        "[1]正在促销，现价{}。",
        "[1]的价格已降至{}。",
        "[1]从US$150.00降至{}。",
    ),
    "zh-Hant": (
        "[1]售價{}。",
        "[1]在North的售價為{}。",
        "[1]正在促銷，現價{}。",
        "[1]的價格已降至{}。",
        "[1]從US$150.00降至{}。",
    ),
}
_REGULAR = {
    "en": (
        "[1] was {}.",
        "[1] was {} at North.",
        "[1] costs $120.00 instead of {}.",
        "[1] is reduced from {} to $120.00.",
        "[1] is down from {}.",
    ),
    "de": (
        "[1] kostete früher {}.",
        "[1] kostet 120,00 $ statt {}.",
        "[1] kostete zuvor {}.",
        "[1] wurde von {} auf 120,00 $ reduziert.",
    ),
    "es": (
        "[1] antes costaba {}.",
        "[1] cuesta 120,00 US$ en lugar de {}.",
        "[1] costaba {} en North.",
        "[1] ha pasado de {} a 120,00 US$.",
    ),
    "fr": (
        "[1] coûtait {}.",
        "[1] coûte 120,00 $US au lieu de {}.",
        "Chez North, [1] coûtait {}.",
        "[1] passe de {} à 120,00 $US.",
    ),
    "zh-Hans": ("[1]原价{}。", "[1]从{}降至US$120.00。", "[1]在North的原价为{}。"),
    "zh-Hant": ("[1]原價{}。", "[1]從{}降至US$120.00。", "[1]在North的原價為{}。"),
}
_ELSEWHERE = {
    "en": ("[1] costs {} at South.", "South sells [1] for {}."),
    "de": ("[1] kostet bei South {}.", "South verkauft [1] für {}."),
    "es": ("[1] cuesta {} en South.", "South vende [1] por {}."),
    "fr": ("[1] coûte {} chez South.", "South vend [1] à {}."),
    "zh-Hans": ("[1]在South的售价为{}。", "South以{}出售[1]。"),
    "zh-Hant": ("[1]在South的售價為{}。", "South以{}出售[1]。"),
}
_NEVER = {
    # true figures and words that no figure makes true together
    "en": (
        "[1] is $129.50 at South, was $150.00.",
        "[1] costs $129.50 at South instead of $150.00.",
        "[1] was $150.00 at South.",
        "[1] was $150.00 instead of $120.00.",
        "[1] was $150.00, originally $120.00.",
        "[1] is priced below $120.00.",
        "[1] is listed below $120.00.",
        "[1] costs below $120.00.",
        "[1] is reduced to 20%.",
        "[1] is on sale, $30.00.",
        "You can get [1] from $120.00.",
        "[1] is on sale: 20% wool.",
        "[1] is 20% off the price of $120.00.",
        "[1] is available in the size of $120.00.",
        "[1] is reduced to 20% at North.",
        "[2] is reduced to $89.90.",
        "[1] is $30.00 off at South.",
    ),
    "de": (
        "[1] kostet 129,50 $ bei South statt 150,00 $.",
        "[1] kostete bei South früher 150,00 $.",
        "[1] kostete früher 150,00 $, zuvor 120,00 $.",
        "[1] ist auf 20 % reduziert.",
        "[1] ist zu 20 % reduziert.",
        "[1] hat 20 % Rabatt auf 120,00 $.",
        "[1] hat 20 % Rabatt auf den Preis von 120,00 $.",
        "[1] hat 20 % Rabatt ab 120,00 $.",
        "[1] kostet 30,00 $ Rabatt.",
        "[1] ist auf 30,00 $ Rabatt.",
        "[2] ist auf 89,90 $ reduziert.",
        "[1] kostet um 120,00 $.",
        "[1] ist 120,00 $ reduziert.",
        "[1] ist im Sale 30,00 $.",
        "[1] kostet ab 120,00 $.",
    ),
    "es": (
        "[1] cuesta 129,50 US$ en South, antes 150,00 US$.",
        "[1] costaba 150,00 US$ en South.",
        "[1] baja de 150,00 US$, antes 120,00 US$.",
        "[1] está rebajada a 20 %.",
        "[1] está rebajada al 20 %.",
        "[1] tiene un 20 % de descuento por 120,00 US$.",
        "[2] está rebajada a 89,90 US$.",
    ),
    "fr": (
        "[1] coûte 129,50 $US chez South au lieu de 150,00 $US.",
        "[1] coûtait 150,00 $US chez South.",
        "[1] coûtait 150,00 $US au lieu de 120,00 $US.",
        "[1] est soldée à 20 %.",
        "[1] est à 20 % de remise sur 120,00 $US.",
        "[1] est à 120,00 $US de réduction.",
        "[2] est soldée à 89,90 $US.",
    ),
    "zh-Hans": (
        "[1]在South的售价为US$129.50，原价US$150.00。",
        "[1]原价US$150.00，原来US$120.00。",
        "[1]降至20%。",
        "[1]在US$120.00降价20%。",
        "[1]正在促销US$30.00。",
        "[1]于US$30.00促销。",
        "[1]优惠20%，就US$120.00。",
        "[2]的价格已降至US$89.90。",
        "[2]降到US$89.90。",
        "[3]的价格已经降为US$240.00。",
    ),
    "zh-Hant": (
        "[1]在South的售價為US$129.50，原價US$150.00。",
        "[1]原價US$150.00，原來US$120.00。",
        "[1]降至20%。",
        "[1]在US$120.00降價20%。",
        "[1]正在促銷US$30.00。",
        "[1]於US$30.00促銷。",
        "[1]優惠20%，就US$120.00。",
        "[2]的價格已降至US$89.90。",
        "[2]降到US$89.90。",
        "[3]的價格已經降為US$240.00。",
    ),
}
_MONEY = {"en": "${}", "de": "{} $", "es": "{} US$", "fr": "{} $US"}
_ROLES = ((_DISCOUNT, SAVED), (_PRICE, PRICE), (_REGULAR, REGULAR), (_ELSEWHERE, ELSEWHERE))
CODES = tuple(_DISCOUNT)


def true_figures(code: str) -> list[str]:
    """Gives each way to say a role in a language, with the figure that has it."""
    return [form.format(money(own, code)) for table, own in _ROLES for form in table[code]]


def false_figures(code: str) -> list[str]:
    """Gives the same with each of the product's other figures, and what is never true."""
    return [*_in_other_roles(code), *_NEVER[code]]


def _in_other_roles(code: str) -> Iterator[str]:
    for table, own in _ROLES:
        for form in table[code]:
            yield from (form.format(money(one, code)) for one in FIGURES if one != own)


def money(figure: str, code: str) -> str:
    """Gives a sum in dollars as a language writes it."""
    number = figure if code.startswith(("en", "zh")) else figure.replace(".", ",")
    return _MONEY.get(code, "US${}").format(number)


ROLE_LIES = tuple(lie for code in CODES for lie in false_figures(code))
