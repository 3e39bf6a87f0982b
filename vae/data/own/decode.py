"""Decode one picture in any format that Pillow reads to its middle square, or say why not."""

from __future__ import annotations

import functools
import io
import struct
import threading
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from vae.data.own.archive import Unusable

_ZIP_HEAD = b"PK\x03\x04"
PILLOW_ERRORS = (  # its readers check little: what a damaged file breaks is what they raise
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError),
    *(EOFError, RuntimeError, MemoryError, BufferError, struct.error, zlib.error),
)
_NOT_READ = {"EPS", "BUFR", "GRIB", "HDF5", "MPEG", "WMF"}  # EPS starts Ghostscript; the others are only recognised
_ORIENTATION = 0x0112  # the EXIF tag; 1 is upright
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LUMA = np.array([0.299, 0.587, 0.114])
_QUIET = threading.Lock()  # the filters of warnings belong to the whole process


def center_crop_resize(data: bytes, name: str, size: int, most_pixels: int) -> np.ndarray:
    """The middle square of a picture, upright, on white and resized (Lanczos).

    Args:
        data: the whole file; of an animation the first frame counts.
        name: of the file; its ending tells a damaged picture from something else.
        most_pixels: width times height that are decoded.

    Returns:
        uint8 (3, size, size). 0 … 65535 is scaled to 0 … 255, and so are real numbers in 0 … 1; whole or real numbers
        outside the usual ranges are stretched from least to greatest.

    Raises:
        Unusable: archive, huge, not_an_image or unreadable.
    """
    if data.startswith(_ZIP_HEAD):
        raise Unusable("archive")
    formats = _formats()
    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sizes, which are checked here, and about odd metadata
            flat, turn = _decoded(data, formats, size, most_pixels)
        side, (width, height) = min(flat.size), flat.size
        box = ((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2)
        small = flat.resize((size, size), Image.Resampling.LANCZOS, box=box)
        small = small if turn is None else small.transpose(turn)
        return np.ascontiguousarray(np.asarray(small).transpose(2, 0, 1))
    except Image.DecompressionBombError as error:
        raise Unusable("huge") from error
    except UnidentifiedImageError as error:
        claims = Image.registered_extensions().get(Path(name).suffix.lower()) in formats
        raise Unusable("unreadable" if claims else "not_an_image") from error
    except PILLOW_ERRORS as error:
        raise Unusable("unreadable") from error


def fit_to_shape(data: bytes, name: str, shape: tuple[int, int, int], most_pixels: int) -> np.ndarray:
    """A picture as a network takes it: `center_crop_resize`, and for one channel its luma (ITU-R BT.601).

    Args:
        shape: (C, H, W) with one or three channels and as wide as it is high.

    Returns:
        uint8 (C, H, W).

    Raises:
        Unusable: as `center_crop_resize` does.
        ValueError: another shape.
    """
    channels, height, width = shape
    if channels not in (1, 3) or height != width:
        raise ValueError(f"pictures are squares of one or three channels, not {shape}")
    pixels = center_crop_resize(data, name, height, most_pixels)
    return pixels if channels == 3 else to_grey(pixels)


def to_grey(pixels: np.ndarray) -> np.ndarray:
    """The luma (ITU-R BT.601) of red, green and blue, uint8 (3, H, W) -> (1, H, W)."""
    return np.rint(np.tensordot(_LUMA, pixels.astype(np.float64), axes=1))[None].astype(np.uint8)


@functools.cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in Image.ID if name not in _NOT_READ)


def _decoded(
    data: bytes, formats: tuple[str, ...], size: int, most_pixels: int
) -> tuple[Image.Image, Image.Transpose | None]:
    """The whole picture as RGB, and the turn that puts it upright: cheaper after resizing, and the same."""
    with Image.open(io.BytesIO(data), formats=formats) as image:
        if image.width * image.height > most_pixels:
            raise Unusable("huge")
        image.draft(None, (4 * size, 4 * size))  # JPEG alone: a photo is decoded at up to an eighth, far faster
        image.load()
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))  # after load, since TIFF is turned by Pillow there
        return _flat(image), turn


def _flat(image: Image.Image) -> Image.Image:
    """Any mode of Pillow as RGB, what is transparent on white."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _eight_bits(image)
    elif image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Whole or real numbers as 0 … 255, by the usual range that holds them all, else from least to greatest."""
    values = np.array(image, np.float32)
    low, high = values.min(), values.max()
    if not np.isfinite([low, high, high - low]).all():
        raise Unusable("unreadable")
    usual = (1.0, 255.0) if image.mode == "F" else (65535.0,)
    top = next((top for top in usual if low >= 0 and high <= top), None)
    bottom, top = (low, high) if top is None else (0.0, top)
    values -= bottom
    values *= 255 / max(float(top - bottom), 1e-30)
    values += 0.5
    return Image.fromarray(values.astype(np.uint8))
