"""Follow-ups on a search: each reads the session, does one thing, and writes it back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.errors import UnknownProductError
from index.store import Snapshot
from index.types import NO_FILTERS, Product, Query
from index.verdict import Verdict
from service.answer.answers import AnswerWriter
from service.answer.types import Answer, AnswerRequest
from service.errors import RequestError, SessionBusyError
from service.fusion import PRODUCT
from service.joining import recalled
from service.offers import cheaper_than
from service.pipeline import SearchPipeline
from service.search.follow_up_merging import added, updated
from service.search.follow_ups import FollowUp, follow_up, item_names
from service.search.questions import Question
from service.search.references import Reference, resolved
from service.search.vocabulary import ShopVocabulary
from service.search.words import Understood
from service.sessions import (
    NOTHING_SAID,
    KeptItem,
    KeptView,
    Session,
    SessionKeeper,
    shown,
)
from service.terms import MAX_TEXT_CHARACTERS, Kind
from service.types import ItemMatches, Match, SearchResult
from service.verdicts import is_about_the_photo

MAX_TRIES = 8
"""Of one follow-up, while others on the same session come in between."""
_NOT_SHOWN = 0
"""A reference to nothing that was shown, where it has no number."""
_SPOKEN_OF = frozenset({"mentioned", "cheaper", "dearer"})
"""References that go by what was spoken of before."""
_IT = Reference(0, 0, "mentioned")
_PAIR = 2
"""What "the cheaper one" is said of."""


@dataclass(frozen=True)
class Turn:
    """What a follow-up came to, before it is put into words."""

    result: SearchResult
    item: int
    """The item that it was about, from 0."""
    kind: Kind
    text: str
    language: str | None
    question: Question | None = None
    refs: tuple[int, ...] = ()
    """Of a question: the matches that it is about, from 1; empty: all."""


@dataclass
class _Step:
    """One try at a follow-up: what was read, and what becomes of the item that it is about."""

    session: Session
    snapshot: Snapshot
    vocabulary: ShopVocabulary
    meant: FollowUp
    place: int
    kept: KeptItem
    matches: tuple[Match, ...]
    """As they were shown, without products that are gone."""
    words: Understood | None = None
    refs: tuple[int, ...] = ()
    started: float = field(default_factory=time.perf_counter)


@dataclass(frozen=True)
class Conversation:
    """Answers follow-ups; safe for several threads and processes."""

    pipeline: SearchPipeline
    keeper: SessionKeeper
    answers: AnswerWriter

    def turn(
        self,
        session_id: str,
        text: str,
        language: str | None = None,
        accepted: str | None = None,
    ) -> Turn:
        """Does what a follow-up asks for and keeps what came of it.

        Follow-ups on one session at once are done one after another: each sees the other's result.

        Args:
            session_id: as a search gave it.
            text: what the shopper says.
            language: of the answer, where it is not that of the search or of the text.
            accepted: of the answer, where none of these says.

        Raises:
            UnknownSessionError, SessionsOffError: there is no such session.
            SessionBusyError: others were faster, ``MAX_TRIES`` times.
            RequestError: the text is empty or too long.
            FilterError: as a search.
        """
        if not text.strip() or len(text) > MAX_TEXT_CHARACTERS:
            raise RequestError(
                f"the text has {len(text):,} characters; allowed are 1 to {MAX_TEXT_CHARACTERS:,}"
            )
        for _ in range(MAX_TRIES):
            session, revision = self.keeper.read(session_id)
            step = self._read(session, text)
            items = self._done(step)
            kept_items = tuple(kept for kept, _ in items)
            after = replace(session, items=kept_items, last_item=step.place)
            if self.keeper.update(session_id, after, revision):
                kept = session.language or accepted
                return self._turn(session_id, step, items, text, _language(language, kept, text))
        raise SessionBusyError(f"session {session_id[:64]!r} is busy with other follow-ups")

    def answer(self, turn: Turn) -> Answer:
        """Puts a turn into words, with the model where there is one; never raises for its sake."""
        found = turn.result.items[turn.item]
        request = AnswerRequest(
            matches=found.matches,
            caption=found.caption,
            filters=found.filters,
            verdict=found.verdict.kind if found.verdict else None,
            question=turn.text,
            language=turn.language,
        )
        if turn.question is None:
            return self.answers.answer(request)
        return self.answers.reply(request, turn.question, turn.refs)

    def _read(self, session: Session, text: str) -> _Step:
        snapshot = self.pipeline.store.refresh()
        vocabulary = self.pipeline.words.vocabulary(snapshot.sequence)
        names = [_names(one) for one in session.items]
        meant = follow_up(text, vocabulary, names)
        place = _place(meant, session)
        kept = session.items[place]
        matches = self._recalled(kept)
        if meant.is_of_mentioned and any(one.product.id in kept.mentioned for one in matches):
            meant = replace(meant, kind="one", references=(_IT,))
        step = _Step(session, snapshot, vocabulary, meant, place, kept, matches)
        step.refs = tuple(self._refs(step))
        if self._is_wish(step):
            step.meant, step.refs = FollowUp("change", text.strip(), item=meant.item), ()
        return step

    def _is_wish(self, step: _Step) -> bool:
        """Whether what reads like a reference is none: "the green one", but none is green."""
        if step.meant.kind == "question" or not step.refs:
            return False
        kind = step.meant.references[0].kind
        if kind in {"cheaper", "dearer"}:
            return len(step.kept.mentioned) < _PAIR and len(step.matches) != _PAIR
        return _NOT_SHOWN in step.refs and kind == "colour"

    def _recalled(self, kept: KeptItem) -> tuple[Match, ...]:
        return recalled(self.pipeline.store.catalogue, kept.shown)

    def _refs(self, step: _Step) -> list[int]:
        """The places of the matches referred to, from 1; as said where there is no such match."""
        products = [one.product for one in step.matches]
        found = []
        for one in step.meant.references:
            place = resolved(one, products, step.kept.filters, step.kept.mentioned)
            found.append(max(one.position, _NOT_SHOWN) if place is None else place + 1)
        return found

    def _done(self, step: _Step) -> list[tuple[KeptItem, tuple[Match, ...]]]:
        """Every item with its matches: the one that is meant, and the others as they were."""
        kept, matches = self._item(step)
        return [
            (kept, matches) if i == step.place else (one, self._recalled(one))
            for i, one in enumerate(step.session.items)
        ]

    def _item(self, step: _Step) -> tuple[KeptItem, tuple[Match, ...]]:
        if self._misses(step):
            return step.kept, step.matches
        if step.meant.kind == "question":
            named = tuple(step.matches[ref - 1].product.id for ref in step.refs)
            return replace(step.kept, mentioned=named or step.kept.mentioned), step.matches
        match = step.matches[step.refs[0] - 1] if step.refs else None
        if step.meant.kind == "change":
            return self._changed(step, match.product if match else None)
        return self._around(step, match) if match else (step.kept, step.matches)

    def _misses(self, step: _Step) -> bool:
        return any(not 1 <= ref <= len(step.matches) for ref in step.refs)

    def _changed(self, step: _Step, than: Product | None) -> tuple[KeptItem, tuple[Match, ...]]:
        """The same search with what was said on top of what was said before."""
        kept = step.kept
        said = self.pipeline.understood(step.meant.text, step.snapshot)
        step.words = said
        filters = updated(kept.filters, said.filters)
        first = than or (step.matches[0].product if step.matches else None)
        if first and (said.cheaper or step.meant.is_cheaper):
            filters = cheaper_than(first, filters)
        words = added(kept.words, said, step.vocabulary)
        changed = replace(kept, filters=filters, words=words)
        return self._searched(step, changed)

    def _around(self, step: _Step, match: Match) -> tuple[KeptItem, tuple[Match, ...]]:
        """From the product's own picture: itself or its variant with what is wished, or others."""
        said = self.pipeline.understood(step.meant.text, step.snapshot)
        step.words = said
        filters = updated(step.kept.filters, said.filters)
        if said.cheaper:
            filters = cheaper_than(match.product, filters)
        is_like = step.meant.kind == "like"
        listed = (match.product, *match.also_listed_as)
        start = replace(
            step.kept,
            views=self._own_view(match.product),
            is_of_photo=False,
            filters=filters,
            words=added(NOTHING_SAID, said, step.vocabulary),
            skipped_groups=tuple(dict.fromkeys(one.group for one in listed)) if is_like else (),
        )
        queries = self._queries(step, start)
        if is_like or not queries:
            return self._searched(step, start)
        is_itself = replace(said, unmet=()) == NOTHING_SAID
        family = listed if is_itself else (*listed, *match.variants)
        found = self.pipeline.among(family, queries)
        if not found:
            return self._searched(step, start)
        return replace(start, shown=shown(found), mentioned=()), found

    def _own_view(self, product: Product) -> tuple[KeptView, ...]:
        try:
            vectors = self.pipeline.store.picture_vectors(product.id)
        except UnknownProductError:
            vectors = None
        if vectors is None:
            return ()
        image, colours, text = vectors
        return (KeptView(image, colours, text, PRODUCT),)

    def _searched(self, step: _Step, kept: KeptItem) -> tuple[KeptItem, tuple[Match, ...]]:
        queries = self._queries(step, kept)
        found = self.pipeline.ranked(queries, step.snapshot) if queries else ()
        found = tuple(one for one in found if one.product.group not in kept.skipped_groups)
        found = found[: step.session.k]
        return replace(kept, shown=shown(found), mentioned=()), found

    def _queries(self, step: _Step, kept: KeptItem) -> list[Query]:
        is_plain = replace(kept.words, filters=NO_FILTERS) == NOTHING_SAID
        is_seen = bool(kept.views) and not kept.words.has_colour_change
        skipped = self.pipeline.store.catalogue.variants(kept.skipped_groups)
        k = step.session.k + sum(len(members) for members in skipped.values())
        return [
            replace(query, filters=kept.filters, k=k, is_grouped=step.session.is_grouped)
            for query in self.pipeline.worded(
                [one.query() for one in kept.views],
                None if is_plain and is_seen else kept.words,
                step.snapshot,
            )
        ]

    def _verdict(
        self, kept: KeptItem, matches: Sequence[Match], snapshot: Snapshot
    ) -> Verdict | None:
        """Of what is shown now, as a search of the photo with the same words has it."""
        if not kept.is_of_photo or not is_about_the_photo(kept.words):
            return None
        return self.pipeline.verdict(matches, [one.query() for one in kept.views], snapshot)

    def _turn(
        self,
        session_id: str,
        step: _Step,
        items: Sequence[tuple[KeptItem, tuple[Match, ...]]],
        text: str,
        language: str | None,
    ) -> Turn:
        judged = tuple(
            ItemMatches(
                kept.item,
                matches,
                kept.caption,
                filters=kept.filters,
                verdict=self._verdict(kept, matches, step.snapshot),
            )
            for kept, matches in items
        )
        took_ms = (time.perf_counter() - step.started) * 1e3
        result = SearchResult(
            session=session_id,
            width=step.session.width,
            height=step.session.height,
            items=judged,
            snapshot=step.snapshot,
            timings_ms={"search": took_ms, "total": took_ms},
            words=step.words,
        )
        question = step.meant.question
        if question is None and self._misses(step):
            question = Question("about")
        return Turn(
            result=result,
            item=step.place,
            kind=step.meant.kind,
            text=text,
            language=language,
            question=question,
            refs=step.refs,
        )


def _place(meant: FollowUp, session: Session) -> int:
    """The item that is named; for "it" the one last spoken of, for all else the first."""
    if meant.item is not None:
        return meant.item
    is_pointed = meant.is_of_mentioned or any(one.kind in _SPOKEN_OF for one in meant.references)
    return session.last_item if is_pointed and session.last_item < len(session.items) else 0


def _names(kept: KeptItem) -> frozenset[str]:
    caption = kept.caption
    return item_names(caption.category, caption.title) if caption else frozenset()


def _language(wanted: str | None, kept: str | None, text: str) -> str | None:
    """The one asked for; Chinese for Chinese words; else that of the search."""
    if wanted:
        return wanted
    is_chinese = any("\u4e00" <= one <= "\u9fff" for one in text)
    if is_chinese and not (kept or "").lower().startswith("zh"):
        return "zh-Hans"
    return kept
