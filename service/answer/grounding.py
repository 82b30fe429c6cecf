"""Decides of each sentence of a model whether it may leave.

Three rules, in this order. Every word is on a list (``lexicon``). What a clause says belongs to
every product that the clause cites. A sentence that cites nothing says nothing: harmless words
alone. So a true figure at the wrong product is dropped as an invented one is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.answer.claims import (
    BEFORE_A_SALE,
    COMPARISONS,
    LIKENESS,
    MODIFIERS,
    OF_AN_OFFER,
    holds,
)
from service.answer.clauses import cited_at, clauses, is_loaded
from service.answer.columns import column_problem
from service.answer.comparing import (
    extreme_problem,
    is_relation,
    paired_problem,
    relation_problem,
    unpaired_problem,
)
from service.answer.facts import Facts, ProductFacts
from service.answer.figures import figure_problem
from service.answer.languages import Language
from service.answer.lexicon import Lexicon, Token, UnknownWordError
from service.answer.likeness import likeness_problem, named_fields
from service.answer.phrase_index import folded
from service.answer.sayable import plain
from service.answer.sellers import seller_problem

MAX_SENTENCE_CHARACTERS = 400
_NOT_OF_ONE = (*MODIFIERS, *COMPARISONS, *LIKENESS)


@dataclass(frozen=True)
class Judgement:
    """Whether a sentence may leave, and what it would say."""

    text: str
    """The sentence as it leaves: without hidden characters, digits as ASCII."""
    problem: str = ""
    """Why it may not leave; empty where it may."""
    topics: frozenset[str] = frozenset()
    """What it says, in the words of ``facts_writer.Line``."""

    @property
    def may_leave(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.problem


class Checker:
    """Checks sentences against one set of facts."""

    def __init__(self, facts: Facts, language: Language) -> None:
        self._facts = facts
        self._language = language
        self._lexicon = Lexicon(facts, language)

    def check(self, sentence: str) -> Judgement:
        """Judges one sentence; never raises, whatever a model wrote."""
        text = plain(sentence[: MAX_SENTENCE_CHARACTERS + 1])
        if len(sentence) > MAX_SENTENCE_CHARACTERS:
            return Judgement(text, "too long")
        try:
            tokens = self._lexicon.tokens(text)
        except UnknownWordError as error:
            return Judgement(text, f"neither a fact nor harmless: {error}")
        if not tokens:
            return Judgement(text, "empty")
        for clause in clauses(tokens, self._language):
            problem = self._problem(clause) or seller_problem(clause, self._language)
            if problem:
                return Judgement(text, problem)
        return Judgement(text, topics=_topics(tokens))

    def _problem(self, clause: Sequence[Token]) -> str:
        cited = [self._facts.of(token.ref) for token in clause if token.kind == "citation"]
        if bool(cited) != is_loaded(clause):
            return "cites and says nothing" if cited else "says something and cites nothing"
        names = [token.text for token in clause if token.kind == "claim"]
        if "both" in names and max(len({one.ref for one in cited}), named_fields(clause)) < 2:
            return "'both' of one product"
        is_paired = not {"than", "compared"}.isdisjoint(names)
        relations = [token for token in clause if is_relation(token)]
        if is_paired and not relations:
            return "'than' without a comparison"
        if relations and (is_paired or len(relations) + len(cited) != 2):
            return self._comparison_problem(clause, cited)
        if relations:
            problem = unpaired_problem(clause, self._facts, cited[0], self._language)
            return problem or self._fact_problem(clause, cited[0])
        return self._all_problem(clause, cited)

    def _all_problem(self, clause: Sequence[Token], cited: Sequence[ProductFacts]) -> str:
        found = (self._fact_problem(clause, one) for one in cited)
        return next((problem for problem in found if problem), "")

    def _fact_problem(self, clause: Sequence[Token], product: ProductFacts) -> str:
        """What of a clause is not true of a product: all of it is said of each that it cites."""
        for token in clause:
            if token.kind in ("value", "merchant") and product.ref not in token.refs:
                return f"[{product.ref}] is not {token.text}"
            is_own_claim = token.kind == "claim" and token.text not in _NOT_OF_ONE
            if is_own_claim and not holds(token.text, self._facts, product.ref):
                return f"[{product.ref}] is not {token.text}"
        return (
            likeness_problem(clause, product, is_chinese=self._language.is_chinese)
            or column_problem(clause, product, self._language)
            or _offer_problem(clause, product)
            or extreme_problem(clause, self._facts, product)
            or figure_problem(clause, product, self._language)
        )

    def _comparison_problem(self, clause: Sequence[Token], cited: Sequence[ProductFacts]) -> str:
        """Figures belong to the product cited before them; everything else to both."""
        problem, rest = paired_problem(clause, self._facts, self._language)
        problem = problem or relation_problem(clause, cited, self._language)
        if problem:
            return problem
        last = cited_at(rest)[1]
        words = [token for token in rest if token.kind not in ("amount", "percent")]
        problems = [self._all_problem(words, cited)]
        for side, product in zip((rest[:last], rest[last:]), cited, strict=True):
            problems.append(figure_problem(side, product, self._language))
        return next((problem for problem in problems if problem), "")


def _offer_problem(clause: Sequence[Token], product: ProductFacts) -> str:
    """Stock and sale are known of the first offer; of another shop they may not be said."""
    is_of_offer = any(one.kind == "claim" and one.text in OF_AN_OFFER for one in clause)
    shops = {one.text for one in clause if one.kind == "merchant"}
    if is_of_offer and shops - {folded(plain(product.merchant))}:
        return f"[{product.ref}]: stock or sale at another shop"
    return ""


def _topics(tokens: Sequence[Token]) -> frozenset[str]:
    """Which lines of the facts writer need not be said again."""
    refs = {token.ref for token in tokens if token.kind == "citation"}
    claims = {token.text for token in tokens if token.kind == "claim"}
    topics: set[str] = set()
    has_price = any(token.kind == "amount" for token in tokens) and claims.isdisjoint(BEFORE_A_SALE)
    if has_price and len(refs) == 1:
        topics |= {f"price {ref}" for ref in refs}
    if "pick" in claims:
        topics.add("pick")
    return frozenset(topics)
