"""The page computes what torch computes: each operation by itself, and every shipped network whole."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from vae.checkpoints.checkpoint import list_headers, load
from vae.config import ModelConfig
from vae.evaluation.reader import READERS, load_reader
from vae.images import from_output, to_uint8
from vae.models.graph.description import Description, Writer, describe, network_of
from vae.models.graph.file import to_bytes
from vae.models.graph.graph import Graph
from vae.models.graph.operations import OPERATIONS
from vae.models.vae import VAE, initialise
from vae.models.weights import rounded as rounded_network
from vae.ui.kit.bundle import UI

LIMITS = {"most_nodes": 100, "most_values": 10**6, "most_weights": 10**7, "most_cost": 10**9}
SHIPPED = [entry.name for entry in list_headers()]
CHOSEN = {"scene3d-beta", "sprites-vae", "mnist-2d", "mnist-collapsed", "mnist-conv20"}  # a network of each kind
RUN = """
    import {readFileSync, writeFileSync} from 'node:fs';
    const [folder, count, limits, machine] = process.argv.slice(1);
    const {readFile} = await import(folder + 'file.js');
    const {readGraph, createNetwork} = await import(folder + 'graph.js');
    const machines = await import(folder + 'machine.js');
    const {paint} = await import(folder + 'pixels.js');
    const bytes = path => new Uint8Array(readFileSync(path)).buffer;
    const input = new Float32Array(bytes('input'));
    const said = Array.from({length: Number(count)}, (_, part) => {
      const {header, tensors} = readFile(bytes(`network${part}`));
      const graph = readGraph(header.graph, JSON.parse(limits));
      const run = createNetwork(graph, tensors, machines[machine]());
      const size = graph.shapes[0].reduce((a, b) => a * b, 1);
      const [channels, height, width] = graph.shapes.at(-1);
      const outputs = [];
      const pixels = [];
      const values = [];
      for (let i = 0; i < input.length; i += size) {
        const made = run(input.slice(i, i + size));
        const output = made.at(-1);
        outputs.push(...output);
        for (const value of made.slice(1)) for (const number of value) values.push(number);
        if (!header.likelihood) continue;
        const rgba = new Uint8ClampedArray(4 * height * width);
        paint(output, channels, header.likelihood, rgba);
        pixels.push(...rgba);
      }
      writeFileSync(`output${part}`, Float32Array.from(outputs));
      writeFileSync(`pixels${part}`, Uint8Array.from(pixels));
      writeFileSync(`values${part}`, Float32Array.from(values));
      return {cost: graph.cost, shapes: graph.shapes};
    });
    console.log(JSON.stringify(said));
