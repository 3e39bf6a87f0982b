"""The networks: made of the layers they are said to be made of, for images of every size that they take."""

from __future__ import annotations

import math

import pytest
import torch
from closeness import same_floats
from torch import nn
from torch.nn.functional import pad

from vae.checkpoints import checkpoint
from vae.checkpoints.export import export
from vae.config import ConfigError, ModelConfig
from vae.models.graph.description import describe
from vae.models.networks import MOST_COST, NETWORKS, REFITTED
from vae.models.vae import VAE, initialise
from vae.models.weights import rounded
from vae.system import safetensors_file
from vae.training import snapshot
from vae.training.loop import train
from vae.training.state import TrainState

pytestmark = pytest.mark.usefixtures("few_samples")
SHAPES = [(1, 28, 28), (1, 32, 32), (3, 64, 64)]
NORMALISED = ("plain_conv", "deep_conv")


def fresh(seed: int = 0, **config) -> VAE:
    return initialise(VAE(ModelConfig(**config)), torch.Generator().manual_seed(seed)).eval()


def layers(model: nn.Module, *kinds: type) -> list[nn.Module]:
    return [module for module in model.modules() if isinstance(module, kinds)]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shapes_and_types(network, shape):
    model = fresh(network=network, shape=shape, latent_dim=3, width=4, hidden=8)
    posterior = model.encode(torch.rand(2, *shape))
    output = model.decode(posterior.mean)
    assert posterior.mu.shape == posterior.logvar.shape == (2, 3)
    assert output.shape == (2, *shape)
    assert posterior.mu.dtype == posterior.logvar.dtype == output.dtype == torch.float32


@pytest.mark.parametrize(("shape", "layers"), list(zip(SHAPES, (3, 3, 4), strict=True)), ids=str)
def test_burgess_is_made_of_the_layers_of_the_paper(shape, layers):
    modules = list(VAE(ModelConfig(shape=shape)).network.modules())
    for kind in (nn.Conv2d, nn.ConvTranspose2d):
        found = [module for module in modules if isinstance(module, kind)]
        assert len(found) == layers
        assert all(m.kernel_size == (4, 4) and m.stride == (2, 2) for m in found)
    assert sum(isinstance(module, nn.Linear) for module in modules) == 6


def test_mnist_conv_goes_28_14_7():
    network = VAE(ModelConfig(network="mnist_conv", shape=(1, 28, 28), latent_dim=20)).network
    sizes = []
    for layer in layers(network, nn.Conv2d, nn.ConvTranspose2d, nn.Linear):
        layer.register_forward_hook(lambda layer, inputs, output: sizes.append(tuple(output.shape[1:])))
    network.decode(network.encode(torch.rand(1, 1, 28, 28))[:, :20])
    down, up = [(32, 14, 14), (64, 7, 7), (256,), (40,)], [(256,), (64 * 7 * 7,), (32, 14, 14), (1, 28, 28)]
    assert sizes == down + up
    convolutions = layers(network, nn.Conv2d, nn.ConvTranspose2d)
    assert all(layer.kernel_size == (4, 4) and layer.stride == (2, 2) for layer in convolutions)


def test_mlp_is_the_one_of_pytorchs_examples():
    """784-400-20 and back with one ReLU on either side; 652,824 weights, of which the head holds two heads."""
    model = fresh(network="mlp", shape=(1, 28, 28), latent_dim=20, hidden=400)
    assert sum(p.numel() for p in model.parameters()) == 785 * 400 + 2 * 401 * 20 + 21 * 400 + 401 * 784
    a, b, c, d = ((layer.weight, layer.bias) for layer in layers(model, nn.Linear))
    x, z = torch.rand(5, 1, 28, 28), torch.randn(5, 20)
    hidden = torch.relu(x.view(5, 784) @ a[0].T + a[1])
    same_floats(model.encode(x).mu, hidden @ b[0][:20].T + b[1][:20])
    same_floats(model.encode(x).logvar, hidden @ b[0][20:].T + b[1][20:])
    expected = torch.relu(z @ c[0].T + c[1]) @ d[0].T + d[1]
    same_floats(model.decode(z), expected.view(5, 1, 28, 28))


