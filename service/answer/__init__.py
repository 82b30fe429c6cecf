"""The comparison answer: facts first, words second, and no word without its fact."""
