"""CelebA from small files of the same layout, against torchvision's own reading of them."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import small_files
import torch
from torchvision import datasets, transforms

from vae.cli.main import main
from vae.data import DataError, Subset, available, celeba, load

RESIZED = transforms.Compose([transforms.CenterCrop(148), transforms.Resize(64), transforms.PILToTensor()])


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path_factory):
    """No test leaves anything in the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture
def numbers(tmp_path):
    return small_files.celeba(tmp_path)


@pytest.mark.parametrize("split", ["train", "test"])
def test_pictures_and_attributes_are_those_of_torchvision(tmp_path, numbers, monkeypatch, split):
    monkeypatch.setattr(celeba, "PART", 16)
    ours = load("celeba", split, tmp_path, fetch=False)
    for name in ("identity_CelebA.txt", "list_bbox_celeba.txt", "list_landmarks_align_celeba.txt"):
        head = "" if name.startswith("identity") else "105\na b\n"
        (tmp_path / "celeba" / name).write_text(head + "".join(f"{i:06d}.jpg 1 1\n" for i in range(1, 106)))
    monkeypatch.setattr(datasets.CelebA, "_check_integrity", lambda self: True)  # these are not the published files
    theirs = datasets.CelebA(tmp_path, split, transform=RESIZED)
    assert len(ours) == len(theirs) == len(numbers[split])
    expected = torch.stack([theirs[i][0] for i in range(len(theirs))])
    assert torch.equal(ours.images, expected)
    assert np.array_equal(ours.attributes, theirs.attr.numpy())
    assert ours.attribute_names == tuple(name.replace("_", " ") for name in theirs.attr_names if name)
    assert len(ours.attribute_names) == 40
    assert ours.factors is None
    assert ours.labels is None
    part = Subset(ours, np.array([3, 1, 20]))
    assert np.array_equal(part.attributes, ours.attributes[[3, 1, 20]])
    assert part.attribute_names == ours.attribute_names
    assert torch.equal(part.images, expected[[3, 1, 20]])


def test_the_archive_does_as_well_as_the_folder(tmp_path, numbers):
    (tmp_path / "zipped").mkdir()
    small_files.celeba(tmp_path / "zipped", zipped=True)
    here, there = (load("celeba", "test", root, fetch=False) for root in (tmp_path, tmp_path / "zipped"))
    assert torch.equal(here.images, there.images)


def test_a_second_loading_decodes_nothing(tmp_path, numbers, monkeypatch):
    first = load("celeba", "test", tmp_path, fetch=False).images
    monkeypatch.setattr(celeba, "_picture", lambda *arguments: pytest.fail("decoded again"))
    assert torch.equal(load("celeba", "test", tmp_path, fetch=False).images, first)


def test_a_stopped_decoding_goes_on_where_it_was(tmp_path, numbers, monkeypatch):
    whole = load("celeba", "train", tmp_path / ".", fetch=False).images
    for path in (tmp_path / "celeba" / "decoded").iterdir():
        path.unlink()
    monkeypatch.setattr(celeba, "PART", 16)
    last = f"{numbers['train'][-1]:06d}.jpg"
    picture = tmp_path / "celeba" / "img_align_celeba" / last
    content = picture.read_bytes()
    picture.write_bytes(content[:600])
    with pytest.raises(DataError, match=f"{last} is missing or damaged"):
        load("celeba", "train", tmp_path, fetch=False)
    with picture.open("wb") as file:  # in place, so that the folder looks as before
        file.write(content)
    read, decoded = celeba._picture, []
    monkeypatch.setattr(celeba, "_picture", lambda *given: decoded.append(given[-1]) or read(*given))
    assert torch.equal(load("celeba", "train", tmp_path, fetch=False).images, whole)
    assert sorted(decoded) == [f"{number:06d}.jpg" for number in numbers["train"][64:]]  # on several threads


def test_a_damaged_part_is_made_anew(tmp_path, numbers):
    whole = load("celeba", "test", tmp_path, fetch=False).images
    (part,) = (tmp_path / "celeba" / "decoded").iterdir()
    part.write_bytes(part.read_bytes()[:1000])
    assert torch.equal(load("celeba", "test", tmp_path, fetch=False).images, whole)


def test_what_cannot_be_written_beside_the_files_goes_to_the_cache(tmp_path, numbers, cache, monkeypatch):
    """As root may write everywhere, a file in the way stands for a read-only folder."""
    (tmp_path / "celeba" / "decoded").write_text("in the way")
    images = load("celeba", "test", tmp_path, fetch=False).images
    assert len(list((cache / "latent-space-explorer" / "celeba" / "decoded").iterdir())) == 1
    monkeypatch.setattr(celeba, "_picture", lambda *arguments: pytest.fail("decoded again"))
    assert torch.equal(load("celeba", "test", tmp_path, fetch=False).images, images)


