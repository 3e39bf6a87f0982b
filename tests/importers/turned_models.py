"""Two published models of which one is the other with its latents permuted and flipped."""

from __future__ import annotations

from pathlib import Path

import torch
from published_layouts import write_burgess

ORDER, SIGNS = [2, 0, 3, 1], torch.tensor([1.0, -1.0, -1.0, 1.0])  # latent k of the copy is SIGNS[k] z[ORDER[k]]


def write_turned(folder: Path, copy: Path, shape: tuple[int, int, int] = (1, 32, 32)) -> None:
    """Writes a published model of random weights whose encoder's last layer is fitted to give z back; and a copy whose
    latents are permuted and flipped.
    """
    network = write_burgess(folder, shape)
    head, first = network.encoder.mu_logvar_gen, network.decoder.lin1
    hidden = []
    hook = head.register_forward_pre_hook(lambda _, given: hidden.append(given[0]))
    z = torch.randn(2000, 4)
    with torch.no_grad():
        network.encoder(network.decoder(z))
        hook.remove()
        found = torch.linalg.lstsq(torch.cat([hidden[0], torch.ones(2000, 1)], 1), z).solution
        head.weight.zero_()
        head.bias.fill_(-2.0)
        head.weight[::2], head.bias[::2] = found[:-1].T, found[-1]
        torch.save(network.state_dict(), folder / "model.pt")
        for numbers in (head.weight, head.bias):
            numbers[::2] = numbers[::2][ORDER] * SIGNS.view(-1, *[1] * (numbers.ndim - 1))
        first.weight.copy_(first.weight[:, ORDER] * SIGNS)
    copy.mkdir()
    (copy / "specs.json").write_bytes((folder / "specs.json").read_bytes())
    torch.save(network.state_dict(), copy / "model.pt")
