"""The files of a folder or a zip of pictures, by name, read one by one when asked for.

Nothing is unpacked onto the disk, and no size is taken on trust: it is checked as declared and as read.
"""

from __future__ import annotations

import os
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from vae.data.imageset import DataError
from vae.data.own.zip_names import readable_names
from vae.system.limits import PictureLimits as Limits
from vae.system.messages import cause

_ZIP_ENTRY = b"PK\x01\x02"  # begins each row of a zip's table of contents
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError)
_LONGEST_NAME = 200

# Why a file is not used; the ends of the keys that say so, as "skipped.huge".
REASONS = ("archive", "compression", "encrypted", "format", "heic", "huge", "link")
REASONS += ("not_an_image", "outside", "too_many", "unreadable")


@dataclass(frozen=True)
class Skipped:
    """A file that is not used, and which of `REASONS` that has."""

    name: str
    reason: str


class Unusable(Exception):
    """A file that cannot be used; its only argument is one of `REASONS`."""

    @property
    def reason(self) -> str:
        return self.args[0]


@dataclass(frozen=True)
class File:
    """`parts`: folders and name below the source, fit to be shown; `read` gives the bytes or raises Unusable."""

    parts: tuple[str, ...]
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        return "/".join(self.parts)


@dataclass(frozen=True)
class Listing:
    """The files of a folder or zip in the order of their parts, and what is ruled out before it is read."""

    files: tuple[File, ...]
    skipped: tuple[Skipped, ...]


@contextmanager
def open_source(source: Path, limits: Limits) -> Iterator[Listing]:
    """The files of a folder or zip, hidden ones and __MACOSX left out; they can be read while the context lasts.

    Raises:
        DataError: no such folder or zip, a damaged or too large one, or more files than `limits` allows. Reading
            raises it too, where the folder is gone or the zip unpacks to more than it may.
    """
    try:
        archive = None if source.is_dir() else _archive(source, limits)
    except _ZIP_ERRORS as error:
        raise DataError("pictures.zip_damaged", name=source_title(source), why=cause(error)) from error
    if archive is None:
        yield _listed(_below(source, limits))
        return
    with archive:
        yield _listed(_Unpacker(archive, limits, source_title(source)).members())


def source_title(source: Path) -> str:
    """What a folder or zip is called in a sentence."""
    return _shown(source.name or str(source))


def _listed(found: Iterator[tuple[tuple[str, ...], Callable[[], bytes] | str]]) -> Listing:
    """Sorts what is found: parts, and what reads the file or the reason why nothing does."""
    files, skipped = [], []
    for parts, reader in found:
        file = File(tuple(_shown(part) for part in parts), reader)
        if isinstance(reader, str):
            skipped.append(Skipped(file.name, reader))
        else:
            files.append(file)
    return Listing(tuple(sorted(files, key=lambda file: file.parts)), tuple(skipped))


def _shown(part: str) -> str:
    """A name as every page and file takes it: one Unicode form, no control characters, no halves of pairs."""
    composed = unicodedata.normalize("NFC", part)  # macOS writes accents and Hangul in pieces
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in composed)[:_LONGEST_NAME]


def _hidden(part: str) -> bool:
    return part == "__MACOSX" or (part.startswith(".") and part != "..")


def _crowded(name: str, limits: Limits) -> DataError:
    return DataError("pictures.many_files", name=name, n=f"{limits.most_files:,}")


def _below(root: Path, limits: Limits) -> Iterator[tuple[tuple[str, ...], Callable[[], bytes] | str]]:
    """Walks through a folder without recursion, since one may be nested deeper than Python calls."""
    true_root, waiting, seen = Path(os.path.realpath(root)), [((), root)], 0
    within = None if limits.follows_links else true_root
    entered = {str(true_root)}  # so that a link to a folder above it is no way without end
    while waiting:
        above, folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                inside = sorted(islice(entries, limits.most_files - seen + 1), key=lambda entry: entry.name)
        except OSError as error:
            if not above:
                raise DataError("pictures.folder_unreadable", name=source_title(root), why=cause(error)) from error
            yield above, "unreadable"
            continue
        seen += len(inside)
        if seen > limits.most_files:
            raise _crowded(source_title(root), limits)
        for entry in inside:
            if _hidden(entry.name):
                continue
            parts, kind = (*above, entry.name), _kind(entry, within)
            if kind == "folder" and entry.is_symlink():
                true = os.path.realpath(entry.path)
                kind = "link" if true in entered or true_root.is_relative_to(true) else kind
                entered.add(true)
            if kind == "folder":
                waiting.append((parts, Path(entry.path)))
            else:
                yield parts, partial(_read, root, Path(entry.path), limits) if kind == "file" else kind