def test_a_full_disk_is_one_sentence(tmp_path, numbers, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(DataError, match=r"could not be kept in .*No space left on device"):
        load("celeba", "test", tmp_path, fetch=False)
    assert list((tmp_path / "celeba" / "decoded").iterdir()) == []


def change(path, old, new):
    path.write_text(path.read_text().replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("list_eval_partition.txt", "000004.jpg ", "../../etc/passwd ", "line 4, should be the name of a picture"),
        ("list_eval_partition.txt", "000002.jpg", "000002.jpg 7", "line 2, should be the name of a picture"),
        ("list_attr_celeba.txt", "\n000007.jpg", "\n000000.jpg", "should have 40 values, -1 or 1, for 000007.jpg"),
        (
            "list_attr_celeba.txt",
            "\n000009.jpg  1",
            "\n000009.jpg  2",
            "should have 40 values, -1 or 1, for 000009.jpg",
        ),
    ],
)
def test_lists_that_say_something_else_are_one_sentence(tmp_path, file, old, new, said):
    small_files.celeba(tmp_path)
    for number in (7, 9):  # both in a split that is looked at, and with a first attribute
        change(tmp_path / "celeba" / "list_eval_partition.txt", f"{number:06d}.jpg 1", f"{number:06d}.jpg 2")
    change(tmp_path / "celeba" / "list_attr_celeba.txt", "000009.jpg -1", "000009.jpg  1")
    change(tmp_path / "celeba" / file, old, new)
    with pytest.raises(DataError, match=said):
        for split in ("train", "test"):
            load("celeba", split, tmp_path, fetch=False)


def test_a_picture_of_another_size_is_named(tmp_path, numbers):
    name = f"{numbers['test'][3]:06d}.jpg"
    small_files.face(1).resize((100, 120)).save(tmp_path / "celeba" / "img_align_celeba" / name)
    with pytest.raises(DataError, match=f"{name} is 100×120 and no aligned picture of 178×218"):
        load("celeba", "test", tmp_path, fetch=False)


def test_a_damaged_archive_is_one_sentence(tmp_path):
    small_files.celeba(tmp_path, zipped=True)
    path = tmp_path / "celeba" / "img_align_celeba.zip"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DataError, match="img_align_celeba.zip is not a whole zip file"):
        load("celeba", "test", tmp_path, fetch=False)


def test_indices_beyond_the_end_are_refused(tmp_path, numbers):
    data = load("celeba", "test", tmp_path, fetch=False)
    for wrong in ([30], [-1], [0.5]):
        with pytest.raises(IndexError):
            data.batch(wrong)
    assert data.batch([]).shape == (0, 3, 64, 64)


def test_what_is_missing_is_said_and_not_fetched(tmp_path, monkeypatch):
    sentence = str(available("celeba", tmp_path))
    assert all(name in sentence for name in ("img_align_celeba.zip", "list_eval_partition.txt", "list_attr_celeba.txt"))
    assert str(tmp_path / "celeba") in sentence
    assert "`python -m vae data celeba`" in sentence
    with pytest.raises(DataError) as caught:
        load("celeba", "test", tmp_path, fetch=False)
    assert str(caught.value) == sentence
    assert not list(tmp_path.iterdir())
    small_files.celeba(tmp_path)
    assert available("celeba", tmp_path) is None


