"""The paper's first figure from two models: what stands where in the PNG, what each frame of the GIF shows, its texts.

The places of pictures are found by their colours, and enlarging is done a second time by PyTorch.
"""

import base64
import io
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate

from vae.ui.compare.figure_one import (
    DITHER,
    LARGEST_GIF,
    Column,
    Figure,
    frame_layout,
    gif,
    painted,
    palette,
    png,
    print_layout,
    print_png,
    strip_layout,
    svg,
    there_and_back,
)
from vae.ui.kit.text_layout import draw_line, text

SHAPES = [(1, 28, 28), (1, 32, 32), (1, 64, 64), (3, 64, 64)]
ROUNDING = 2  # levels: Pillow enlarges across and then down, and rounds after each
LONG = {
    "title": "Of all that could be said about these two models here is a part, and then some more " * 3,
    "name": "a-model-whose-name-has-no-end-" * 3 + "j" * 60,
    "note": "β = 4 · seed 1 · β·σ² = 4 – or — so × μ → “quoted” é " * 3,
    "row": "orientation-of-the-sprite-as-seen-from-above in degrees",
    "label": "z1 (also wall colour, floor colour and a good deal of jumping about)",
    "footnote": "Test image 123, one of the very many that there are to be seen. " * 20,
}
SHORT = {"title": "Title", "name": "model", "note": "β = 4", "row": "x", "label": "–", "footnote": "Note."}


def figure(strips, words=SHORT) -> Figure:
    """Two columns of strips (R, S, C, H, W) with these texts."""
    rows = len(strips[0])
    columns = [Column(words["name"], (words["note"],) * 2, part, (words["label"],) * rows) for part in strips]
    return Figure(words["title"], (words["row"],) * rows, tuple(columns), words["footnote"])


def smooth(rows, steps, shape, seed=0) -> torch.Tensor:
    """Pictures that are all different and, like a decoder's, without noise: enlarged from 5 x 5 random colours."""
    small = torch.rand(rows * steps, shape[0], 5, 5, generator=torch.Generator().manual_seed(seed))
    large = interpolate(small, shape[1:], mode="bilinear", align_corners=True)
    return large.mul(255).round().to(torch.uint8).view(rows, steps, *shape)


def opened(data) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def enlarged(picture, factor) -> np.ndarray:
    """PyTorch's own bicubic: (C, H, W) uint8 -> (H·factor, W·factor, 3)."""
    side = [factor * length for length in picture.shape[1:]]
    large = interpolate(picture[None].float(), side, mode="bicubic", antialias=True, align_corners=False)[0]
    return large.clamp(0, 255).expand(3, -1, -1).permute(1, 2, 0).numpy()


def boxes(layout):
    return [(x, y, x + block.width, y + block.height) for x, y, block in layout.texts]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_picture_stands_in_its_cell(shape):
    drawn = figure([smooth(3, 5, shape, seed) for seed in (0, 1)])
    layout, page = strip_layout(drawn), opened(png(drawn))
    assert set(layout.cells) == {(row, model) for row in range(3) for model in range(2)}
    height, width = (layout.factor * length for length in shape[1:])
    assert 64 <= height <= 96
    covered = np.zeros(page.shape[:2], int)
    for (row, model), (x, y) in layout.cells.items():
        for step in range(5):
            left = x + step * layout.step
            shown = page[y : y + height, left : left + width].astype(float)
            covered[y : y + height, left : left + width] += 1
            picture = drawn.columns[model].strips[row, step]
            assert np.abs(shown - enlarged(picture, layout.factor)).max() < ROUNDING
    assert covered.max() == 1, "two pictures overlap"
    assert (page[covered == 0].std(axis=1) == 0).all(), "something coloured stands outside the cells"


