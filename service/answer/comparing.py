"""What is cheaper than what: two products, one alone, or the cheapest of all."""

from collections.abc import Sequence

from service.answer.claims import COMPARISONS, holds
from service.answer.clauses import cited_at
from service.answer.facts import Facts, ProductFacts, difference
from service.answer.figures import is_difference, names_price
from service.answer.languages import Language
from service.answer.lexicon import Token
from service.answer.phrase_index import folded
from service.answer.sayable import plain

EXTREMES = {"less": "cheapest", "more": "dearest"}
"""What a comparison says of a product that is compared with none."""
_PAIRING = ("than", "compared")


def relation_problem(
    clause: Sequence[Token], cited: Sequence[ProductFacts], language: Language
) -> str:
    """Gives why ``less`` or ``more`` does not speak of the first offers' prices; or empty.

    ``more wool`` is no price, ``a larger size`` neither; and which is cheaper at another shop is
    not what is compared.
    """
    relation = next(i for i, one in enumerate(clause) if is_relation(one))
    is_quantity = clause[relation].phrase in language.roles["quantity"]
    named = {one.text for one in clause if one.kind == "field"} - {"price"}
    if named - ({"model"} if not is_quantity else set()):
        return f"compared in {', '.join(sorted(named))}"
    if is_quantity and not _is_of_money(clause, relation, language):
        return f"{clause[relation].phrase}: of what?"
    elsewhere = [one.text for one in clause if one.kind == "merchant" and not _is_first(one, cited)]
    return f"compared at {elsewhere[0]}" if elsewhere else ""


def is_relation(token: Token) -> bool:
    """Whether it says ``less`` or ``more``."""
    return token.kind == "claim" and token.text in COMPARISONS


def _is_of_money(clause: Sequence[Token], relation: int, language: Language) -> bool:
    """Whether ``less`` stands beside a sum, or is said to be of a price, and of nothing else."""
    beside = (*clause[max(relation - 1, 0) : relation], *clause[relation + 1 : relation + 2])
    if any(one.kind == "value" for one in beside):
        return False
    costs = language.roles["cost"]
    is_said = names_price(clause, language) or any(one.phrase in costs for one in clause)
    return is_said or any(one.amount or one.percent for one in beside)


def _is_first(shop: Token, products: Sequence[ProductFacts]) -> bool:
    """Whether a shop is the one whose offer stands for each of the products."""
    return all(shop.text == folded(plain(one.merchant)) for one in products)


def extreme_problem(clause: Sequence[Token], facts: Facts, product: ProductFacts) -> str:
    """Gives why a product is not cheapest or dearest at the shops that are named; or empty.

    True in each reading: of all products, of those that the shop sells, and of the shops that sell
    this one.
    """
    names = [EXTREMES.get(one.text, one.text) for one in clause if one.kind == "claim"]
    name = next((one for one in names if one in EXTREMES.values()), "")
    if not name:
        return ""
    places = [i for i, one in enumerate(clause) if one.kind == "claim" and one.text == name]
    beside = [clause[i] for at in places for i in (at - 1, at + 1) if 0 <= i < len(clause)]
    wrong = [one for one in beside if one.kind == "field" and one.text not in ("price", "model")]
    if wrong:
        return f"{name} {wrong[0].text}"
    own = [offer.price for offer in product.offers if offer.price]
    for shop in (one for one in clause if one.kind == "merchant"):
        sold = [one for one in facts.products if one.ref in shop.refs]
        is_first = _is_first(shop, [*sold, product])
        best = (min if name == "cheapest" else max)(own, key=lambda one: one.amount, default=None)
        if not is_first or best is None or best != product.price:
            return f"[{product.ref}] is not {name} at {shop.text}"
    return ""


def unpaired_problem(
    clause: Sequence[Token], facts: Facts, product: ProductFacts, language: Language
) -> str:
    """Gives why one product alone may not be called cheaper or dearer; empty where it may.

    It must be the cheapest or dearest of all: ``la más barata`` says that with the same words. An
    amount must be its price in any reading, not what it is cheaper by, so a word for that stands
    before it; a shop may only say where that is paid.
    """
    relation = next(i for i, one in enumerate(clause) if is_relation(one))
    extreme = EXTREMES[clause[relation].text]
    if not holds(extreme, facts, product.ref):
        return f"[{product.ref}] is not {extreme}"
    for at, token in enumerate(clause):
        is_price = at > relation and _is_priced(clause, at, language)
        if token.percent or (token.amount and not is_price):
            return f"compared by what is no difference: {token.text}"
        if token.kind == "merchant" and not any(one.amount for one in clause[:at]):
            return f"compared at {token.text}"
    return relation_problem(clause, [product], language)


def _is_priced(clause: Sequence[Token], at: int, language: Language) -> bool:
    before = clause[at - 1]
    is_by = before.phrase in language.roles["less_by"]
    return before.phrase in language.roles["price"] and (not is_by or before.is_apart)


def paired_problem(
    clause: Sequence[Token], facts: Facts, language: Language
) -> tuple[str, list[Token]]:
    """Judges one product against one other: ``[a] is less than [b]``, ``[a]比[b]便宜``.

    Returns:
        Why it is not so, or empty; and what else the clause says.
    """
    at = cited_at(clause)
    relations = [i for i, one in enumerate(clause) if is_relation(one)]
    thans = [i for i, one in enumerate(clause) if one.kind == "claim" and one.text in _PAIRING]
    if len(at) != 2 or len(relations) != 1 or len(thans) != 1:
        return "a comparison is between two products", []
    relation, than = relations[0], thans[0]
    first, second = _order(clause, relation, than, is_chinese=language.is_chinese)
    if first < 0:
        return "a comparison that cannot be read", []
    one, other = (facts.of(clause[i].ref) for i in (first, second))
    less = difference(other, one)
    if less is None or less == 0 or (less > 0) != (clause[relation].text == "less"):
        return f"[{one.ref}] does not cost {clause[relation].text} than [{other.ref}]", []
    gap = next((i for i in (relation - 1, relation + 1) if _is_gap(clause, i)), -1)
    if gap >= 0 and not is_difference(clause[gap], one, other, abs(less)):
        return f"not the difference: {clause[gap].text}", []
    return "", [token for i, token in enumerate(clause) if i not in (relation, than, gap)]


def _order(
    clause: Sequence[Token], relation: int, than: int, *, is_chinese: bool
) -> tuple[int, int]:
    """Where what is compared and what it is compared with are cited; -1 where that is unclear."""
    first, second = cited_at(clause)
    is_ordered = first < relation < than or (is_chinese and second < relation)
    behind = than + 1
    if clause[than].text == "compared":  # "compared with [b], [a] is less"
        first, second = second, first
        is_ordered = first < relation and than < first
        behind -= 2 * (is_chinese and behind != second)  # "与[b]相比"
    return (first, second) if behind == second and is_ordered else (-1, -1)


def _is_gap(clause: Sequence[Token], at: int) -> bool:
    return 0 <= at < len(clause) and clause[at].kind in ("amount", "percent")
