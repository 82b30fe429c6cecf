"""The writer without a model: facts put into sentences, in any number and with any gap in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from index.types import Price
from service.answer.facts import Facts, difference
from service.answer.languages import Language
from service.answer.reasons import is_cheapest_in_stock, true_reasons

MAX_FURTHER = 2
"""Products beside the best one that the text goes into; the list below it shows the rest."""
PICK_REASONS = ("same_product", "closest_match", "only_in_stock", "closest_in_stock", "cheapest")


@dataclass(frozen=True)
class Line:
    """One or two sentences on one topic."""

    topic: str
    """``verdict``, ``price 2``, ``pick``, ...: what need not be said again."""
    text: str


@dataclass(frozen=True)
class FactsWriter:
    """Puts facts into the sentences of a language; each about a product carries its ``[ref]``."""

    facts: Facts
    language: Language
    is_short: bool = False
    """Verdict, prices of the best match, the cheapest and the pick alone: one item of several."""

    def lines(self) -> list[Line]:
        """Gives the whole answer, never empty."""
        further = [one.ref for one in self.facts.products[1 : 1 + self.most_further]]
        return [*self.opening(), *self.further(further), *self.closing()]

    @property
    def most_further(self) -> int:
        """Products beside the best one that the text goes into."""
        return 0 if self.is_short else MAX_FURTHER

    def opening(self) -> list[Line]:
        """Gives the verdict and everything of the best match."""
        lines = [Line("verdict", self._verdict())]
        if not self.facts.products:
            return lines
        agreement = [] if self.is_short else self._agreement(1)
        return [*lines, *agreement, *self.terms(1)]

    def further(self, refs: Sequence[int]) -> list[Line]:
        """Gives name and terms of products beside the best one, in the order given."""
        lines = []
        for ref in refs:
            lines.append(Line(f"name {ref}", self._say("further", name=self.name(ref))))
            lines.extend(self.terms(ref))
        return lines

    def closing(self) -> list[Line]:
        """Gives the cheapest alternative and the pick; empty where none of the matches is it."""
        return [*self.cheapest(), *self.pick()]

    def pick(self, codes: Sequence[str] = PICK_REASONS) -> list[Line]:
        """Gives the pick with those of the reasons that are true of it, else with our own."""
        ref = self.facts.pick
        if ref is None:
            return []
        if not any(one.is_in_stock for one in self.facts.products):
            return [Line("pick", self._say("none_in_stock"))]
        if self.is_short and ref == self.facts.cheapest == 1:
            codes = (*codes, "cheapest")  # ``cheapest`` leaves it to the pick
        tries = (codes, PICK_REASONS, ("in_stock",))
        reasons = next((said for said in (self._reasons(ref, one) for one in tries) if said), "")
        line = Line("pick", self._say("pick", name=self.name(ref), reasons=reasons))
        is_priced = ref == 1 or (ref == self.facts.cheapest and self.cheapest())
        if is_priced or not self.is_short:
            return [line]
        return [line, Line(f"price {ref}", self._price(ref))]

    def about(self, ref: int, codes: Sequence[str]) -> list[Line]:
        """Gives those of the reasons that are true of a product; empty where none is."""
        reasons = self._reasons(ref, codes)
        return (
            [Line(f"about {ref}", self._say("about", ref=f"[{ref}]", reasons=reasons))]
            if reasons
            else []
        )

    def name(self, ref: int) -> str:
        """Gives ``“Title” [ref]``."""
        title = self.facts.of(ref).name
        said = self._say("quoted", title=title) if title else self._say("untitled")
        return f"{said}{self.language.gap}[{ref}]"

    def _say(self, phrase: str, **parts: str) -> str:
        return self.language.phrases[phrase].format(**parts)

    def _verdict(self) -> str:
        if not self.facts.products:
            return self._say("nothing")
        if self.facts.verdict == "not_in_catalogue":
            nearest = self._say("nearest", name=self.name(1))
            return f"{self._say('none')}{self.language.gap}{nearest}"
        return self._say(self.facts.verdict or "closest", name=self.name(1))

    def _agreement(self, ref: int) -> list[Line]:
        product = self.facts.of(ref)
        return [
            Line(f"{phrase} {ref}", self._say(phrase, ref=f"[{ref}]", fields=self._fields(fields)))
            for phrase, fields in (("agrees", product.agrees), ("differs", product.differs))
            if fields
        ]

    def _fields(self, fields: Sequence[str]) -> str:
        return self.language.listed([self.language.fields[field] for field in fields])

    def terms(self, ref: int) -> list[Line]:
        """Gives price, prices elsewhere, sale (where there is room), and stock where it is out."""
        product = self.facts.of(ref)
        lines = [Line(f"price {ref}", self._price(ref)), *self._spread(ref)]
        now, before = product.price, product.regular_price
        if now and before and not self.is_short:
            saving = self._money(before, before.amount - now.amount)
            sale = self._say("sale", ref=f"[{ref}]", regular=self._money(before), difference=saving)
            lines.append(Line(f"sale {ref}", sale))
        if (
            product.offers
            and not product.is_in_stock
            and product.availability in self.language.phrases
        ):
            lines.append(Line(f"stock {ref}", self._say(product.availability, ref=f"[{ref}]")))
        return lines

    def _price(self, ref: int) -> str:
        product = self.facts.of(ref)
        if product.price is None:
            return self._say("no_price", ref=f"[{ref}]")
        phrase = "price_at" if product.merchant else "price"
        price = self._money(product.price)
        return self._say(phrase, ref=f"[{ref}]", price=price, merchant=product.merchant)

    def _spread(self, ref: int) -> list[Line]:
        offers = self.facts.of(ref).priced_offers()
        if len(offers) < 2 or offers[0][0] == offers[-1][0]:
            return []
        (low, low_merchant), (high, high_merchant) = offers[0], offers[-1]
        text = self._say(
            "spread_at" if low_merchant and high_merchant else "spread",
            ref=f"[{ref}]",
            low=self._money(low),
            high=self._money(high),
            low_merchant=low_merchant,
            high_merchant=high_merchant,
            difference=self._money(low, high.amount - low.amount),
        )
        return [Line(f"spread {ref}", text)]

    def cheapest(self) -> list[Line]:
        """Gives the cheapest in stock and what it saves; empty where prices cannot be compared.

        Where it is short, the pick's reasons say so of the best match.
        """
        ref = self.facts.cheapest
        if self.is_short and ref == self.facts.pick == 1:
            return []
        price = self.facts.of(ref).price if ref else None
        if (
            ref is None
            or price is None
            or not is_cheapest_in_stock(self.facts, ref, price.currency)
        ):
            return []
        phrase = "cheapest" if is_cheapest_in_stock(self.facts, ref) else "cheapest_in"
        text = self._say(
            phrase, name=self.name(ref), price=self._money(price), currency=price.currency
        )
        less = difference(self.facts.of(1), self.facts.of(ref))
        if less and less > 0:
            saved = self._money(price, less)
            text += self.language.gap + self._say(
                "cheaper", ref=f"[{ref}]", difference=saved, other="[1]"
            )
        return [Line("cheapest", text)]

    def _reasons(self, ref: int, codes: Sequence[str]) -> str:
        true = [code for code in true_reasons(self.facts, ref) if code in codes]
        return self.language.listed([self.language.reasons[code] for code in true])

    def _money(self, price: Price, amount: Decimal | None = None) -> str:
        return self.language.money(price if amount is None else Price(amount, price.currency))
