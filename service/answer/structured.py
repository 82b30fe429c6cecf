"""The safest way to use a model: it chooses by number and code, and code writes every word.

What the model returns is an opinion about order and emphasis. Names, prices, shops and
differences come from the facts; a reason is shown only where it is true; the one free text, a note
without digits, passes the checker or is dropped.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from service.answer.facts import Facts
from service.answer.facts_writer import PICK_REASONS, FactsWriter, Line
from service.answer.grounding import Checker
from service.answer.languages import Language
from service.answer.prompts import MAX_NOTE_CHARACTERS
from vision.lenient_json import without_thoughts

MAX_REPLY_CHARACTERS = 20_000


class Reason(BaseModel):
    """Why one product is worth a look, by the model."""

    model_config = ConfigDict(extra="ignore")
    ref: int
    codes: list[str] = Field(default_factory=list, max_length=20)
    note: str = ""


class Choice(BaseModel):
    """What a model may decide; nothing in it is shown unchecked."""

    model_config = ConfigDict(extra="ignore")
    pick: int
    order: list[int] = Field(default_factory=list, max_length=50)
    reasons: list[Reason] = Field(default_factory=list, max_length=50)


@dataclass(frozen=True)
class Rendered:
    """A choice as text, with how many parts of it were checked and dropped."""

    lines: list[Line]
    checked: int
    dropped: int
    pick: int | None
    """The model's, where it may be picked, else that of the facts."""
    is_used: bool
    """Whether a decision or a note of the model is in the lines."""


def parse_choice(reply: str) -> Choice | None:
    """Gives the choice in a model's reply; None where there is none that can be used.

    Thinking, code fences and text around the object are skipped; an object that was cut off is
    read as far as it goes.
    """
    text = without_thoughts(reply[:MAX_REPLY_CHARACTERS])
    for start in [found.start() for found in re.finditer(r"\{", text)][:20]:
        try:
            return Choice.model_validate(_read_object(text[start:]))
        except (ValidationError, ValueError, RecursionError):
            continue
    return None


def render(choice: Choice, facts: Facts, language: Language, *, is_short: bool = False) -> Rendered:
    """Writes a choice with the facts' own words; what is not true of its product is left out.

    Args:
        choice: a model's.
        facts: what it chose from.
        language: of the text.
        is_short: go into the best match and the pick alone.
    """
    is_picked = choice.pick in facts.acceptable
    chosen = replace(facts, pick=choice.pick) if is_picked else facts
    writer = FactsWriter(chosen, language, is_short)
    further = _further(choice, facts)[: writer.most_further]
    reasons = {one.ref: one for one in reversed(choice.reasons)}
    told = dict.fromkeys((1, *further, *((chosen.pick,) if is_picked else ())))
    said = [reasons[ref] for ref in told if ref in reasons]
    noted = [one for one in said if one.note.strip()]
    notes = _notes(noted, chosen, language)
    about = [
        line for one in said if one.ref != chosen.pick for line in writer.about(one.ref, one.codes)
    ]
    codes = reasons[choice.pick].codes if is_picked and choice.pick in reasons else PICK_REASONS
    return Rendered(
        lines=[
            *writer.opening(),
            *writer.further(further),
            *about,
            *notes,
            *writer.cheapest(),
            *writer.pick(codes),
        ],
        pick=chosen.pick,
        checked=1 + len(noted),
        dropped=(not is_picked) + len(noted) - len(notes),
        is_used=is_picked or bool(notes),
    )


def _read_object(text: str) -> object:
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except json.JSONDecodeError:
        return from_json(text, allow_partial=True)


def _further(choice: Choice, facts: Facts) -> list[int]:
    """The model's pick and order, then the ranking's; never the best match again."""
    known = [one.ref for one in facts.products]
    wanted = [choice.pick, *choice.order, *known]
    return [ref for ref in dict.fromkeys(wanted) if ref in known and ref != 1]


def _notes(noted: Sequence[Reason], facts: Facts, language: Language) -> list[Line]:
    """The notes that may leave; a checker is made only where there are any."""
    checker = Checker(facts, language) if noted else None
    found = (_note(one, checker) for one in noted if checker)
    return [note for note in found if note]


def _note(reason: Reason, checker: Checker) -> Line | None:
    note = reason.note.strip()
    if len(note) > MAX_NOTE_CHARACTERS or any(one.isnumeric() for one in note):
        return None
    judged = checker.check(f"[{reason.ref}] {note}")
    return Line(f"note {reason.ref}", _ended(judged.text)) if judged.may_leave else None


def _ended(text: str) -> str:
    is_wide = any("一" <= one <= "鿿" for one in text)
    return text if text[-1] in ".!?。！？" else text + ("。" if is_wide else ".")