def test_rows_go_down_models_and_steps_to_the_right():
    """Found by colour alone: picture (row, model, step) is all of one shade that no other has."""
    rows, steps = 4, 6
    shades = torch.arange(2 * rows * steps, dtype=torch.uint8).mul(5).view(2, rows, steps, 1, 1, 1)
    strips = torch.cat([shades, 255 - shades, shades // 2 + 100], 3).expand(2, rows, steps, 3, 32, 32)
    page = opened(png(figure(list(strips)))).astype(int)
    middles = np.empty((2, rows, steps, 2))
    for place in np.ndindex(2, rows, steps):
        found = np.argwhere((page == strips[place][:, 0, 0].numpy()).all(axis=2))
        assert len(found) == 64 * 64
        middles[place] = found.mean(axis=0)
    y, x = middles[..., 0], middles[..., 1]
    assert (np.ptp(y, axis=(0, 2)) == 0).all() and (np.diff(y[0, :, 0]) > 64).all()
    assert (np.ptp(x, axis=1) == 0).all() and (np.diff(x[:, 0], axis=1) > 64).all()
    assert x[1, 0, 0] > x[0, 0, -1] + 64


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_frame_k_shows_step_k(shape):
    rows, steps = 3, 5
    drawn = figure([smooth(rows, steps, shape, seed) for seed in (0, 1)])
    data = gif(drawn, seconds=3.0)
    film = Image.open(io.BytesIO(data))
    assert len(data) <= LARGEST_GIF
    assert film.n_frames == 2 * steps - 2 and film.info["loop"] == 0
    layouts = (frame_layout(drawn, factor) for factor in range(1, 10))
    layout = next(layout for layout in layouts if layout.size == film.size)
    lasting = 0
    for number, step in enumerate([0, 1, 2, 3, 4, 3, 2, 1]):
        film.seek(number)
        colours = np.array(palette(drawn, step).getpalette()).reshape(-1, 3)
        page, lasting = np.asarray(film.convert("RGB")).astype(float), lasting + film.info["duration"]
        for (row, model), (x, y) in layout.cells.items():
            wanted = enlarged(drawn.columns[model].strips[row, step], layout.factor)
            error = page[y : y + wanted.shape[0], x : x + wanted.shape[1]] - wanted
            if shape[0] == 1:
                assert np.abs(error).max() < ROUNDING
                continue
            nearest = min_distance(wanted[::5, ::5].reshape(-1, 3), colours)
            got = np.linalg.norm(error[::5, ::5], axis=2).ravel()
            assert (got - nearest).max() <= DITHER * np.sqrt(3) + 10  # Pillow searches the palette in steps of 4
            assert np.abs(error.mean(axis=(0, 1))).max() < 3, "dithering keeps the mean"
    assert lasting == pytest.approx(3000, abs=10 * film.n_frames)


def test_print_has_300_dots_an_inch_over_a_page(tmp_path):
    drawn = figure([smooth(2, 9, (3, 64, 64), seed) for seed in (0, 1)])
    page = Image.open(io.BytesIO(print_png(drawn)))
    assert page.width >= 300 * 7 and [round(dots) for dots in page.info["dpi"]] == [300, 300]
    layout = print_layout(drawn)
    assert page.size == layout.size
    for (row, model), (x, y) in layout.cells.items():
        side = 64 * layout.factor
        shown = np.asarray(page)[y : y + side, x + layout.step : x + layout.step + side].astype(float)
        assert np.abs(shown - enlarged(drawn.columns[model].strips[row, 1], layout.factor)).max() < ROUNDING


@pytest.mark.parametrize("words", [SHORT, LONG], ids=["short", "long"])
def test_an_svg_holds_the_same_as_letters_lines_and_strips(words):
    drawn = figure([smooth(2, 3, (3, 64, 64), seed) for seed in (0, 1)], words | {"title": "a < b & c"})
    layout, name = print_layout(drawn), "{http://www.w3.org/2000/svg}"
    page = ElementTree.fromstring(svg(drawn))
    assert page.get("viewBox") == f"0 0 {layout.size[0]} {layout.size[1]}" and page.get("width") == "7.0in"
    lines = [line for _, _, block in layout.texts for line in block.lines]
    assert [text.text or "" for text in page.iter(f"{name}text")] == lines and "a < b & c" in lines
    whole = np.full((*layout.size[::-1], 3), 255, np.uint8)
    for image in page.iter(f"{name}image"):
        pixels = opened(base64.b64decode(image.get("href").split(",")[1]))
        x, y = int(image.get("x")), int(image.get("y"))
        assert pixels.shape[:2] == (int(image.get("height")), int(image.get("width")))
        whole[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
    printed = opened(print_png(drawn))
    coloured = np.ptp(printed, axis=2) > 0
    assert (whole[coloured] == printed[coloured]).all() and (np.ptp(whole, axis=2) > 0).sum() == coloured.sum()


def test_a_palette_for_each_frame_is_closer_than_one_for_all():
    """Strips of different hues, as of a wall that changes colour: a frame has few colours, all frames have many."""
    hues = torch.rand(9, 3, 1, 1, generator=torch.Generator().manual_seed(3))
    shade = torch.linspace(0.2, 1, 64).expand(3, 64, 64)
    strips = (255 * hues * shade).to(torch.uint8)[None].expand(2, -1, -1, -1, -1)
    drawn = figure([strips, strips.flip(1)])
    film = Image.open(io.BytesIO(gif(drawn)))
    layout = next(found for factor in range(1, 10) if (found := frame_layout(drawn, factor)).size == film.size)
    errors = []
    for number in range(9):
        film.seek(number)
        page = np.asarray(film.convert("RGB")).astype(float)
        for (row, model), (x, y) in layout.cells.items():
            wanted = enlarged(drawn.columns[model].strips[row, number], layout.factor)
            errors.append(np.abs(page[y : y + wanted.shape[0], x : x + wanted.shape[1]] - wanted).mean())
    assert max(errors) < 4


def min_distance(points, colours) -> np.ndarray:
    return np.linalg.norm(points[:, None] - colours[None], axis=2).min(axis=1)


def test_a_gif_goes_there_and_back():
    assert [there_and_back(steps) for steps in (1, 2, 4)] == [[0], [0, 1], [0, 1, 2, 3, 2, 1]]
    still = figure([smooth(1, 1, (1, 28, 28))] * 2)
    assert Image.open(io.BytesIO(gif(still))).n_frames == 1


def test_a_gif_that_would_be_too_long_has_smaller_pictures(monkeypatch):
    drawn = figure([smooth(1, 2, (3, 64, 64), seed) for seed in (0, 1)])
    large = gif(drawn)
    monkeypatch.setattr("vae.ui.compare.figure_one.LARGEST_GIF", len(large) // 3)
    small = gif(drawn)
    assert len(small) <= len(large) // 3
    assert Image.open(io.BytesIO(small)).size < Image.open(io.BytesIO(large)).size


@pytest.mark.parametrize("rows", [1, 10])
@pytest.mark.parametrize("steps", [2, 9])
@pytest.mark.parametrize("words", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("shape", [SHAPES[0], SHAPES[3]], ids=str)
def test_no_text_is_cut_or_covered(rows, steps, words, shape):
    drawn = figure([torch.zeros(rows, steps, *shape, dtype=torch.uint8)] * 2, words)
    strips, frames = strip_layout(drawn), frame_layout(drawn, 2)
    for layout, spans in ((strips, steps), (frames, 1)):
        page = np.asarray(painted(layout))
        inner = page[20:-20, 20:-20]
        assert (page != 255).sum() == (inner != 255).sum() > 0, "ink touches the border"
        height, width = (layout.factor * length for length in shape[1:])
        reach = width + (spans - 1) * layout.step
        pictures = [(x, y, x + reach, y + height) for x, y in layout.cells.values()]
        everything = boxes(layout) + pictures
        for i, (left, top, right, bottom) in enumerate(everything):
            assert 0 <= left <= right <= layout.size[0] and 0 <= top <= bottom <= layout.size[1]
            for x0, y0, x1, y1 in everything[:i]:
                assert right <= x0 or x1 <= left or bottom <= y0 or y1 <= top, "two things overlap"
        assert all((page[y0:y1, x0:x1] == 255).all() for x0, y0, x1, y1 in pictures)


def test_wrapping_loses_nothing():
    for content in (*LONG.values(), *SHORT.values()):
        whole = text(content, 15, 10**6)
        assert len(whole.lines) == 1
        for width in (40, 150, 600):
            block = text(content, 15, width)
            assert "".join(block.lines).replace(" ", "") == whole.lines[0].replace(" ", "")
            assert block.width <= width or max(map(len, block.lines)) == 1


def test_words_break_behind_hyphens():
    assert text("scene3d-beta-4-seed-1", 15, 100).lines == ("scene3d-beta-", "4-seed-1")


@pytest.mark.parametrize("letter", ["·", "“", "”", "g", "j", "f", "Q"])
def test_a_letter_lies_within_its_mask(letter):
    for size in (13, 26, 60):
        mask = np.asarray(draw_line(letter, size))
        assert mask.max() > 100
        edges = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
        assert edges.max() == 0


def test_what_the_font_lacks_is_spelled_out():
    assert text("β = 4 – σ² ≥ é\u2009\ud55c", 15, 900).lines == ("beta = 4 - sigma^2 >= e ?",)


def test_the_same_figure_is_the_same_file():
    first, second = (figure([smooth(1, 2, (3, 64, 64), seed) for seed in (0, 1)], LONG) for _ in range(2))
    assert png(first) == png(second)
    assert gif(first) == gif(second)


@pytest.mark.parametrize(
    "change",
    [
        lambda part: {"strips": part.strips[:1]},
        lambda part: {"strips": part.strips[:, :0]},
        lambda part: {"strips": part.strips.float()},
        lambda part: {"labels": part.labels[:1]},
    ],
)
def test_what_is_no_figure_is_refused(change):
    drawn = figure([smooth(2, 3, (1, 28, 28))] * 2)
    wrong = replace(drawn.columns[1], **change(drawn.columns[1]))
    with pytest.raises(ValueError):
        replace(drawn, columns=(drawn.columns[0], wrong))
    with pytest.raises(ValueError):
        replace(drawn, columns=(wrong, wrong), rows=("only one",) if len(wrong.strips) > 1 else drawn.rows)
