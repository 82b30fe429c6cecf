"""The sets of true prose outside English, each with the shop that it is about."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.answer.facts import facts_of
from service.answer.grounding import Checker
from service.answer.languages import language_for
from service.answer.types import AnswerRequest
from tests.service.answer import prose_afterwards, prose_development, prose_held_out
from tests.service.answer.prose_lies import lies_from
from tests.service.answer.prose_shops import bags, mugs
from tests.service.answer.shop import request

CODES = ("de", "es", "fr", "zh-Hans", "zh-Hant")


@dataclass(frozen=True)
class ProseSet:
    """True sentences by language about one shop."""

    sentences: Mapping[str, Sequence[str]]
    ask: Callable[[str], AnswerRequest]
    """Gives a request about the shop in a language."""
    figures: Sequence[str]
    """The shop's prices and differences."""

    def checker(self, code: str) -> Checker:
        """Gives a checker with the shop's facts."""
        return Checker(facts_of(self.ask(code)), language_for(code))


def _jackets(sentences: Mapping[str, Sequence[str]]) -> ProseSet:
    figures = ("120.00", "150.00", "129.50", "89.90", "240.00", "30.10", "20.00")
    return ProseSet(sentences, lambda code: request(language=code), figures)


_BAG_FIGURES = ("79.00", "99.00", "84.50", "35.00", "59.90", "44.00")
HELD_OUT = (
    _jackets(prose_held_out.JACKETS),
    ProseSet(prose_held_out.BAGS, bags, _BAG_FIGURES),
)
AFTERWARDS = (ProseSet(prose_afterwards.BAGS, bags, _BAG_FIGURES),)
DEVELOPMENT = (
    _jackets(prose_development.JACKETS),
    _jackets(prose_development.MORE_JACKETS),
    ProseSet(prose_development.MUGS, mugs, ("12.50", "9.00", "12.00", "24.00", "3.50")),
)


def left(sets: Sequence[ProseSet], code: str) -> list[bool]:
    """Gives of each true sentence in a language whether it leaves."""
    return [
        checker.check(said).may_leave
        for one in sets
        for checker in [one.checker(code)]
        for said in one.sentences[code]
    ]


def lies(code: str) -> Iterator[tuple[Checker, str, str]]:
    """Gives false sentences made from all sets, with their checker and what was changed."""
    for one in (*HELD_OUT, *AFTERWARDS, *DEVELOPMENT):
        checker = one.checker(code)
        for said in one.sentences[code]:
            for kind, made in lies_from(said, code, one.figures).items():
                yield from ((checker, lie, kind) for lie in made)
