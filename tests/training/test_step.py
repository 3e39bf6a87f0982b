"""A recorded step against the eager one; without a GPU, that training goes on when there is nothing to record."""

import pytest
import torch

from vae.config import ModelConfig, TrainConfig, TrainingConfig
from vae.data import load
from vae.training.state import TrainState
from vae.training.step import WARM_UP, ReplayedStep, Step, precision

STEPS = 12


def trained(kind, device="cpu"):
    """Weights after some steps of the digits in the given form, and the losses."""
    digits = load("digits", "train")
    config = TrainConfig("digits", ModelConfig("burgess", (1, 32, 32), 4, 8), training=TrainingConfig(100, 32))
    state = TrainState.fresh(config, device)
    step, losses = kind(state, len(digits), precision(config, state.device)), []
    for number in range(STEPS):
        rows = torch.arange(32 * number, 32 * number + 32, device=device)
        state.knobs.lr.fill_(1e-3 / (1 + number))
        loss, _ = step(digits.batch(rows, device))
        losses.append(loss.clone())
    return torch.cat([weights.detach().flatten() for weights in state.model.parameters()]), torch.stack(losses)


@pytest.fixture(scope="module")
def eager():
    torch.set_num_threads(1)
    return trained(Step)


class OnCpu(ReplayedStep):
    """Whose warm-up needs no stream of its own."""

    def _aside(self, batch):
        return Step.__call__(self, batch)


def test_what_cannot_be_recorded_goes_on_eagerly(eager, caplog):
    class Refused(OnCpu):
        def _record(self, batch):
            raise RuntimeError("operation not permitted when stream is capturing")

    found = trained(Refused)
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(found, eager, strict=True))
    assert len(caplog.records) == 1 and "not permitted" in caplog.text


@pytest.mark.parametrize("loss", [1e9, float("nan")])
def test_a_recording_that_does_something_else_is_given_up_after_one_step(eager, caplog, loss):
    class Wrong(OnCpu):
        def _record(self, batch):
            class Graph:
                replays = 0

                def replay(self):
                    Graph.replays += 1

            self._graph, self._batch = Graph(), batch
            self._told = tuple(Step.__call__(self, batch))
            self._told[0].fill_(loss)
            self.graph = Graph

    kinds = []

    def made(*arguments):
        kinds.append(Wrong(*arguments))
        return kinds[-1]

    _, losses = trained(made)
    assert kinds[0].graph.replays == 1 and "goes on without it" in caplog.text
    assert torch.equal(losses[:WARM_UP], eager[1][:WARM_UP]) and bool((losses[WARM_UP + 1 :] < 1e4).all())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_replayed_on_a_gpu_it_is_the_eager_step():
    ours, theirs = trained(ReplayedStep, "cuda"), trained(Step, "cuda")
    torch.testing.assert_close(ours[1], theirs[1], rtol=1e-3, atol=0)  # other algorithms may be chosen
    torch.testing.assert_close(ours[0], theirs[0], rtol=0.02, atol=2e-3)
