"""Two published models of faces, matched by each other's draws."""

from __future__ import annotations

import pytest

from vae.cli.main import main
from vae.ui.models.catalog import Catalog
from vae.ui.models.model_pair import open_pair


@pytest.mark.slow
def test_published_models_of_faces_have_latents_in_common(published, tmp_path):
    """A beta of 1 and one of 10: the background's brightness is the clearest latent of both."""
    for name in ("VAE_celeba", "betaH_celeba"):
        words = ["import", "disentangling-vae", str(published(name)), "--out", str(tmp_path / f"{name}.safetensors")]
        assert main(words) == 0
    pairs = open_pair(Catalog(tmp_path, tmp_path), "VAE_celeba", "betaH_celeba").pairs
    matched = [pair for pair in pairs if None not in (pair.left, pair.right)]
    assert len(matched) >= 6 and min(matched[0].ceilings) > 0.99 and matched[0].strength > 0.95
    for pair in matched:
        assert min(pair.ceilings) > 0.9 and pair.strength <= min(pair.ceilings) + 0.02
