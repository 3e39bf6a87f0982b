"""Grey levels of a set: the range of its numbers, the ground of what is transparent, and what looks odd."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from vae.data.own.dataset import Limits, decode_set
from vae.data.own.decode import center_crop_resize
from vae.data.own.levels import oddities, range_of


def ramp(low, high, side=32):
    return np.linspace(low, high, side * side).reshape(side, side)


def written(folder, arrays, kind="tif"):
    folder.mkdir(exist_ok=True)
    for number, array in enumerate(arrays):
        Image.fromarray(array).save(folder / f"{number:02}.{kind}")
    return folder


def spread(images):
    """The least and the greatest level of each image."""
    return [(int(image.min()), int(image.max())) for image in images]


def keys(decoded):
    return [note["key"] for note in decoded.report.notes]


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("kind", ["tif", "png"])
def test_whole_numbers_of_any_usual_depth_reach_white(tmp_path, bits, kind):
    top = 2**bits - 1
    arrays = [ramp(0, top if number == 3 else 0.8 * top).round().astype(np.uint16) for number in range(16)]
    decoded = decode_set(written(tmp_path / "in", arrays, kind), 32)
    expected = [np.floor(array.astype(float) * 255 / top + 0.5) for array in arrays]
    assert all(np.abs(image[0] - right).max() <= 1 for image, right in zip(decoded.images, expected, strict=True))
    assert keys(decoded) == ["pictures.range"]
    (note,) = decoded.report.notes
    assert (note["values"]["n"], note["values"]["white"]) == ("16", str(top))


@pytest.mark.parametrize("dtype", [np.int32, np.uint16])
@pytest.mark.parametrize("kind", ["tif", "png"])
def test_eight_bits_kept_in_more_are_no_black_pictures(tmp_path, dtype, kind):
    if (dtype, kind) == (np.int32, "png"):
        pytest.skip("a PNG holds 16 bits at most")
    decoded = decode_set(written(tmp_path / "in", [ramp(0, 255).astype(dtype)] * 16, kind), 32)
    assert spread(decoded.images) == [(0, 255)] * 16


def test_real_numbers_that_overshoot_in_some_pictures_are_alike_in_all(tmp_path):
    arrays = [ramp(0, 0.98 if number % 2 else 1.02).astype(np.float32) for number in range(16)]
    decoded = decode_set(written(tmp_path / "in", arrays), 32)
    assert spread(decoded.images) == [(0, 255), (0, 250)] * 8
    assert decoded.report.notes[0]["values"]["high"] == "1.02"


@pytest.mark.parametrize(
    ("kind", "low", "high", "expected"),
    [
        ("real", 0, 1, (0, 1)),
        ("real", -0.04, 1.08, (0, 1)),
        ("real", 0, 255, (0, 255)),
        ("real", -8, 263, (0, 255)),
        ("real", -1, 1, (-1, 1)),
        ("real", -2.1, 2.6, (-2.1, 2.6)),
        ("real", 0, 3, (0, 3)),
        ("real", 0, 0.05, (0, 0.05)),
        ("real", 0, 900, (0, 900)),
        ("whole", 0, 255, (0, 255)),
        ("whole", -5, 261, (0, 255)),
        ("whole", 3, 1023, (0, 1023)),
        ("whole", 0, 4100, (0, 4095)),
        ("whole", 0, 16383, (0, 16383)),
        ("whole", 0, 65535, (0, 65535)),
        ("whole", 0, 1, (0, 1)),
        ("whole", 0, 9, (0, 9)),
        ("whole", -1024, 3071, (-1024, 3071)),
        ("whole", 0, 10**6, (0, 10**6)),
    ],
)
def test_the_smallest_usual_range_that_holds_all(kind, low, high, expected):
    found = range_of(kind, low, high)
    assert (found.black, found.white) == expected


@pytest.mark.parametrize("kind", ["real", "whole"])
@pytest.mark.parametrize("value", [-3.0, 0.0, 1e-4, 1.0, 200.0, 1e6])
def test_one_number_alone_divides_by_nothing(kind, value):
    found = range_of(kind, value, value)
    assert found.white > found.black


def sixteen_bit_png(array):
    """A colour PNG of 16 bits, which Pillow does not write."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = array.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def sixteen_bit_tiff(array, order):
    """An uncompressed colour TIFF of 16 bits; after its specification, revision 6.0, section 2."""
    height, width, _ = array.shape
    body = array.astype(f"{order}u2").tobytes()
    at = 8 + 2 + 12 * 9 + 4
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, at), (259, 3, 1, 1), (262, 3, 1, 2)]
    entries += [(273, 4, 1, at + 6), (277, 3, 1, 3), (278, 4, 1, height), (279, 4, 1, len(body))]
    rows = b""
    for tag, kind, count, value in entries:
        short = kind == 3 and count == 1
        rows += struct.pack(f"{order}HHI", tag, kind, count)
        rows += struct.pack(f"{order}HH", value, 0) if short else struct.pack(f"{order}I", value)
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HIH", 42, 8, len(entries))
    return head + rows + struct.pack(f"{order}IHHH", 0, 16, 16, 16) + body


