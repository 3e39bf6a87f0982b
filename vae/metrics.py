"""The scores and what they are made of, as other people's code imports them: `vae.metrics.mig(codes, factors)`."""

from vae.evaluation.metrics import (
    BINS,
    DCI,
    Aggregate,
    active_units,
    aggregate_posterior,
    beta_vae_score,
    dci,
    factor_vae_score,
    gaps,
    marks,
    mig,
    modularity,
    mutual_information,
    sap,
    udr,
)

__all__ = [
    "BINS",
    "DCI",
    "Aggregate",
    "active_units",
    "aggregate_posterior",
    "beta_vae_score",
    "dci",
    "factor_vae_score",
    "gaps",
    "marks",
    "mig",
    "modularity",
    "mutual_information",
    "sap",
    "udr",
]
