"""Words and limits that the service and its clients agree on; imports nothing heavy."""

from typing import Literal, TypeAlias

MAX_TEXT_CHARACTERS = 2_000
MAX_LANGUAGE_CHARACTERS = 100
MAX_ID_CHARACTERS = 200
"""Of a session."""

Kind: TypeAlias = Literal["change", "one", "like", "question"]
"""``one``: the match that is named, or its variant with what is wished; ``like``: others like it;
``change``: the search again, otherwise; ``question``: no search."""
Event: TypeAlias = Literal["click", "buy", "wrong"]
"""What a shopper did with a match."""
Source: TypeAlias = Literal["photo", "text", "theme"]
"""Where an entry of a shopping list comes from."""
Status: TypeAlias = Literal["found", "suggested", "out_of_stock", "no_offer", "nothing_found"]
"""What became of an entry."""
