"""The public face of the scores: every name that the core has, and the very same things."""

import vae.metrics
from vae.evaluation import metrics

SCORES = {"beta_vae_score", "dci", "factor_vae_score", "mig", "modularity", "sap", "udr"}
PARTS = {"BINS", "DCI", "Aggregate", "active_units", "aggregate_posterior", "gaps", "marks", "mutual_information"}


def test_other_peoples_code_finds_every_name():
    assert set(vae.metrics.__all__) == set(metrics.__all__) == SCORES | PARTS
    assert all(getattr(vae.metrics, name) is getattr(metrics, name) for name in metrics.__all__)
