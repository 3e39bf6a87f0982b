"""A small network that reads factors off pictures, so that a *decoder* can be held to what its pictures show.

It learns from real images, sharp and blurred ones, and knows nothing of any model. What it says about a factor is a
*reading*: a point in an embedding where distance 1 leads from one end of the factor to the other, see `embedding`.
"""

from vae.evaluation.reader.accuracy import held_against, measured
from vae.evaluation.reader.embedding import codes_of, encode_factors, factors_of, variance_of
from vae.evaluation.reader.file import load_reader, reader_of, save_reader
from vae.evaluation.reader.reading import Reader
from vae.evaluation.reader.training import STEPS, train_reader
from vae.system.paths import READERS

__all__ = [
    "READERS",
    "STEPS",
    "Reader",
    "codes_of",
    "encode_factors",
    "factors_of",
    "held_against",
    "load_reader",
    "measured",
    "reader_of",
    "save_reader",
    "train_reader",
    "variance_of",
]
