"""The KL divergence from the prior against torch.distributions."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from vae.models.posterior import kl_to_prior


def test_kl_equals_torch_distributions():
    generator = torch.Generator().manual_seed(0)
    mu, logvar = (2 * torch.randn(50, 7, generator=generator) for _ in range(2))
    expected = kl_divergence(Normal(mu.double(), logvar.double().exp().sqrt()), Normal(0.0, 1.0))
    torch.testing.assert_close(kl_to_prior(mu, logvar).double(), expected, rtol=1e-5, atol=1e-6)


def test_kl_of_the_prior_itself_is_zero():
    assert not kl_to_prior(torch.zeros(3, 2), torch.zeros(3, 2)).any()


def test_kl_refuses_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match=r"\(3, 2\).*\(3, 1\)"):
        kl_to_prior(torch.zeros(3, 2), torch.zeros(3, 1))
