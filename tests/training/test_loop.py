"""The training loop against a second one written out by hand, and against what it promises to its callers."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import fields

import pytest
import torch
from torch import nn
from torch.distributions import Bernoulli, Normal, kl_divergence

from vae.config import ConfigError, ObjectiveConfig, ScheduleConfig
from vae.data import DataError, ImageSet, load
from vae.evaluation.bound import encode_split
from vae.models.networks import NETWORKS
from vae.models.vae import VAE, initialise
from vae.training import snapshot
from vae.training.aggregate_posterior import total_correlation
from vae.training.loop import train
from vae.training.objectives import OBJECTIVES, Knobs
from vae.training.schedules import scheduled
from vae.training.state import TrainState

EPOCH = 1437 // 64  # steps
BENT = ScheduleConfig(beta_knots=((0, 9.0), (15, 4.0)), warmup_steps=3, decay_fraction=0.5)


def flat(model: nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def weights(state: TrainState) -> torch.Tensor:
    return flat(state.model)


class Recorded(ImageSet):
    """Another data set, and the indices that were drawn from it, batch by batch."""

    def __init__(self, data: ImageSet) -> None:
        super().__init__(data.spec, data.split)
        self.data, self.drawn = data, []

    def __len__(self) -> int:
        return len(self.data)

    def batch(self, indices, device="cpu"):
        self.drawn.append([int(index) for index in indices])
        return self.data.batch(indices, device)


@pytest.mark.parametrize("objective", [ObjectiveConfig("vae"), ObjectiveConfig("beta_b", gamma=5.0, capacity=3.0)])
def test_the_loop_equals_one_written_by_hand(tiny, digits, objective):
    """Six steps with plain Adam, torch.distributions and no channels_last, on the very same batches and noise."""
    config = tiny(steps=6, objective=objective)
    recorded = Recorded(digits["train"])
    state = TrainState.fresh(config)
    start = weights(state)
    losses = [float(event.loss) for event in train(state, recorded, every=1)]

    model = initialise(VAE(config.model), torch.Generator().manual_seed(0))
    adam = torch.optim.Adam(model.parameters(), foreach=False, fused=False)
    noise = torch.Generator().manual_seed(0)
    for step, chosen in enumerate(recorded.drawn):
        values = scheduled(step, config.objective, config.schedule, config.training)
        x = digits["train"].images[chosen].float() / 255
        mu, logvar = model.network.encode(x).chunk(2, dim=1)
        sigma = logvar.mul(0.5).exp()
        z = mu + sigma * torch.empty_like(mu).normal_(generator=noise)
        likelihood = Bernoulli(logits=model.network.decode(z), validate_args=False)  # grey values are no outcomes
        recon = -likelihood.log_prob(x).sum((1, 2, 3)).mean()
        kl = kl_divergence(Normal(mu, sigma), Normal(0.0, 1.0)).sum(1).mean()
        loss = recon + kl if objective.name == "vae" else recon + 5 * (kl - 3).abs()
        adam.param_groups[0]["lr"] = values["lr"]
        assert losses[step] == pytest.approx(float(loss.detach()), rel=1e-5)
        adam.zero_grad()
        loss.backward()
        adam.step()
    moved = (flat(model) - start).norm()
    assert moved > 0.05
    assert (weights(state) - flat(model)).norm() < 1e-2 * moved  # Adam blows up the rounding of gradients near zero


def test_the_seed_decides_everything(tiny, finished, digits):
    first, again, other = (weights(finished(tiny(training={"seed": s}), digits["train"])) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("stop", [10, EPOCH, EPOCH + 8], ids=["within an epoch", "between two", "in the second"])
def test_a_resumed_run_equals_the_uninterrupted_one(tiny, digits, tmp_path, stop, precision):
    config = tiny(steps=EPOCH + 15, training={"precision": precision})
    whole = TrainState.fresh(config)
    expected = [(event.step, float(event.loss)) for event in train(whole, digits["train"], every=5)]

    state = TrainState.fresh(config)
    next(train(state, digits["train"], every=stop))
    snapshot.save(state, tmp_path / "half.resume")
    resumed = snapshot.load(tmp_path / "half.resume")
    assert resumed.step == stop
    found = [(event.step, float(event.loss)) for event in train(resumed, digits["train"], every=5)]
    assert found == expected[-len(found) :]
    assert torch.equal(weights(resumed), weights(whole))


def test_pausing_at_every_event_changes_nothing(tiny, finished, digits):
    state = TrainState.fresh(tiny())
    while state.step < 40:
        next(train(state, digits["train"], every=7))
    assert torch.equal(weights(state), weights(finished(tiny(), digits["train"])))


def test_events_come_at_their_steps(tiny, digits):
    config = tiny(steps=20, objective=ObjectiveConfig("beta_h", beta=4.0), schedule=BENT)
    events = list(train(TrainState.fresh(config), digits["train"], every=7))
    assert [event.step for event in events] == [7, 14, 20]
    assert [event.images for event in events] == [64 * 7, 64 * 14, 64 * 20]
    for event in events:
        assert event.knobs == scheduled(event.step - 1, config.objective, config.schedule, config.training)
        assert event.terms.kl_per_dim.shape == (3,)
        assert not event.loss.requires_grad
        weighed = event.terms.recon + event.knobs["beta"] * event.terms.kl_per_dim.sum()
        assert float(event.loss) == pytest.approx(float(weighed), rel=1e-5)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_an_events_loss_is_that_of_its_terms(tiny, digits, name):
    """Whatever the objective: what is shown beside a loss is what it was made of."""
    config = tiny(steps=6, objective=ObjectiveConfig(name, beta=6.0, gamma=5.0, capacity=3.0))
    for event in train(TrainState.fresh(config), digits["train"], every=2):
        values = Knobs(*(torch.tensor(event.knobs[field.name]) for field in fields(Knobs)))
        assert float(OBJECTIVES[name].loss(event.terms, values)) == pytest.approx(float(event.loss), rel=1e-5)
        assert event.terms.codes.z.shape == (64, 3)
        assert event.terms.codes.images == 1437
        assert not event.terms.codes.z.requires_grad


def test_beta_tc_lowers_the_total_correlation(tiny, finished, digits):
    """Against the plain VAE of the same seed and steps, on one batch as large as a third of the data."""
    found = {}
    for name in ("vae", "beta_tc"):
        config = tiny(
            steps=120,
            objective=ObjectiveConfig(name, beta=30.0),
            model={"latent_dim": 4, "width": 8, "hidden": 64},
            training={"lr": 3e-3},
        )
        model = finished(config, digits["train"]).model.eval()
        with torch.no_grad():
            posterior = model.encode(digits["train"].images[:500].float() / 255)
        z = posterior.sample(torch.Generator().manual_seed(0))
        found[name] = float(total_correlation(z, posterior.mu, posterior.logvar, 500))
    assert 0 <= found["beta_tc"] < 0.5 * found["vae"]


def test_an_evaluation_between_two_events_changes_nothing(tiny, finished, digits):
    """Batch normalisation is the one part that asks whether a network is being trained."""
    config = tiny(steps=12, model={"network": "plain_conv"})
    state = TrainState.fresh(config)
    for _ in train(state, digits["train"], every=4):
        encode_split(state.model.eval(), digits["test"])
    assert torch.equal(weights(state), weights(finished(config, digits["train"])))


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_every_network_trains_in_every_precision(tiny, finished, digits, network, precision):
    config = tiny(steps=3, model={"network": network}, training={"precision": precision})
    assert weights(finished(config, digits["train"])).isfinite().all()


def test_what_the_caller_does_between_events_is_not_training_time(tiny, digits):
    waited, events = 0.0, []
    started = time.perf_counter()
    for event in train(TrainState.fresh(tiny(steps=6)), digits["train"], every=2):
        events.append(event)
        time.sleep(0.2)
        waited += 0.2
    elapsed = time.perf_counter() - started
    assert 0 < events[0].seconds < events[-1].seconds <= elapsed - waited + 0.01


def test_an_epoch_draws_every_image_once_and_in_another_order(tiny, finished, digits):
    recorded = Recorded(digits["train"])
    finished(tiny(steps=2 * EPOCH), recorded)
    first, second = (sum(recorded.drawn[i * EPOCH : (i + 1) * EPOCH], []) for i in range(2))
    for epoch in (first, second):
        assert len(epoch) == 64 * EPOCH
        assert max(Counter(epoch).values()) == 1
        assert set(epoch) <= set(range(1437))
    assert first != second


def test_training_never_draws_a_test_image(tiny, finished, toy):
    recorded = Recorded(load("toy", "train"))
    config = tiny(steps=12, training={"batch_size": 10})
    finished(type(config)("toy", config.model, config.objective, config.schedule, config.training), recorded)
    drawn = {tuple(recorded.data.factors[index]) for batch in recorded.drawn for index in batch}
    held_out = {tuple(row) for row in load("toy", "test").factors}
    assert len(drawn) == 40
    assert not drawn & held_out


def test_beta_b_ends_at_its_capacity(tiny, finished, digits):
    config = tiny(
        steps=300,
        objective=ObjectiveConfig("beta_b", gamma=30.0, capacity=10.0),
        schedule=ScheduleConfig(anneal_steps=150, warmup_steps=20),
        model={"latent_dim": 6, "width": 8, "hidden": 64},
        training={"lr": 3e-3},
    )
    encoded = encode_split(finished(config, digits["train"]).model, digits["train"])
    assert float(encoded.kl.sum(1).mean()) == pytest.approx(10, rel=0.05)


def test_training_beats_the_best_constant_picture(trained, digits):
    """The mean image is the best that a decoder without latents can paint."""
    x = digits["train"].images.double() / 255
    mean = x.mean(0).clamp(1e-6, 1 - 1e-6)
    test = digits["test"].images.double() / 255
    constant = -(test * mean.log() + (1 - test) * (1 - mean).log()).sum((1, 2, 3)).mean()
    assert trained.metrics["neg_elbo"] < float(constant)


def test_a_change_holds_from_the_next_step_on_and_is_written_down(tiny, digits):
    config = tiny(steps=40, objective=ObjectiveConfig("beta_h", beta=4.0))
    state, seen = TrainState.fresh(config), {}
    for event in train(state, digits["train"], every=1):
        seen[event.step] = event.knobs
        if event.step == 10:
            state.change("beta", 16)
            before = weights(state)
        if event.step == 11:
            assert not torch.equal(weights(state), before)
            state.change("lr", 0)
            frozen = weights(state)
    assert [seen[step]["beta"] for step in (1, 10, 11, 40)] == [4, 4, 16, 16]
    assert seen[11]["lr"] > 0
    assert {seen[step]["lr"] for step in range(12, 41)} == {0}
    assert torch.equal(weights(state), frozen)
    assert state.changes == [
        {"step": 10, "knob": "beta", "value": 16.0},
        {"step": 11, "knob": "lr", "value": 0.0},
    ]


@pytest.mark.parametrize(
    ("knob", "value"), [("momentum", 1.0), ("beta", -1.0), ("beta", float("nan")), ("capacity", float("inf"))]
)
def test_a_change_that_makes_no_sense_changes_nothing(tiny, knob, value):
    state = TrainState.fresh(tiny())
    with pytest.raises(ConfigError, match=knob):
        state.change(knob, value)
    assert state.overrides == {}
    assert state.changes == []


def test_an_unknown_objective_is_named(tiny):
    with pytest.raises(ConfigError, match="beta_x.*vae"):
        TrainState.fresh(tiny(objective=ObjectiveConfig("beta_x")))


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"model": {"shape": (1, 28, 28)}}, "28"), ({"training": {"batch_size": 2000}}, "1437.*2000")],
)
def test_data_that_do_not_fit_are_named(tiny, digits, changes, named):
    with pytest.raises(DataError, match=named):
        next(train(TrainState.fresh(tiny(**changes)), digits["train"]))
