"""The first figure of the beta-VAE paper from two models: one latent moves, a factor a row, a model a column.

Its forms: the strips as a PNG, for the screen or for print, or as an SVG, whose letters stay letters; and a GIF in
which every strip is one picture that sweeps there and back. No gradio in here.

Source: Higgins et al. 2017, beta-VAE, figure 1.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import product
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from vae.ui.kit.text_layout import INK, Text, draw_line, line_width, overhang, text

LARGEST_GIF = 2_000_000  # bytes; a GIF that would be longer is drawn with smaller pictures
PRINT_DPI, PRINT_WIDTH = 300, 7.0  # pixels an inch, and inches: the width of a page's text
STRIP_SIDE = 80  # pixels aimed at for a picture of the PNG: 64 to 96 for images of 28, 32 and 64
FRAME_SIDES = ((4, 192), (7, 128), (10**9, 96))  # up to so many rows: pixels aimed at for a picture of the GIF
END_OF_SVG = "</svg>\n"
FAINT, RULE, PAPER = (96, 96, 96), (204, 204, 204), (255, 255, 255)
GREYS = 16  # colours of the GIF's palette kept for letters
GREY_RAMP = [shade for shade in range(256) for _ in range(3)]
PALETTE_PIXELS = 20_000  # of which the others are made, in 0.3 s
DITHER = 8  # levels of 255 by which a fixed pattern spreads a pixel's colours, so that shades do not break into bands


@dataclass(frozen=True)
class Column:
    """One model.

    Attributes:
        name: of the model.
        notes: lines below it, such as "β = 4 · seed 1".
        strips: (R, S, C, H, W) uint8: row r shows S pictures in which one latent moves.
        labels: R texts above the strips, such as "z3, 0.91".
    """

    name: str
    notes: tuple[str, ...]
    strips: Tensor
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """Two models side by side; `rows` are the names of the R factors.

    Raises:
        ValueError: the strips are not uint8, the two sides are not of one shape, or a row lacks its name or label.
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[Column, Column]
    footnote: str

    def __post_init__(self) -> None:
        shapes = [tuple(column.strips.shape) for column in self.columns]
        if len(shapes) != 2 or shapes[0] != shapes[1] or len(shapes[0]) != 5 or 0 in shapes[0]:
            raise ValueError(f"a figure needs two columns of strips (R, S, C, H, W) of one shape, not {shapes}")
        if shapes[0][2] not in (1, 3) or any(column.strips.dtype != torch.uint8 for column in self.columns):
            raise ValueError("the pictures of a strip are uint8 and have one or three channels")
        counts = [len(self.rows), *(len(column.labels) for column in self.columns)]
        if counts != [shapes[0][0]] * 3:
            raise ValueError(f"{shapes[0][0]} strips need as many names and labels, not {counts}")

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """(R, S, C, H, W) of either column's strips."""
        return tuple(self.columns[0].strips.shape)


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in pixels from the upper left corner.

    Attributes:
        size: (width, height) of the whole.
        texts: (x, y, text) of upper left corners. rules: (x, y, length) of thin lines.
        cells: (row, model) -> (x, y) of the upper left corner of a strip or a picture.
        factor: by how much the pictures are enlarged.
        step: from one picture of a strip to the next.
    """

    size: tuple[int, int]
    texts: tuple[tuple[int, int, Text], ...]
    rules: tuple[tuple[int, int, int], ...]
    cells: dict[tuple[int, int], tuple[int, int]]
    factor: int
    step: int = 0


def png(figure: Figure) -> bytes:
    """The strips side by side as a PNG."""
    return _png(_drawn(figure, strip_layout(figure)))


def print_png(figure: Figure) -> bytes:
    """The same with 300 dots an inch over the width of a page's text, or more."""
    return _png(_drawn(figure, print_layout(figure)), dpi=(PRINT_DPI, PRINT_DPI))


