"""Opened models, and which there are."""
