"""The answer to a search: facts first, a model's words only where they are true."""

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


@dataclass
class _Draft:
    """An answer in the making: what has been let out, and who wrote it."""

    facts: Facts
    language: Language
    text: str = ""
    writer: str = FACTS_WRITER
    checked: int = 0
    dropped: int = 0
    topics: set[str] = field(default_factory=set)

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

    def answer(self, request: AnswerRequest) -> Answer:
        """Gives the whole answer; never raises for a reason that lies with the model."""
        for piece in self.stream(request):
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

    def stream(self, request: AnswerRequest) -> Iterator[AnswerDelta | Answer]:
        """Gives checked pieces of the text as they are ready, then the answer that they make up.

        A model that fails after some sentences have left is finished by the facts writer, which
        says what is still missing.
        """
        facts = facts_of(request)
        draft = _Draft(facts, language_for(request.language))
        writer = FactsWriter(facts, draft.language)
        if self._model is None or facts.pick is None:
            yield from draft.say_lines(writer.lines())
        elif self._mode == "structured":
            yield from self._structured(self._model, request, draft, writer)
        else:
            yield from self._prose(self._model, request, draft, writer)
        yield draft.finished()

    def _structured(
        self, model: ChatModel, request: AnswerRequest, draft: _Draft, writer: FactsWriter
    ) -> Iterator[AnswerDelta]:
        messages = structured_messages(request, draft.facts, draft.language)
        schema = choice_schema(draft.facts)
        try:
            reply = "".join(
                self._background.pieces(
                    lambda: [model.complete(messages, self._limits, schema)], self._limits.timeout_s
                )
            )
        except ModelError:
            reply = ""
        choice = parse_choice(reply)
        if choice is None:
            yield from draft.say_lines(writer.lines())
            return
        rendered = render(choice, draft.facts, draft.language)
        draft.checked, draft.dropped = rendered.checked, rendered.dropped
        draft.facts = replace(draft.facts, pick=rendered.pick)
        draft.writer = model.name if rendered.is_used else FACTS_WRITER
        yield from draft.say_lines(rendered.lines)

    def _prose(
        self, model: ChatModel, request: AnswerRequest, draft: _Draft, writer: FactsWriter
    ) -> Iterator[AnswerDelta]:
        yield from draft.say_lines(writer.opening()[:1])  # the verdict is never left to a model
        messages = prose_messages(request, draft.facts, draft.language)
        checker = Checker(draft.facts, draft.language)
        pieces = self._background.pieces(
            lambda: model.stream(messages, self._limits), self._limits.timeout_s
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
                if draft.checked >= MAX_SENTENCES:
                    break
        except ModelError:
            pass  # what is missing follows
        finally:
            pieces.close()
        is_model = draft.writer != FACTS_WRITER
        lines = writer.lines()
        yield from draft.say_lines([one for one in lines if not is_model or _is_needed(one)])


def _is_needed(line: Line) -> bool:
    """Whether an answer is not complete without this line, whoever wrote the rest."""
    return line.topic in ("verdict", "price 1", "stock 1", "cheapest", "pick")
