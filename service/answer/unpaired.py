"""A comparison without its second product: ``Günstiger ist [2] für 89,90 $``."""

from collections.abc import Collection, Sequence

from service.answer.claims import holds
from service.answer.facts import Facts, ProductFacts
from service.answer.lexicon import Token

_EXTREME = {"less": "cheapest", "more": "dearest"}


def unpaired_problem(
    clause: Sequence[Token], facts: Facts, product: ProductFacts, price_words: Collection[str]
) -> str:
    """Gives why one product alone may not be called cheaper or dearer; empty where it may.

    It must be the cheapest or dearest of all: ``la más barata`` says that with the same words. An
    amount must be its price in any reading, not what it is cheaper by; a shop may only say where
    that is paid.
    """
    relation = next(
        i for i, one in enumerate(clause) if one.kind == "claim" and one.text in _EXTREME
    )
    price = {*price_words, "price"}  # the word, or the field that it names
    extreme = _EXTREME[clause[relation].text]
    if not holds(extreme, facts, product.ref):
        return f"[{product.ref}] is not {extreme}"
    cited = next(i for i, one in enumerate(clause) if one.kind == "citation")
    for at, token in enumerate(clause):
        is_price = relation < cited < at or (at > relation and clause[at - 1].text in price)
        if token.percent or (token.amount and not is_price):
            return f"compared by what is no difference: {token.text}"
        if token.kind == "merchant" and not any(one.amount for one in clause[:at]):
            return f"compared at {token.text}"
    return ""
