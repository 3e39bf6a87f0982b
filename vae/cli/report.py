"""What commands print: a progress bar a stage, and the figures of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tqdm import tqdm

from vae.evaluation.evaluate import BESIDE, SCORES
from vae.evaluation.header_figures import above_floor

_TITLES = {
    "mig_sampled": "MIG, sampled z",
    "mig_in_use": "MIG, latents in use",
    "mig": "MIG, means",
    "dci_disentanglement": "DCI disentanglement",
    "dci_completeness": "DCI completeness",
    "dci_informativeness": "DCI informativeness",
    "sap": "SAP",
    "beta_vae": "beta-VAE score",
    "factor_vae": "FactorVAE score",
    "modularity": "modularity",
}


class Stages:
    """A progress bar for each stage of an evaluation, one after the other."""

    def __init__(self) -> None:
        self._stage, self._bar = "", None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.__exit__()
            self._stage, self._bar = stage, tqdm(total=total, desc=stage)
        self._bar.update(done - self._bar.n)

    def __enter__(self) -> Stages:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._bar is not None:
            self._bar.close()


def refit_words(refit: Mapping[str, Any]) -> str:
    """What a refit has done, of the header's own record."""
    (before, after), (blurred, sharp) = refit["distortion"], refit["psnr"]
    text = f"decoder of {refit['of']['name']} fitted anew in {refit['steps']:,} steps and {refit['seconds']:,.0f} s: "
    text += f"distortion {before:.2f} → {after:.2f} nats, PSNR {blurred:.1f} → {sharp:.1f} dB"
    return text


def summary(metrics: dict[str, Any]) -> str:
    """The bound, and a line for each score with what it is to be held against."""
    above, bound, decoding_mu = above_floor(metrics), metrics["neg_elbo"], metrics["neg_elbo_decoding_mu"]
    text = f"-ELBO {bound:.2f}"
    text += "" if above is None else f" ({above:.2f} above the floor of {metrics['floor']:.2f})"
    text += f" = distortion {metrics['distortion']:.2f} + rate {metrics['rate']:.2f} nats"
    text += f" ({decoding_mu:.2f} decoding mu, which {'flatters' if decoding_mu < bound else 'is no bound'})"
    text += f", {metrics['active_units']} active units; importance-weighted {metrics['importance_weighted']:.2f}"
    text += f", I(x; z) {metrics['mutual_information']:.2f}, total correlation {metrics['total_correlation']:.2f}"
    spill = metrics["spill"]
    if spill and spill["overall"] is not None:
        text += f"; {figure(spill['overall'])} ± {figure(spill['overall_spread'])} of what a latent changes in decoded "
        text += "pictures stays in one factor"
        text += f", and {figure(spill['coverage'])} of the factors move at all"
    synthesis = metrics["synthesis"]
    if synthesis:
        text += f"; no rendered image comes nearer to a reconstruction than {synthesis['residual']:.1f} ± "
        text += f"{synthesis['residual_spread']:.1f} grey levels"
    if all(metrics[score] is None for score in SCORES):
        return text + "; disentanglement is not defined: no factors are known"
    for score in SCORES:
        beside = ", ".join(f"{name} {figure(metrics[f'{score}_{name}'])}" for name in BESIDE)
        text += f"\n{_TITLES[score]:<20}{figure(metrics[score])} ± {figure(metrics[f'{score}_spread'])} ({beside})"
    return text


def figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
