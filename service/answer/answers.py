"""The answer to a search: facts first, a model's words only where they are true."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from service.answer.background import Background
from service.answer.facts import Facts, facts_of, shown_facts
from service.answer.facts_writer import FactsWriter, Line
from service.answer.grounding import Checker
from service.answer.languages import Language, language_for
from service.answer.prompts import choice_schema, prose_messages, structured_messages
from service.answer.question_quotes import (
    QUOTES_SCHEMA,
    Quote,
    parse_quotes,
    quote_messages,
    true_quotes,
)
from service.answer.question_writer import QuestionWriter
from service.answer.sections import Sections, products_each
from service.answer.sentences import sentences
from service.answer.structured import parse_choice, render
from service.answer.types import (
    FACTS_WRITER,
    Answer,
    AnswerDelta,
    AnswerRequest,
    Citation,
    Mode,
)
from service.search.questions import Question
from vision.errors import ModelError
from vision.protocols import ChatModel
from vision.types import ChatLimits

DEFAULT_LIMITS = ChatLimits()
MAX_SENTENCES = 12
"""Of a model in one answer; the rest is not read."""
MAX_SECTION_SENTENCES = 4
"""Of a model about one item of several."""


@dataclass
class _Draft:
    """An answer in the making: what has been let out, and who wrote it."""

    facts: Facts
    language: Language
    limits: ChatLimits = DEFAULT_LIMITS
    is_short: bool = False
    text: str = ""
    writer: str = FACTS_WRITER
    checked: int = 0
    dropped: int = 0
    topics: set[str] = field(default_factory=set)

    @property
    def most_sentences(self) -> int:
        """Of the model; the rest is not read."""
        return MAX_SECTION_SENTENCES if self.is_short else MAX_SENTENCES

    def say(self, text: str) -> AnswerDelta:
        """Adds a sentence and gives the piece that continues the stream."""
        piece = f"{self.language.gap}{text}" if self.text else text
        self.text += piece
        return AnswerDelta(piece)

    def say_lines(self, lines: list[Line]) -> Iterator[AnswerDelta]:
        """Adds those lines whose topic has not been spoken of."""
        for line in lines:
            if line.topic not in self.topics:
                self.topics.add(line.topic)
                yield self.say(line.text)

    def finished(self) -> Answer:
        """Gives the answer with the citations that its text has."""
        products = self.facts.products
        return Answer(
            text=self.text,
            citations=tuple(
                Citation(one.ref, one.id, one.link)
                for one in products
                if f"[{one.ref}]" in self.text
            ),
            pick=self._id(self.facts.pick),
            cheapest=self._id(self.facts.cheapest),
            writer=self.writer,
            checked=self.checked,
            dropped=self.dropped,
            language=self.language.code,
        )

    def _id(self, ref: int | None) -> str | None:
        return self.facts.of(ref).id if ref else None


class AnswerWriter:
    """Writes answers with a model, or without one where it is missing, down, slow or wrong.

    Safe to call from several threads as far as the model is.
    """

    def __init__(
        self,
        model: ChatModel | None = None,
        mode: Mode = "structured",
        limits: ChatLimits = DEFAULT_LIMITS,
        places: int = 4,
    ) -> None:
        """Keeps the model; ``places`` calls of it may be at work at once, hanging ones included."""
        self._model = model
        self._mode = mode
        self._limits = limits
        self._background = Background(places)

    def answer(self, *requests: AnswerRequest) -> Answer:
        """Gives the whole answer; never raises for a reason that lies with the model."""
        for piece in self.stream(*requests):
            if isinstance(piece, Answer):
                return piece
        raise AssertionError("a stream ends with its answer")

    def reply(self, request: AnswerRequest, question: Question, refs: Sequence[int]) -> Answer:
        """Answers a question about matches that were shown, from the catalogue's words alone.

        Args:
            request: the matches, in the order shown: ``[2]`` is the second of them.
            question: what is asked.
            refs: which matches it is about, from 1; empty: all.
        """
        facts = shown_facts(request)
        draft = _Draft(facts, language_for(request.language))
        writer = QuestionWriter(FactsWriter(facts, draft.language), request.matches)
        claimed = self._claims(request) if question.topic == "words" else []
        quoted = true_quotes(claimed, request.matches, refs)
        draft.checked, draft.dropped = len(claimed), len(claimed) - len(quoted)
        if self._model is not None and quoted:
            draft.writer = self._model.name
        for _ in draft.say_lines(writer.lines(question, refs, quoted)):
            pass
        return draft.finished()

    def _claims(self, request: AnswerRequest) -> list[Quote]:
        """What a model quotes for a question, unchecked; nothing without one, or where it fails."""
        model = self._model
        if model is None:
            return []
        messages = quote_messages(request)
        pieces = self._background.pieces(
            lambda: [model.complete(messages, self._limits, QUOTES_SCHEMA)], self._limits.timeout_s
        )
        try:
            return parse_quotes("".join(pieces))
        except ModelError:
            return []

    def stream(self, *requests: AnswerRequest) -> Iterator[AnswerDelta | Answer]:
        """Gives checked pieces of the text as they are ready, then the answer that they make up.

        A model that fails after some sentences have left is finished by the facts writer, which
        says what is still missing.

        Args:
            requests: one an item, one at least. Several make a short section each, of nothing but
                its own products; the model's time limit is for all of them.
        """
        if len(requests) > 1:
            yield from self._sections(requests)
            return
        [request] = requests
        draft = _Draft(facts_of(request), language_for(request.language), self._limits)
        yield from self._written(request, draft)
        yield draft.finished()

    def _sections(self, requests: Sequence[AnswerRequest]) -> Iterator[AnswerDelta | Answer]:
        language = language_for(requests[0].language)
        whole = Sections(language)
        deadline = time.monotonic() + self._limits.timeout_s
        for request in requests:
            limits = replace(self._limits, timeout_s=deadline - time.monotonic())
            facts = facts_of(request, products_each(len(requests)))
            draft = _Draft(facts, language, limits, is_short=True)
            yield whole.opened(request)
            yield from map(whole.moved, self._written(request, draft))
            whole.close(draft.finished(), len(facts.products))
        yield whole.finished()

    def _written(self, request: AnswerRequest, draft: _Draft) -> Iterator[AnswerDelta]:
        """Writes about one item, with the model where there is one and time is left."""
        writer = FactsWriter(draft.facts, draft.language, draft.is_short)
        if self._model is None or draft.facts.pick is None or draft.limits.timeout_s <= 0:
            yield from draft.say_lines(writer.lines())
        elif self._mode == "structured":
            yield from self._structured(self._model, request, draft, writer)
        else:
            yield from self._prose(self._model, request, draft, writer)

    def _structured(
        self, model: ChatModel, request: AnswerRequest, draft: _Draft, writer: FactsWriter
    ) -> Iterator[AnswerDelta]:
        messages = structured_messages(request, draft.facts, draft.language)
        schema = choice_schema(draft.facts)
        try:
            reply = "".join(
                self._background.pieces(
                    lambda: [model.complete(messages, draft.limits, schema)], draft.limits.timeout_s
                )
            )
        except ModelError:
            reply = ""
        choice = parse_choice(reply)
        if choice is None:
            yield from draft.say_lines(writer.lines())
            return
        rendered = render(choice, draft.facts, draft.language, is_short=draft.is_short)
        draft.checked, draft.dropped = rendered.checked, rendered.dropped
        draft.facts = replace(draft.facts, pick=rendered.pick)
        draft.writer = model.name if rendered.is_used else FACTS_WRITER
        yield from draft.say_lines(rendered.lines)

    def _prose(
        self, model: ChatModel, request: AnswerRequest, draft: _Draft, writer: FactsWriter
    ) -> Iterator[AnswerDelta]:
        yield from draft.say_lines(writer.opening()[:1])  # the verdict is never left to a model
        messages = prose_messages(request, draft.facts, draft.language, is_short=draft.is_short)
        checker = Checker(draft.facts, draft.language)
        pieces = self._background.pieces(
            lambda: model.stream(messages, draft.limits), draft.limits.timeout_s
        )
        try:
            for sentence in sentences(pieces):
                judged = checker.check(sentence)
                may_leave = judged.may_leave and judged.text not in draft.text
                draft.checked += 1
                draft.dropped += not may_leave
                if may_leave:
                    draft.writer = model.name
                    draft.topics |= judged.topics
                    yield draft.say(judged.text)
                if draft.checked >= draft.most_sentences:
                    break
        except ModelError:
            pass  # what is missing follows
        finally:
            pieces.close()
        is_model = draft.writer != FACTS_WRITER
        lines = writer.lines()
        yield from draft.say_lines(
            [one for one in lines if not is_model or _is_needed(one, draft.facts.pick)]
        )


def _is_needed(line: Line, pick: int | None) -> bool:
    """Whether an answer is not complete without this line, whoever wrote the rest."""
    needed = ("verdict", "price 1", "stock 1", "cheapest", "pick", f"price {pick}")
    return line.topic in needed
