"""The tables of translated values say one thing each, inflected or not."""

import itertools

import pytest

from service.answer.agreements import words_of
from service.answer.inflection import forms, inflected, singular
from service.answer.languages import LANGUAGES, language_for
from service.answer.values import ADJECTIVES, SAID, said_as, values_of, words_in
from service.search import lexicon
from service.search.tokens import phrase_key

ABROAD = tuple(code for code in LANGUAGES if code != "en")
INFLECTING = ("de", "es", "fr")


def _said(code: str, column: str, words: tuple[str, ...]) -> set[str]:
    """The words of a value and all their forms that a sentence may use."""
    language = language_for(code)
    inflect = dict.fromkeys(words, column in ADJECTIVES) if column != "material" else {}
    return {*words, *inflected(inflect, language.inflection, code)}


@pytest.mark.parametrize("code", ABROAD)
@pytest.mark.parametrize("column", SAID)
def test_no_form_of_one_value_is_said_for_another(code: str, column: str) -> None:
    table = values_of(code, column)
    assert len(table) >= 5
    for one, other in itertools.combinations(table, 2):
        shared = {*table[one]} & {*table[other]}  # "Tasche" of bags and handbags
        both = _said(code, column, table[one]) & _said(code, column, table[other])
        assert both <= _said(code, column, tuple(shared)), (one, other)
        assert not shared or column == "category" or _is_narrower(one, other), (one, other)


def _is_narrower(one: object, other: object) -> bool:
    return {*one} <= {*other} or {*other} <= {*one} or "navy" in {*one, *other}  # type: ignore[misc]


@pytest.mark.parametrize("code", INFLECTING)
def test_no_form_of_a_colour_or_pattern_is_a_word_of_another_column(code: str) -> None:
    for column in ADJECTIVES:
        for words in values_of(code, column).values():
            made = _said(code, column, words) - {*words}
            assert not made & words_in(code)


@pytest.mark.parametrize("code", ABROAD)
def test_the_search_knows_no_other_meaning_of_a_word(code: str) -> None:
    for name, words in values_of(code, "color").items():
        for word in words:
            known = lexicon.colours().named(phrase_key(word))
            meant = lexicon.colours().named(phrase_key(" ".join(sorted(name)))) or known
            assert not known or not meant or {*known.families} <= {*meant.families}, word
    for name, words in values_of(code, "material").items():
        for word in words:
            found = lexicon.materials().named(phrase_key(word))
            assert not found or words_of(found) <= name, word


@pytest.mark.parametrize("code", ABROAD)
def test_no_word_of_the_tables_is_a_claim_or_a_harmless_word(code: str) -> None:
    language = language_for(code)
    for word in words_in(code):
        assert word not in {*language.claims, *language.words, *language.field_words}, word
        assert not any(one.isnumeric() for one in word), word


def test_both_chinese_scripts_and_all_languages_know_the_same_values() -> None:
    for column in SAID:
        assert values_of("zh-Hans", column).keys() == values_of("zh-Hant", column).keys()
    for column in ("color", "pattern"):
        known = {code: {*values_of(code, column)} for code in ABROAD}
        assert set().union(*known.values()) - set.intersection(*known.values()) <= {
            frozenset(("cream",))
        }


@pytest.mark.parametrize(
    ("code", "word", "is_adjective", "some", "never"),
    [
        ("de", "blau", True, {"blaue", "blauen", "blaues"}, {"bläulich", "blauweiß"}),
        ("de", "rucksack", False, {"rucksäcke", "rucksäcken", "rucksacks"}, {"rucksackchen"}),
        ("es", "rojo", True, {"roja", "rojas", "rojos"}, {"rojizo", "rojez"}),
        ("es", "marrón", True, {"marrones"}, {"marronáceo"}),
        ("es", "plateado", True, {"plateadas"}, {"plato", "plata"}),
        ("es", "mesa", False, {"mesas"}, {"meses", "mes", "meso"}),
        ("fr", "blanc", True, {"blanche", "blanches", "blancs"}, {"blanchi"}),
        ("fr", "violet", True, {"violettes"}, {"viole"}),
    ],
)
def test_a_word_has_the_endings_of_its_language_and_no_others(
    code: str, word: str, is_adjective: bool, some: set[str], never: set[str]
) -> None:
    inflection = language_for(code).inflection
    assert inflection
    made = forms(word, inflection, is_adjective=is_adjective)
    assert some <= made
    assert not never & made


def test_a_plural_of_the_catalogue_is_known_as_its_kind() -> None:
    assert singular("jacken", language_for("de").inflection, "de") == "jacke"
    assert singular("schale", language_for("de").inflection, "de") == ""
    assert singular("jacken", None, "zh-Hans") == ""


def test_a_value_is_looked_up_by_its_english_name() -> None:
    assert said_as("color", "grey", "de") == said_as("color", "gray", "de") == ("grau",)
    assert said_as("category", "women's jackets", "fr") == ("veste",)
    assert said_as("category", "baskets", "fr") == ()
    assert said_as("material", "100% wool", "es") == ()
    assert said_as("brand", "silver", "de") == ()
