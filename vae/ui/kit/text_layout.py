"""Lines of text for a picture: broken to a width, in Pillow's own font."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

INK = (24, 24, 24)
FINE = 4  # letters are drawn so much larger and then reduced, for hinting would space small ones unevenly
# Pillow's font knows little more than ASCII: what models' figures are written with is spelled out.
WORDS = {"β": "beta", "σ": "sigma", "μ": "mu", "−": "-", "–": "-", "—": "-", "×": "x", "²": "^2", "³": "^3"}
WORDS |= {"→": "->", "≥": ">=", "≤": "<=", "≈": "~", "\u00a0": " ", "\u2009": " "}
MISSING = "\uffff"  # no font has it


@dataclass(frozen=True)
class Text:
    """Lines of one size: `size` in pixels, `ink` an RGB colour."""

    lines: tuple[str, ...]
    size: int
    ink: tuple[int, int, int] = INK

    @property
    def leading(self) -> int:
        return round(1.36 * self.size)

    @property
    def height(self) -> int:
        return self.leading * len(self.lines)

    @property
    def width(self) -> int:
        return max((int(np.ceil(line_width(line, self.size))) for line in self.lines), default=0)


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size=size)


@lru_cache(maxsize=1024)
def drawable_letter(letter: str) -> str:
    """What is written for a letter: itself where the font has it, else ASCII, at last "?"."""
    if letter.isascii() and letter.isprintable():
        return letter
    if letter in WORDS:
        return WORDS[letter]
    face = font(20)
    if bytes(face.getmask(letter)) != bytes(face.getmask(MISSING)):
        return letter
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain if plain.strip() and plain.isprintable() else " " if letter.isspace() else "?"


def text(content: str, size: int, width: int, ink: tuple[int, int, int] = INK) -> Text:
    """`content` broken into lines of at most `width` pixels: at spaces, and within a word only where it is wider."""
    content = "".join(map(drawable_letter, content))
    lines, line = [], ""
    for word in content.replace(" ·", "\u00a0·").split():
        word = word.replace("\u00a0", " ")
        longer = f"{line} {word}" if line else word
        if line_width(longer, size) <= width:
            line = longer
            continue
        lines += [line] if line else []
        *full, line = _broken(word, size, width)
        lines += full
    return Text((*lines, line), size, ink)


def _broken(word: str, size: int, width: int) -> list[str]:
    """A word in pieces of at most `width` pixels, each of one letter or more; behind a hyphen where there is one."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and line_width(pieces[-1] + letter, size) > width:
            hyphen = max(pieces[-1].rfind(mark) for mark in "-_/") + 1
            pieces[-1:] = [pieces[-1][:hyphen], pieces[-1][hyphen:]] if hyphen else [pieces[-1], ""]
        pieces[-1] += letter
    return pieces


def line_width(line: str, size: int) -> float:
    """Width of a line in pixels."""
    return font(FINE * size).getlength(line) / FINE


def overhang(size: int) -> int:
    """Pixels on either side of a line into which a letter such as j may reach."""
    return 1 + size // 8


def draw_line(line: str, size: int) -> Image.Image:
    """A line as a mask; its baseline lies `size` pixels below the upper edge, and it begins behind its overhang."""
    width = 2 * overhang(size) + int(np.ceil(line_width(line, size)))
    mask = Image.new("L", (FINE * width, FINE * round(1.36 * size)))
    at = (FINE * overhang(size), FINE * size)
    ImageDraw.Draw(mask).text(at, line, 255, font(FINE * size), anchor="ls")
    return mask.reduce(FINE)
