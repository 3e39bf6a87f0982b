"""Quick forms against the layers and losses of torch that they stand for."""

import pytest
import torch
from torch.nn.functional import conv_transpose2d

from vae.models.layers import FEW, Doubling, doubled


@pytest.mark.parametrize("channels, out, height, width", [(5, 3, 4, 4), (2, 1, 7, 3), (3, 8, 1, 2)])
def test_doubling_is_a_transposed_convolution_and_so_are_its_gradients(channels, out, height, width):
    generator = torch.Generator().manual_seed(0)
    shapes = [(2, channels, height, width), (channels, out, 4, 4), (out,), (2, out, 2 * height, 2 * width)]
    *given, towards = (torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes)
    found = []
    for function in (doubled, lambda *each: conv_transpose2d(*each, stride=2, padding=1)):
        inputs = [tensor.clone().requires_grad_() for tensor in given]
        y = function(*inputs)
        found.append([y, *torch.autograd.grad((y * towards).sum(), inputs)])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("out", [FEW, FEW + 1])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_layer_gives_the_same_whichever_form_it_takes(out, dtype):
    torch.manual_seed(0)
    layer, x = Doubling(6, out), torch.randn(3, 6, 5, 5)
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
        y = layer(x)
        expected = conv_transpose2d(x, layer.weight, layer.bias, stride=2, padding=1)
    assert y.dtype == expected.dtype == dtype
    torch.testing.assert_close(y, expected, rtol=0.02 if dtype == torch.bfloat16 else 1e-4, atol=0.02)
