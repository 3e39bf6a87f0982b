"""Names in a zip that older programs of four countries write: the right letters, though nobody says their encoding."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
import zlib

import pytest

from vae.data.own.archive import open_source
from vae.data.own.zip_names import encoding_of
from vae.system.limits import PICTURES

NAMES = {
    "cp949": "고양이 강아지 사진 새 폴더 정상 불량 훈련 검증 빨강 남자",
    "cp932": "猫 犬 写真 画像 表 ソファ 能力 りんご 新しいフォルダー 正常",  # 表, ソ and 能 have a second byte 0x5C
    "gbk": "猫 狗 图片 照片 汽车 训练 新建文件夹 次品 女 红",
    "cp950": "貓 狗 圖片 照片 汽車 功能 許蓋 新資料夾 成功 紅",  # 功 and 許 too
    "cp437": "Müll Bücher café niño Größe Äpfel Vögel Hütte Käse Öl",
    "utf-8": "고양이 猫 Müll Привет café ñandú Größe 写真 图片 새",
}


@pytest.mark.parametrize("encoding", NAMES)
@pytest.mark.parametrize("several", [1, 2, 10])
def test_the_encoding_is_told_by_the_names_of_the_whole_zip(encoding, several):
    names = [name.encode(encoding) for name in NAMES[encoding].split()]
    for first in range(0, len(names) - several + 1):
        some = names[first : first + several]
        assert encoding_of(b"pictures/" + name + b"/01.png" for name in some) == encoding, some


def test_plain_names_need_none():
    assert encoding_of([b"a/1.png", b"b/2.png"]) == "utf-8"
    assert encoding_of([]) == "utf-8"


def zipped(path, names, encoding):
    """A zip whose names are in that encoding without a word of it, as Windows packs them."""
    plain = {name: "x" * len(name.encode(encoding)) + f"{number:03}" for number, name in enumerate(names)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for stand_in in plain.values():
            archive.writestr(stand_in, b"")
    data = stream.getvalue()
    for name, stand_in in plain.items():
        data = data.replace(stand_in.encode(), name.encode(encoding) + stand_in[-3:].encode())
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", [name for name in NAMES if name != "utf-8"])
def test_folders_and_names_come_out_as_they_were_meant(tmp_path, encoding):
    folders = NAMES[encoding].split()
    names = [f"{folder}/{folder}" for folder in folders]
    with open_source(zipped(tmp_path / "in.zip", names, encoding), PICTURES) as listing:
        found = {file.parts for file in listing.files}
    assert found == {(folder, f"{folder}{number:03}") for number, folder in enumerate(folders)}


def test_a_backslash_of_another_program_still_parts_folders(tmp_path):
    with open_source(zipped(tmp_path / "in.zip", ["猫\\写真", "犬\\表"], "cp932"), PICTURES) as listing:
        assert {file.parts for file in listing.files} == {("猫", "写真000"), ("犬", "表001")}


def test_a_name_in_unicode_beside_the_other_is_taken(tmp_path):
    name, stand_in = "고양이 ☃.png", "_______.png"
    field = b"\x01" + struct.pack("<L", zlib.crc32(stand_in.encode())) + name.encode()
    info = zipfile.ZipInfo(stand_in)
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr(info, b"")
    with open_source(tmp_path / "in.zip", PICTURES) as listing:
        assert [file.name for file in listing.files] == [unicodedata.normalize("NFC", name)]
