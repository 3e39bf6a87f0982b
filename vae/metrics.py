"""The scores and what they are made of, as other people's code imports them: `vae.metrics.mig(codes, factors)`."""

from vae.evaluation.metrics import *  # noqa: F403  its names are listed there, once
from vae.evaluation.metrics import __all__ as __all__
