"""What each command of `python -m vae` does; the arguments are parsed in `__main__`."""

from __future__ import annotations

import json
import math
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from vae.checkpoints import checkpoint, hub
from vae.checkpoints.export import add_map, export
from vae.cli.arguments import configured, root_of, with_budget
from vae.cli.own_pictures import resolve_dataset
from vae.config import ConfigError
from vae.data import DATASETS, SPLITS, ImageSet, load
from vae.evaluation.evaluate import BESIDE, SCORES, evaluate
from vae.evaluation.reader import save_reader, train_reader
from vae.system import paths
from vae.system.messages import cause
from vae.system.safetensors_file import CheckpointError
from vae.training import snapshot
from vae.training.loop import train
from vae.training.state import TrainState

_SNAPSHOT_SECONDS = 60
_TITLES = {
    "mig": "MIG",
    "dci_disentanglement": "DCI disentanglement",
    "dci_completeness": "DCI completeness",
    "dci_informativeness": "DCI informativeness",
    "sap": "SAP",
    "beta_vae": "beta-VAE score",
    "factor_vae": "FactorVAE score",
    "modularity": "modularity",
}


def run_list(arguments: Namespace) -> None:
    entries = checkpoint.list_headers(hub.folder_of(arguments.checkpoints or paths.CHECKPOINT_FOLDER))
    if arguments.json:
        print(json.dumps([{"name": e.name, "header": e.header, "error": e.error and str(e.error)} for e in entries]))
        return
    print(f"{'name':<24}{'-ELBO':>9}{'rate':>8}{'distortion':>12}{'active':>8}{'MIG':>7}   all in nats per image")
    for entry in entries:
        if entry.header is None:
            print(f"{entry.name:<24}{entry.error}")
            continue
        m = entry.header["metrics"]
        score = "–" if m.get("mig") is None else f"{m['mig']:.2f}"
        bound = f"{m['neg_elbo']:>9.2f}{m['rate']:>8.2f}{m['distortion']:>12.2f}"
        print(f"{entry.name:<24}{bound}{m['active_units']:>8}{score:>7}")


def run_data(arguments: Namespace) -> None:
    name = resolve_dataset(arguments, arguments.name, root_of(arguments))
    for split in SPLITS:
        images = load(name, split, root_of(arguments))
        print(f"{images.name} {split}: {len(images):,} images {images.spec.shape}, sha256 of the pixels: ", end="")
        print(images.sha256() if split == "test" else "not taken", flush=True)
    print(f"data folder: {root_of(arguments)}; licence: {images.spec.licence}")


def run_train(arguments: Namespace) -> None:
    out = _out(arguments)
    device = _device(arguments.device)
    resumed = snapshot.load(Path(arguments.resume), device) if arguments.resume else None
    arguments.dataset = resolve_dataset(arguments, arguments.dataset, root_of(arguments))
    config = configured(arguments, resumed.config if resumed else None)
    data = load(config.dataset, "train", root_of(arguments))
    test = load(config.dataset, "test", root_of(arguments))
    config = with_budget(arguments, config, data, device, resumed.step if resumed else 0)
    state = resumed or TrainState.fresh(config, device)
    state.config = config
    _run(state, data, snapshot.path_beside(out))
    with _Stages() as stages:
        metrics = export(state, test, out, stages)
    print(json.dumps(metrics) if arguments.json else f"{out}: {_summary(metrics)}")


def run_evaluate(arguments: Namespace) -> None:
    model = checkpoint.load(arguments.file)
    spec, trained_on = DATASETS.get(model.config.dataset), model.header["dataset"]["version"]
    if spec and (spec.version, spec.shape) != (trained_on, model.config.model.shape):
        then, here = f"{trained_on} {model.config.model.shape}", f"{spec.version} {spec.shape}"
        raise CheckpointError("checkpoint.other_version", file=model.path, name=spec.name, then=then, here=here)
    test = load(model.config.dataset, "test", root_of(arguments))
    with _Stages() as stages:
        metrics = evaluate(model.network, test, stages, model.header["seed"])
    print(json.dumps(metrics) if arguments.json else _summary(metrics))


def run_embed(arguments: Namespace) -> None:
    path = checkpoint.load(arguments.file).path
    started = time.perf_counter()
    tqdm.write(f"{path}: fitting UMAP; the first fit compiles for about a minute")
    add_map(path, "umap")
    print(f"{path}: UMAP coordinates added in {time.perf_counter() - started:.0f} s")


