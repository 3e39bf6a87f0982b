"""Numbers that the page computes with too: they are defined in the core and travel as the module `kit/js/constants`."""

from vae.data.own.dataset import SIZES
from vae.evaluation.latent_use import ACTIVE_NATS
from vae.system.limits import PICTURES, REQUESTS


def constants() -> dict[str, object]:
    """Their values by the names under which JS imports them. What one tab alone needs travels in its payload."""
    return {
        "ACTIVE_NATS": ACTIVE_NATS,
        "MOST_IMAGES": PICTURES.most_images,
        "MOST_LATENT": REQUESTS.most_latent,
        "MOST_MODELS": REQUESTS.most_models,
        "MOST_ROWS": REQUESTS.most_rows,
        "MOST_UPLOAD_BYTES": PICTURES.most_bytes,
        "OWN_SIZES": SIZES,
    }
