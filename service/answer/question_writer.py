"""Answers questions about shown matches with the catalogue's facts, or says that it has none."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Filters
from service.answer.cleaning import shown_value
from service.answer.evidence import evidence, is_denial
from service.answer.facts import MAX_SHOWN
from service.answer.facts_writer import FactsWriter, Line
from service.answer.question_quotes import Quote
from service.offers import meets
from service.search.questions import Question
from service.types import Match

MAX_NAMED = 5
"""Products that an answer goes into; the list below it shows the rest."""


@dataclass(frozen=True)
class QuestionWriter:
    """Puts what is known into the sentences of a language; ``[ref]`` is the place shown."""

    writer: FactsWriter
    matches: Sequence[Match]

    def lines(
        self, question: Question, refs: Sequence[int], quoted: Sequence[Quote] = ()
    ) -> list[Line]:
        """Gives the whole answer, never empty.

        Args:
            question: what is asked.
            refs: which matches it is about; empty: all, -n: one that is not there.
            quoted: what a model found, already checked.
        """
        count = min(len(self.matches), MAX_SHOWN)
        if not count:
            return [Line("nothing", self._say("nothing"))]
        missing = [ref for ref in refs if not 1 <= ref <= count]
        asked = [ref for ref in refs if 1 <= ref <= count] or list(range(1, count + 1))
        lines = [self._missing(ref, count) for ref in missing]
        if refs and len(missing) == len(refs):
            return lines
        topics = {
            "stock": self._stock,
            "price": lambda found: self._prices(question, found),
            "field": lambda found: self._field(question.field, found),
            "words": lambda found: self._words(question, found, quoted),
            "about": self._about,
        }
        return lines + topics[question.topic](asked)

    def _missing(self, ref: int, count: int) -> Line:
        number = "?" if ref <= 0 else str(ref)
        return Line(f"missing {ref}", self._say("no_such_match", number=number, count=str(count)))

    def _stock(self, refs: Sequence[int]) -> list[Line]:
        there = [ref for ref in refs if self.writer.facts.of(ref).is_in_stock]
        absent = [ref for ref in refs if ref not in there]
        return [
            *(Line(f"stock {ref}", self._in_stock(ref)) for ref in there[:MAX_NAMED]),
            *(Line(f"stock {ref}", self._not_in_stock(ref)) for ref in absent[:MAX_NAMED]),
        ]

    def _in_stock(self, ref: int) -> str:
        offers = self.writer.facts.of(ref).offers
        shop = next((one.merchant for one in offers if one.availability == "in_stock"), "")
        name = self.writer.name(ref)
        return self._say("stock_at" if shop else "stock_now", name=name, merchant=shop)

    def _not_in_stock(self, ref: int) -> str:
        product = self.writer.facts.of(ref)
        if product.availability in self.writer.language.phrases:
            return self._say(product.availability, ref=self.writer.name(ref))
        if not product.offers:
            return self._say("no_price", ref=self.writer.name(ref))
        return self._say("stock_not", name=self.writer.name(ref))

    def _prices(self, question: Question, refs: Sequence[int]) -> list[Line]:
        """Of those within the limit; where none is, all prices say so."""
        limit = Filters(price=question.limit)
        within = [ref for ref in refs if self._first_meets(ref, limit)]
        refs = within or refs
        lines = [line for ref in refs[:MAX_NAMED] for line in self.writer.terms(ref)]
        return lines + (self.writer.cheapest() if len(refs) > 1 else [])

    def _first_meets(self, ref: int, filters: Filters) -> bool:
        offers = self.writer.facts.of(ref).offers
        return bool(offers) and meets(offers[0], filters)

    def _field(self, field: str, refs: Sequence[int]) -> list[Line]:
        facts = self.writer.facts
        known = [ref for ref in refs if field in facts.of(ref).values]
        said = [self._field_line(field, ref) for ref in known[:MAX_NAMED]]
        unknown = [ref for ref in refs if ref not in known]
        return said + ([self._unsaid(self._field_name(field), unknown)] if unknown else [])

    def _field_line(self, field: str, ref: int) -> Line:
        value = self._quoted(self.writer.facts.of(ref).values[field])
        name = self._field_name(field)
        text = self._say("field_is", name=self.writer.name(ref), field=name, value=value)
        return Line(f"{field} {ref}", text)

    def _words(
        self, question: Question, refs: Sequence[int], quoted: Sequence[Quote]
    ) -> list[Line]:
        found = {ref: evidence(self.matches[ref - 1].product, question.wanted) for ref in refs}
        for one in quoted:
            if not found[one.ref]:
                found[one.ref] = (one.text,)
        said = [ref for ref in refs if found[ref]]
        said.sort(key=lambda ref: any(is_denial(one) for one in found[ref]))
        lines = [self._says(ref, found[ref]) for ref in said[:MAX_NAMED]]
        silent = [ref for ref in refs if not found[ref]]
        others = self._other_values(question, silent)
        lines += others.values()
        silent = [ref for ref in silent if ref not in others]
        words = " ".join(one.said for one in question.wanted)
        return lines + ([self._unsaid(words, silent)] if silent else [])

    def _other_values(self, question: Question, refs: Sequence[int]) -> dict[int, Line]:
        """The colour or material that these have, where another one was asked for."""
        fields = {one.field for one in question.wanted}
        if len(fields) != 1 or "" in fields:
            return {}
        [field] = fields
        known = [ref for ref in refs if field in self.writer.facts.of(ref).values]
        return {ref: self._field_line(field, ref) for ref in known[:MAX_NAMED]}

    def _says(self, ref: int, quotes: Sequence[str]) -> Line:
        listed = self.writer.language.listed([self._quoted(one) for one in quotes])
        text = self._say("says", name=self.writer.name(ref), quotes=listed)
        return Line(f"says {ref}", text)

    def _unsaid(self, words: str, refs: Sequence[int]) -> Line:
        """Of whom the catalogue is silent; the shopper's words only where they can be shown."""
        shown = shown_value(words)
        if not shown:
            return Line("unsaid", self._say("unsaid_any"))
        named = self.writer.language.listed([f"[{ref}]" for ref in refs[:MAX_NAMED]])
        return Line("unsaid", self._say("unsaid", words=shown, refs=named))

    def _about(self, refs: Sequence[int]) -> list[Line]:
        lines = []
        for ref in refs[:MAX_NAMED]:
            lines.append(Line(f"name {ref}", self._say("further", name=self.writer.name(ref))))
            fields = ("brand", "color", "material", "pattern", "size")
            values = self.writer.facts.of(ref).values
            lines += [self._field_line(field, ref) for field in fields if field in values]
            lines += self.writer.terms(ref)
        return lines

    def _field_name(self, field: str) -> str:
        fields = self.writer.language.fields
        return fields[field] if field in fields else self._say(field)

    def _quoted(self, text: str) -> str:
        return self._say("quoted", title=text)

    def _say(self, phrase: str, **parts: str) -> str:
        return self.writer.language.phrases[phrase].format(**parts)
