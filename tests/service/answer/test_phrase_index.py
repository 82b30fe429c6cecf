"""Phrases are found whole and longest first, at a cost that does not grow with their number."""

import re

import pytest

from service.answer import lexicon, structured
from service.answer.facts import facts_of, shown_facts
from service.answer.languages import LANGUAGES, language_for
from service.answer.lexicon import Lexicon
from service.answer.phrase_index import PhraseIndex
from service.answer.sayable import sayable_values
from tests.fakes import product
from tests.service.answer.shop import choice, request

COLOURS = ("Red", "Blue", "Green", "Brown", "Black", "White", "Gold")
MATERIALS = ("wool", "nylon", "cotton", "leather", "canvas", "steel", "glass")
KINDS = ("Jackets", "Coats", "Bags", "Backpacks", "Mugs", "Boots", "Tables", "Chairs")
MANY = [
    product(
        str(i),
        title=f"T{i}",
        color=COLOURS[i % 7],
        category=f"X > {KINDS[i % 8]}",
        attributes={"material": MATERIALS[i % 5]},
    )
    for i in range(99)
]


@pytest.mark.parametrize(
    ("text", "at", "found"),
    [
        ("Sac à dos bleu", 0, "sac à dos"),
        ("sac à dosette", 0, "sac"),
        ("un sac", 3, "sac"),
        ("cul-de-sacs", 7, ""),
        ("d’or", 0, "d'or"),
        ("İ sac", 0, ""),
        ("蓝色包", 0, "蓝色"),
        ("T恤衫", 0, "t恤"),
    ],
)
def test_the_longest_whole_phrase_is_found(text: str, at: int, found: str) -> None:
    index = PhraseIndex(("sac", "sac à dos", "d'or", "蓝", "蓝色", "t恤"))
    assert index.match(text, at) == found


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_place_in_a_text_is_looked_up_a_few_times_however_many_values(code: str) -> None:
    facts, language = shown_facts(request(MANY, language=code)), language_for(code)
    own = PhraseIndex(sayable_values(facts.products, language))
    assert own.most_tries <= 30
    assert PhraseIndex({*language.words, *language.claims}).most_tries <= 30


def test_no_pattern_is_compiled_of_the_values_of_the_products(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts, language = shown_facts(request(MANY, language="de")), language_for("de")
    alternatives: list[int] = []
    compile_it = re.compile

    def counted(pattern: str, flags: int = 0) -> re.Pattern[str]:
        alternatives.append(str(pattern).count("|"))
        return compile_it(pattern, flags)

    monkeypatch.setattr(re, "compile", counted)
    values = sayable_values(facts.products, language)
    Lexicon(facts, language).tokens("[1]")
    assert len(values) >= 1_000
    assert sum(alternatives) <= 100


def test_no_checker_is_built_where_a_choice_has_no_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []

    def counted(*facts: object) -> dict[str, object]:
        built.append(facts)
        return {}

    monkeypatch.setattr(lexicon, "sayable_values", counted)
    facts, language = facts_of(request()), language_for("de")
    for notes, count in ((), 0), (((1, ("in_stock",), "ist blau"),), 1):
        read = structured.parse_choice(choice(1, *notes))
        assert read
        structured.render(read, facts, language)
        assert len(built) == count
