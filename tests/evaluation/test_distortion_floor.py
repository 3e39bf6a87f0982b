"""The floor under a distortion, against PyTorch's own losses and this project's, and MNIST's known figure."""

from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import binary_cross_entropy

from vae.config import ModelConfig
from vae.data import load
from vae.evaluation import distortion_floor
from vae.evaluation.distortion_floor import bernoulli_floor, gaussian_floor
from vae.models.likelihoods import distortion


def split(images):
    """Those pictures as a data set that gives them in batches."""

    class Images(SimpleNamespace):
        def __len__(self):
            return len(images)

    return Images(batch=lambda indices: images[torch.as_tensor(indices)])


def noise(*shape):
    return torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def test_the_floor_is_the_cross_entropy_of_an_image_with_itself(monkeypatch):
    images = noise(7, 3, 12, 9)
    images[0], images[1] = 0, 255
    x = images.double() / 255
    whole = float(binary_cross_entropy(x, x, reduction="sum") / len(x))
    assert bernoulli_floor(split(images)) == pytest.approx(whole, rel=1e-9)
    monkeypatch.setattr(distortion_floor, "_BATCH", 3)  # the last part is smaller
    assert bernoulli_floor(split(images)) == pytest.approx(whole, rel=1e-9)
    assert bernoulli_floor(split(images[:2])) == 0


@pytest.mark.parametrize("sigma", [0.1, 1.0, 3.0])
def test_the_floor_of_a_gaussian_is_its_density_at_the_mean(sigma):
    x = noise(4, 1, 6, 5).float() / 255
    density = torch.distributions.Normal(x, sigma).log_prob(x).flatten(1).sum(1).mean()
    assert gaussian_floor((1, 6, 5), sigma) == pytest.approx(-float(density), rel=1e-5)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_no_decoder_comes_below_the_floor(likelihood):
    images = noise(5, 1, 8, 8)
    x, config = images.float() / 255, ModelConfig(shape=(1, 8, 8), likelihood=likelihood, sigma=0.7)
    least = bernoulli_floor(split(images)) if likelihood == "bernoulli" else gaussian_floor((1, 8, 8), 0.7)
    exact = (torch.logit(x) if likelihood == "bernoulli" else x).clamp(-50, 50)
    assert float(distortion(exact, x, config).mean()) == pytest.approx(least, rel=1e-4)
    for scale in (0.9, 1.1):
        assert float(distortion(scale * exact, x, config).mean()) > least


@pytest.mark.data("mnist")
def test_the_floor_of_mnist():
    assert bernoulli_floor(load("mnist", "test", fetch=False)) == pytest.approx(45.5, abs=0.05)
