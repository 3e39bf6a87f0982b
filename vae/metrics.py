"""The scores as other people's code imports them: `vae.metrics.mig(codes, factors)`."""

from vae.evaluation.metrics import beta_vae_score, dci, factor_vae_score, mig, modularity, sap, udr

__all__ = ["beta_vae_score", "dci", "factor_vae_score", "mig", "modularity", "sap", "udr"]
