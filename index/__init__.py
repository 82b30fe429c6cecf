"""Products and vectors: feeds, catalogue, vector index, filters, ranking, versions. No pixels."""
