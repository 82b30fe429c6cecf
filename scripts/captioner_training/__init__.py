"""Training of the default captioner; run through ``python -m scripts.train_captioner``."""
