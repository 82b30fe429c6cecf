"""The JSON in a language model's answer, repaired where it is broken."""

import json
import re

import json_repair

MAX_CHARACTERS = 50_000
"""More is no answer of ours."""
_MAX_REPAIRED = 3_000
"""Repair takes up to quadratic time: 20 s for 20,000 characters of ``{'`` (json-repair 0.64)."""
_THOUGHT = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[a-zA-Z]*\s*\n?(.*?)(```|\Z)", re.DOTALL)


def lenient_json(text: str) -> object:
    """Gives the value that a model's answer holds, None where there is none.

    Thoughts (``<think>``) and Markdown fences around it are taken off; trailing commas, single
    quotes, missing brackets and prose around the value are repaired. Never raises: an answer
    is data from outside.
    """
    shortened = without_thoughts(text[:MAX_CHARACTERS])
    fenced = _FENCE.search(shortened)
    bare = (fenced[1] if fenced else shortened).strip()
    try:
        return json.loads(bare)
    except (ValueError, RecursionError):
        return _repaired(bare[:_MAX_REPAIRED])


def _repaired(text: str) -> object:
    try:
        value: object = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError):  # digits past Python's limit; nested without end
        return None
    return None if value == "" else value


def without_thoughts(text: str) -> str:
    """Gives an answer without what the model thought aloud (``<think>``).

    Some chat templates open the thought themselves: then the answer has its end alone.
    """
    return _THOUGHT.sub("", text).rpartition("</think>")[2]
