"""Arrays -> what the map draws: coordinates as base64, columns to colour by, palettes."""

import base64
from typing import Any

import numpy as np

OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2", "#CC79A7", "#F0E442")
# Ten colours that stay apart for the colour blind, on white and on black: Petroff, arXiv:2107.02270.
PETROFF = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
VIRIDIS = (
    "#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725",
)  # fmt: skip


def pack(array: np.ndarray, dtype: str) -> str:
    """The array's bytes, little endian, as base64: lists of numbers would become deep proxies in the page."""
    return base64.b64encode(np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<")).tobytes()).decode()


def ramp(count: int, stops: tuple[str, ...] = VIRIDIS) -> list[str]:
    """`count` colours, evenly spaced along a perceptually even map."""
    rgb = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops], dtype=float)
    at = np.linspace(0, len(stops) - 1, max(count, 2))[:count]
    channels = [np.interp(at, np.arange(len(stops)), rgb[:, c]) for c in range(3)]
    return ["#" + "".join(f"{round(value):02x}" for value in colour) for colour in zip(*channels, strict=True)]


def palette(count: int, ordered: bool) -> list[str]:
    """Colours for `count` values: distinct ones for categories, a ramp where the values have an order."""
    if ordered or count > len(PETROFF):
        return ramp(count)
    return list(OKABE_ITO[:count] if count <= len(OKABE_ITO) else PETROFF[:count])


def discrete(
    key: str, codes: np.ndarray, names: tuple[str, ...], colours: tuple[str, ...] | None, ordered: bool
) -> dict[str, Any]:
    """A column of up to 256 values, each with a name and a colour; codes (N,) int."""
    return {
        "key": key,
        "kind": "discrete",
        "codes": pack(codes, "uint8"),
        "names": list(names),
        "colours": list(colours or palette(len(names), ordered)),
    }


def continuous(key: str, values: np.ndarray) -> dict[str, Any]:
    """A column of nats (N,) with its colour map, which ends at the 1 % and 99 % quantiles: outliers do not rule."""
    low, high = (float(q) for q in np.quantile(values, (0.01, 0.99)))
    return {
        "key": key,
        "kind": "continuous",
        "values": pack(values, "float32"),
        "scale": list(VIRIDIS),
        "low": low,
        "high": high if high > low else low + 1.0,
    }
