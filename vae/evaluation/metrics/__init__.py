"""Numbers about codes: which latents are in use, and how far each follows one factor and each factor one latent.

Everything takes arrays, so that codes of other people's models can be measured too. Scores are "more is better" and
defined on what varies: factors with a single value are left out.
"""

from vae.evaluation.metrics.agreement import udr
from vae.evaluation.metrics.information import BINS, gaps, mig, modularity, mutual_information
from vae.evaluation.metrics.interventions import beta_vae_score, factor_vae_score
from vae.evaluation.metrics.marks import marks
from vae.evaluation.metrics.posterior import Aggregate, active_units, aggregate_posterior
from vae.evaluation.metrics.predictions import DCI, dci, sap

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
