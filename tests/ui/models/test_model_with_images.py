"""One open model asked from many threads at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from closeness import same_floats, same_pictures

from vae.checkpoints.checkpoint import load
from vae.images import to_uint8
from vae.system.paths import CHECKPOINT_FOLDER
from vae.ui.models.loaded_model import LoadedModel

THREADS = 8


@pytest.mark.parametrize("name", ["digits-beta", "scene3d-beta"])
def test_many_threads_decode_and_encode_what_one_does(name):
    """The network has no lock: it must be the same for all who ask, and nothing in it may change."""
    model = load(CHECKPOINT_FOLDER / f"{name}.safetensors")
    opened = LoadedModel(name, model, None, None, None)
    generator = torch.Generator().manual_seed(0)
    codes = [torch.randn(70, opened.dims, generator=generator) for _ in range(THREADS)]  # more than are decoded at once
    wanted = [to_uint8(model.decode(z)) for z in codes]
    means = [model.encode(pictures)[0] for pictures in wanted]
    together = threading.Barrier(THREADS)

    def ask(z, pictures):
        together.wait(60)
        return [(opened.decode(z), opened.encode(pictures)[0]) for _ in range(3)]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(ask, codes, wanted))
    for pictures, mu, answered in zip(wanted, means, answers, strict=True):
        for found, found_mu in answered:
            same_pictures(found, pictures)
            same_floats(found_mu, mu)
    network = model.network
    assert not network.training and not any(weights.requires_grad for weights in network.parameters())
