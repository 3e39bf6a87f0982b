"""What is sent: values of every wrong kind, a right call of every endpoint, and what no answer may show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from vae.live.recipe import Recipe

SECRET = "the-secret-that-nobody-may-read"
SCRIPT = "<img src=x onerror=window.hacked=1>"
OWNER, STRANGER = "0123456789abcdef" * 2, "fedcba9876543210" * 2
CHOICE = Recipe("digits", latent_dim=4, width=4, batch_size=64).to_json()
CLIMBS = (
    "../secret.txt", "../../secret.txt", "..\\..\\secret.txt", "/etc/passwd", "//etc/passwd", "file:///etc/passwd",
    "....//....//etc/passwd", "%2e%2e%2fsecret.txt", "~/.bashrc", "C:\\Windows\\win.ini", "/proc/self/environ",
    "digits-vae/../../secret", "up-../../../../etc/passwd", "run-" + "../" * 7 + "x", "own:../../../etc/passwd",
    "http://127.0.0.1:1/", "\\\\server\\share",
)  # fmt: skip
DEEP: Any = 0
for _ in range(300):
    DEEP = [DEEP]
NUMBERS = (
    True, -1, 1.5, 10**9, 2**63, 2**64, -(10**400), 1e308, -0.0, 5e-324, float("nan"), float("inf"), -float("inf"),
)  # fmt: skip
TEXTS = (
    "", " ", "\0", "a\nb", "\ud800", "\u202e", "x" * 300_000, "{0.__class__}", "{name}", "%s%n%x", "__class__",
    "constructor", "' OR 1=1 --", SCRIPT, "javascript:alert(1)", "é" * 500, "run-" + "x" * 22, "up-" + "A" * 22,
)  # fmt: skip
SHAPES = (
    None, [], {}, [[]], DEEP, [None] * 50_000, [0.0] * 50_000, {"__proto__": {"ok": 1}}, {"x" * 1000: 1}, [{}],
)  # fmt: skip
NASTY = (*NUMBERS, *TEXTS, *CLIMBS, *SHAPES)


@dataclass(frozen=True)
class Loose:
    """An argument that may be anything: what cannot be used is passed over."""

    value: Any


RUN = object()  # stands for the run of OWNER's
Z = [0.0] * 10
PAIR = ("digits-vae", "digits-beta")
# A right call of every endpoint: each of its arguments is then replaced by each of NASTY. A new endpoint is a new row.
ENDPOINTS: dict[str, tuple[Any, ...]] = {
    "available_models": (Loose("digits-vae"), Loose("up-x")),
    "save_page": (["digits-vae"], True),
    "open_model": ("digits-vae",),
    "pick": ("digits-vae", 0),
    "decode": ("digits-vae", Z),
    "traverse": ("digits-vae", Z, [0, 1], "sigma"),
    "coordinates": ("digits-vae", "pca"),
    "colour": ("digits-vae", "kl"),
    "place": ("digits-vae", "pca", 0.0, 0.0),
    "lattice": ("digits-flat", "prior"),
    "thumbnails": ("digits-vae", 0),
    "own_image": ("digits-vae", "A" * 4096),
    "forecast_model": ("digits-vae",),
    "information": ("digits-vae",),
    "decoder": ("digits-vae",),
    "compare": PAIR,
    "information_pair": PAIR,
    "coordinates_pair": (*PAIR, "left", "pca"),
    "colour_pair": (*PAIR, "kl"),
    "thumbnails_pair": (*PAIR, 0),
    "pick_pair": (*PAIR, 0),
    "decode_pair": (PAIR[0], Z, PAIR[1], Z),
    "traverse_pair": (PAIR[0], Z, [0], PAIR[1], Z, [0]),
    "spill": ("digits-vae",),
    "rates": PAIR,
    "figure_one": (*PAIR, 0, "png"),
    "forecast_training": (OWNER, CHOICE),
    "begin": (OWNER, CHOICE),
    "drive": (OWNER, RUN, "pause"),
    "turn": (OWNER, RUN, "lr", 0.001),
    "scene": (OWNER, RUN),
    "poll": (OWNER, RUN, Loose({})),
    "look": (OWNER, RUN, 0),
    "film": (OWNER, RUN),
    "keep": (OWNER, RUN),
    "download": (OWNER, RUN),
    "upload": (OWNER, Loose("model"), "AAAA"),
    "own": (OWNER, "images.zip", Loose(32)),
    "runs": (OWNER,),
    "charts": (OWNER,),
    "gallery": ("digits-vae",),
    "encoded": ("digits-vae", 0),
    "costs": ("digits-vae", 0),
    "own_q": ("digits-vae", 0),
    "own_q_again": ("digits-vae", 0),
    "gradients": ("digits-vae", 0),
    "posterior": ("digits-vae", 0),
    "distortions": ("digits-vae", 0),
    "pixels": ("digits-vae", 0),
    "aggregate": ("digits-vae",),
    "directions": ("digits-vae",),
    "watch_training": (0,),
    "chart": ("losses",),
}
# The same for the endpoints that other programs ask for by name.
NAMED: dict[str, tuple[Any, ...]] = {
    "checkpoints": (),
    "encode": ("digits-vae", "", 0),
    "decode": ("digits-vae", Z),
    "traverse": ("digits-vae", Z, [0], -3.0, 3.0, 9),
    "interpolate": ("digits-vae", Z, Z, 9),
    "evaluate": ("digits-vae",),
}
FILE = {"meta": {"_type": "gradio.FileData"}}
RUNS = tuple(name for name, arguments in ENDPOINTS.items() if RUN in arguments)


def dumped(value: Any) -> bytes:
    """JSON as a careless server takes it: NaN, infinities, integers of any length, halves of pairs."""
    return json.dumps(value).encode()


def faults(answer, forbidden: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with an answer, whatever was asked."""
    text = answer.text if len(answer.content) < 5_000_000 else answer.content[:5_000_000].decode("latin-1")
    found = [f"status {answer.status_code}"] if answer.status_code >= 500 else []
    found += [mark for mark in ("Traceback", 'File "/', "site-packages", "root:x:0:0", *forbidden) if mark in text]
    if answer.headers.get("x-content-type-options") != "nosniff":
        found.append("may be sniffed")
    return found


class Evil:
    """A pickle that writes a file where it is opened."""

    def __reduce__(self):
        return eval, ("open('hacked', 'w')",)