def svg(figure: Figure) -> bytes:
    """The same as an SVG as wide as a page's text: letters and lines are drawn, each strip is a picture for print."""
    layout = print_layout(figure)
    parts = []
    for (row, model), (x, y) in layout.cells.items():
        strip = _strip(figure.columns[model].strips[row], layout)
        data = base64.b64encode(_png(strip)).decode("ascii")
        place = f'x="{x}" y="{y}" width="{strip.width}" height="{strip.height}"'
        parts.append(f'<image {place} href="data:image/png;base64,{data}"/>')
    return svg_frame(layout).replace(END_OF_SVG, "\n".join([*parts, END_OF_SVG])).encode()


def svg_frame(layout: Layout) -> str:
    """That SVG without its pictures."""
    width, height = layout.size
    size = f'width="{PRINT_WIDTH}in" height="{PRINT_WIDTH * height / width:.3f}in" viewBox="0 0 {width} {height}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Helvetica, Arial, sans-serif">']
    parts.append(f'<rect width="{width}" height="{height}" fill="{_hex(PAPER)}"/>')
    for x, y, length in layout.rules:
        parts.append(f'<rect x="{x}" y="{y}" width="{length}" height="1" fill="{_hex(RULE)}"/>')
    for x, y, block in layout.texts:
        for number, line in enumerate(block.lines):
            # Another font than the one that was measured with keeps to the room that was left for this one.
            place = f'x="{x}" y="{y + number * block.leading + block.size}" font-size="{block.size}"'
            length = f'textLength="{line_width(line, block.size):.1f}" lengthAdjust="spacingAndGlyphs"' if line else ""
            parts.append(f'<text {place} {length} fill="{_hex(block.ink)}">{escape(line)}</text>')
    return "\n".join([*parts, END_OF_SVG])


def _drawn(figure: Figure, layout: Layout) -> Image.Image:
    page = painted(layout)
    for (row, model), place in layout.cells.items():
        page.paste(_strip(figure.columns[model].strips[row], layout), place)
    return page


def _strip(pictures: Tensor, layout: Layout) -> Image.Image:
    """(S, C, H, W) uint8 -> the pictures side by side, enlarged, with paper between them."""
    height, width = (layout.factor * length for length in pictures.shape[2:])
    strip = Image.new("RGB", ((len(pictures) - 1) * layout.step + width, height), PAPER)
    for step, picture in enumerate(pictures):
        strip.paste(enlarged(picture, layout.factor), (step * layout.step, 0))
    return strip