def test_mlp_takes_any_size():
    model = fresh(network="mlp", shape=(2, 5, 9), latent_dim=3, hidden=7)
    assert model.decode(model.encode(torch.rand(4, 2, 5, 9)).mean).shape == (4, 2, 5, 9)


@pytest.mark.parametrize(
    ("network", "shape", "channels"),
    [("plain_conv", (1, 32, 32), [16, 32, 64, 128]), ("deep_conv", (3, 64, 64), [32, 64, 128, 256, 512])],
)
def test_normalised_networks_are_made_of_their_layers(network, shape, channels):
    """Layer by layer: 3×3, stride 2, batch normalisation, leaky ReLU; down to 2×2 pixels and back."""
    parts = VAE(ModelConfig(network=network, shape=shape, latent_dim=5)).network
    assert [layer.out_channels for layer in layers(parts.convolutions, nn.Conv2d)] == channels
    up = layers(parts.deconvolutions, nn.ConvTranspose2d)
    assert [layer.out_channels for layer in up] == [*channels[-2::-1], channels[0]]
    for half in (list(parts.convolutions), list(parts.deconvolutions)[:-1]):
        for convolution, norm, activation in zip(half[::3], half[1::3], half[2::3], strict=True):
            assert (convolution.kernel_size, convolution.stride) == ((3, 3), (2, 2))
            assert isinstance(norm, nn.BatchNorm2d)
            assert isinstance(activation, nn.LeakyReLU)
    assert parts.convolutions(torch.rand(2, *shape)).shape == (2, channels[-1], 2, 2)


def test_deep_conv_has_as_many_weights_as_its_predecessor():
    model = VAE(ModelConfig(network="deep_conv", shape=(3, 64, 64), latent_dim=128))
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(3.94e6, abs=0.005e6)


@pytest.mark.parametrize("network", ["burgess", "burgess_residual", "plain_conv", "deep_conv"])
def test_28_pixels_are_32_padded_and_cropped(network):
    small, large = (fresh(network=network, shape=(1, n, n), latent_dim=3, width=4, hidden=8) for n in (28, 32))
    large.load_state_dict(small.state_dict())
    x, z = torch.rand(2, 1, 28, 28), torch.randn(2, 3)
    padded = large.encode(pad(x, (2, 2, 2, 2)))
    same_floats(small.encode(x).mu, padded.mu)
    same_floats(small.encode(x).logvar, padded.logvar)
    same_floats(small.decode(z), large.decode(z)[:, :, 2:30, 2:30])


@pytest.mark.parametrize("network", ["mnist_conv", "plain_conv"])
@pytest.mark.parametrize("shape", [(1, 20, 28), (1, 18, 30)], ids=str)
def test_sides_need_not_be_equal(network, shape):
    model = fresh(network=network, shape=shape, latent_dim=3, width=4, hidden=8)
    assert model.decode(model.encode(torch.rand(2, *shape)).mean).shape == (2, *shape)


