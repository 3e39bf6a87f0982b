"""Pictures and zips that are none, that are bombs, or that climb out of their folder."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
import zlib

import numpy as np
from attacks import CLIMBS, NASTY, OWNER, SCRIPT, SECRET, Evil
from PIL import Image


def png(width, height):
    """A PNG that says that it is as large as that."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def picture(kind="PNG", colour=7):
    buffer = io.BytesIO()
    Image.fromarray(np.full((20, 20, 3), colour, np.uint8)).save(buffer, kind)
    return buffer.getvalue()


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def overlapping(name, content, times):
    """A zip whose table of contents names the same bytes again and again."""
    once = zipped([(name, content)])
    table, end = once.index(b"PK\x01\x02"), once.rindex(b"PK\x05\x06")
    counted = struct.pack("<HHI", times, times, times * (end - table))
    return once[:table] + once[table:end] * times + once[end : end + 8] + counted + once[end + 16 :]


FEW = [(f"{n}.png", picture(colour=10 * n)) for n in range(18)]
ODD = {
    "a bomb of a PNG": png(60_000, 60_000), "one of no size": png(0, 0), "negative": png(2**31 - 1, 2**31 - 1),
    "a polyglot": picture() + zipped([("x", b"y")]), "a GIF with a script": picture("GIF") + SCRIPT.encode(),
    "a BMP that lies": picture("BMP")[:18] + b"\xff\xff\xff\x7f" * 2 + picture("BMP")[26:],
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "HTML": SCRIPT.encode(),
    "an entity bomb": b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><svg>&a;</svg>", "PostScript": b"%!PS-Adobe-3.0 EPSF\n(x) run",
    "a pickle": pickle.dumps(Evil()), "a TIFF": b"II*\0" + b"\xff" * 400, "cut off": picture()[:50], "nothing": b"",
    "a zip within": zipped(FEW), "ICO": b"\0\0\1\0\xff\xff" + b"\xff" * 400,
    "WebP": b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\0" * 90,
}  # fmt: skip


def own(app, content, name="images.zip"):
    path = app.http.post("/gradio_api/upload", files={"files": (name, content)}).json()[0]
    return app.call("own", OWNER, path, 32)


def test_pictures_that_are_none_are_skipped_and_named(app):
    odd = [(f"{number}.png", content) for number, content in enumerate(ODD.values(), start=100)]
    found = own(app, zipped(FEW + odd))["ok"]
    assert found["used"] + found["skipped_count"] == len(FEW) + len(odd) and found["used"] <= len(FEW) + 3
    for name, content in ODD.items():
        assert "error" in own(app, content) or name == "a zip within", name


def test_zips_that_are_bombs_or_climb(app):
    bombs = [
        overlapping("a.png", b"\0" * 100_000_000, 21),
        zipped([(f"{n}", b"") for n in range(100_001)]), b"PK\x05\x06" + b"\xff" * 18, zipped(FEW)[:-30], zipped([]),
        zipped([(str(n), b"no picture") for n in range(40)]), zipped(FEW).replace(b"PK\x01\x02", b"PK\x01\x03"),
    ]  # fmt: skip
    for number, content in enumerate(bombs):
        assert own(app, content).get("key") == "run.unusable", number
    climbing = [(name, picture()) for name in (*CLIMBS, "/abs.png", "a/../../b.png", "\\\\s\\x.png", "C:/x.png")]
    found = own(app, zipped(FEW + climbing))["ok"]
    assert found["used"] >= len(FEW)
    link = zipfile.ZipInfo("link.png")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO(zipped(FEW))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(link, str(app.place.top / "secret.txt"))
    assert own(app, buffer.getvalue())["ok"]["used"] == len(FEW)
    assert not [*app.place.runs.rglob("*.png"), *app.place.top.glob("*.png"), *app.place.top.parent.glob("*.png")]


def test_own_takes_uploads_alone(app):
    inside = app.http.post("/gradio_api/upload", files={"files": ("a.zip", b"x")}).json()[0]
    for path in (*CLIMBS, str(app.place.top / "secret.txt"), str(app.place.sent), f"{inside}/../../../secret.txt",
                 str(app.place.checkpoints / "digits-vae.safetensors"), f"file://{inside}", *NASTY):  # fmt: skip
        assert app.call("own", OWNER, path, 32)["key"] == "run.upload", path
    for size in NASTY:
        if size is not True:
            again = app.http.post("/gradio_api/upload", files={"files": ("a.zip", zipped(FEW))}).json()[0]
            assert app.call("own", OWNER, again, size)["key"] == "run.unusable", size
    assert (app.place.top / "secret.txt").read_text() == SECRET


def test_normal_pictures_work_afterwards(app):
    assert own(app, zipped(FEW))["ok"]["used"] == len(FEW)
    assert not app.heard.records, app.heard.records[:5]
