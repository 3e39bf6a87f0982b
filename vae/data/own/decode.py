"""Decode one picture in one of a few formats to its middle square, or say why not.

This is the one place where strangers' pictures are opened: only by the readers of `FORMATS`, so that no reader of
Pillow's that starts a program or opens other formats by itself is ever asked.
"""

from __future__ import annotations

import functools
import io
import threading
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

import numpy as np
from PIL import Image, UnidentifiedImageError

from vae.data.own.archive import Limits, Unusable
from vae.data.own.levels import Numbers, composed, scaled
from vae.system.limits import PICTURES

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "AVIF")  # and HEIF, where pillow-heif is installed
# The endings of their files, for who chooses among files without looking into them.
ENDINGS = (".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".bmp", ".tif", ".tiff")
ENDINGS += (".pbm", ".pgm", ".ppm", ".pnm", ".pfm", ".avif", ".avifs", ".heic", ".heif", ".hif")
# Of pictures in other formats.
OTHER_ENDINGS = (
    ".svg",
    ".ico",
    ".icns",
    ".jp2",
    ".j2k",
    ".jxl",
    ".tga",
    ".pcx",
    ".sgi",
    ".qoi",
    ".dds",
    ".psd",
    ".eps",
)
OTHER_ENDINGS += (".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2", ".exr", ".hdr", ".fits")

_ZIP_HEAD = b"PK\x03\x04"
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
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
_SWAPPED = {"RGB;16B": "RGB;16L", "RGB;16L": "RGB;16B", "RGB;16N": "RGB;16B"}  # what reads the low bytes of 16 bits
_QUIET = threading.Lock()  # the filters of warnings belong to the whole process

Image.MAX_IMAGE_PIXELS = PICTURES.most_pixels  # Pillow's readers look at it too, before they take memory


@dataclass(frozen=True)
class Picture:
    """The middle square of one picture, upright and resized, before what is decided over its whole set.

    Attributes:
        pixels: uint8 (3, size, size); of a transparent one multiplied by its alpha. None where there are `numbers`.
        alpha: uint8 (size, size); None where all is opaque.
        numbers: of a picture of more than 8 bits.
        decoded: width times height of what was decoded.
    """

    pixels: np.ndarray | None
    alpha: np.ndarray | None
    numbers: Numbers | None
    decoded: int


def decode(data: bytes, name: str, size: int, most_pixels: int) -> Picture:
    """Decode one file. A pure function of values that can be pickled, so that another process may do it.

    Args:
        data: the whole file; of an animation the first frame counts.
        name: of the file; its ending tells a damaged picture from something else.
        most_pixels: width times height that are decoded.

    Raises:
        Unusable: archive, format, heic, huge, not_an_image or unreadable.
    """
    if data.startswith(_ZIP_HEAD):
        raise Unusable("archive")
    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata, and about sizes, which are checked here
            return _decoded(data, size, most_pixels)
    except Unusable:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise Unusable("huge") from error
    except UnidentifiedImageError as error:
        raise Unusable(_unidentified(data, name)) from error
    except Exception as error:  # Pillow's readers check little, and a damaged file raises what it breaks
        raise Unusable("unreadable") from error


def center_crop_resize(data: bytes, name: str, size: int, most_pixels: int) -> np.ndarray:
    """The middle square of a picture, upright and resized (Lanczos), as a set of this picture alone gives it: numbers
    of more than 8 bits by their range, what is transparent on the colour that keeps contrast.

    Returns:
        uint8 (3, size, size).

    Raises:
        Unusable: as `decode` does.
    """
    picture = decode(data, name, size, most_pixels)
    if picture.numbers is not None:
        return scaled([picture.numbers])[0][0]
    if picture.alpha is not None:
        return composed([picture.pixels], [picture.alpha])[0][0]
    return picture.pixels


def fit_to_shape(data: bytes, name: str, shape: tuple[int, int, int], most_pixels: int) -> np.ndarray:
    """A picture as a network takes it: `center_crop_resize`, and for one channel its luma (ITU-R BT.601).

    Args:
        shape: (C, H, W) with one or three channels and as wide as it is high.

    Returns:
        uint8 (C, H, W).

    Raises:
        Unusable: as `decode` does.
        ValueError: another shape.
    """
    channels, height, width = shape
    if channels not in (1, 3) or height != width:
        raise ValueError(f"pictures are squares of one or three channels, not {shape}")
    pixels = center_crop_resize(data, name, height, most_pixels)
    return pixels if channels == 3 else to_grey(pixels)


def fit_file(path: Path, shape: tuple[int, int, int], limits: Limits) -> np.ndarray:
    """`fit_to_shape` of a file. What goes in and out can be pickled, so that another process may do it.

    Raises:
        Unusable: as `decode` does, and where the file is larger than the limits allow.
        OSError: it cannot be read.
    """
    if path.stat().st_size > limits.most_bytes:
        raise Unusable("huge")
    return fit_to_shape(path.read_bytes(), path.name, shape, limits.most_pixels)


def to_grey(pixels: np.ndarray) -> np.ndarray:
    """The luma (ITU-R BT.601) of red, green and blue, uint8 (3, H, W) -> (1, H, W)."""
    return np.rint(np.tensordot(_LUMA, pixels.astype(np.float64), axes=1))[None].astype(np.uint8)


@functools.cache
def formats() -> tuple[str, ...]:
    """The readers that may be asked, by Pillow's names."""
    with suppress(ImportError):
        from pillow_heif import register_heif_opener

        register_heif_opener()
        return (*FORMATS, "HEIF")
    return FORMATS


def _unidentified(data: bytes, name: str) -> str:
    """Why none of the readers takes a file."""
    ending = PurePath(name).suffix.lower()
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "unreadable" if "HEIF" in formats() else "heic"
    if ending in OTHER_ENDINGS:
        return "format"
    return "unreadable" if ending in ENDINGS else "not_an_image"


def _decoded(data: bytes, size: int, most_pixels: int) -> Picture:
    with Image.open(io.BytesIO(data), formats=formats()) as image:
        if image.width * image.height > most_pixels:
            raise Unusable("huge")
        low_bytes = _low_bytes(data, image)
        image.draft(None, (4 * size, 4 * size))  # JPEG alone: a photo is decoded at up to an eighth, far faster
        image.load()
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))  # after load, since TIFF is turned by Pillow there
        shrink = functools.partial(_square, size=size, turn=turn)  # turned last: cheaper, and the same
        area = image.width * image.height
        if image.mode in ("I", "F") or image.mode.startswith("I;16"):
            kind = "real" if image.mode == "F" else "whole"
            return Picture(None, None, _numbers([np.array(image, np.float32)], kind, shrink), area)
        if low_bytes is not None:
            bands = zip(image.split(), low_bytes.split(), strict=True)
            whole = [256 * np.array(high, np.float32) + np.array(low, np.float32) for high, low in bands]
            return Picture(None, None, _numbers(whole, "whole", shrink), 2 * area)
        if image.has_transparency_data:
            layers = shrink(image.convert("RGBA").convert("RGBa"))  # multiplied, so that hidden colours do not show
            if (layers[3] < 255).any():
                return Picture(np.ascontiguousarray(layers[:3]), layers[3], None, area)
        return Picture(shrink(image.convert("RGB")), None, None, area)