def test_the_command_tries_and_where_it_is_refused_says_which_files_go_where(tmp_path, monkeypatch, capsys):
    def refused(self):
        raise RuntimeError("Too many users have viewed or downloaded this file recently.\nsecond line")

    monkeypatch.setattr(datasets.CelebA, "download", refused)
    assert main(["data", "celeba", "--data", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "could not be fetched (Too many users have viewed" in said
    assert "place img_align_celeba.zip, list_eval_partition.txt, list_attr_celeba.txt" in said
    assert str(tmp_path / "celeba") in said
    monkeypatch.setattr(datasets.CelebA, "__init__", lambda self, root, download: small_files.celeba(root) and None)
    assert main(["data", "celeba", "--data", str(tmp_path)]) == 0
    assert "celeba train: 70 images (3, 64, 64)" in capsys.readouterr().out


def zipped_beside(tmp_path, folder="img_align_celeba"):
    """The whole archive beside a folder of which only the first picture was unpacked."""
    (tmp_path / "zipped").mkdir()
    small_files.celeba(tmp_path / "zipped", zipped=True)
    home = tmp_path / "zipped" / "celeba"
    (home / folder).mkdir(parents=True)
    small_files.face(1).save(home / folder / "000001.jpg")
    return tmp_path / "zipped"


def test_a_whole_archive_wins_over_a_half_unpacked_folder(tmp_path, numbers):
    root = zipped_beside(tmp_path)
    for split in ("train", "test"):
        here, there = (load("celeba", split, place, fetch=False) for place in (tmp_path, root))
        assert torch.equal(here.images, there.images)


def test_a_whole_folder_needs_no_archive(tmp_path, numbers):
    (tmp_path / "celeba" / "img_align_celeba.zip").write_bytes(b"PK half")
    assert len(load("celeba", "test", tmp_path, fetch=False)) == 30


def test_half_a_folder_says_what_to_do(tmp_path, numbers):
    for number in numbers["test"][:7]:
        (tmp_path / "celeba" / "img_align_celeba" / f"{number:06d}.jpg").unlink()
    with pytest.raises(
        DataError, match=r"img_align_celeba holds 23 of 30 pictures: place the whole img_align_celeba.zip"
    ):
        load("celeba", "test", tmp_path, fetch=False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n<!DOCTYPE html><html>quota exceeded</html>", "img_align_celeba.zip is a web page and no zip file"),
        (None, "img_align_celeba.zip is not a whole zip file"),
    ],
)
def test_what_is_no_archive_beside_half_a_folder_is_said_with_both(tmp_path, content, said):
    root = zipped_beside(tmp_path)
    path = root / "celeba" / "img_align_celeba.zip"
    path.write_bytes(content or path.read_bytes()[:5000])
    with pytest.raises(DataError, match=f"{said}.*beside it holds . of 30 pictures"):
        load("celeba", "test", root, fetch=False)


def test_an_archive_that_lacks_some_says_how_many(tmp_path, numbers):
    home = tmp_path / "celeba"
    shutil.rmtree(home / "img_align_celeba")
    with zipfile.ZipFile(home / "img_align_celeba.zip", "w") as archive:
        archive.writestr("img_align_celeba/000001.jpg", small_files.written_face(1))
    with pytest.raises(DataError, match=r"img_align_celeba.zip holds . of 30 pictures"):
        load("celeba", "test", tmp_path, fetch=False)


@pytest.mark.parametrize("zipped", [False, True])
def test_the_layout_of_kaggle_is_read(tmp_path, numbers, zipped):
    """Tables with commas and titles, and the pictures in a folder within a folder of the same name."""
    here = {split: load("celeba", split, tmp_path, fetch=False) for split in ("train", "test")}
    there = tmp_path / "kaggle" / "celeba"
    there.mkdir(parents=True)
    if zipped:
        with zipfile.ZipFile(there / "img_align_celeba.zip", "w") as archive:
            for path in (tmp_path / "celeba" / "img_align_celeba").iterdir():
                archive.write(path, f"img_align_celeba/img_align_celeba/{path.name}")
    else:
        shutil.copytree(tmp_path / "celeba" / "img_align_celeba", there / "img_align_celeba" / "img_align_celeba")
    lists = {"list_eval_partition": ["image_id partition"], "list_attr_celeba": []}
    for name, head in lists.items():
        lines = (tmp_path / "celeba" / f"{name}.txt").read_text().splitlines()
        lines = [*head, *lines] if head else [f"image_id {lines[1]}", *lines[2:]]
        table = "\r\n".join(",".join(line.split()) for line in lines)
        (there / f"{name}.csv").write_text(f"\ufeff{table}\r\n\r\n", encoding="utf-8")
    assert available("celeba", tmp_path / "kaggle") is None
    for split, expected in here.items():
        found = load("celeba", split, tmp_path / "kaggle", fetch=False)
        assert torch.equal(found.images, expected.images)
        assert np.array_equal(found.attributes, expected.attributes)
        assert found.attribute_names == expected.attribute_names


def test_a_byte_order_mark_and_blank_lines_change_nothing(tmp_path, numbers):
    before = load("celeba", "test", tmp_path, fetch=False)
    for name in ("list_eval_partition.txt", "list_attr_celeba.txt"):
        path = tmp_path / "celeba" / name
        path.write_text("\ufeff" + path.read_text() + "\n  \n", encoding="utf-8")
    after = load("celeba", "test", tmp_path, fetch=False)
    assert torch.equal(after.images, before.images)
    assert np.array_equal(after.attributes, before.attributes)


CASE = Path(__file__).resolve().parents[3] / "shared" / "data" / "cases" / "celeba_partial_zip" / "data"


@pytest.mark.skipif(not CASE.is_dir(), reason="no ../shared/data/cases")
def test_the_half_of_celeba_that_people_have(tmp_path):
    shutil.copytree(CASE, tmp_path / "data")
    assert [len(load("celeba", split, tmp_path / "data", fetch=False).images) for split in ("train", "test")] == [8, 2]
