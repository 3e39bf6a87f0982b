"""What many tests need: a tiny model that is really trained, a tiny data set of known factors, and the rule for data
that may not be here (`data` below).
"""

from __future__ import annotations

import gc
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import forkserver
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import numpy as np
import pytest
import torch
from filelock import FileLock
from ready_worker import PRELOADED, ReadyWorker, end_server, with_ready_imports

from vae.checkpoints import export
from vae.cli.main import main
from vae.config import ModelConfig, ObjectiveConfig, ScheduleConfig, TrainConfig, TrainingConfig
from vae.data import DATASETS, DatasetSpec, Factor, FactorGrid, available, load
from vae.data.imageset import split_grid
from vae.evaluation import evaluate
from vae.live import process
from vae.models.weights import rounded
from vae.system import confined, safetensors_file
from vae.training import snapshot
from vae.training.loop import train
from vae.training.state import TrainState

ROOT = Path(__file__).resolve().parent.parent
# Where data sets that come in files lie, for tests that are marked with `data`. All others see an empty folder, beneath
# what is no folder, so that nothing can be fetched into it either. The processes of a session inherit both.
CHOSEN = os.environ.get("LATENT_EXPLORER_DATA") or str(ROOT / "data")
DATA = Path(os.environ.setdefault("LATENT_EXPLORER_TEST_DATA", CHOSEN)).absolute()
os.environ["LATENT_EXPLORER_DATA"] = str(Path(os.devnull) / "data")
torch.set_num_threads(1)  # as the app does; how many there are decides in which order a sum is taken
TOY_SIZES = (5, 4, 3)
gc.disable()  # until all is imported and collected


