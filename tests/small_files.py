"""Small files in the format of published ones: a few made-up faces for CelebA, a coarse grid for dSprites."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from vae.data import dsprites

FACES = {"0": 70, "1": 5, "2": 30}  # by the number of their split: train, validation, test
FACES_OF = {"train": FACES["0"], "test": FACES["2"]}
ATTRIBUTES = ["5_o_Clock_Shadow", "Smiling", "Wearing_Hat", *(f"Attribute_{k}" for k in range(3, 40))]
GRID = (2, 3, 4, 5, 6)  # shapes, scales, orientations, x, y


def face(number: int) -> Image.Image:
    """A picture of 178×218 that nobody would take for a face: smooth colours and a bright disc."""
    y, x = np.mgrid[:218, :178]
    draw = np.random.default_rng(number)
    disc = (x - draw.integers(40, 140)) ** 2 + (y - draw.integers(60, 160)) ** 2 < draw.integers(20, 60) ** 2
    waves = [128 + 60 * np.sin(x / draw.uniform(15, 60) + y / draw.uniform(15, 60)) for _ in range(3)]
    return Image.fromarray(np.clip(np.stack(waves, 2) + 60 * disc[..., None], 0, 255).astype(np.uint8))


@cache
def written_face(number: int) -> bytes:
    """It as a JPEG."""
    file = io.BytesIO()
    face(number).save(file, "JPEG", quality=90)
    return file.getvalue()


def attributes_of(number: int) -> np.ndarray:
    """(40,) of −1 and 1."""
    return np.where(np.random.default_rng(number).random(len(ATTRIBUTES)) < 0.4, 1, -1)


def celeba(root: Path, zipped: bool = False) -> dict[str, list[int]]:
    """Writes the files that torchvision lays out; the numbers of the pictures by split."""
    folder = root / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    codes = np.random.default_rng(0).permutation([code for code, count in FACES.items() for _ in range(count)])
    names = [f"{number:06d}.jpg" for number in range(1, len(codes) + 1)]
    pictures = {name: written_face(number) for number, name in enumerate(names, start=1)}
    for name, content in pictures.items():
        (folder / "img_align_celeba" / name).write_bytes(content)
    if zipped:
        with zipfile.ZipFile(folder / "img_align_celeba.zip", "w") as archive:
            for name, content in pictures.items():
                archive.writestr(f"img_align_celeba/{name}", content)
                (folder / "img_align_celeba" / name).unlink()
        (folder / "img_align_celeba").rmdir()
    lines = [f"{name} {code}" for name, code in zip(names, codes, strict=True)]
    (folder / "list_eval_partition.txt").write_text("\n".join(lines) + "\n")
    rows = [f"{name} " + " ".join(f"{value:2d}" for value in attributes_of(i)) for i, name in enumerate(names, 1)]
    (folder / "list_attr_celeba.txt").write_text("\n".join([str(len(names)), " ".join(ATTRIBUTES) + " ", *rows]) + "\n")
    codes_of = {"train": "0", "test": "2"}
    return {split: [i for i, code in enumerate(codes, 1) if code == wanted] for split, wanted in codes_of.items()}


def sprites(sizes: tuple[int, ...] = GRID) -> np.ndarray:
    """uint8 (N, 64, 64) of zeros and ones: a bar whose length, slant and place are the factors; some are equal."""
    images = np.zeros((*sizes, 64, 64), np.uint8)
    for shape, scale, turn, x, y in np.ndindex(*sizes):
        length = 6 + 3 * scale + (5 if shape and turn != sizes[2] - 1 else 0)  # the last turn hides the shape
        images[shape, scale, turn, x, y, 6 * y + turn : 6 * y + turn + 4, 6 * x : 6 * x + length] = 1
    return images.reshape(-1, 64, 64)


def dsprites_arrays(sizes: tuple[int, ...] = GRID) -> dict[str, np.ndarray]:
    """The arrays of the published file, its pickled metadata included."""
    grid = np.indices((1, *sizes)).reshape(len(sizes) + 1, -1).T
    return {
        "metadata": np.array({"title": "dSprites dataset", "latents_sizes": np.array((1, *sizes))}, dtype=object),
        "imgs": sprites(sizes),
        "latents_classes": grid.astype(np.int64),
        "latents_values": grid / 10,
    }


def write_dsprites(root: Path, **changes: np.ndarray | None) -> Path:
    """Writes them, some changed or, with None, left out."""
    path = root / dsprites.FILE
    arrays = {name: array for name, array in (dsprites_arrays() | changes).items() if array is not None}
    np.savez_compressed(path, **arrays)
    return path