def _kind(entry: os.DirEntry, within: Path | None) -> str:
    """ "file", "folder" or why it is neither. A link stays within a folder, where one is given; what it shows there has
    its own name already.
    """
    try:
        if within and entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(within):
            return "outside"
        if entry.is_dir():
            return "link" if within and entry.is_symlink() else "folder"
        return "file" if entry.is_file() else "not_an_image"  # a pipe would keep its reader waiting for ever
    except OSError:
        return "unreadable"


def _read(root: Path, path: Path, limits: Limits) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limits.most_bytes + 1)
    except OSError as error:
        if not root.is_dir():
            raise DataError("pictures.removed", name=source_title(root)) from error
        raise Unusable("unreadable") from error
    if len(data) > limits.most_bytes:
        raise Unusable("huge")
    return data


def _archive(source: Path, limits: Limits) -> zipfile.ZipFile:
    """Opens a zip, and refuses what is none or too large before the table of contents is taken into memory."""
    if not source.is_file():
        raise DataError("pictures.not_there", name=source_title(source))
    if not zipfile.is_zipfile(source):
        raise DataError("pictures.not_zip", name=source_title(source))
    size, entries, tail = source.stat().st_size, 0, b""
    if size > limits.most_bytes:
        sizes = {"mb": f"{size / 1e6:,.1f}", "limit": f"{limits.most_bytes / 1e6:,.1f}"}
        raise DataError("pictures.zip_large", name=source_title(source), **sizes)
    with source.open("rb") as file:
        while chunk := file.read(2**20):
            entries += (tail + chunk).count(_ZIP_ENTRY)
            tail = chunk[1 - len(_ZIP_ENTRY) :]
    if entries > limits.most_files:
        raise _crowded(source_title(source), limits)
    return zipfile.ZipFile(source)


class _Unpacker:
    """Reads the members of a zip and keeps count of the bytes that come out of it."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits, name: str) -> None:
        self.archive, self.limits, self.name, self.left = archive, limits, name, limits.most_unpacked

    def members(self) -> Iterator[tuple[tuple[str, ...], Callable[[], bytes] | str]]:
        infos = [info for info in self.archive.infolist() if not info.is_dir()]
        if sum(info.file_size for info in infos) > self.limits.most_unpacked:
            raise self._bomb()
        for info, name in zip(infos, readable_names(infos), strict=True):
            parts = _member_parts(name)
            outside = ".." in parts or parts[0] == "" or parts[0].endswith(":")
            if not any(_hidden(part) for part in parts):
                yield parts, "outside" if outside else partial(self._read, info)

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        if info.flag_bits & 1:
            raise Unusable("encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others unpack without a bound
            raise Unusable("compression")
        if info.file_size > self.limits.most_bytes:
            raise Unusable("huge")
        try:
            with self.archive.open(info) as member:
                data = member.read(info.file_size + 1)  # one more than declared, so that the end is checked
        except _ZIP_ERRORS as error:
            raise Unusable("unreadable") from error
        self.left -= len(data)
        if self.left < 0:
            raise self._bomb()
        return data

    def _bomb(self) -> DataError:
        return DataError("pictures.unpacks", name=self.name, limit=f"{self.limits.most_unpacked / 1e6:,.1f}")


def _member_parts(name: str) -> tuple[str, ...]:
    """Folders and name; "" leads what begins at the root, or has no name at all."""
    name = name.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    return ("", *parts) if name.startswith("/") or not parts else parts
