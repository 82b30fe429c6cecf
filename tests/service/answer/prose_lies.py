"""False sentences made from true ones: one word, figure or reference changed for a wrong one.

The words are written by hand, apart from ``service/answer/values``: each row is one meaning, each
column one inflection, so that what is changed still agrees with its sentence.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

COLOURS = {
    "de": (
        "blau blaue blauen blauer blaues", "rot rote roten roter rotes",
        "grün grüne grünen grüner grünes", "braun braune braunen brauner braunes",
        "schwarz schwarze schwarzen schwarzer schwarzes", "grau graue grauen grauer graues",
        "weiß weiße weißen weißer weißes", "gelb gelbe gelben gelber gelbes",
        "silbern silberne silbernen silberner silbernes", "lila lila lila lila lila",
    ),
    "es": (
        "azul azul azules azules", "rojo roja rojos rojas", "verde verde verdes verdes",
        "marrón marrón marrones marrones", "negro negra negros negras", "gris gris grises grises",
        "blanco blanca blancos blancas", "amarillo amarilla amarillos amarillas",
        "plateado plateada plateados plateadas", "morado morada morados moradas",
    ),
    "fr": (
        "bleu bleue bleus bleues", "rouge rouge rouges rouges", "vert verte verts vertes",
        "marron marron marron marron", "noir noire noirs noires", "gris grise gris grises",
        "blanc blanche blancs blanches", "jaune jaune jaunes jaunes",
        "argenté argentée argentés argentées", "violet violette violets violettes",
    ),
    "zh-Hans": ("蓝色", "红色", "绿色", "棕色", "黑色", "灰色", "白色", "黄色", "银色", "紫色"),
    "zh-Hant": ("藍色", "紅色", "綠色", "棕色", "黑色", "灰色", "白色", "黃色", "銀色", "紫色"),
}  # fmt: skip
MATERIALS = {
    "de": (
        "wolle", "nylon", "baumwolle", "leder", "canvas", "polyester", "keramik", "glas", "stahl",
        "seide",
    ),
    "es": (
        "lana", "nailon", "algodón", "cuero", "lona", "poliéster", "cerámica", "vidrio", "acero",
        "seda",
    ),
    "fr": (
        "laine", "nylon", "coton", "cuir", "toile", "polyester", "céramique", "verre", "acier",
        "soie",
    ),
    "zh-Hans": ("羊毛", "尼龙", "棉", "皮革", "帆布", "聚酯纤维", "陶瓷", "玻璃", "钢", "丝绸"),
    "zh-Hant": ("羊毛", "尼龍", "棉", "皮革", "帆布", "聚酯纖維", "陶瓷", "玻璃", "鋼", "絲綢"),
}  # fmt: skip
_COMPOUNDS = ("woll", "nylon", "leder", "keramik", "glas", "stahl", "seiden")
"""German: what begins ``Wolljacke``."""
CLAIMS = {
    "de": (
        ("günstiger", "teurer"), ("weniger", "mehr"), ("billiger", "teurer"),
        ("günstigste", "teuerste"), ("am günstigsten", "am teuersten"), ("auf Lager", "vergriffen"),
        ("verfügbar", "ausverkauft"), ("vorrätig", "ausverkauft"), ("erhältlich", "ausverkauft"),
        ("ähnlichsten", "günstigsten"), ("dieselbe Farbe", "eine andere Farbe"),
        ("unterscheidet sich", "stimmt überein"),
    ),
    "es": (
        ("más barato", "más caro"), ("más barata", "más cara"), ("menos", "más"),
        ("disponible", "agotado"), ("agotada", "disponible"), ("en stock", "agotado"),
        ("el mismo color", "otro color"), ("se diferencia", "coincide"), ("otro", "el mismo"),
    ),
    "fr": (
        ("moins cher", "plus cher"), ("moins chère", "plus chère"), ("de moins", "de plus"),
        ("disponible", "épuisé"), ("épuisée", "disponible"), ("en stock", "épuisé"),
        ("la même couleur", "une autre couleur"), ("diffère", "correspond"),
        ("une autre", "la même"),
    ),
    "zh-Hans": (
        ("便宜", "贵"), ("最便宜", "最贵"), ("有货", "缺货"), ("有现货", "缺货"), ("缺货", "有货"),
        ("相符", "不同"), ("一致", "不同"), ("不同", "一致"), ("最相似", "最便宜"),
    ),
    "zh-Hant": (
        ("便宜", "貴"), ("最便宜", "最貴"), ("有貨", "缺貨"), ("有現貨", "缺貨"), ("缺貨", "有貨"),
        ("相符", "不同"), ("一致", "不同"), ("不同", "一致"), ("最相似", "最便宜"),
    ),
}  # fmt: skip
NEGATIONS = {
    "de": ((" ist ", " ist nicht "), (" aus ", " nicht aus "), (" eine ", " keine "),
           (" aus ", " ohne ")),
    "es": ((" es ", " no es "), (" de ", " sin "), (" está ", " no está "),
           (" cuesta ", " no cuesta ")),
    "fr": ((" est ", " n'est pas "), (" en ", " sans "), (" coûte ", " ne coûte pas "),
           (" est ", " n'est plus ")),
    "zh-Hans": (("是", "不是"), ("由", "并非由"), ("有", "没有"), ("推荐", "不推荐")),
    "zh-Hant": (("是", "不是"), ("由", "並非由"), ("有", "沒有"), ("推薦", "不推薦")),
}  # fmt: skip
_NEGATED = re.compile(r"nicht|ausverkauft|\bno\b|n'est|没有|沒有")
_AMOUNT = re.compile(r"\d+[.,]\d\d")
_PERCENT = re.compile(r"\d+(?= ?%)")
MERCHANTS = (("North", "South"), ("Arcade", "Borough"), ("Dock", "Essex"))


def lies_from(sentence: str, code: str, figures: Sequence[str]) -> dict[str, list[str]]:
    """Gives false sentences made from a true one in a language, by what was changed.

    Args:
        sentence: a true one.
        code: its language.
        figures: every price of its shop, ``120.00``.
    """
    made = {
        "colour": _swapped(sentence, [row.split() for row in COLOURS[code]]),
        "material": _swapped(sentence, [[one] for one in MATERIALS[code]]),
        "compound": _compounds(sentence) if code == "de" else (),
        "figure": _figures(sentence, figures),
        "merchant": _merchants(sentence),
        "claim": _replaced(sentence, CLAIMS[code]),
        "negation": () if _NEGATED.search(sentence) else _replaced(sentence, NEGATIONS[code]),
    }
    return {name: sorted({*lies} - {sentence}) for name, lies in made.items()}


def with_another_reference(sentence: str) -> list[str]:
    """Gives a sentence told of other products; some may be true of them as well."""
    refs = sorted(set(re.findall(r"\[(\d)\]", sentence)))
    told = [
        re.sub(r"\[(\d)\]", lambda found, new=new: f"[{new[refs.index(found[1])]}]", sentence)
        for new in itertools.permutations("123", len(refs))
    ]
    return [one for one in told if one != sentence]


def _swapped(sentence: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row, other in itertools.permutations(rows, 2):
        for form, wrong in zip(row, other, strict=True):
            if wrong not in row:
                yield _in_case(sentence, form, wrong)


def _compounds(sentence: str) -> Iterator[str]:
    for one, other in itertools.permutations(_COMPOUNDS, 2):
        yield re.sub(rf"\b{one}(?=jacke|tasche|tasse|becher)", other, sentence, flags=re.IGNORECASE)


def _figures(sentence: str, figures: Sequence[str]) -> Iterator[str]:
    for found in _AMOUNT.finditer(sentence):
        mark = found[0][-3]
        more = f"{int(found[0][:-3]) + 1}.{found[0][-2:]}"
        for figure in (*figures, more):
            wrong = figure.replace(".", mark)
            if wrong != found[0]:
                yield sentence[: found.start()] + wrong + sentence[found.end() :]
    for found in _PERCENT.finditer(sentence):
        yield sentence[: found.start()] + "63" + sentence[found.end() :]


def _merchants(sentence: str) -> Iterator[str]:
    """Shops for one another, where a price or stock is said of them."""
    for one, other in MERCHANTS:
        said = re.sub(f"{one}|{other}", lambda f, a=one, b=other: b if f[0] == a else a, sentence)
        if _AMOUNT.search(sentence):
            yield said


def _replaced(sentence: str, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    for one, other in pairs:
        yield sentence.replace(one, other, 1)


def _in_case(sentence: str, form: str, wrong: str) -> str:
    """Replaces a word, in the letter case that it has; a Chinese one wherever it stands."""
    whole = form if not form.isascii() and not form[0].islower() else rf"(?<!\w){form}(?!\w)"

    def put(found: re.Match[str]) -> str:
        return wrong.capitalize() if found[0][0].isupper() else wrong

    return re.sub(whole, put, sentence, flags=re.IGNORECASE)
