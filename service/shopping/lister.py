"""The straight line of a shopping list: words and photo to entries, to offers, to baskets."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from index.types import Price
from service.errors import RequestError
from service.pipeline import SearchPipeline
from service.search.tokens import tokenized
from service.search.vocabulary import ShopVocabulary
from service.search.words import understand
from service.shopping.baskets import baskets_of
from service.shopping.budgets import parse_budget
from service.shopping.entries import EntrySearch, in_stock
from service.shopping.lexicon import kind
from service.shopping.options import most_frequent_currency, options_of
from service.shopping.splitting import SplitText, split_text
from service.shopping.themes import ThemeWriter
from service.shopping.types import (
    HAS_PICK,
    MAX_ALTERNATES,
    MAX_ENTRIES,
    Basket,
    Entry,
    ShoppingList,
    ShoppingRequest,
    Wanted,
)

SOLVER_LIMIT_S = 5.0
"""For all baskets of a list together."""
_NO_BASKET = Basket((), Decimal(0), (), is_optimal=True)


@dataclass(frozen=True)
class ShoppingLists:
    """Makes shopping lists; synchronous, and safe to call from several threads."""

    pipeline: SearchPipeline
    themes: ThemeWriter | None = None
    """None: an occasion is spread over the categories of its best matches."""
    solver_limit_s: float = SOLVER_LIMIT_S

    def make(self, request: ShoppingRequest) -> ShoppingList:
        """Answers one request.

        Raises:
            RequestError: nothing to look for, a budget or a quantity that cannot be, too much.
            PhotoError: the photo cannot be used.
            FilterError: a filter that cannot be applied.
        """
        started = time.perf_counter()
        _check(request)
        words = self.pipeline.words.vocabulary(self.pipeline.store.refresh().sequence)
        split = split_text(request.text, words)
        budget = parse_budget(request.budget, words)
        notes = _notes(split, budget)
        entries, more_notes = self._entries(request, split, words)
        searched = time.perf_counter()
        made = self._with_baskets(entries, budget or split.budget)
        ended = time.perf_counter()
        return replace(
            made,
            people=split.people,
            notes=(*notes, *more_notes, *made.notes),
            timings_ms={
                "search": (searched - started) * 1e3,
                "solve": (ended - searched) * 1e3,
                "total": (ended - started) * 1e3,
            },
        )

    def _entries(
        self, request: ShoppingRequest, split: SplitText, words: ShopVocabulary
    ) -> tuple[list[Entry], list[str]]:
        search = EntrySearch(self.pipeline, request)
        of_photo, wanted = _parted(request, split.wanted, words)
        _count(len(wanted))
        found = search.of_photo(of_photo) if request.photo is not None else []
        if not wanted and request.photo is None:
            raise RequestError(f"the text {request.text[:60]!r} names nothing to buy")
        if not (wanted and split.is_theme):
            _count(len(wanted) + len(found))
            return [*found, *(search.of_text(one) for one in wanted)], []
        more, note = self._themed(search, split, words)
        _count(len(found) + len(more))
        return [*found, *more], [note]

    def _themed(
        self, search: EntrySearch, split: SplitText, words: ShopVocabulary
    ) -> tuple[list[Entry], str]:
        [theme] = split.wanted
        if self.themes is not None:
            language = search.request.language
            names = _categories(words)
            proposed = self.themes.propose(theme.text, split.people, names, language)
            if proposed:
                entries = [search.of_text(one, "theme") for one in proposed]
                return entries, f"the entries for {theme.text!r} are {self.themes.name}'s proposal"
        entries = search.spread(theme)
        return entries, f"{theme.text!r} names no things: the nearest products of each category"

    def _with_baskets(self, entries: list[Entry], budget: Price | None) -> ShoppingList:
        found = [(one.matches, one.filters) for one in entries if one.status in HAS_PICK]
        currency = budget.currency if budget else most_frequent_currency(found)
        if currency is None:
            left_out = tuple(range(len(entries)))
            empty = replace(_NO_BASKET, left_out=left_out)
            closed = tuple(_offered(one, "")[0] for one in entries)
            return ShoppingList(closed, empty, (), None, None, None, budget, None, None)
        offered = [_offered(one, currency) for one in entries]
        own = [one for one, _ in offered]
        others = sum(number for _, number in offered)
        limit = budget.amount if budget else None
        baskets = baskets_of(own, currency, limit, self.solver_limit_s)
        total = baskets.complete.total if baskets.complete.lines else None
        missing = total - limit if total is not None and limit is not None else Decimal(0)
        return ShoppingList(
            entries=tuple(own),
            mixed=baskets.mixed,
            by_merchant=tuple(one for one in baskets.by_merchant if one.lines),
            cheapest=baskets.complete if baskets.complete.lines and missing <= 0 else None,
            complete_total=total,
            missing=missing if missing > 0 else None,
            budget=budget,
            currency=currency,
            people=None,
            notes=(f"{others} offers in other currencies are left out",) if others else (),
        )


def _check(request: ShoppingRequest) -> None:
    if request.photo is None and not request.text.strip():
        raise RequestError("neither a photo nor a text: one of them must be there")
    if not 0 <= request.alternates <= MAX_ALTERNATES:
        raise RequestError(f"alternates is {request.alternates}; allowed is 0 to {MAX_ALTERNATES}")
    in_stock(request.filters)


def _count(entries: int) -> None:
    if entries > MAX_ENTRIES:
        raise RequestError(f"the list has {entries} entries; at most {MAX_ENTRIES}")


def _notes(split: SplitText, field: Price | None) -> list[str]:
    if not split.budget or not split.budget_words:
        return []
    said = f"{split.budget.amount} {split.budget.currency}"
    if field is None:
        return [f"the budget is read from {split.budget_words!r}: at most {said}"]
    return [
        f"the field budget ({field.amount} {field.currency}) wins over {split.budget_words!r} "
        f"in the text"
    ]


def _parted(
    request: ShoppingRequest, wanted: Iterable[Wanted], words: ShopVocabulary
) -> tuple[str, list[Wanted]]:
    """Words that name no thing of their own ("these in blue") speak of the photo's items."""
    if request.photo is None:
        return "", list(wanted)
    of_photo: list[str] = []
    own: list[Wanted] = []
    for one in wanted:
        tokens = tokenized(one.text)
        these = kind("these").length(tokens, 0)
        rest = one.text[tokens[these].start :] if 0 < these < len(tokens) else one.text
        is_of_photo = these == len(tokens) or not understand(rest, words).residual
        if is_of_photo:
            of_photo.append("" if these == len(tokens) else rest)
        else:
            own.append(one)
    return ", ".join(filter(None, of_photo)), own


def _categories(words: ShopVocabulary) -> list[str]:
    paths = {
        path
        for meaning in words.names.meanings()
        if meaning.field == "category"
        for path in meaning.values
    }
    return sorted({path.rpartition(">")[2].strip() for path in paths})


def _offered(entry: Entry, currency: str) -> tuple[Entry, int]:
    """The entry with its options, and how many offers are in other currencies."""
    if entry.status not in HAS_PICK:
        return entry, 0
    options, others = options_of(entry.matches, entry.filters, entry.quantity, currency)
    return replace(entry, options=options, status=entry.status if options else "no_offer"), others
