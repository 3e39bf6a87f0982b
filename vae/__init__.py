"""Latent Space Explorer, the core: data sets, variational autoencoders, their training and their checkpoints.

>>> import vae
>>> model = vae.load("scene3d-beta")
>>> mu, logvar = model.encode(vae.load_data("scene3d", "test").batch([0]))
>>> pictures = model.decode(mu)
"""

from vae.checkpoints.checkpoint import CheckpointError, Model, load
from vae.data import DataError, ImageSet
from vae.data import load as load_data
from vae.explorer.explorer import explore

__all__ = ["CheckpointError", "DataError", "ImageSet", "Model", "explore", "load", "load_data"]
