"""One's own images, against pictures that Pillow draws and crops here, and against zips that mean harm."""

from __future__ import annotations

import gc
import io
import os
import pickle
import random
import shutil
import struct
import tracemalloc
import unicodedata
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from vae.data import DataError
from vae.data.own.archive import Unusable
from vae.data.own.dataset import FILE, Limits, gather, own_images
from vae.data.own.decode import center_crop_resize
from vae.system import safetensors_file

pytestmark = pytest.mark.filterwarnings("error")
LANCZOS = Image.Resampling.LANCZOS


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_open_by_others():
    """Files and sockets of other tests of this process would be told of in the middle of these."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def picture(seed: int = 0, width: int = 40, height: int = 32) -> Image.Image:
    """Smooth colours, so that what a lossy format changes stays small."""
    corners = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    return Image.fromarray(corners).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str = "png", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def expected(image: Image.Image, size: int = 32) -> np.ndarray:
    """(3, size, size), as Pillow's own cropper does it."""
    return np.asarray(ImageOps.fit(image.convert("RGB"), (size, size), LANCZOS)).transpose(2, 0, 1)


def reduced(data: bytes, name: str = "a.png", size: int = 32) -> np.ndarray:
    return center_crop_resize(data, name, size, 10**7)


def distance(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


def files(number: int = 20, prefix: str = "") -> dict[str, bytes]:
    return {f"{prefix}{index:03}.png": encoded(picture(index)) for index in range(number)}


def folder_of(path: Path, contents: dict[str, bytes]) -> Path:
    for name, data in contents.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def zip_of(path: Path, contents: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def images(folder: Path) -> np.ndarray:
    return safetensors_file.read(folder / FILE)[0]["images"].numpy()


def reasons(report) -> dict[str, str]:
    return {one.name: one.reason for one in report.skipped}


# One picture


@pytest.mark.parametrize("size", [32, 64])
@pytest.mark.parametrize(
    ("kind", "options", "apart"),
    [
        *((kind, {}, 0) for kind in ("png", "bmp", "tiff", "ppm")),
        ("webp", {"lossless": True}, 0),
        ("webp", {"quality": 95}, 9),
        ("jpeg", {"quality": 98, "subsampling": 0}, 5),
        ("avif", {"quality": 95, "subsampling": "4:4:4"}, 9),
        ("gif", {}, 40),
    ],
)
def test_every_format_gives_the_same_square(kind, options, apart, size):
    image = picture(3, 90, 71)
    data = encoded(image, kind, **options)
    assert distance(reduced(data, "a", size), expected(Image.open(io.BytesIO(data)), size)) == 0
    assert distance(reduced(data, "a", size), expected(image, size)) <= apart


@pytest.mark.parametrize("shape", [(32, 32), (1, 1), (1, 50), (33, 32), (32, 33), (97, 31), (7, 400), (64, 64)])
def test_the_middle_square_is_taken(shape):
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (shape[1], shape[0], 3), dtype=np.uint8))
    assert distance(reduced(encoded(image)), expected(image)) == 0


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"jpeg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}}.get(kind, {})
    data = encoded(picture(5, 61, 40), kind, exif=exif, **options)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert distance(reduced(data), expected(upright)) <= 1
    plain = encoded(picture(5, 61, 40))
    assert (distance(reduced(data), reduced(plain)) > 20) == (orientation != 1)


def test_an_orientation_that_makes_no_sense_is_passed_over():
    exif = Image.Exif()
    exif[0x0112] = 77
    assert distance(reduced(encoded(picture(), exif=exif)), expected(picture())) == 0


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_sixteen_bits_are_scaled_to_eight(kind):
    values = np.linspace(0, 65535, 32 * 32).reshape(32, 32).round().astype(np.uint16)
    found = reduced(encoded(Image.fromarray(values), kind))
    assert distance(found, np.broadcast_to(np.round(values / 257), (3, 32, 32))) == 0
    big = values.astype(">u2").tobytes()
    swapped = Image.frombytes("I;16B", (32, 32), big)
    assert np.array_equal(reduced(encoded(swapped, "tiff")), found)


