"""What a process does that is killed in the middle of it."""

from pathlib import Path

import torch

from vae.system import safetensors_file


def write_for_ever(path: Path) -> None:
    """One version of a file after the other, as fast as it goes; each holds its number and half a million of it."""
    torch.set_num_threads(1)
    number = safetensors_file.read_header(path)["number"]
    while True:
        number += 1
        safetensors_file.write(path, {"x": torch.full((500_000,), float(number))}, {"number": number})
