"""Pixels to meaning: decode, detect, embed, describe. Knows nothing of catalogues."""
