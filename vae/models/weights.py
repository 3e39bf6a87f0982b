"""Weights in files: held to the network that they belong to, rounded to half precision, and built from it again."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor

from vae.config import ConfigError, ModelConfig
from vae.models.described import Graphs
from vae.models.vae import VAE
from vae.system.safetensors_file import CheckpointError, expect, expect_tensor


def expect_weights(
    path: Path,
    config: ModelConfig,
    tensors: dict[str, Tensor],
    precision: torch.dtype = torch.float32,
    graphs: Graphs | None = None,
) -> dict[str, Tensor]:
    """The file's `model.*` without that prefix, once each fits the network; nothing is allocated to find that out.

    Args:
        precision: that all weights must have which are no whole numbers.
        graphs: of a network that is described.

    Raises:
        CheckpointError: the network is unknown, or a weight is missing, superfluous, of another shape or type, or not
            finite.
    """
    try:
        with torch.device("meta"):
            wanted = VAE(config, graphs).state_dict()
    except ConfigError as error:
        raise CheckpointError("checkpoint.no_network", file=path, entry="config.model", reason=error) from error
    for key, tensor in wanted.items():
        dtype = precision if tensor.is_floating_point() else tensor.dtype
        expect_tensor(path, tensors, f"model.{key}", tuple(tensor.shape), dtype)
    weights = {key.removeprefix("model."): tensor for key, tensor in tensors.items() if key.startswith("model.")}
    for key in weights:
        expect(key in wanted, path, f"model.{key}", "checkpoint.no_part")
    return weights


def network_of(path: Path, config: ModelConfig, tensors: dict[str, Tensor], graphs: Graphs | None = None) -> VAE:
    """The network of a file that holds its weights in half precision: float32, in eval mode.

    Raises:
        CheckpointError: see `expect_weights`.
    """
    weights = expect_weights(path, config, tensors, torch.float16, graphs)
    with torch.device("meta"):
        network = VAE(config, graphs)
    network.load_state_dict({key: _cast(tensor, torch.float32) for key, tensor in weights.items()}, assign=True)
    return network.requires_grad_(False).eval()


def _cast(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """Whole numbers, as a batch normalisation counts its batches, stay what they are."""
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def halved(network: VAE) -> dict[str, Tensor]:
    """The weights as files hold them: in half precision, by their names with the prefix "model."."""
    return {f"model.{key}": _cast(tensor.detach(), torch.float16) for key, tensor in network.state_dict().items()}


def rounded(network: VAE) -> VAE:
    """A copy in eval mode whose weights are those that a file will hold: float32, rounded to half precision."""
    copied = deepcopy(network).eval()
    copied.load_state_dict(
        {key: _cast(_cast(tensor, torch.float16), tensor.dtype) for key, tensor in copied.state_dict().items()}
    )
    return copied
