"""The forecast against theory, scikit-learn, the known spectrum of MNIST, and what training gave."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from shipped import WITH_DATA
from sklearn.decomposition import PCA

from vae.checkpoints.checkpoint import load
from vae.config import ModelConfig, ObjectiveConfig, TrainConfig
from vae.data import load as load_data
from vae.evaluation.doctor import Evidence, findings
from vae.evaluation.forecast import Forecast, forecast, forecast_training, noise_variance, spectrum


@pytest.mark.data("mnist")
def test_the_forecast_for_mnist():
    """The numbers that the project is held against: 23 latents, 10.3 nats, largest eigenvalue 5.3, variance 52.8."""
    images = load_data("mnist", "test", fetch=False).images.numpy()
    eigenvalues = spectrum(images)
    assert eigenvalues[0] == pytest.approx(5.3, abs=0.05)
    assert eigenvalues.sum() == pytest.approx(52.8, abs=0.06)
    summed = forecast(eigenvalues, beta=1.0, sigma2=0.5)
    assert (summed.awake, summed.threshold) == (23, 0.5)
    assert summed.nats == pytest.approx(10.3, abs=0.05)
    assert forecast(eigenvalues, beta=512.0).awake == 0
    assert forecast(eigenvalues, sigma2=0.5, latents=10).awake == 10


@pytest.mark.parametrize("shape", [(400, 30), (30, 400)], ids=["more images", "more pixels"])
def test_a_spectrum_is_that_of_scikit_learn(shape):
    images = np.random.default_rng(1).random(shape) ** 2
    expected = PCA().fit(images).explained_variance_ * (len(images) - 1) / len(images)
    assert spectrum(images) == pytest.approx(np.pad(expected, (0, min(shape) - len(expected))), abs=1e-9)


def test_a_spectrum_of_bytes_is_that_of_their_floats():
    pixels = np.random.default_rng(2).integers(0, 256, (50, 1, 5, 5), dtype=np.uint8)
    assert spectrum(pixels) == pytest.approx(spectrum(pixels / 255), rel=1e-4)
    assert spectrum(pixels).sum() == pytest.approx((pixels / 255).reshape(50, -1).var(0).sum(), rel=1e-5)


def test_no_linear_vae_does_better_than_the_forecast():
    """The exact loss of a linear VAE, with any encoder, decoder and posterior variance, minimised numerically."""
    variances, beta, sigma2 = torch.tensor([6.0, 3.0, 1.6, 0.7, 0.3]).double(), 4.0, 0.25
    torch.manual_seed(0)
    encoder, decoder = torch.randn(4, 5).double(), torch.randn(5, 4).double()
    logvar = torch.zeros(4).double()
    parameters = [p.requires_grad_() for p in (encoder, decoder, logvar)]

    def terms() -> tuple[torch.Tensor, torch.Tensor]:
        through = decoder @ encoder - torch.eye(5).double()
        error = (through.square() * variances).sum() + (decoder.square() * logvar.exp()).sum()
        kl = 0.5 * ((encoder.square() * variances).sum(1) + logvar.exp() - 1 - logvar)
        return error, kl

    optimiser = torch.optim.LBFGS(parameters, max_iter=2000, tolerance_grad=1e-12, tolerance_change=1e-15)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        error, kl = terms()
        loss = error / (2 * sigma2) + beta * kl.sum()
        loss.backward()
        return loss

    for _ in range(5):
        optimiser.step(closure)
    error, kl = (value.detach().numpy() for value in terms())
    expected = forecast(variances.numpy(), beta, sigma2)
    assert (expected.awake, expected.threshold) == (3, 1.0)
    assert np.sort(kl)[::-1] == pytest.approx([*expected.rates, 0.0], abs=1e-4)
    assert error == pytest.approx(np.minimum(variances.numpy(), 1.0).sum(), abs=1e-4)


def test_the_bernoulli_expansion_holds_near_the_mean_image():
    """One latent that moves 1,000 grey pixels a little: the true cross-entropy, minimised numerically."""
    pixels, amplitude, beta = 1000, 0.06, 0.25
    nodes, weights = (torch.tensor(part) for part in np.polynomial.hermite_e.hermegauss(24))
    weights = weights / weights.sum()
    x = 0.5 + 0.25 * amplitude * nodes  # a pixel's value over the images
    gain, slope, logvar = (torch.tensor(value).double().requires_grad_() for value in (0.5, 0.03, -1.0))
    optimiser = torch.optim.LBFGS([gain, slope, logvar], max_iter=500, tolerance_change=1e-14)

    def kl() -> torch.Tensor:
        return 0.5 * (gain.square() + logvar.exp() - 1 - logvar)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        z = gain * nodes[:, None] + (logvar / 2).exp() * nodes  # (images, noise)
        logits = slope * z
        cross = torch.nn.functional.softplus(logits) - x[:, None] * logits
        loss = pixels * (weights[:, None] * weights * cross).sum() + beta * kl()
        loss.backward()
        return loss

    optimiser.step(closure)
    images = np.random.default_rng(0).normal(size=(20_000, 1)) * 0.25 * amplitude + 0.5
    eigenvalue = pixels * spectrum(images, "bernoulli")[0]  # 1,000 equal pixels add up along one direction
    assert eigenvalue == pytest.approx(pixels * 0.25 * amplitude**2, rel=0.03)
    assert float(kl().detach()) == pytest.approx(forecast([eigenvalue], beta).nats, rel=0.03)


def test_a_constant_pixel_says_nothing_and_a_binary_one_has_variance_one():
    images = (np.random.default_rng(3).random((200, 3)) < [0.2, 0.5, 0.9]).astype(np.uint8) * 255
    images = np.concatenate([images, np.zeros((200, 1), np.uint8), np.full((200, 1), 255, np.uint8)], axis=1)
    assert spectrum(images, "bernoulli").sum() == pytest.approx(3, rel=1e-5)


STUCK = "sprites-beta"  # the high beta of its first steps put latents to sleep that would be worth their nats later


@pytest.mark.parametrize("name", WITH_DATA)
def test_the_forecast_beside_what_training_gave(name):
    """A linear model's nats are within a third of a network's, which bends and so needs fewer latents for them."""
    model = load(name)
    data = load_data(model.config.dataset, "test", fetch=False)
    images = data.batch(np.arange(0, len(data), max(1, len(data) // 1000))).numpy()
    eigenvalues = spectrum(images, model.config.model.likelihood)
    beta, sigma2 = model.config.objective.beta, noise_variance(model.config)
    predicted = forecast(eigenvalues, beta, sigma2, model.config.model.latent_dim)
    evidence = Evidence(model.stats["kl"], model.config, forecast=predicted)
    assert len(evidence.awake) <= predicted.awake
    found = [finding.key for finding in findings(evidence)]
    others = {STUCK: ["finding.stuck", "finding.active"], "mnist-collapsed": ["finding.collapse_gaussian"]}
    crowded = "_crowded" if predicted.paying > model.config.model.latent_dim else ""
    assert found == [*others.get(name, ["finding.active"]), f"finding.forecast{crowded}"]
    if name == STUCK:
        assert evidence.rate < predicted.nats
    elif model.config.model.latent_dim == 2:  # where a hundred would wake, two bend far more than any others
        assert predicted.nats < evidence.rate < 3 * predicted.nats
    else:
        assert predicted.nats == pytest.approx(evidence.rate, rel=0.35, abs=0.1)


def test_the_forecast_for_a_training_is_that_of_its_weight():
    """2·0.5² = 0.5 is what an eigenvalue must exceed; R = ln(lambda / 0.5) / 2 nats each."""
    model, asked = ModelConfig(shape=(1, 32, 32), latent_dim=2, likelihood="gaussian", sigma=0.5), []

    def spectrum_of(likelihood):
        asked.append(likelihood)
        return np.array([4.0, 0.5, 0.6, 0.9])

    found = forecast_training(TrainConfig("digits", model, ObjectiveConfig("beta_h", beta=2.0)), spectrum_of)
    assert (found.threshold, found.awake, asked) == (0.5, 2, ["gaussian"])
    assert found.rates == pytest.approx(0.5 * np.log([4.0 / 0.5, 0.9 / 0.5]))
    for objective in (ObjectiveConfig("beta_b"), ObjectiveConfig("beta_tc"), ObjectiveConfig("beta_h", beta=0.0)):
        assert forecast_training(TrainConfig("digits", model, objective), spectrum_of) is None
    assert asked == ["gaussian"]  # no spectrum is made for nothing


def test_a_forecast_refuses_what_makes_no_sense():
    for beta, sigma2 in ((0.0, 1.0), (-1.0, 1.0), (1.0, np.inf), (np.nan, 1.0)):
        with pytest.raises(ValueError, match="positive and finite"):
            forecast([1.0], beta, sigma2)
    with pytest.raises(ValueError, match="not finite"):
        forecast([1.0, np.nan])
    with pytest.raises(ValueError, match="poisson"):
        spectrum(np.ones((2, 2)), "poisson")
    with pytest.raises(ValueError, match="needs images"):
        spectrum(np.ones((0, 2)))
    empty = forecast([])
    assert (empty.awake, empty.nats, empty.largest) == (0, 0, 0) and isinstance(empty, Forecast)
