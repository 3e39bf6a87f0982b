"""What the page's address rounds: the tests of its parser lie beside it, in address.test.js."""

import re

import numpy as np
import pytest

import vae
from vae.system import paths
from vae.ui.kit.bundle import UI


@pytest.mark.parametrize("name", [path.stem for path in sorted(paths.CHECKPOINT_FOLDER.glob("*.safetensors"))])
def test_digits_of_a_latent_are_enough_for_the_picture(name):
    digits = int(re.search(r"^const DIGITS = (\d+);", (UI / "kit/js/address.js").read_text(), re.MULTILINE)[1])
    model = vae.load(name)
    rows = np.random.default_rng(0).choice(len(model.mu), 16, replace=False)
    drawn = np.random.default_rng(1).standard_normal((16, model.mu.shape[1]))
    z = np.concatenate([model.mu[rows], drawn])
    exact, rounded = (
        np.rint(np.asarray(model.decode(codes.astype(np.float32))) * 255) for codes in (z, z.round(digits))
    )
    assert exact.std() > 0 and np.abs(exact - rounded).max() <= 2
