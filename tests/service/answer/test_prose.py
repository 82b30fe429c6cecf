"""True prose outside English leaves in most cases; with one thing changed for a wrong one, never.

The held-out share is asserted below what was measured (decision 7), so that a later change that
loses sentences is seen.
"""

import pytest

from service.answer.facts import facts_of
from service.answer.grounding import Checker
from service.answer.languages import language_for
from tests.fakes import product
from tests.service.answer.lies_abroad import FRENCH, GERMAN, SIMPLIFIED, SPANISH, TRADITIONAL
from tests.service.answer.prose_lies import COLOURS, MATERIALS, with_another_reference
from tests.service.answer.prose_sets import AFTERWARDS, CODES, DEVELOPMENT, HELD_OUT, left, lies
from tests.service.answer.shop import request

ABROAD = dict(zip(CODES, (GERMAN, SPANISH, FRENCH, SIMPLIFIED, TRADITIONAL), strict=True))
COLOUR_NAMES = ("blue", "red", "green", "brown", "black")
MATERIAL_NAMES = ("wool", "nylon", "cotton", "leather", "canvas")
TRUE_OF_ANOTHER = {
    # in stock at North too; steel is no ceramic either
    "[2] ist bei North auf Lager.",
    "[2] está disponible en North.",
    "[2] est disponible chez North.",
    "[2]在North有货。",
    "[2]在North有貨。",
    "[3] ist aus einem anderen Material.",
    "[3] es de otro material.",
    "[3] est d'une autre matière.",
    "[3]的材质不同。",
    "[3]的材質不同。",
    # the same the other way round; the dearer of others
    "[1] ist teurer als [2].",
    "[1] es más cara que [2].",
    "[1] est plus chère que [2].",
    "[1]比[2]更贵。",
    "[1]比[2]更貴。",
    "[2]和[1]有货，[3]已售罄。",
    "[2]和[1]有貨，[3]已售罄。",
    "Sowohl [3] als auch [2] stammen von Kestrel.",
    "[2] und [1] sind Taschen der Marke Orsa.",
    "[3] und [2] sind beide von der Marke Kestrel.",
    "[2] und [1] werden von Tono hergestellt.",
    "[3] ist teurer als [2].",
    "Tanto [2] como [1] están disponibles.",
    "[2] y [1] son bolsos de la marca Orsa.",
    "[3] y [2] son ambas de la marca Kestrel.",
    "[2] y [1] están fabricadas por Tono.",
    "[3] es más cara que [2].",
    "Les vestes [2] et [1] sont disponibles.",
    "[3] et [2] sont toutes deux de Kestrel.",
    "Les sacs [2] et [1] sont de la marque Orsa.",
    "[3] et [2] sont toutes les deux de la marque Kestrel.",
    "[2] et [1] sont fabriquées par Tono.",
    "[3] est plus chère que [2].",
    "[2]和[1]都有现货。",
    "[3]和[2]都是Kestrel的产品。",
    "[2]和[1]都是Orsa品牌的包。",
    "[3]和[2]都来自Kestrel品牌。",
    "[2]和[1]都是Tono的商品。",
    "[3]比[2]更贵。",
    "[2]和[1]都有現貨。",
    "[3]和[2]都是Kestrel的產品。",
    "[2]和[1]都是Orsa品牌的包包。",
    "[3]和[2]都來自Kestrel品牌。",
    "[3]比[2]更貴。",
}  # fmt: skip
TEMPLATES = {
    "de": "[{ref}] ist {word}.",
    "es": "[{ref}] es {word}.",
    "fr": "[{ref}] est {word}.",
    "zh-Hans": "[{ref}]是{word}的。",
    "zh-Hant": "[{ref}]是{word}的。",
}


@pytest.mark.parametrize("code", CODES)
def test_most_held_out_prose_leaves(code: str) -> None:
    told = left(HELD_OUT, code)
    assert len(told) >= 30
    assert sum(told) >= 0.6 * len(told)


@pytest.mark.parametrize("code", CODES)
def test_true_prose_with_one_thing_changed_never_leaves(code: str) -> None:
    made = list(lies(code))
    assert not [(kind, lie) for checker, lie, kind in made if checker.check(lie).may_leave]
    assert len(made) >= 500