@pytest.mark.parametrize("top", [255, 4095, 65535])
@pytest.mark.parametrize("form", ["png", "tiff <", "tiff >"])
def test_colours_of_more_than_eight_bits_keep_them(top, form):
    array = np.random.default_rng(0).integers(0, top + 1, (32, 32, 3)).astype(np.uint16)
    array[0, 0] = top
    data = sixteen_bit_png(array) if form == "png" else sixteen_bit_tiff(array, form[-1])
    found = center_crop_resize(data, "a", 32, 10**6).transpose(1, 2, 0)
    assert np.array_equal(found, np.floor(array * (255 / top) + 0.5))


def icon(colour, side=40):
    """A disc of that colour on nothing."""
    y, x = np.mgrid[:side, :side]
    alpha = np.where((x - side / 2) ** 2 + (y - side / 2) ** 2 < (side / 3) ** 2, 255, 0)
    return np.dstack([np.broadcast_to(np.array(colour), (side, side, 3)), alpha]).astype(np.uint8)


@pytest.mark.parametrize(
    ("colours", "ground", "level"),
    [
        ([(255, 255, 255)], "black", 0),
        ([(240, 240, 250)], "black", 0),
        ([(0, 0, 0)], "white", 255),
        ([(30, 90, 200)], "white", 255),
        ([(255, 255, 255), (0, 0, 0)], "grey", 128),
        ([(255, 255, 0)], "white", 255),
    ],
)
def test_what_is_transparent_lies_on_the_colour_that_keeps_contrast(tmp_path, colours, ground, level):
    arrays = [icon(colours[number % len(colours)]) for number in range(16)]
    decoded = decode_set(written(tmp_path / "in", arrays, "png"), 32)
    assert keys(decoded) == [f"pictures.on_{ground}"]
    assert (decoded.images[:, :, 0, 0] == level).all()
    middles = decoded.images[:, :, 16, 16]
    assert all(
        (np.abs(middle - np.array(colours[number % len(colours)])) <= 1).all() for number, middle in enumerate(middles)
    )
    assert min(np.ptp(image) for image in decoded.images) > 100


def test_half_transparent_edges_are_mixed_with_the_ground(tmp_path):
    array = np.full((32, 32, 4), 200, np.uint8)
    array[..., 3] = 128
    found = center_crop_resize(encoded(array), "a.png", 32, 10**6)
    assert (np.abs(found.astype(int) - round((200 * 128 + 255 * 127) / 255)) <= 1).all()  # white keeps 55 levels


def encoded(array):
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "png")
    return stream.getvalue()


def test_odd_pictures_are_counted_and_named(tmp_path):
    rng = np.random.default_rng(0)
    usual = [rng.integers(0, 256, (32, 32), dtype=np.uint8) for _ in range(16)]
    odd = [np.zeros((32, 32), np.uint8), np.full((32, 32), 77, np.uint8), usual[0] // 16, 240 + usual[1] // 17]
    decoded = decode_set(written(tmp_path / "in", usual + odd, "png"), 32)
    notes = {note["key"]: note["values"] for note in decoded.report.notes}
    assert notes == {
        "pictures.even": {"n": "2", "total": "20", "names": ["16.png", "17.png"]},
        "pictures.dark": {"n": "1", "total": "20", "names": ["18.png"]},
        "pictures.light": {"n": "1", "total": "20", "names": ["19.png"]},
    }
    assert oddities(decoded.images[:16], [""] * 16) == []


def test_a_set_that_costs_too_much_stops_and_says_which_budget(tmp_path):
    source = written(tmp_path / "in", [ramp(0, 255, 100).astype(np.uint8)] * 30, "png")
    assert decode_set(source, 32, Limits(most_pixels_of_set=300_000)).report.used == 30
    with pytest.raises(Exception, match=r"in holds more than 0 megapixels.* in the first 21 of 30 files"):
        decode_set(source, 32, Limits(most_pixels_of_set=200_000))
    with pytest.raises(Exception, match=r"in takes longer than 0 s to read.* after 1 of 30 files"):
        decode_set(source, 32, Limits(most_seconds_of_set=0.0))
