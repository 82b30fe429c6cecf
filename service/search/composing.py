"""What words ask for as vectors, and one query of them and a photo."""

from dataclasses import dataclass, replace

import numpy as np

from index.types import FusionWeights, LexicalScores, ListedScores, Query, Vector
from service.fusion import PHOTO_AND_TEXT, TEXT
from service.search.colour_targets import colour_target
from service.search.moves import MOVES, MoveWeights, moved
from service.search.words import Understood
from vision.protocols import ColourDescriber, Embedder


@dataclass(frozen=True)
class Asked:
    """The vectors of a text, made once and used for every item of a photo."""

    understood: Understood
    residual: Vector | None = None
    """Of the words that name or describe the thing."""
    change: Vector | None = None
    """Of all changes together."""
    negatives: tuple[Vector, ...] = ()
    colours: Vector | None = None
    """Of the colours wished less those refused."""
    described: Vector | None = None
    """Of all words about the thing; None: there are none, only filters."""
    lexical: LexicalScores | None = None
    """Of ``written``, where the catalogue was asked for it."""


def asked(understood: Understood, embedder: Embedder, describer: ColourDescriber) -> Asked:
    """Gives the vectors of a text; one call of the text model, none where nothing is left to embed.

    Raises:
        ModelError: as the embedder.
    """
    change = " ".join(understood.changes)
    texts = [understood.residual, change, understood.described, *understood.negatives]
    wanted = list(dict.fromkeys(text for text in texts if text))
    rows = embedder.embed_texts(wanted) if wanted else np.empty((0, 0), dtype=np.float32)
    vectors = dict(zip(wanted, rows, strict=True))
    return Asked(
        understood=understood,
        residual=vectors.get(understood.residual),
        change=vectors.get(change),
        negatives=tuple(vectors[text] for text in understood.negatives),
        colours=colour_target(understood.wished_colours, understood.refused_colours, describer),
        described=vectors.get(understood.described),
    )


def written(words: Understood, *, is_alone: bool) -> str:
    """Gives the words that are looked up as they are written; empty: none.

    What became a filter holds of every match already. Changes say what the photo does not show, so
    they are looked up where there is no photo.
    """
    residual = "" if words.is_residual_held else words.residual
    return " ".join((residual, *words.changes)).strip() if is_alone else residual


def beside_photo(
    words: Asked,
    photo: Vector,
    colours: Vector,
    of_photo: FusionWeights,
    moves: MoveWeights = MOVES,
    siblings: ListedScores | None = None,
) -> Query:
    """Gives the query for one item of a photo with words, without k.

    Changes and negatives move the photo's vector; the residual counts beside it, as fitted for
    product names. Where the words say which colour, the photo's own do not count: a filter holds
    what was asked for, or the colours of the words stand in; and the thing is a sibling of what the
    photo shows, unless words name it.

    Args:
        words: from ``asked``.
        photo: ``(d,)`` embedding of the item.
        colours: ``(c,)`` colours of the item.
        of_photo: the weights for this item if there were no words.
        moves: how far words move.
        siblings: of what the photo alone finds, from ``index.siblings``.
    """
    fused = of_photo if words.residual is None else PHOTO_AND_TEXT
    query = Query(
        image=moved(photo, words.change, words.negatives, moves),
        colours=colours,
        text=words.residual,
        weights=fused,
        filters=words.understood.filters,
        lexical=words.lexical if words.residual is not None else None,
    )
    if not words.understood.has_colour_change:
        return query
    is_filtered = "color" in {*query.filters.any_of, *query.filters.none_of}
    target = None if is_filtered else words.colours
    counted = moves.colour if target is not None else 0.0
    query = replace(query, colours=target, weights=replace(fused, colour=counted))
    if words.residual is not None or siblings is None or not len(siblings.keys):
        return query
    return replace(
        query, siblings=siblings, weights=replace(query.weights, siblings=moves.siblings)
    )


def alone(words: Asked) -> Query:
    """Gives the query for words without a photo, without k.

    Where the text holds nothing but filters, no part is asked for: every product that passes has
    score 0, and they come in the order of their keys.
    """
    weights = TEXT if words.described is not None else FusionWeights()
    return Query(
        text=words.described,
        weights=weights,
        filters=words.understood.filters,
        lexical=words.lexical,
    )
