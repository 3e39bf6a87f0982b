"""A recorded step against the eager one; without a GPU, that training goes on when there is nothing to record."""

import pytest
import torch

from vae.config import ModelConfig, TrainConfig, TrainingConfig
from vae.data import load
from vae.training.replay import WARM_UP, ReplayedStep, step_of
from vae.training.state import TrainState
from vae.training.step import Batch

STEPS = 12


def trained(kind, device="cpu"):
    """Weights after some steps of the digits in the form that `kind` gives a step, and the losses."""
    digits = load("digits", "train")
    config = TrainConfig("digits", ModelConfig("burgess", (1, 32, 32), 4, 8), training=TrainingConfig(100, 32))
    state = TrainState.fresh(config, device)
    step, losses = kind(state.update), []
    for number in range(STEPS):
        rows = torch.arange(32 * number, 32 * number + 32, device=device)
        state.update.knobs.lr.fill_(1e-3 / (1 + number))
        loss, _ = step(Batch(digits.batch(rows, device), rows, len(digits)))
        losses.append(loss.clone())
    return torch.cat([weights.detach().flatten() for weights in state.model.parameters()]), torch.stack(losses)


def plain(step):
    """As it is."""
    return step


@pytest.fixture(scope="module")
def eager():
    torch.set_num_threads(1)
    return trained(plain)


class OnCpu(ReplayedStep):
    """Whose warm-up needs no stream of its own."""

    def _aside(self, batch):
        return self._step(batch)


def test_a_replay_reads_each_batch_and_the_knobs_anew(eager, caplog):
    """With a graph that does what was recorded, from its own inputs into its own outputs."""

    class Recorded(OnCpu):
        def _record(self, batch):
            self._batch = batch.clone()
            noise = self._step.generator.get_state()
            self._told = tuple(part.clone() for part in self._step.forward(self._batch))
            self._step.generator.set_state(noise)
            self._graph = self

        def replay(self):
            loss, terms = self._step(self._batch)
            self._told[0].copy_(loss)
            self._told[1].recon.copy_(terms.recon)

    found = trained(Recorded)
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(found, eager, strict=True))
    assert not caplog.records


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
            self._told = tuple(self._step(batch))
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
    ours, theirs = trained(ReplayedStep, "cuda"), trained(plain, "cuda")
    torch.testing.assert_close(ours[1], theirs[1], rtol=1e-3, atol=0)  # other algorithms may be chosen
    torch.testing.assert_close(ours[0], theirs[0], rtol=0.02, atol=2e-3)


def test_on_a_processor_a_step_is_not_recorded():
    state = TrainState.fresh(TrainConfig("digits", ModelConfig("burgess", (1, 32, 32), 4, 8)))
    assert step_of(state) is state.update