def run_reader(arguments: Namespace) -> None:
    out = _out(arguments)
    train_images, test = (load(arguments.dataset, split, root_of(arguments)) for split in ("train", "test"))
    with _Stages() as stages:
        reader = train_reader(train_images, test, arguments.steps, arguments.seed, stages)
    save_reader(reader, out)
    if arguments.json:
        print(json.dumps(reader.accuracy))
        return
    print(f"{'factor':<16}{'R²':>8}{'right':>8}{'noise':>10}   {out}, on {len(test):,} test images")
    for row in reader.accuracy:
        print(f"{row['name']:<16}{_figure(row['r2']):>8}{row['accuracy']:>8.3f}{row['noise']:>10.2g}")


def run_push(arguments: Namespace) -> None:
    address = hub.push(arguments.file, arguments.repo, arguments.private)
    print(json.dumps({"repository": address}) if arguments.json else f"{arguments.file}: pushed to {address}")


def run_pull(arguments: Namespace) -> None:
    pulled = hub.pull(arguments.repo, Path(arguments.to or paths.CHECKPOINT_FOLDER), arguments.replace)
    print(json.dumps([str(path) for path in pulled]) if arguments.json else "\n".join(map(str, pulled)))


def _run(state: TrainState, data: ImageSet, kept: Path) -> None:
    """Trains to the end with a progress bar, keeping a snapshot every minute and at the end.

    Raises:
        CheckpointError: the loss stopped being finite; the last good snapshot is named.
    """
    training, saved = state.config.training, time.monotonic()
    with tqdm(total=training.steps, initial=state.step, desc=state.config.dataset, unit=" steps") as bar:
        for event in train(state, data, every=50):
            loss, recon, kl = (float(value) for value in (event.loss, event.terms.recon, event.terms.kl))
            if not math.isfinite(loss):
                if kept.is_file():
                    raise CheckpointError("checkpoint.loss_saved", loss=loss, step=event.step, kept=kept)
                raise CheckpointError("checkpoint.loss", loss=loss, step=event.step)
            bar.set_postfix_str(f"recon {recon:.1f} KL {kl:.1f} nats, {event.images / event.seconds:,.0f} img/s")
            bar.update(event.step - bar.n)
            if time.monotonic() - saved > _SNAPSHOT_SECONDS or event.step == training.steps:
                snapshot.save(state, kept)
                saved = time.monotonic()


class _Stages:
    """A progress bar for each stage of an evaluation, one after the other."""

    def __init__(self) -> None:
        self._stage, self._bar = "", None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.__exit__()
            self._stage, self._bar = stage, tqdm(total=total, desc=stage)
        self._bar.update(done - self._bar.n)

    def __enter__(self) -> _Stages:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _summary(metrics: dict[str, Any]) -> str:
    """The bound, and a line for each score with what it is to be held against."""
    text = f"-ELBO {metrics['neg_elbo']:.2f} = distortion {metrics['distortion']:.2f} + rate {metrics['rate']:.2f} nats"
    text += f" ({metrics['neg_elbo_decoding_mu']:.2f} decoding mu, which flatters)"
    text += f", {metrics['active_units']} active units; importance-weighted {metrics['importance_weighted']:.2f}"
    text += f", I(x; z) {metrics['mutual_information']:.2f}, total correlation {metrics['total_correlation']:.2f}"
    spill = metrics["spill"]
    if spill and spill["overall"] is not None:
        text += (
            f"; {_figure(spill['overall'])} ± {_figure(spill['overall_spread'])} of what a latent changes in decoded "
        )
        text += "pictures stays in one factor"
    if all(metrics[score] is None for score in SCORES):
        return text + "; disentanglement is not defined: no factors are known"
    for score in SCORES:
        beside = ", ".join(f"{name} {_figure(metrics[f'{score}_{name}'])}" for name in BESIDE)
        text += f"\n{_TITLES[score]:<20}{_figure(metrics[score])} ± {_figure(metrics[f'{score}_spread'])} ({beside})"
    return text


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _out(arguments: Namespace) -> Path:
    out = Path(arguments.out)
    if out.suffix != ".safetensors" or not out.parent.is_dir():
        raise ConfigError("command.out", path=out)
    return out


def _device(name: str | None) -> torch.device:
    if name is None:
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError) as error:
        raise ConfigError("command.device", name=name, why=cause(error)) from error
    return device
