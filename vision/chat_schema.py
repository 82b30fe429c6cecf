"""A JSON schema said in words, for models that cannot be held to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from vision.types import ChatMessage


def schema_wish(schema: Mapping[str, object]) -> str:
    """Gives the sentence that asks for JSON; DashScope wants that very word in the prompt."""
    return "\nAnswer with JSON that meets this schema: " + json.dumps(schema, ensure_ascii=False)


def with_schema(
    messages: Sequence[ChatMessage], schema: Mapping[str, object] | None
) -> list[ChatMessage]:
    """Gives the conversation with the schema at the end of its last turn."""
    turns = list(messages)
    if schema is None or not turns:
        return turns
    turns[-1] = replace(turns[-1], parts=(*turns[-1].parts, schema_wish(schema)))
    return turns