@pytest.mark.parametrize("network", sorted(NETWORKS.keys() - {"mlp"}))
def test_images_that_do_not_fit_are_named(network):
    with pytest.raises(ConfigError, match="27×27"):
        VAE(ModelConfig(network=network, shape=(1, 27, 27)))


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 32, 32), (3, 32, 32), (1, 64, 64), (3, 64, 64)], ids=str)
def test_a_residual_decoder_is_cheap_enough_to_be_computed_sixty_times_a_second(shape):
    network = VAE(ModelConfig(network="burgess_residual", shape=shape)).network
    graph = describe(network.decoder(), (10,)).graph
    assert graph.output == shape and graph.cost <= MOST_COST == 15_000_000
    sides = [graph.shapes[node.inputs[0]][1] for node in graph.nodes if node.op == "add"]
    side = -(-shape[1] // 16) * 16
    many = 64 // side
    assert sides == [side // 2] * many + [side] * many + [side]  # residual layers, and the picture that they correct


@pytest.mark.parametrize(("name", "refitted"), REFITTED.items())
def test_a_refitted_network_has_the_encoder_of_the_one_before(name, refitted):
    """Drawn from one seed too: what scores are held against, the encoder before its first step, stays the same."""
    config = {"shape": (3, 64, 64), "latent_dim": 3, "width": 4, "hidden": 8}
    before, after = fresh(network=name, **config), fresh(network=refitted, **config)
    x = torch.rand(2, 3, 64, 64)
    assert torch.equal(before.network.encode(x), after.network.encode(x))


@pytest.mark.parametrize("network", NETWORKS)
def test_every_weight_is_trained(network):
    """And in training, too, one image's code and picture depend on the others' only through batch normalisation."""
    model = fresh(network=network, shape=(1, 32, 32), latent_dim=3, width=4, hidden=8).train()
    x = torch.rand(4, 1, 32, 32)
    posterior = model.encode(x)
    z = posterior.sample(torch.Generator().manual_seed(0))
    (model.decode(z).square().sum() + posterior.logvar.square().sum()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
    alone = model.encode(x[:2]).mu
    same = torch.allclose(alone, model.encode(x).mu[:2], rtol=1e-4, atol=1e-5)
    assert same == (network not in NORMALISED)


@pytest.mark.parametrize("network", NORMALISED)
def test_evaluation_takes_the_running_moments(network):
    """Each image by itself, the same however it is batched."""
    model = fresh(network=network, shape=(1, 32, 32), latent_dim=3, width=4).train()
    for _ in range(20):
        model.decode(model.encode(torch.rand(16, 1, 32, 32)).mean)
    model.eval()
    x = torch.rand(4, 1, 32, 32)
    same_floats(torch.cat([model.encode(part).mu for part in x.split(1)]), model.encode(x).mu)
    norm, convolution = layers(model, nn.BatchNorm2d)[0], layers(model, nn.Conv2d)[0]
    raw = convolution(x)
    expected = (raw - norm.running_mean.view(1, -1, 1, 1)) / (norm.running_var.view(1, -1, 1, 1) + norm.eps).sqrt()
    torch.testing.assert_close(norm(raw), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("network", NETWORKS)
def test_files_keep_all_of_a_network(network, tiny, digits, tmp_path):
    """Checkpoints and snapshots bring back weights and running moments, and a resumed run is the uninterrupted one."""
    config = tiny(steps=8, model={"network": network})
    whole = TrainState.fresh(config)
    for event in train(whole, digits["train"], every=4):
        if event.step == 4:
            snapshot.save(whole, tmp_path / "a.resume")
            whole.model.eval()  # as a page does that draws while a training runs
    resumed = snapshot.load(tmp_path / "a.resume")
    for _ in train(resumed, digits["train"]):
        pass
    expected = whole.model.state_dict()
    assert all(torch.equal(tensor, expected[key]) for key, tensor in resumed.model.state_dict().items())

    metrics = export(whole, digits["test"], tmp_path / "a.safetensors")
    model = checkpoint.load(tmp_path / "a.safetensors")
    assert math.isfinite(metrics["neg_elbo"])
    found, wanted = model.network.state_dict(), rounded(whole.model).state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(tensor, wanted[key]) for key, tensor in found.items())
    assert all(found[key].dtype == expected[key].dtype for key in found)
    buffers = [key for key in expected if "running" in key]
    assert bool(buffers) == (network in NORMALISED)
    assert not any(torch.equal(expected[key], torch.zeros_like(expected[key])) for key in buffers)


@pytest.mark.parametrize("spoilt", ["missing", "of another type", "not finite"])
def test_damaged_running_moments_are_named(spoilt, tiny, digits, finished, tmp_path):
    path = tmp_path / "a.safetensors"
    export(finished(tiny(steps=2, model={"network": "plain_conv"}), digits["train"]), digits["test"], path)
    tensors, header = safetensors_file.read(path)
    key = "model.network.convolutions.1.running_var"
    moments = tensors.pop(key)
    if spoilt != "missing":
        tensors[key] = moments.double() if spoilt == "of another type" else moments * float("nan")
    safetensors_file.write(path, tensors, header)
    with pytest.raises(safetensors_file.CheckpointError, match=rf"a\.safetensors: {key}"):
        checkpoint.load(path)