def _low_bytes(data: bytes, image: Image.Image) -> Image.Image | None:
    """The low bytes of a colour picture of 16 bits, of which Pillow gives the high ones; None for any other."""
    tiles = getattr(image, "tile", ()) if image.mode == "RGB" else ()
    if not any(_SWAPPED.keys() & set(_arguments(tile)) for tile in tiles):
        return None
    with Image.open(io.BytesIO(data), formats=formats()) as again:
        again.tile = [tile._replace(args=_swapped(tile)) for tile in again.tile]
        if again.format == "PNG":  # whose reader puts its own arguments together
            again.tile = [tile._replace(args=_arguments(tile)[0]) for tile in again.tile]
        again.load()
        return again.convert("RGB")


def _arguments(tile) -> tuple:
    return tile.args if isinstance(tile.args, tuple) else (tile.args,)


def _swapped(tile) -> tuple:
    return tuple(_SWAPPED.get(value, value) if isinstance(value, str) else value for value in _arguments(tile))


def _numbers(bands: list[np.ndarray], kind: Literal["whole", "real"], shrink: functools.partial) -> Numbers:
    low, high = (float(bound) for bound in (min(band.min() for band in bands), max(band.max() for band in bands)))
    if not np.isfinite(np.array([low, high, high - low], np.float32)).all():
        raise Unusable("unreadable")
    return Numbers(kind, np.concatenate([shrink(Image.fromarray(band)) for band in bands]), low, high)


def _square(image: Image.Image, size: int, turn: Image.Transpose | None) -> np.ndarray:
    """The middle square, resized and turned: (C, size, size)."""
    side, (width, height) = min(image.size), image.size
    box = ((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2)
    small = image.resize((size, size), Image.Resampling.LANCZOS, box=box)
    pixels = np.asarray(small if turn is None else small.transpose(turn))
    return np.ascontiguousarray(np.atleast_3d(pixels).transpose(2, 0, 1))
