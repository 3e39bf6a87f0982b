"""Images per second of `vae.training.loop.train` against a bare loop of the same network on the same tensors.

PYTHONPATH=. python tests/bench/training.py [--rounds 5] [--steps 40]

Both take turns in one process, and the ratio of the medians counts. The bare loop does nothing but the arithmetic: no
events, no schedules, no knobs.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from vae.data import DATASETS, ImageSet, StoredImages
from vae.models.vae import VAE
from vae.training.loop import train
from vae.training.presets import PRESETS
from vae.training.state import TrainState
from vae.training.step import precision


def bare_loop(state: TrainState, data: ImageSet, steps: int) -> float:
    """Images per second of a loop as short as it can be; trains a network of its own."""
    size, dtype = state.config.training.batch_size, precision(state.config, state.device)
    model = VAE(state.config.model).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)
    order = torch.randperm(len(data))
    started = time.perf_counter()
    for step in range(steps):
        x = data.batch(order[step * size : (step + 1) * size]).float().div_(255)
        x = x.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            posterior = model.encode(x)
            logits = model.decode(posterior.sample())
        recon = binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * (posterior.mu.square() + posterior.logvar.exp() - 1 - posterior.logvar).sum()
        optimiser.zero_grad(set_to_none=True)
        ((recon + kl) / size).backward()
        optimiser.step()
    return steps * size / (time.perf_counter() - started)


def our_loop(state: TrainState, data: ImageSet, steps: int) -> float:
    """Images per second of the training up to its next event, which come every `steps` steps."""
    before, started = state.step, time.perf_counter()
    for event in train(state, data, every=steps):
        return (event.step - before) * state.config.training.batch_size / (time.perf_counter() - started)
    raise RuntimeError("the training had ended already")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=40)
    arguments = parser.parse_args()
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}")
    for name in ("scene3d-beta", "mnist-vae"):
        config = PRESETS[name]
        config = replace(config, training=replace(config.training, steps=10**7))
        spec = DATASETS[config.dataset]
        count = arguments.steps * config.training.batch_size
        data = StoredImages(spec, "train", torch.randint(0, 256, (count, *spec.shape), dtype=torch.uint8))
        state = TrainState.fresh(config)
        loops = {"bare": bare_loop, "train": our_loop}
        for loop in loops.values():
            loop(state, data, arguments.steps)  # warm up
        speeds: dict[str, list[float]] = {key: [] for key in loops}
        for _ in range(arguments.rounds):
            for key, loop in loops.items():
                speeds[key].append(loop(state, data, arguments.steps))
        bare, ours = (statistics.median(speeds[key]) for key in loops)
        print(f"{name} {spec.shape}: bare {bare:,.0f} images/s, train {ours:,.0f} images/s, ratio {ours / bare:.3f}")


if __name__ == "__main__":
    main()