"""


@pytest.fixture
def page(node, tmp_path):
    """page([description, …], x, machine, **facts) -> of each: output (n, …) channels last, pixels, what it says."""

    def run(descriptions, x, machine="simdMachine", **facts):
        for number, description in enumerate(descriptions):
            (tmp_path / f"network{number}").write_bytes(to_bytes(description, **facts))
        last = x.permute(0, 2, 3, 1) if x.ndim == 4 else x
        (tmp_path / "input").write_bytes(last.contiguous().numpy().astype("<f4").tobytes())
        arguments = (f"{(UI / 'kit/js/decoder').as_uri()}/", len(descriptions), json.dumps(LIMITS), machine)
        said = json.loads(node("--input-type=module", "-e", RUN, *arguments, cwd=tmp_path))
        outputs = [np.fromfile(tmp_path / f"output{n}", "<f4").reshape(len(x), -1) for n in range(len(said))]
        pixels = [np.fromfile(tmp_path / f"pixels{n}", np.uint8) for n in range(len(said))]
        return list(zip(outputs, pixels, said, strict=True))

    return run


def rounded(description):
    """With the weights that the file holds."""
    weights = {name: tensor.half().float() for name, tensor in description.weights.items()}
    return Description(description.graph, weights)


def in_order(value):
    """(n, C, H, W) or (n, C) as the page lays it: (n, …) with the channels last."""
    return (value.permute(0, 2, 3, 1) if value.ndim == 4 else value).flatten(1).numpy()


def layer(channels, out, *kernel, transposed=False, bias=True):
    shape = (channels, out, *kernel) if transposed else (out, channels, *kernel)
    return {"weight": torch.randn(shape) / 3} | ({"bias": torch.randn(out)} if bias else {})


def conv(writer, channels, out, kernel, stride, padding, extra=None):
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "out": out, "bias": out % 2 == 0}
    settings |= {} if extra is None else {"output_padding": extra}
    weights = layer(channels, out, *kernel, transposed=extra is not None, bias=settings["bias"])
    writer.add("conv" if extra is None else "conv_transpose", weights=weights, **settings)


def everything():
    """A network with every operation there is, in odd sizes."""
    writer = Writer((3, 9, 7))
    conv(writer, 3, 9, [3, 5], [2, 1], [1, 2])
    writer.add("group_norm", weights={"weight": torch.randn(9), "bias": torch.randn(9)}, groups=3, eps=1e-3)
    first = writer.add("silu")
    conv(writer, 9, 10, [3, 4], [2, 3], [1, 2], [1, 0])
    writer.add("leaky_relu", slope=0.1)
    writer.add("crop", margins=[1, 4, 2, 10])
    writer.add("scale", weights={"weight": torch.randn(10), "bias": torch.randn(10)})
    writer.add("elu", alpha=0.7)
    second = writer.add("pad", margins=[0, 0, 0, 1])
    conv(writer, 10, 8, [1, 1], [1, 1], [0, 0])
    writer.add("pixel_shuffle", factor=2)
    writer.add("upsample", factor=3)
    writer.add("softplus")
    pooled = writer.add("mean")
    top = writer.add("max", first)
    writer.add("max", second)
    writer.add("concat", pooled, writer.value)
    writer.add("linear", weights=layer(12, 9), out=9, bias=True)
    writer.add("add", top, writer.value, top)
    writer.add("tanh")
    writer.add("linear", weights=layer(9, 12, bias=False), out=12, bias=False)
    writer.add("relu")
    writer.add("reshape", shape=[3, 2, 2])
    writer.add("concat", writer.value, writer.value)
    writer.add("sigmoid")
    writer.add("reshape", shape=[24])
    return writer.description()


@pytest.mark.parametrize("machine", ["simdMachine", "plainMachine"])
def test_every_operation_layer_by_layer(page, machine):
    torch.manual_seed(0)
    description, x = rounded(everything()), torch.randn(2, 3, 9, 7)
    graph = description.graph
    assert {node.op for node in graph.nodes} == set(OPERATIONS)
    parts = [beginning(description, end + 1) for end in range(len(graph.nodes))]
    for part, node, (output, _, said) in zip(parts, graph.nodes, page(parts, x, machine), strict=True):
        with torch.inference_mode():
            expected = in_order(network_of(part)(x))
        assert said["shapes"] == [list(shape) for shape in part.graph.shapes] and said["cost"] == part.graph.cost
        np.testing.assert_allclose(output, expected, rtol=2e-5, atol=2e-5, err_msg=node.op)


@pytest.mark.parametrize("name", ["everything", "scene3d-beta"])
def test_one_run_gives_what_every_layer_makes(page, tmp_path, name):
    if name == "everything":
        torch.manual_seed(1)
        description, x = rounded(everything()), torch.randn(2, 3, 9, 7)
    else:
        model = load(name)
        latents = (model.config.model.latent_dim,)
        description, x = rounded(describe(model.network.network.decoder(), latents)), torch.from_numpy(model.mu[:2])
    [(_, _, said)] = page([description], x)
    sizes = [int(np.prod(shape)) for shape in said["shapes"][1:]]
    values = np.fromfile(tmp_path / "values0", "<f4").reshape(2, -1)
    assert values.shape[1] == sum(sizes)
    for end, value in enumerate(np.split(values, np.cumsum(sizes)[:-1], axis=1), 1):
        with torch.inference_mode():
            expected = in_order(network_of(beginning(description, end))(x))
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-4, err_msg=str(end))


def beginning(description, nodes):
    """The network up to one of its nodes."""
    weights = {name: tensor for name, tensor in description.weights.items() if int(name.split(".")[0]) < nodes}
    return Description(Graph(description.graph.input, description.graph.nodes[:nodes]), weights)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in CHOSEN else pytest.mark.slow) for name in SHIPPED]
)
def test_a_shipped_decoder_paints_what_torch_paints(page, name):
    model = load(name)
    same_pictures(page, model.network, torch.from_numpy(model.mu[:3]))


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 28, 28)], ids=str)
def test_a_refitted_decoder_paints_what_torch_paints(page, shape):
    generator = torch.Generator().manual_seed(0)
    network = rounded_network(initialise(VAE(ModelConfig("burgess_residual", shape)), generator))
    same_pictures(page, network, torch.randn(3, 10, generator=generator))


def same_pictures(page, model, z):
    likelihood = model.config.likelihood
    description = describe(model.network.decoder(), z.shape[1:])
    with torch.inference_mode():
        expected = to_uint8(from_output(model.decode(z).clone(), likelihood))
    [(_, pixels, _)] = page([description], z, likelihood=likelihood)
    pixels = pixels.reshape(3, *expected.shape[2:], 4)
    assert np.abs(pixels[..., : expected.shape[1]] - in_last(expected)).max() <= 1 and (pixels[..., 3] == 255).all()


def in_last(pictures):
    return pictures.permute(0, 2, 3, 1).numpy().astype(int)


@pytest.mark.parametrize("path", sorted(READERS.glob("*.safetensors")), ids=lambda path: path.stem)
def test_a_reader_reads_what_torch_reads(page, path):
    reader = load_reader(path)
    x = torch.rand(2, *reader.shape)
    with torch.inference_mode():
        expected = reader.network(x).numpy()
    [(output, _, _)] = page([reader.network.description(reader.shape)], x)
    np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-3)
