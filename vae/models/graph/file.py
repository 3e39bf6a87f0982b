"""A network as one file of bytes: safetensors in half precision, whose header holds the description."""

from __future__ import annotations

import json
from typing import Any

from safetensors.torch import save

from vae.models.graph.description import Description
from vae.system.safetensors_file import HEADER_KEY

KIND = "network"


def to_bytes(description: Description, **facts: Any) -> bytes:
    """What the page reads, see ui/kit/js/decoder/file.js.

    Args:
        facts: more of the header, JSON.
    """
    header = {"kind": KIND, "graph": description.graph.to_json(), **facts}
    tensors = {name: tensor.half() for name, tensor in description.weights.items()}
    return save(tensors, {HEADER_KEY: json.dumps(header, allow_nan=False)})
