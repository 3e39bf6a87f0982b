"""What the page computes with too and Python defines: it travels as the module `kit/js/constants`."""

from dataclasses import asdict

from vae.data.own.dataset import SIZES
from vae.data.own.decode import ENDINGS, OTHER_ENDINGS
from vae.data.own.levels import GROUND_CONTRAST, GROUNDS
from vae.evaluation.latent_use import ACTIVE_NATS
from vae.system.limits import GRAPHS, PICTURES, REQUESTS

STORAGE_PREFIX = "latent-space-explorer."  # before the names of what a page remembers in its browser
VISITOR_NAME = r"(run|up)-([\w-]{22})"  # of a visitor's model: its kind and its secret; the same in JS, by re.ASCII
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Apple SD Gothic Neo", "Malgun Gothic"]
FONT += ["Noto Sans KR", "Noto Sans CJK KR", "sans-serif"]


def constants() -> dict[str, object]:
    """Their values by the names under which JS imports them. What one tab alone needs travels in its payload."""
    return {
        "ACTIVE_NATS": ACTIVE_NATS,
        "GRAPH_LIMITS": asdict(GRAPHS),
        "GROUNDS": GROUNDS,
        "GROUND_CONTRAST": GROUND_CONTRAST,
        "MOST_IMAGES": PICTURES.most_images,
        "MOST_LATENT": REQUESTS.most_latent,
        "MOST_MODELS": REQUESTS.most_models,
        "MOST_ROWS": REQUESTS.most_rows,
        "MOST_UPLOAD_BYTES": PICTURES.most_bytes,
        "OTHER_ENDINGS": OTHER_ENDINGS,
        "OWN_SIZES": SIZES,
        "PICTURE_ENDINGS": ENDINGS,
        "STORAGE_PREFIX": STORAGE_PREFIX,
        "VISITOR_NAME": VISITOR_NAME,
    }