@pytest.mark.parametrize("code", CODES)
def test_true_prose_told_of_another_product_leaves_only_where_it_is_true(code: str) -> None:
    told = [
        (checker, lie)
        for one in (*HELD_OUT, *AFTERWARDS, *DEVELOPMENT)
        for checker in [one.checker(code)]
        for said in one.sentences[code]
        for lie in with_another_reference(said)
    ]
    assert {lie for checker, lie in told if checker.check(lie).may_leave} <= TRUE_OF_ANOTHER
    assert len(told) >= 100


@pytest.mark.parametrize("code", CODES)
def test_no_tempting_lie_leaves_in_its_own_language(code: str) -> None:
    checker = Checker(facts_of(request(language=code)), language_for(code))
    assert not [lie for lie in ABROAD[code] if checker.check(lie).may_leave]


@pytest.mark.parametrize("code", CODES)
def test_a_colour_in_any_form_is_said_of_the_products_that_have_it_alone(code: str) -> None:
    shop = [product(name, title=name, color=name) for name in COLOUR_NAMES]
    checker = Checker(facts_of(request(shop)), language_for(code))
    for ref, _ in enumerate(shop, start=1):
        for place, row in enumerate(COLOURS[code]):
            for word in row.split():
                said_so = TEMPLATES[code].format(ref=ref, word=word)
                assert checker.check(said_so).may_leave == (place == ref - 1), said_so


@pytest.mark.parametrize("code", CODES)
def test_a_material_is_said_of_the_products_that_have_it_alone(code: str) -> None:
    shop = [product(name, title=name, attributes={"material": name}) for name in MATERIAL_NAMES]
    checker = Checker(facts_of(request(shop)), language_for(code))
    for ref, _ in enumerate(shop, start=1):
        for place, word in enumerate(MATERIALS[code]):
            said_so = TEMPLATES[code].format(ref=ref, word=word)
            assert checker.check(said_so).may_leave == (place == ref - 1), said_so


@pytest.mark.parametrize(
    ("code", "column", "value", "true", "false"),
    [
        ("de", "color", "Navy", "[1] ist dunkelblau.", "[1] ist blau."),
        ("de", "color", "Rote", "Der rote Artikel [1] ist rot.", "[1] ist rosa."),
        ("fr", "color", "rot", "[1] est rouge.", "[1] est rose."),
        ("de", "color", "petrol", "Das petrole Produkt [1] ist petrol.", "[1] ist blau."),
        ("es", "color", "Light Blue", "[1] es azul claro.", "[1] es azul oscuro."),
        ("es", "color", "silver", "[1] es plateada.", "[1] es un plato."),
        ("de", "material", "steel", "[1] ist aus Stahl.", "[1] ist aus Edelstahl."),
        ("zh-Hans", "material", "cotton", "[1]是棉质的。", "[1]是纯棉的。"),
        ("zh-Hans", "material", "faux leather", "[1]是faux leather的。", "[1]是皮革的。"),
        ("fr", "material", "纯棉", "[1] est en coton.", "[1] est en lin."),
        ("es", "material", "cotton/linen", "[1] es de lino.", "[1] es de lana."),
    ],
)
def test_a_translation_says_no_more_than_the_value(
    code: str, column: str, value: str, true: str, false: str
) -> None:
    said = {"color": value} if column == "color" else {"attributes": {column: value}}
    sold = product("x", title="X", **said)  # type: ignore[arg-type]
    checker = Checker(facts_of(request((sold,))), language_for(code))
    assert checker.check(true).may_leave, checker.check(true).problem
    assert not checker.check(false).may_leave


@pytest.mark.parametrize(
    ("code", "category", "true", "false"),
    [
        ("de", "Bags > Rucksäcke", "[1] ist ein Rucksack.", "[1] ist eine Tasche."),
        ("de", "Backpacks", "[1] ist einer der Rucksäcke.", "[1] ist ein Rock."),
        ("de", "Scarves", "[1] ist scarves.", "[1] ist eine Schale."),
        ("de", "Scarf", "[1] ist ein Schal.", "[1] ist eine Schale."),
        ("fr", "Women's Dresses", "[1] est une robe.", "[1] est une jupe."),
        ("fr", "Baskets", "[1] est baskets.", "[1] est une chaussure."),
        ("es", "T-Shirts", "[1] es una camiseta.", "[1] es una camisa."),
    ],
)
def test_a_kind_is_translated_and_inflected(
    code: str, category: str, true: str, false: str
) -> None:
    sold = product("x", title="X", category=category)
    checker = Checker(facts_of(request((sold,))), language_for(code))
    assert checker.check(true).may_leave, checker.check(true).problem
    assert not checker.check(false).may_leave
