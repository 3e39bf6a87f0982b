"""Walks through the latent space and maps of it."""
