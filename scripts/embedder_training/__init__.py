"""Training of the default embedder; run through ``python -m scripts.train_embedder``."""