def pytest_collection_finish() -> None:
    """What is there by now stays to the end. To look through it for garbage, again and again, takes half a second."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


def lacking(sentence: object) -> NoReturn:
    """What is not at hand skips a test, and fails it on CI, where it has to be."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(str(sentence))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """`@pytest.mark.data("mnist", …)`: the test needs these data sets, which nothing downloads for it."""
    for mark in item.iter_markers("data"):
        for problem in filter(None, (available(name, DATA) for name in mark.args)):
            lacking(problem)


@pytest.fixture(autouse=True)
def data_of_the_mark(request):
    """Data sets that come in files are hidden from a test without the mark, so that one that lacks it fails everywhere,
    not only where the data are absent.
    """
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("data"):
            patch.setenv("LATENT_EXPLORER_DATA", str(DATA))
        yield


@pytest.fixture(scope="session", autouse=True)
def ready_workers():
    """The processes of runs are forks of one that has its imports behind it, which would be most of their work; it is
    the one, too, that the app forks for what it confines.
    """
    server = forkserver._forkserver
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "begin", ReadyWorker)
        patch.setattr(confined, "PRELOADED", PRELOADED)
        patch.setattr(server, "ensure_running", with_ready_imports(server.ensure_running))
        yield
    end_server()


@pytest.fixture(scope="session")
def need():
    """need(condition, sentence): the same rule for what is no data set."""

    def check(condition: object, sentence: str) -> None:
        if not condition:
            lacking(sentence)

    return check


@pytest.fixture(scope="session")
def digits() -> dict:
    return {split: load("digits", split) for split in ("train", "test")}


@pytest.fixture(scope="session")
def tiny():
    """tiny(steps=…, objective=…, schedule=…, model={…}, training={…}): a configuration that trains in a moment."""

    def configure(steps=40, objective=None, schedule=None, model=None, training=None) -> TrainConfig:
        network = ModelConfig(shape=(1, 32, 32), latent_dim=3, width=4, hidden=16)
        return TrainConfig(
            "digits",
            replace(network, **(model or {})),
            objective or ObjectiveConfig("vae"),
            schedule or ScheduleConfig(warmup_steps=10),
            replace(TrainingConfig(steps=steps, batch_size=64, precision="fp32"), **(training or {})),
        )

    return configure


@pytest.fixture(scope="session")
def finished():
    """finished(config, data): the state after the last step of a training."""

    def run(config: TrainConfig, data) -> TrainState:
        state = TrainState.fresh(config)
        for _ in train(state, data):
            pass
        return state

    return run


@pytest.fixture
def few_samples(monkeypatch) -> int:
    """For tests that make checkpoints and do not look at how far samples tighten the bound, which is most of the time
    that it takes to measure a small model. Gives how many there are for all others.
    """
    own = evaluate._BOUND_SAMPLES
    monkeypatch.setattr(evaluate, "_BOUND_SAMPLES", 2)
    return own


@pytest.fixture
def all_samples(few_samples, monkeypatch):
    """As many as there are, after all."""
    monkeypatch.setattr(evaluate, "_BOUND_SAMPLES", few_samples)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """made_once(name, make): a folder that `make(folder)` has filled, once for all processes of a session."""
    common = tmp_path_factory.getbasetemp()
    common = common.parent if "PYTEST_XDIST_WORKER" in os.environ else common

    def ready(name: str, make: Callable[[Path], None]) -> Path:
        folder, half = common / name, common / f"{name}-half"
        with FileLock(common / f"{name}.lock"):
            if not folder.exists():
                shutil.rmtree(half, ignore_errors=True)  # of a process that has failed
                half.mkdir()
                make(half)
                half.rename(folder)
        return folder

    return ready


@pytest.fixture(scope="session")
def trained(tiny, finished, digits, made_once) -> SimpleNamespace:
    """A trained and exported model of the digits, not to be changed: its `state`, the `network` as its file at `path`
    holds it, and its `metrics`.
    """

    def make(folder: Path) -> None:
        config = tiny(steps=300, model={"latent_dim": 6, "width": 8, "hidden": 64}, training={"lr": 5e-3})
        state = finished(config, digits["train"])
        snapshot.save(state, folder / "state.resume")
        (folder / "model").mkdir()  # it is shown as a folder of checkpoints
        metrics = export.export(state, digits["test"], folder / "model" / "tiny.safetensors")
        (folder / "metrics.json").write_text(json.dumps(metrics))

    folder = made_once("trained", make)
    state, metrics = snapshot.load(folder / "state.resume"), json.loads((folder / "metrics.json").read_text())
    path = folder / "model" / "tiny.safetensors"
    return SimpleNamespace(state=state, network=rounded(state.model), path=path, metrics=metrics)


@pytest.fixture(scope="session")
def flat(tiny, finished, digits, made_once) -> Path:
    """The file of a trained model of the digits that has two latents, not to be changed."""

    def make(folder: Path) -> None:
        config = tiny(steps=300, model={"latent_dim": 2, "width": 8, "hidden": 64}, training={"lr": 5e-3})
        export.export(finished(config, digits["train"]), digits["test"], folder / "flat.safetensors")

    return made_once("flat", make) / "flat.safetensors"


@pytest.fixture(scope="session")
def linear() -> SimpleNamespace:
    """A decoder of two latents that can be worked out by hand: its `decode` gives the means W·z of a Gaussian with
    sigma = 1, six values an image; with `weight` W (6, 2) and an `image` (1, 1, 2, 3).
    """
    weight = torch.randn(6, 2, generator=torch.Generator().manual_seed(1))
    return SimpleNamespace(
        weight=weight,
        image=torch.tensor([0.9, 0.1, 0.4, 0.0, 1.0, 0.6]).reshape(1, 1, 2, 3),
        config=ModelConfig(shape=(1, 2, 3), latent_dim=2, likelihood="gaussian"),
        decode=lambda z: (z @ weight.T).reshape(-1, 1, 2, 3),
    )


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """run(arguments…) in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as left:  # argparse
            code = left.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture
def damaged(trained, tmp_path):
    """damaged(change): a copy of the trained file after change(tensors, header)."""

    def make(change) -> Path:
        tensors, header = safetensors_file.read(trained.path)
        change(tensors, header)
        path = tmp_path / "damaged.safetensors"
        safetensors_file.write(path, tensors, header)
        return path

    return make


def draw_toy(factors: torch.Tensor) -> torch.Tensor:
    """A bright square on black: factor 0 is its column, factor 1 its row, factor 2 its brightness."""
    images = torch.zeros(len(factors), 1, 32, 32, dtype=torch.uint8)
    for image, (x, y, tone) in zip(images, factors.tolist(), strict=True):
        image[:, 7 * y : 7 * y + 8, 6 * x : 6 * x + 8] = 85 * (tone + 1)
    return images


TOY = DatasetSpec(
    name="toy",
    title="A square",
    version="1",
    shape=(1, 32, 32),
    sizes={"train": 40, "test": 20},
    label_names=None,
    factors=tuple(
        Factor(name, tuple(map(str, range(size)))) for name, size in zip(("x", "y", "tone"), TOY_SIZES, strict=True)
    ),
    likelihood="bernoulli",
    licence="none",
    source="made here",
    loader=lambda root, split, fetch: FactorGrid(TOY, split, split_grid(int(np.prod(TOY_SIZES)), 20)[split], draw_toy),
)


@pytest.fixture
def toy(monkeypatch) -> DatasetSpec:
    """A data set of 60 images with three factors, registered as a user would register one: by its row."""
    monkeypatch.setitem(DATASETS, "toy", TOY)
    return TOY
