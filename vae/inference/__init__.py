"""Posteriors and gradients beside those of the encoder."""
