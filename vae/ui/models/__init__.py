"""LoadedModel models, and which there are."""