@pytest.mark.parametrize(("low", "high", "black", "white"), [(0, 1, 0, 1), (0, 200, 0, 255), (-3, 900, -3, 900)])
def test_real_numbers_are_taken_by_their_range(low, high, black, white):
    values = np.linspace(low, high, 32 * 32, dtype=np.float32).reshape(32, 32)
    found = reduced(encoded(Image.fromarray(values), "tiff"))
    assert distance(found[0], np.round((values - black) * 255 / (white - black))) <= 1


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_numbers_without_a_range_are_no_picture(value):
    values = np.array([[-value, value]], np.float32)
    with pytest.raises(Unusable, match="unreadable"):
        reduced(encoded(Image.fromarray(values), "tiff"))


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr"])
def test_other_modes_become_red_green_and_blue(mode):
    image = picture(7).convert(mode)
    kind = {"CMYK": "tiff", "YCbCr": "jpeg"}.get(mode, "png")
    data = encoded(image, kind, **({"quality": 98, "subsampling": 0} if kind == "jpeg" else {}))
    assert distance(reduced(data), expected(Image.open(io.BytesIO(data)))) == 0
    assert distance(reduced(data), expected(image)) <= (8 if mode == "YCbCr" else 0)


def test_a_cmyk_jpeg_is_not_read_as_its_negative():
    image = Image.new("RGB", (40, 40), (200, 60, 30))
    assert distance(reduced(encoded(image.convert("CMYK"), "jpeg", quality=100)), expected(image)) <= 6


def clear_on_the_left(mode: str) -> Image.Image:
    """Left half transparent over red, right half opaque blue (or grey)."""
    image = Image.new("RGBA", (32, 32), (255, 0, 0, 0))
    image.paste((90, 90, 90, 255) if mode == "LA" else (0, 0, 255, 255), (16, 0, 32, 32))
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_lies_on_white(mode):
    image = clear_on_the_left(mode)
    found = reduced(encoded(image, **({"transparency": image.getpixel((0, 0))} if mode == "P" else {})))
    assert (found[:, :, :16] == 255).all()
    assert (found[:, 0, 31] == ((90, 90, 90) if mode == "LA" else (0, 0, 255))).all()


def test_a_transparent_colour_of_a_plain_picture_lies_on_white():
    image = Image.new("RGB", (32, 32), (10, 20, 30))
    assert (reduced(encoded(image, transparency=(10, 20, 30))) == 255).all()


