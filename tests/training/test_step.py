"""A step of several modules and optimisers in the one loop: trained as by hand, kept and restored by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor, nn

from vae.config import ScheduleConfig, TrainConfig, TrainingConfig
from vae.images import to_float
from vae.system import safetensors_file
from vae.system.safetensors_file import CheckpointError
from vae.training import snapshot
from vae.training.loop import train
from vae.training.objectives import Knobs
from vae.training.schedules import learning_rate
from vae.training.state import TrainState
from vae.training.step import Batch, Step, adam


@dataclass(frozen=True)
class Sides:
    """What the two players pay."""

    painter: Tensor
    critic: Tensor

    def detach(self) -> Sides:
        return Sides(self.painter.detach(), self.critic.detach())

    def clone(self) -> Sides:
        return Sides(self.painter.clone(), self.critic.clone())


class Game(Step):
    """A painter and a critic, each with an optimiser, one after the other: a small GAN on 64 pixels of the images."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.modules = {"painter": nn.Linear(4, 64), "critic": nn.Linear(64, 1)}
        for module in self.modules.values():
            nn.init.normal_(module.weight, std=0.1, generator=self.generator)
            nn.init.zeros_(module.bias)
        self.knobs = Knobs.on(torch.device("cpu"))
        self.optimisers = {name: adam(module.parameters(), self.knobs.lr) for name, module in self.modules.items()}

    def scheduled(self, step: int, config: TrainConfig) -> dict[str, float]:
        return {"lr": learning_rate(step, config.schedule, config.training)}

    def sides(self, batch: Batch) -> Sides:
        z = torch.randn(len(batch.rows), 4, generator=self.generator)
        critic, real = self.modules["critic"], to_float(batch.images).flatten(1)[:, :64]
        false = self.modules["painter"](z)
        paid = critic(false.detach()).exp().mean() + (-critic(real)).exp().mean()
        return Sides((-critic(false)).exp().mean(), paid)

    def forward(self, batch: Batch) -> tuple[Tensor, Sides]:
        sides = self.sides(batch)
        return sides.painter + sides.critic, sides

    def __call__(self, batch: Batch) -> tuple[Tensor, Sides]:
        loss, sides = self.forward(batch)
        for name in self.modules:
            grads = torch.autograd.grad(getattr(sides, name), list(self.modules[name].parameters()), retain_graph=True)
            for parameter, grad in zip(self.modules[name].parameters(), grads, strict=True):
                parameter.grad = grad
        for optimiser in self.optimisers.values():
            optimiser.step()
        return loss.detach(), sides.detach()


CONFIG = TrainConfig(
    "digits", schedule=ScheduleConfig(warmup_steps=5, decay_fraction=0.5), training=TrainingConfig(30, 64, 1e-2)
)
CONFIG = replace(CONFIG, model=replace(CONFIG.model, shape=(1, 32, 32)))


def fresh(seed: int = 0) -> TrainState:
    return TrainState(CONFIG, torch.device("cpu"), Game(seed))


def weights(state: TrainState) -> Tensor:
    return torch.cat([parameter.detach().flatten() for _, parameter in state.update.parameters()])


@pytest.fixture
def uninterrupted(digits):
    state = fresh()
    events = list(train(state, digits["train"], every=10))
    return state, events


def test_the_loop_trains_both_and_yields_their_terms(uninterrupted, digits):
    state, events = uninterrupted
    assert [event.step for event in events] == [10, 20, 30]
    for event in events:
        assert isinstance(event.terms, Sides)
        assert float(event.loss) == pytest.approx(float(event.terms.painter + event.terms.critic))
        assert event.knobs == {"lr": learning_rate(event.step - 1, CONFIG.schedule, CONFIG.training)}
    before = fresh()
    for name, module in before.update.modules.items():
        assert not torch.equal(module.weight, state.update.modules[name].weight), name
    real = to_float(digits["test"].images).flatten(1)[:, :64]
    painted = state.update.modules["painter"](torch.randn(500, 4, generator=torch.Generator().manual_seed(1)))
    critic = state.update.modules["critic"]
    assert float(critic(real).mean()) > float(critic(painted).mean())


def test_every_module_and_optimiser_is_kept_by_name_and_goes_on_to_the_same_weights(uninterrupted, digits, tmp_path):
    state = fresh()
    next(train(state, digits["train"], every=13))
    path = tmp_path / "game.resume"
    snapshot.save(state, path)
    keys = set(safetensors_file.read(path)[0])
    assert {"painter.weight", "critic.bias", "optimiser.critic.critic.weight.exp_avg", "generator"} <= keys
    assert len(keys) == 4 + 4 * 3 + 1
    resumed = fresh(seed=7)
    snapshot.restore(resumed, path)
    assert resumed.step == 13
    for _ in train(resumed, digits["train"]):
        pass
    assert torch.equal(weights(resumed), weights(uninterrupted[0]))


def test_a_snapshot_of_other_parts_is_refused(digits, tmp_path):
    state, path = fresh(), tmp_path / "game.resume"
    next(train(state, digits["train"], every=3))
    snapshot.save(state, path)
    tensors, header = safetensors_file.read(path)
    for key in ("critic.weight", "optimiser.painter.painter.bias.step"):
        safetensors_file.write(path, {k: v for k, v in tensors.items() if k != key}, header)
        with pytest.raises(CheckpointError, match=f"{key} is missing"):
            snapshot.restore(fresh(), path)
    safetensors_file.write(path, tensors | {"judge.weight": torch.zeros(1)}, header)
    with pytest.raises(CheckpointError, match=r"judge\.weight belongs to no part"):
        snapshot.restore(fresh(), path)
    with pytest.raises(CheckpointError):  # a game is no VAE
        snapshot.load(path)
