"""A second opinion on an answer about the shop, which shares no code with the checker.

It reads the finished text with its own eyes: tables of what is true, written by hand.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from service.answer.types import Answer, AnswerDelta
from tests.service.answer.oracle_roles import wrong_roles
from tests.service.answer.prose_lies import COLOURS, MATERIALS
from tests.service.answer.shop import FIGURES, SHOP

TITLES = {one.title: ref for ref, one in enumerate(SHOP, start=1)}
# word: the products that it is true of
WORDS = {
    "blue": {1}, "red": {2}, "green": {3}, "wool": {1}, "nylon": {2}, "cotton": {3}, "plain": {1},
    "luma": {1}, "kestrel": {2, 3}, "parka": {3}, "parkas": {3}, "jacket": {1, 2},
    "north": {1, 2}, "south": {1, 3},
}  # fmt: skip
# the same in the other languages, inflected; a colour or material of no product is true of none
_ROWS = [
    (row.split(), {place + 1} if place < len(SHOP) else set())
    for table in (COLOURS, MATERIALS)
    for rows in table.values()
    for place, row in enumerate(rows)
]
WORDS |= {word: refs for words, refs in _ROWS for word in words}
WORDS |= {"wolljacke": {1}, "nylonjacke": {2}, "lederjacke": set(), "plato": set()}
HAN = re.compile("|".join(sorted((one for one in WORDS if one > "\u3000"), key=len, reverse=True)))
NEVER = re.compile(
    r"https?|www|\.example|evil|[@<>{}`|\\/]|\bfree\b|gratis|kostenlos|shipping|versand|envío|"
    r"livraison|warranty|garantie|garantía|\bstars?\b|review|best seller|doctors|everyone|month|"
    r"tomorrow|return|waterproof|fleece|gucci|harrods|zephyr|nimbus|bucks|half|twice|thirty|twelve|"
    r"ninety|dreißig|zwölf|neunzig|trente|douze|treinta|doce|noventa|[三十二九五]|包邮|"
    r"\bnot wool|nicht aus|\bohne\b|\bweder\b|\bsin\b|\bno es\b|\bsans\b|不是|没有羊|"
    r"n'est (?:pas en|ni)|kunstleder|hellblau|-weiß|azul claro|azulado|sintético|similicuir|人造|"
    r"bleu (?:clair|marine)|[浅淺]|粉|白色|auf dem foto\.|wie auf|(?:de|en) la foto\.|优惠|图案|"
    r"sur la photo\.|照片中的|照片一样|照片一樣|anderen Farbe|otro color|autre couleur|不同[颜顏]|"
    r"rabatt|descuento|remise|muster|estampado|motif|\b120,00 .{0,5}(?:auf|a|à) |US\$120\.00降",
    re.IGNORECASE,
)
ONLY = (
    # what may be said of these products alone
    (re.compile(r"cheapest|günstigste|moins cher en stock|más barato en", re.I), {2}),
    (re.compile(r"out of stock", re.I), {3}),
    (re.compile(r"on sale", re.I), {1}),
    (re.compile(r"\bpick\b|recommend", re.I), {1, 2}),
    (re.compile(r"closest match", re.I), {1}),
    (re.compile(r"same product|同款", re.I), set()),
    (re.compile(r"(?<!out of )(?<!or )in stock|available", re.I), {1, 2}),
    (re.compile(r"most expensive", re.I), {3}),
    (re.compile(r"matches the colou?r", re.I), {1}),
    (re.compile(r"150[.,]00"), {1}),
    (re.compile(r"(?<!nicht )(?<!nicht mehr )(?:lieferbar|erhältlich)", re.I), {1, 2}),
    (re.compile(r"(?<!no está )disponibles?|(?<!没)(?<!沒)有[货貨]", re.I), {1, 2}),
    (re.compile(r"nicht mehr lieferbar|no está disponible|n'est plus disponible|售罄", re.I), {3}),
    (
        re.compile(
            r"\]更?便宜|ist (?:bei North )?günstiger|es (?:\S+ US\$ )?más barata|"
            r"est (?:\S+ \$US )?moins chère|günstigere|más barata es|moins chère est"
        ),
        set(),
    ),
    (re.compile(r"stimmt|passt|coincide|correspond|一致"), {1}),
    (re.compile(r"unterscheidet|se diferencia|diffère|颜色不同|顏色不同|图案不同"), {2}),
    (re.compile(r"nehmen|elegiría|choisirais|会选择"), {1}),
    (re.compile(r"Nehmen|Elige|Choisissez|可以[选選][择擇]"), {1, 2}),
)
PRICE = {1: Decimal("120"), 2: Decimal("89.9"), 3: Decimal("240")}
AT = {("120", "North"), ("129.5", "South"), ("89.9", "North"), ("240", "South")}
AT_SHOP = re.compile(r"(\d+)[.,](\d)0[^\d\[]{0,4} (?:at|bei|chez|en) (North|South)")
CHEAPER = re.compile(
    r"\[(\d)\][^\[]*(?:cheaper|less|günstiger|weniger|moins|más barato|menos)[^\[]*\[(\d)\]"
    r"|\[(\d)\]比\[(\d)\]便宜"
)
DEARER = re.compile(
    r"\[(\d)\][^\[]*(?:more expensive|teurer|plus cher|más caro)[^\[]*\[(\d)\]"
    r"|\[(\d)\]比\[(\d)\][贵貴]"
)
COMPARED = re.compile(r"(?:cheaper|less|more|than|günstiger|weniger|moins|menos|barato|便宜)")
BEFORE = re.compile(
    r"(?:was|before,|before:|instead of|from|vorher|statt|antes|au lieu de|原[价價])"
    r" ?\D{0,4}150[.,]00"
    r"|150[.,]00\D{0,5}(?:before|auparavant)|(?:it cost) \D?150[.,]00"
)


def unsupported(answer: Answer, lies: Sequence[str] = ()) -> list[str]:
    """Gives what the text says that the shop does not hold; empty where all of it is true."""
    problems = [f"lie: {lie}" for lie in lies if _plain(lie) and _plain(lie) in _plain(answer.text)]
    for sentence in _sentences(answer.text):
        problems += _wrong_pick(sentence, answer)
        problems += [f"{problem} in {sentence!r}" for problem in _problems(sentence)]
    return problems


def malformed(pieces: Sequence[AnswerDelta | Answer]) -> list[str]:
    """Gives what is wrong with the form of a streamed answer."""
    *deltas, last = pieces
    if not isinstance(last, Answer):
        return ["no answer at the end"]
    text = "".join(one.text for one in deltas if isinstance(one, AnswerDelta))
    wrong = {
        "empty": not last.text.strip(),
        "deltas are not the text": text != last.text,
        "pick": last.pick not in ("aero", "bora"),
        "cheapest": last.cheapest != "bora",
        "citations": [(one.ref, one.id) for one in last.citations]
        != [(ref, one.id) for ref, one in enumerate(SHOP, start=1) if f"[{ref}]" in last.text],
        "counts": not 0 <= last.dropped <= last.checked,
    }
    return [name for name, is_wrong in wrong.items() if is_wrong]


def _problems(sentence: str) -> Iterator[str]:
    refs = {int(one) for one in re.findall(r"\[(\d+)\]", sentence)}
    for title, following in re.findall(r"[“„«「]\s?([^”“»」]+?)\s?[”“»」]\s?\[(\d+)\]", sentence):
        if TITLES.get(title) != int(following):
            yield f"name {title}"
    text = re.sub(r"\[\d+\]", " ", sentence)
    for title in TITLES:
        text = text.replace(title, " ")
    yield from _wrong_terms(sentence)
    yield from wrong_roles(sentence)
    if not refs <= {1, 2, 3}:
        yield "reference"
    for found in NEVER.findall(text):
        yield f"word {found}"
    is_split = re.search(r",| and | while |，", text)  # judged by clause, below
    for word in _known("" if is_split else text):
        if word in WORDS and (not refs or refs - WORDS[word]):
            yield f"{word} of {refs}"
    yield from (f"{found[0]} of {refs}" for found, true in _only(text) if refs - true)
    yield from (f"figure {one}" for one in _figures(text) if one not in _allowed(refs))


def _wrong_pick(sentence: str, answer: Answer) -> list[str]:
    """A recommendation is for the product that the answer picks."""
    if not re.search(
        r"\bpick\b|recommend|Wahl|empfehl|choix|recomiend|elección|推荐|推薦", sentence
    ):
        return []
    cited = {SHOP[int(ref) - 1].id for ref in re.findall(r"\[([123])\]", sentence)}
    return [] if cited == {answer.pick} else [f"pick {cited}"]


def _wrong_terms(sentence: str) -> Iterator[str]:
    """Names, shops, sales, comparisons and clauses that do not hold."""
    for title, ref in TITLES.items():
        if re.search(rf"{title}\W{{0,3}}\[(?!{ref}\])", sentence):
            yield f"name {title}"
    for whole, tenth, shop in AT_SHOP.findall(sentence):
        if (whole if tenth == "0" else f"{whole}.{tenth}", shop) not in AT:
            yield f"{whole}.{tenth} at {shop}"
    if re.search(r"150[.,]00", sentence) and not BEFORE.search(sentence):
        yield "the price before the sale as the price now"
    if re.search(r"-\$|\b\d{3}\.\d{3}", sentence):
        yield "amount"
    yield from _wrong_comparisons(sentence)
    if not COMPARED.search(sentence):
        yield from _wrong_clauses(sentence)


def _wrong_comparisons(sentence: str) -> Iterator[str]:
    for pattern, sign in ((CHEAPER, 1), (DEARER, -1)):
        for found in pattern.findall(sentence):
            one, other = (PRICE[int(ref)] for ref in found if ref)
            if sign * (other - one) <= 0:
                yield f"comparison {found}"


def _wrong_clauses(sentence: str) -> Iterator[str]:
    for clause in re.split(r"(?:,| and | while )(?=[^,]*\[)", sentence):
        cited = {int(one) for one in re.findall(r"\[([123])\]", clause)}
        text = re.sub("|".join((r"\[\d+\]", *TITLES)), " ", clause)
        figures = set().union(*(FIGURES[frozenset({ref})] for ref in cited))
        words = [word for word in _known(text) if word in WORDS]
        if cited:
            yield from (f"figure {one} of {cited}" for one in _figures(text) if one not in figures)
            yield from (f"{word} of {cited}" for word in words if not cited & WORDS[word])


def _known(text: str) -> list[str]:
    """The words of a text, in lower case; where words stand without spaces, those of ``WORDS``."""
    return [*re.findall(r"[^\W\d_]+", text.lower()), *HAN.findall(text)]


def _only(text: str) -> Iterator[tuple[re.Match[str], set[int]]]:
    for pattern, true in ONLY:
        found = pattern.search(text)
        if found:
            yield found, true


def _allowed(refs: set[int]) -> set[Decimal]:
    pairs = [frozenset(pair) for pair in combinations(sorted(refs), 2)]
    keys = [*(frozenset({ref}) for ref in refs), *pairs]
    return set().union(*(FIGURES.get(key, set()) for key in keys))


def _figures(text: str) -> list[Decimal]:
    """Every figure, whatever its digits; all prices of the shop are below a thousand."""
    ascii_digits = "".join(
        str(unicodedata.digit(one)) if unicodedata.digit(one, None) is not None else one
        for one in text
    )
    found = re.findall(r"\d[\d.,]*", ascii_digits)
    return [Decimal(one.rstrip(".,").replace(",", ".")) if one.count(".") + one.count(",") < 3
            else Decimal(-1) for one in found]  # fmt: skip


def _sentences(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?])\s|(?<=[。！？])", text) if one.strip()]


def _plain(text: str) -> str:
    shown = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return " ".join(shown.split()).rstrip(".").casefold()