@pytest.mark.parametrize("kind", ["gif", "webp", "png", "tiff"])
def test_of_an_animation_the_first_frame_counts(kind):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
    found = reduced(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert distance(found, expected(frames[0])) <= 3


def test_a_photo_that_is_decoded_small_looks_as_decoded_whole():
    data = encoded(picture(9, 1500, 1100), "jpeg", quality=90)
    assert distance(reduced(data, size=64), expected(Image.open(io.BytesIO(data)), 64)) <= 3


def png_head(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    chunk = b"IHDR" + struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    end = b"IDAT" + zlib.compress(b"")
    chunks = [struct.pack(">L", len(part) - 4) + part + struct.pack(">L", zlib.crc32(part)) for part in (chunk, end)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("side", [6_400, 10_000, 60_000], ids=["ours", "Pillow warns", "Pillow raises"])
def test_a_huge_picture_is_refused_before_it_is_decoded(side):
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(Unusable, match="huge"):
        center_crop_resize(png_head(side, side), "a.png", 32, Limits().most_pixels)
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.png", "unreadable"),
        (b"", "a.txt", "not_an_image"),
        (b"cat, dog\n" * 99, "labels.csv", "not_an_image"),
        (b"cat, dog\n" * 99, "a.JPG", "unreadable"),
        (encoded(picture())[:300], "a.png", "unreadable"),
        (encoded(picture(), "jpeg")[:300], "a.jpg", "unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "a.eps", "format"),
        *((encoded(picture(), kind), f"a.{kind}", "format") for kind in ("tga", "qoi", "ico", "icns", "pcx", "dds")),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.SVG", "format"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "a.HEIC", "heic"),
        (b"PK\x03\x04" + b"x" * 99, "a.zip", "archive"),
    ],
)
def test_what_is_no_picture_is_named(data, name, reason):
    with pytest.raises(Unusable) as caught:
        reduced(data, name)
    assert caught.value.reason == reason


def test_no_damage_makes_anything_but_unusable():
    draw = random.Random(0)
    kinds = ("png", "jpeg", "webp", "gif", "tiff", "bmp", "ppm", "avif")
    whole = [encoded(picture(1, 32, 32), kind) for kind in kinds]
    seen = 0
    for _ in range(1500):
        data = bytearray(draw.choice(whole))
        for _ in range(draw.randint(1, 6)):
            data[draw.randrange(min(len(data), 250))] = draw.choice((0, 255, draw.randrange(256)))
        try:
            assert center_crop_resize(bytes(data[: draw.choice((len(data), 120))]), "a", 32, 10**6).shape == (3, 32, 32)
        except Unusable:
            seen += 1
    assert 200 < seen < 1500


# A folder


def test_a_folder_becomes_one_file_in_the_order_of_its_paths(tmp_path):
    contents = {"b/1.png": 0, "a.png": 1, "b/0.png": 2, "a/z/9.png": 3, "a-b.png": 4}
    source = folder_of(tmp_path / "in", {name: encoded(picture(seed)) for name, seed in contents.items()})
    steps = []
    report = gather(source, 32, tmp_path / "out" / "here", Limits(fewest_images=5), lambda *step: steps.append(step))
    assert (report.used, report.skipped, report.colour) == (5, (), True)
    assert steps == [(done, 5) for done in range(1, 6)]
    order = ["a/z/9.png", "a-b.png", "a.png", "b/0.png", "b/1.png"]
    found = images(tmp_path / "out" / "here")
    assert all(np.array_equal(found[i], expected(picture(contents[name]))) for i, name in enumerate(order))
    header = safetensors_file.read_header(tmp_path / "out" / "here" / FILE)
    assert (header["version"], header["size"], header["source"]) == (1, 32, "in")
    assert header["report"] == {"used": 5, "skipped": {}, "colour": True, "notes": []}


@pytest.mark.parametrize("number", [1, 20])
@pytest.mark.parametrize("wrapped", ["", "photos/"])
def test_a_zip_gives_what_its_folder_gives(tmp_path, wrapped, number):
    contents = files(20, f"{wrapped}ä/") | files(number, f"{wrapped}b/")
    contents |= {f"{wrapped}b/broken.png": b"no", f"{wrapped}read.me": b"words"}
    reports = [
        gather(folder_of(tmp_path / "both", contents), 32, tmp_path / "1"),
        gather(zip_of(tmp_path / "zip.zip", dict(reversed(contents.items()))), 32, tmp_path / "2"),
    ]
    assert reports[0] == reports[1]
    one, two = (safetensors_file.read(tmp_path / name / FILE) for name in "12")
    assert all(torch.equal(one[0][key], two[0][key]) for key in ("images", "labels"))
    assert {**one[1], "source": ""} == {**two[1], "source": ""}


def test_the_bad_among_the_good_are_counted_and_named(tmp_path):
    bad = {"x/half.jpg": encoded(picture(), "jpeg")[:200], "notes.txt": b"hello", "big.png": png_head(9000, 9000)}
    source = folder_of(tmp_path / "in", files() | bad | {"inner.zip": b"PK\x03\x04more"})
    report = gather(source, 32, tmp_path / "out")
    named = {"big.png": "huge", "inner.zip": "archive", "notes.txt": "not_an_image", "x/half.jpg": "unreadable"}
    assert report.used == 20
    assert reasons(report) == named
    assert [one.name for one in report.skipped] == sorted(named)
    header = safetensors_file.read_header(tmp_path / "out" / FILE)
    assert header["report"]["skipped"] == {"archive": 1, "huge": 1, "not_an_image": 1, "unreadable": 1}
    assert header["skipped"][0] == {"name": "big.png", "reason": "huge"}


def test_the_header_names_a_hundred_and_counts_all(tmp_path):
    source = folder_of(tmp_path / "in", files() | {f"{i}.txt": b"" for i in range(130)})
    assert len(gather(source, 32, tmp_path / "out").skipped) == 130
    header = safetensors_file.read_header(tmp_path / "out" / FILE)
    assert len(header["skipped"]) == 100
    assert header["report"]["skipped"] == {"not_an_image": 130}


def test_hidden_files_are_not_looked_at(tmp_path):
    hidden = dict.fromkeys((".DS_Store", ".git/a.png", "a/.thumb.png", "__MACOSX/._a.png"), b"no")
    contents = files() | hidden
    for source in (folder_of(tmp_path / ".in", contents), zip_of(tmp_path / "in.zip", contents)):
        report = gather(source, 32, tmp_path / "out")
        assert (report.used, report.skipped) == (20, ())


def test_links_and_pipes_lead_nowhere(tmp_path):
    outside = folder_of(tmp_path / "outside", files(3))
    source = folder_of(tmp_path / "in", files(18))
    (source / "out").symlink_to(outside)
    (source / "one.png").symlink_to(outside / "000.png")
    (source / "loop").symlink_to(source)
    (source / "gone.png").symlink_to(source / "nowhere.png")
    (source / "again.png").symlink_to("000.png")
    (source / "round.png").symlink_to("round.png")
    os.mkfifo(source / "pipe.png")
    report = gather(source, 32, tmp_path / "to")
    assert report.used == 19
    found = reasons(report)
    assert found.pop("round.png") in ("not_an_image", "unreadable")
    assert found == {
        "gone.png": "not_an_image",
        "loop": "link",
        "one.png": "outside",
        "out": "outside",
        "pipe.png": "not_an_image",
    }


def test_the_source_itself_may_be_a_link(tmp_path):
    (tmp_path / "link").symlink_to(folder_of(tmp_path / "in", files()))
    assert gather(tmp_path / "link", 32, tmp_path / "out").used == 20


def test_a_folder_that_is_removed_while_it_is_read_is_one_sentence(tmp_path):
    source = folder_of(tmp_path / "in", files())
    with pytest.raises(DataError, match="was removed while its images were read"):
        gather(source, 32, tmp_path / "out", progress=lambda done, total: shutil.rmtree(source, ignore_errors=True))
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_removed_alone_is_skipped(tmp_path):
    source = folder_of(tmp_path / "in", files())
    report = gather(source, 32, tmp_path / "out", progress=lambda *step: (source / "010.png").unlink(missing_ok=True))
    assert reasons(report) == {"010.png": "unreadable"}


def test_names_that_no_page_takes_are_shown_all_the_same(tmp_path):
    odd = [b"\xff\xfe.png", b"a\nb\x1b[31m.png", ("e\u0301" * 60 + ".txt").encode()]
    source = folder_of(tmp_path / "in", files())
    for name in odd:
        Path(os.fsdecode(os.fsencode(source) + b"/" + name)).write_bytes(b"no")
    report = gather(source, 32, tmp_path / "out")
    assert {one.name for one in report.skipped} == {"\ufffd\ufffd.png", "a\ufffdb\ufffd[31m.png", "é" * 60 + ".txt"}
    assert len(safetensors_file.read_header(tmp_path / "out" / FILE)["skipped"]) == 3


def test_a_source_of_such_a_name_is_shown_too(tmp_path):
    source = folder_of(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\nin")), files())
    gather(source, 32, tmp_path / "out")
    assert own_images(tmp_path / "out")[0].spec.source == "\ufffd\ufffdin"
    with pytest.raises(DataError, match="^\ufffd\ufffdin holds more"):
        gather(source, 32, tmp_path / "out", Limits(most_files=3))


# Grey and labels


def test_grey_pictures_have_one_channel_and_one_colour_makes_three(tmp_path):
    grey = picture().convert("L")
    contents = {f"{i}.png": encoded(picture(i).convert("L")) for i in range(16)}
    contents |= {"rgb.png": encoded(grey.convert("RGB")), "la.png": encoded(grey.convert("LA"))}
    contents |= {f"lossy.{kind}": encoded(grey.convert("RGB"), kind) for kind in ("jpeg", "webp", "gif")}
    source = folder_of(tmp_path / "in", contents)
    assert gather(source, 64, tmp_path / "out").colour is False
    assert images(tmp_path / "out").shape == (21, 1, 64, 64)
    assert np.array_equal(images(tmp_path / "out")[0, 0], expected(grey, 64)[0])
    folder_of(source, {"z.png": encoded(picture(5))})
    assert gather(source, 64, tmp_path / "out").colour is True
    assert images(tmp_path / "out").shape == (22, 3, 64, 64)
    assert own_images(tmp_path / "out")[0].spec.shape == (3, 64, 64)


@pytest.mark.parametrize("around", ["", "pets/", "my/pets/"])
def test_folders_side_by_side_are_classes(tmp_path, around):
    contents = files(9, f"{around}dog/") | files(8, f"{around}cat/old/") | {f"{around}read.me": b"words"}
    gather(folder_of(tmp_path / "in", contents), 32, tmp_path / "out")
    train, test = own_images(tmp_path / "out")
    assert train.label_names == test.label_names == ("cat", "dog")
    stored = images(tmp_path / "out")
    for data in (train, test):
        for image, label in zip(data.images.numpy(), data.labels, strict=True):
            places = [place for place, one in enumerate(stored) if np.array_equal(one, image)]
            assert any((place >= 8) == label for place in places)
    assert sorted([*train.labels, *test.labels]) == [0] * 8 + [1] * 9


@pytest.mark.parametrize(
    "contents",
    [
        files(20),
        files(20, "one/"),
        files(20, "a/") | files(20, "b/") | {"top.png": encoded(picture())},
        {f"{i}/a.png": encoded(picture()) for i in range(101)},
    ],
    ids=["flat", "one folder", "one outside", "too many"],
)
def test_other_folders_are_no_classes(tmp_path, contents):
    gather(folder_of(tmp_path / "in", contents), 32, tmp_path / "out")
    train, test = own_images(tmp_path / "out")
    assert train.labels is test.labels is train.label_names is None
    assert list(safetensors_file.read(tmp_path / "out" / FILE)[0]) == ["images"]


def test_a_hundred_folders_are_classes(tmp_path):
    contents = {f"{i:03}/a.png": encoded(picture()) for i in range(100)}
    gather(folder_of(tmp_path / "in", contents), 32, tmp_path / "out")
    assert len(own_images(tmp_path / "out")[0].label_names) == 100


# Limits


def test_beyond_the_most_images_an_even_choice_is_taken(tmp_path):
    contents = files(60, "a/") | files(60, "b/") | {"a/0.txt": b"words"}
    limits = Limits(most_images=40)
    steps = []
    source = folder_of(tmp_path / "in", contents)
    report = gather(source, 32, tmp_path / "1", limits, lambda *step: steps.append(step))
    assert gather(zip_of(tmp_path / "in.zip", contents), 32, tmp_path / "2", limits) == report
    assert report.used == 40
    assert len(report.skipped) == 81
    assert steps[-1] == (121, 121)
    assert {one.reason for one in report.skipped[1:]} == {"too_many"}
    assert [one.name for one in report.skipped[1:]] == sorted(one.name for one in report.skipped[1:])
    one, two = (safetensors_file.read(tmp_path / name / FILE)[0] for name in "12")
    assert torch.equal(one["images"], two["images"])
    assert 10 <= int(one["labels"].sum()) <= 30
    assert bool((one["labels"].diff() >= 0).all())
    taken = [name for name in sorted(contents) if name not in reasons(report)]
    assert all(
        np.array_equal(image, expected(picture(int(name[2:5]))))
        for image, name in zip(one["images"].numpy(), taken, strict=True)
    )


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_too_many_files_are_refused(tmp_path, form):
    source = folder_of(tmp_path / "in", files()) if form == "folder" else zip_of(tmp_path / "in", files())
    assert gather(source, 32, tmp_path / "out", Limits(most_files=20)).used == 20
    with pytest.raises(DataError, match="^in holds more than 19 files"):
        gather(source, 32, tmp_path / "out", Limits(most_files=19))


def test_the_files_of_a_zip_are_counted_across_what_is_read_at_once(tmp_path):
    """The first row of the table of contents lies astride the end of the first MiB."""
    contents = files()
    table = zip_of(tmp_path / "in.zip", contents, zipfile.ZIP_STORED).read_bytes().index(b"PK\x01\x02")
    contents["pad"] = bytes(2**20 - 2 - table - 30 - len("pad"))
    source = zip_of(tmp_path / "in.zip", contents, zipfile.ZIP_STORED)
    assert source.read_bytes().index(b"PK\x01\x02") == 2**20 - 2
    with pytest.raises(DataError, match="holds more than 20 files"):
        gather(source, 32, tmp_path / "out", Limits(most_files=20))


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_file_beyond_the_most_bytes_is_skipped(tmp_path, form):
    contents = files() | {"plain.bmp": encoded(Image.new("RGB", (300, 300)), "bmp")}
    source = folder_of(tmp_path / "in", contents) if form == "folder" else zip_of(tmp_path / "in", contents)
    report = gather(source, 32, tmp_path / "out", Limits(most_bytes=200_000))
    assert reasons(report) == {"plain.bmp": "huge"}


@pytest.mark.parametrize(
    ("number", "extra", "found"),
    [
        (3, {}, r"3 readable images, and"),
        (1, {"a.txt": b"words"}, r"1 readable image \(skipped: 1 not an image\), and"),
        (0, {"a.png": b"", "b.png": b""}, r"no readable image \(skipped: 2 unreadable\), and"),
        (0, {}, r"no readable image, and"),
    ],
)
def test_too_few_images_are_said_with_what_is_needed(tmp_path, number, extra, found):
    source = folder_of(tmp_path / "in", files(number) | extra)
    source.mkdir(exist_ok=True)
    with pytest.raises(DataError, match=f"^in holds {found} at least 16 are needed"):
        gather(source, 32, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", [0, 28, 33, 128])
def test_other_sizes_are_refused(tmp_path, size):
    with pytest.raises(DataError, match=f"32 or 64 pixels wide, not {size}"):
        gather(tmp_path, size, tmp_path / "out")


# Zips that mean harm


def test_members_that_climb_are_named_and_not_read(tmp_path):
    harm = ["../up.png", "a/../../up.png", "/etc/a.png", "C:/a.png", "..\\up.png", "//host/a.png"]
    source = zip_of(tmp_path / "in.zip", files() | dict.fromkeys(harm, encoded(picture())) | {"./fine.png": b"no"})
    report = gather(source, 32, tmp_path / "out")
    found = reasons(report)
    assert found.pop("fine.png") == "unreadable"
    assert sorted(found) == ["../up.png", "/etc/a.png", "/host/a.png", "C:/a.png", "a/../../up.png"]
    assert len(report.skipped) == 7
    assert set(found.values()) == {"outside"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.zip", "out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [FILE]


def test_nested_and_odd_members_are_named(tmp_path):
    inner = zip_of(tmp_path / "inner.zip", files(3)).read_bytes()
    source = zip_of(tmp_path / "in.zip", files() | {"inner.zip": inner})
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("b.png", encoded(picture()), zipfile.ZIP_BZIP2)
        archive.writestr("l.png", encoded(picture()), zipfile.ZIP_LZMA)
    assert reasons(gather(source, 32, tmp_path / "out")) == {
        "b.png": "compression",
        "inner.zip": "archive",
        "l.png": "compression",
    }


def patched(path: Path, name: str, offset: int, value: bytes) -> Path:
    """Overwrites part of a member's row in the table of contents; offsets as in section 4.3.12 of PKWARE's note."""
    data = bytearray(path.read_bytes())
    row = data.rindex(name.encode()) - 46
    assert data[row : row + 4] == b"PK\x01\x02"
    data[row + offset : row + offset + len(value)] = value
    path.write_bytes(data)
    return path


def test_encrypted_members_are_named(tmp_path):
    source = patched(zip_of(tmp_path / "in.zip", files()), "004.png", 8, b"\x01\x00")
    assert reasons(gather(source, 32, tmp_path / "out")) == {"004.png": "encrypted"}


def test_a_zip_that_declares_too_much_is_refused(tmp_path):
    source = zip_of(tmp_path / "in.zip", files() | {"bomb.bmp": bytes(5_000_000)})
    assert source.stat().st_size < 50_000
    with pytest.raises(DataError, match="^in.zip unpacks to more than 4.0 MB"):
        gather(source, 32, tmp_path / "out", Limits(most_unpacked=4_000_000))
    assert reasons(gather(source, 32, tmp_path / "out")) == {"bomb.bmp": "unreadable"}


def test_a_member_that_declares_less_than_it_holds_is_not_unpacked(tmp_path):
    source = zip_of(tmp_path / "in.zip", files() | {"bomb.bmp": bytes(200_000_000)})
    patched(source, "bomb.bmp", 24, struct.pack("<L", 1000))
    tracemalloc.start()
    report = gather(source, 32, tmp_path / "out")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reasons(report) == {"bomb.bmp": "unreadable"}
    assert peak < 20_000_000


def test_what_is_really_read_counts_as_well(tmp_path, monkeypatch):
    """Python's reader stops at the declared size; another might not."""
    source = zip_of(tmp_path / "in.zip", files())
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda member, most=-1: bytes(300_000))
    with pytest.raises(DataError, match="unpacks to more than 1.0 MB"):
        gather(source, 32, tmp_path / "out", Limits(most_unpacked=1_000_000))


def test_a_large_upload_is_refused_by_its_size(tmp_path):
    source = zip_of(tmp_path / "in.zip", {"noise.png": os.urandom(3_000_000)})
    with pytest.raises(DataError, match="^in.zip has 3.0 MB, and at most 2.0 MB are taken"):
        gather(source, 32, tmp_path / "out", Limits(most_bytes=2_000_000))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not there"),
        (b"", "is not a zip file"),
        (encoded(picture()), "is not a zip file"),
        (b"PK\x05\x06" + bytes(8) + struct.pack("<2LH", 99, 0, 0), "is not a whole zip file"),
        (b"PK\x05\x06" + bytes(18), "holds no readable image"),
    ],
    ids=["missing", "empty file", "a picture", "damaged", "empty zip"],
)
def test_what_is_no_zip_is_one_sentence(tmp_path, content, said):
    source = tmp_path / "in.zip"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(DataError, match=f"in.zip {said}"):
        gather(source, 32, tmp_path / "out")


def test_no_damage_to_a_zip_makes_anything_but_a_sentence(tmp_path):
    draw, whole = random.Random(0), zip_of(tmp_path / "in.zip", files(4)).read_bytes()
    table = whole.index(b"PK\x01\x02")
    seen = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            data[draw.choice((draw.randrange(len(data)), draw.randrange(table, len(data))))] = draw.randrange(256)
        (tmp_path / "in.zip").write_bytes(data)
        try:
            gather(tmp_path / "in.zip", 32, tmp_path / "out", Limits(fewest_images=4))
        except DataError:
            seen += 1
    assert 20 < seen <= 300


def test_names_as_macos_writes_them_are_read(tmp_path):
    """UTF-8 in pieces, and not marked as UTF-8."""
    names = [unicodedata.normalize("NFD", name).encode() for name in ("고양이", "개")]
    plain = [letter * len(name) for letter, name in zip("xy", names, strict=True)]
    source = zip_of(tmp_path / "in.zip", files(10, f"{plain[0]}/") | files(10, f"{plain[1]}/"), zipfile.ZIP_STORED)
    data = source.read_bytes()
    for ascii_name, name in zip(plain, names, strict=True):
        data = data.replace(ascii_name.encode() + b"/", name + b"/")
    source.write_bytes(data)
    gather(source, 32, tmp_path / "out")
    assert own_images(tmp_path / "out")[0].label_names == ("개", "고양이")


# The file, whole or not at all


def test_no_half_file_is_left_and_the_old_one_stays(tmp_path, monkeypatch):
    source = folder_of(tmp_path / "in", files())
    gather(source, 32, tmp_path / "out")
    before = (tmp_path / "out" / FILE).read_bytes()

    def full(tensors, path, header):
        Path(path).write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(safetensors_file, "save_file", full)
    with pytest.raises(DataError, match="could not be kept: .*no space left"):
        gather(source, 64, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [FILE]
    assert (tmp_path / "out" / FILE).read_bytes() == before


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="could not be kept"):
        gather(folder_of(tmp_path / "in", files()), 32, tmp_path / "file" / "out")


def test_who_watches_may_end_it_and_nothing_is_written(tmp_path):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gather(folder_of(tmp_path / "in", files()), 32, tmp_path / "out", progress=stop)
    assert not (tmp_path / "out").exists()


def test_the_same_source_gives_the_same_file(tmp_path):
    source = folder_of(tmp_path / "in", files())
    for name in "12":
        gather(source, 32, tmp_path / name)
    assert (tmp_path / "1" / FILE).read_bytes() == (tmp_path / "2" / FILE).read_bytes()


def test_the_filters_of_warnings_are_as_before(tmp_path):
    before = list(warnings.filters)
    gather(folder_of(tmp_path / "in", files()), 32, tmp_path / "out")
    assert list(warnings.filters) == before


# The data set


@pytest.mark.parametrize(("number", "held_out"), [(16, 8), (20, 8), (79, 8), (80, 8), (100, 10), (137, 13)])
def test_every_image_is_in_one_split_and_stays_there(tmp_path, number, held_out):
    noise = np.random.default_rng(0).integers(0, 256, (number, 32, 32, 3), dtype=np.uint8)
    contents = {f"{i:03}.png": encoded(Image.fromarray(image)) for i, image in enumerate(noise)}
    gather(folder_of(tmp_path / "in", contents), 32, tmp_path / "out")
    train, test = own_images(tmp_path / "out")
    assert (len(train), len(test)) == (number - held_out, held_out)
    assert train.spec.sizes == {"train": number - held_out, "test": held_out}
    both = np.concatenate([train.images.numpy(), test.images.numpy()])
    assert sorted(image.tobytes() for image in both) == sorted(image.transpose(2, 0, 1).tobytes() for image in noise)
    again = own_images(tmp_path / "out")
    assert (train.sha256(), test.sha256()) == tuple(data.sha256() for data in again)
    assert test.sha256() != train.sha256()


def test_at_most_ten_thousand_are_held_out(tmp_path, monkeypatch):
    pixels = torch.arange(100_100, dtype=torch.int32).view(torch.uint8).reshape(-1, 1, 1, 4)
    monkeypatch.setattr("vae.data.own.dataset._checked", lambda path, tensors, header: (pixels, None, None))
    gather(folder_of(tmp_path / "in", files()), 32, tmp_path / "out")
    train, test = own_images(tmp_path / "out")
    assert (len(train), len(test)) == (90_100, 10_000)


def test_the_name_follows_the_images_alone(tmp_path):
    def name(source: Path, size: int = 32) -> str:
        gather(source, size, tmp_path / "out")
        return own_images(tmp_path / "out")[0].name

    first = name(folder_of(tmp_path / "in", files()))
    assert first.startswith("own-")
    assert len(first) == 16
    assert int(first[4:], 16) >= 0
    assert name(folder_of(tmp_path / "other", files(20, "x")), 32) == first
    assert name(tmp_path / "in", 64) != first
    changed = picture(3)
    changed.paste((0, 0, 0), (10, 10, 14, 14))
    assert name(folder_of(tmp_path / "in", {"003.png": encoded(changed)})) != first


def test_the_spec_is_one_that_trains(tmp_path):
    gather(folder_of(tmp_path / "in", files(10, "a/") | files(10, "b/")), 32, tmp_path / "out")
    train, test = own_images(tmp_path / "out")
    spec = train.spec
    assert (spec.title, spec.version, spec.likelihood, spec.factors) == ("Your images", "1", "bernoulli", ())
    assert spec.source == "in"
    assert spec.missing(tmp_path) is None
    assert (train.split, test.split) == ("train", "test")
    assert train.batch([0, 2]).shape == (2, 3, 32, 32)
    assert train.labels.dtype == np.int64
    for data in (train, test):
        copy = pickle.loads(pickle.dumps(spec)).loader(tmp_path, data.split, False)
        assert copy.sha256() == data.sha256()
        assert np.array_equal(copy.labels, data.labels)
    (tmp_path / "out" / FILE).unlink()
    assert "bring them once more" in str(spec.missing(tmp_path))


@pytest.fixture
def kept(tmp_path):
    """A file that is whole, as folder, tensors and header."""
    gather(folder_of(tmp_path / "in", files(10, "a/") | files(10, "b/")), 32, tmp_path / "out")
    return tmp_path / "out", *safetensors_file.read(tmp_path / "out" / FILE)


def test_a_file_without_its_truth_is_refused_by_name(tmp_path):
    with pytest.raises(safetensors_file.CheckpointError, match=f"{FILE}: there is no such file"):
        own_images(tmp_path)
    (tmp_path / FILE).write_bytes(b"nonsense")
    with pytest.raises(safetensors_file.CheckpointError, match=f"{FILE}: not a whole safetensors file"):
        own_images(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("version", 2, "version should be 1, not 2"),
        ("size", 28, "size should be one of"),
        ("size", 64, "images should have shape"),
        ("sha256", "0" * 64, "sha256 is not that of the images"),
        ("sha256", None, "sha256 has the wrong type"),
        ("source", 3, "source has the wrong type"),
        ("label_names", ["a"], "label_names should be 2 to 100 names"),
        ("label_names", [1, 2], "label_names should be 2 to 100 names"),
        ("label_names", None, "labels and label_names belong together"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(kept, key, value, said):
    folder, tensors, header = kept
    safetensors_file.write(folder / FILE, tensors, header | {key: value})
    with pytest.raises(safetensors_file.CheckpointError, match=f"{FILE}: {said}"):
        own_images(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: {"labels": t["labels"]}, "images is missing"),
        (lambda t: t | {"images": t["images"].float()}, "images should be torch.uint8"),
        (lambda t: t | {"images": t["images"][:, :2]}, "images should have shape"),
        (lambda t: t | {"images": t["images"][:1]}, "images should be two at least"),
        (lambda t: t | {"images": t["images"].flip(0)}, "sha256 is not that of the images"),
        (lambda t: t | {"labels": t["labels"] + 1}, "labels should lie in 0 to 1"),
        (lambda t: t | {"labels": t["labels"].int()}, "labels should be torch.int64"),
        (lambda t: t | {"labels": t["labels"][1:]}, "labels should have shape"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(kept, change, said):
    folder, tensors, header = kept
    safetensors_file.write(folder / FILE, change(tensors), header)
    with pytest.raises(safetensors_file.CheckpointError, match=f"{FILE}: {said}"):
        own_images(folder)
