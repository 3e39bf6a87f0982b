"""The page reads factors off a network's output as Python does."""

import json

import numpy as np
import pytest
import torch

from vae.data import Factor
from vae.evaluation.reader.embedding import confined, nearest, split_by_factor, width_of
from vae.ui.kit.bundle import UI


def named(count):
    return tuple(f"value {number}" for number in range(count))


FACTORS = (
    Factor("size", named(6)),
    Factor("angle", named(9), cyclic=True),
    Factor("shape", named(3), ordered=False),
    Factor("one", named(1)),
    Factor("half turn", named(3), cyclic=True),
)


def test_a_reading_is_that_of_python(node):
    generator = torch.Generator().manual_seed(0)
    shape = (200, sum(map(width_of, FACTORS)))
    spread = torch.logspace(-1.5, 1.5, len(FACTORS) * 40)[:, None]  # far inside of where values lie, and far outside
    output = torch.randn(shape, generator=generator) * spread + 0.3
    factors = [{"kind": factor.kind, "values": factor.values} for factor in FACTORS]
    script = f"""
        import {{readingOf}} from '{(UI / "compare/reading.js").as_uri()}';
        const all = {json.dumps(output.tolist())}.map(row => readingOf({json.dumps(factors)}, Float32Array.from(row)));
        console.log(JSON.stringify(all));
    """
    page = json.loads(node("--input-type=module", "-e", script))
    parts = split_by_factor(FACTORS, output)
    for k, (factor, part) in enumerate(zip(FACTORS, parts, strict=True)):
        reading = confined(factor, part)
        assert np.array([row["at"][k] for row in page]) == pytest.approx(reading.numpy(), abs=1e-5), factor.name
        expected = [factor.values[value] for value in nearest(factor, reading)]
        assert [row["values"][k] for row in page] == expected, factor.name
        assert len(set(expected)) >= len(factor.values) - (factor.kind == "cyclic"), "every value is tried"