def _png(page: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    page.save(file, "PNG", **options)
    return file.getvalue()


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def gif(figure: Figure, seconds: float = 4.0) -> bytes:
    """An endless GIF: a picture for each row and model, which goes through its strip there and back.

    Frame k of 2S - 2 shows step k, or 2S - 2 - k on the way back; Pillow joins neighbours that are alike.

    Args:
        seconds: for the way there and back; both ends are held three times as long as the steps between them.
    """
    height, width = figure.shape[3:]
    aim = next(side for rows, side in FRAME_SIDES if figure.shape[0] <= rows)
    for factor, dither in product(range(max(1, aim // max(height, width)), 0, -1), (DITHER, 0)):
        data = _animated(figure, frame_layout(figure, factor), dither, seconds)
        if len(data) <= LARGEST_GIF:
            break
    return data


def _animated(figure: Figure, layout: Layout, dither: float, seconds: float) -> bytes:
    order = there_and_back(figure.shape[1])
    shares = np.array([3 if step in (0, figure.shape[1] - 1) else 1 for step in order])
    lasting = np.maximum(np.round(100 * seconds * shares / shares.sum()), 2) * 10  # browsers slow down what is quicker
    palettes = {step: palette(figure, step) for step in set(order)}
    pages = zip(order, _frames(figure, layout, order, dither), strict=True)
    first, *others = (reduced(page, palettes[step]) for step, page in pages)
    file = io.BytesIO()
    first.save(
        file,
        "GIF",
        save_all=True,
        append_images=others,
        duration=lasting.astype(int).tolist(),
        loop=0,
        optimize=False,  # else a frame's palette would lose the colours that it does not use, and greys be searched
    )
    return file.getvalue()


def there_and_back(steps: int) -> list[int]:
    """0 … steps - 1 and back, so that the sequence can be repeated: the ends come once."""
    return [*range(steps), *range(steps - 2, 0, -1)]


def _frames(figure: Figure, layout: Layout, order: list[int], dither: float) -> Iterator[Image.Image]:
    """The pages of these steps, in full colour."""
    page = painted(layout)
    for step in order:
        for (row, model), place in layout.cells.items():
            picture = enlarged(figure.columns[model].strips[row, step], layout.factor)
            page.paste(dithered(picture, dither) if figure.shape[2] > 1 else picture, place)
        yield page


def dithered(picture: Image.Image, levels: float) -> Image.Image:
    """Ordered dithering: every pixel up or down by at most levels / 2, in a pattern of 8 x 8 that no frame changes.

    Source: Bayer 1973. Diffusing the error instead would let still parts flicker.
    """
    pattern = np.zeros((1, 1))
    for _ in range(3):
        pattern = np.block([[4 * pattern, 4 * pattern + 2], [4 * pattern + 3, 4 * pattern + 1]])
    offsets = levels * ((pattern + 0.5) / 64 - 0.5)
    pixels = np.asarray(picture, dtype=float)
    height, width, _ = pixels.shape
    pixels = pixels + np.tile(offsets, (-(-height // 8), -(-width // 8)))[:height, :width, None]
    return Image.fromarray((pixels + 0.5).clip(0, 255).astype(np.uint8))


def palette(figure: Figure, step: int) -> Image.Image:
    """256 colours for the frame of a step, as a picture that carries them: greys for letters, the rest the pictures'.

    One palette for all frames would have to hold the colours of every picture of every strip: shades turn to blotches.
    """
    greys = [shade for shade in np.linspace(INK[0], PAPER[0], GREYS).round().astype(int).tolist() for _ in range(3)]
    if figure.shape[2] == 1:
        colours = GREY_RAMP
    else:
        pixels = torch.cat([column.strips[:, step] for column in figure.columns]).movedim(1, 3).reshape(-1, 3)
        pixels = pixels[:: -(-len(pixels) // PALETTE_PIXELS)].numpy()
        own = Image.fromarray(pixels[None]).quantize(256 - GREYS, Image.Quantize.MEDIANCUT, kmeans=1)
        colours = own.getpalette()[: 3 * (256 - GREYS)]
        colours = greys + colours
    carrier = Image.new("P", (1, 1))
    carrier.putpalette(colours)
    return carrier


def reduced(page: Image.Image, colours: Image.Image) -> Image.Image:
    """A page in the palette's colours; exact where they are the 256 greys: Pillow's own search would miss some by 3."""
    if colours.getpalette() != GREY_RAMP:
        return page.quantize(palette=colours, dither=Image.Dither.NONE)
    page = page.convert("L")
    page.putpalette(GREY_RAMP)
    return page


def enlarged(picture: Tensor, factor: int) -> Image.Image:
    """(C, H, W) uint8 -> an RGB image, smoothly enlarged by a whole factor."""
    pixels = np.ascontiguousarray(picture.expand(3, -1, -1).permute(1, 2, 0).numpy())
    image = Image.fromarray(pixels)
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.BICUBIC)


# Where things stand.


def print_layout(figure: Figure) -> Layout:
    """The PNG with pictures enlarged until the page is as wide as print asks for."""
    layout = strip_layout(figure)
    times = 1
    while layout.size[0] < PRINT_DPI * PRINT_WIDTH:
        times += 1
        layout = strip_layout(figure, times)
    return layout


def strip_layout(figure: Figure, times: int = 1) -> Layout:
    """The PNG: names of the factors on the left, then a column of strips for each model; all so many times as large."""
    rows, steps, _, height, width = figure.shape
    factor = times * max(1, round(STRIP_SIDE / max(height, width)))
    gap = 3 * times
    strip = steps * (width * factor + gap) - gap
    column = max(strip, 280 * times)
    px = _scaled(
        max(1.0 * times, (2 * column + 190) / 1400)
    )  # so that letters are as large when shown 1,400 pixels wide
    pad, gutter = px(32), px(36)
    names = [text(name, px(17), px(150)) for name in figure.rows]
    left = pad + max(name.width for name in names) + px(22)
    starts = (left, left + column + gutter)
    inside = starts[1] + column - pad
    title = text(figure.title, px(26), inside)
    heads = [_head(part, column, px(20), px(15)) for part in figure.columns]
    y = pad + title.height + px(14)
    texts = [(pad, pad, title)]
    for x, head in zip(starts, heads, strict=True):
        texts += _stacked(x, y, head)
    y += max(sum(part.height for part in head) for head in heads) + px(10)
    rules = [(pad, y, inside)]
    y += px(12)
    cells = {}
    for row, name in enumerate(names):
        labels = [text(part.labels[row], px(14), column, FAINT) for part in figure.columns]
        y += max(label.height for label in labels) + px(3)
        middle = y + max(height * factor, name.height) // 2
        texts.append((pad, middle - name.height // 2, name))
        top = middle - height * factor // 2
        for model, label in enumerate(labels):
            texts.append((starts[model], top - px(3) - label.height, label))
            cells[row, model] = (starts[model], top)
        y += max(height * factor, name.height) + px(12)
    return _closed(figure, pad, inside, y + px(4), px, texts, rules, cells, factor, width * factor + gap)


def frame_layout(figure: Figure, factor: int) -> Layout:
    """The GIF: wide rather than high, for a slide: names of the models on the left, then a picture for each factor."""
    rows, _, _, height, width = figure.shape
    px, pad, gap = _scaled(1.0), 28, 14
    cell = max(width * factor, 84)
    heads = [_head(part, 210, px(19), px(14)) for part in figure.columns]
    left = pad + max(part.width for head in heads for part in head) + 24
    inside = max(left + rows * (cell + gap) - gap - pad, 520)
    title = text(figure.title, px(22), inside)
    names = [text(name, px(15), cell) for name in figure.rows]
    labels = [[text(label, px(13), cell, FAINT) for label in part.labels] for part in figure.columns]
    y = pad + title.height + 12
    texts, cells = [(pad, pad, title)], {}
    top = y + max(name.height for name in names)
    texts += [(left + row * (cell + gap), top - name.height, name) for row, name in enumerate(names)]
    y = top + 5
    for model, head in enumerate(heads):
        texts += _stacked(pad, y - 5, head)  # so that capitals begin where the pictures do
        for row, label in enumerate(labels[model]):
            x = left + row * (cell + gap)
            cells[row, model] = (x, y)
            texts.append((x, y + height * factor + 4, label))
        pictures = height * factor + 4 + max(label.height for label in labels[model])
        y += max(pictures, sum(part.height for part in head)) + 14
    return _closed(figure, pad, inside, y, px, texts, [], cells, factor)


def _closed(figure, pad, inside, y, px, texts, rules, cells, factor, step=0) -> Layout:
    """The layout with a rule and the footnote below everything."""
    note = text(figure.footnote, px(14), inside, FAINT)
    texts = [*texts, (pad, y + px(10), note)]
    size = (inside + 2 * pad, y + px(10) + note.height + pad - px(8))
    return Layout(size, tuple(texts), (*rules, (pad, y, inside)), cells, factor, step)


def _head(column: Column, width: int, large: int, small: int) -> list[Text]:
    return [text(column.name, large, width), *(text(note, small, width, FAINT) for note in column.notes)]


def _stacked(x: int, y: int, blocks: list[Text]) -> list[tuple[int, int, Text]]:
    tops = np.cumsum([0, *(block.height for block in blocks)])
    return [(x, int(y + top), block) for top, block in zip(tops, blocks, strict=False)]


def _scaled(scale: float):
    return lambda length: round(length * scale)


def painted(layout: Layout) -> Image.Image:
    """The page without its pictures."""
    page = Image.new("RGB", layout.size, PAPER)
    draw = ImageDraw.Draw(page)
    for x, y, length in layout.rules:
        draw.rectangle((x, y, x + length - 1, y), fill=RULE)
    for x, y, block in layout.texts:
        for number, line in enumerate(block.lines):
            page.paste(block.ink, (x - overhang(block.size), y + number * block.leading), draw_line(line, block.size))
    return page
