"""The Train tab's public endpoints: what comes in is checked, what goes out is an answer or a sentence."""

import base64
import math
import os
import pickle
import shutil
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from vae.data import DATASETS, default_root
from vae.data.own.dataset import own_images
from vae.live.recipe import Recipe
from vae.live.runs import Runs
from vae.system import safetensors_file
from vae.system.limits import CHECKPOINTS, IMAGE_SETS, MB, PICTURES, TRAINING
from vae.system.paths import CHECKPOINT_FOLDER
from vae.training.objectives import OBJECTIVES
from vae.ui.kit.client import ADDRESS
from vae.ui.kit.i18n import TEXTS
from vae.ui.kit.work import LEFT
from vae.ui.models.shared import Shared
from vae.ui.models.visitor_models import entry_of, images_folder
from vae.ui.train.choices import train_payload
from vae.ui.train.endpoints import train_endpoints
from vae.ui.train.status import status

ADA = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    shared = Shared.of(CHECKPOINT_FOLDER, default_root(), tmp_path_factory.mktemp("runs"))
    uploads = tmp_path_factory.mktemp("uploads")
    yield shared, {function.__name__: function for function in train_endpoints(shared, uploads)}, uploads
    shared.training.close()


@pytest.mark.parametrize(
    ("named", "writable", "chosen", "wanted"),
    [
        (True, True, None, "data/runs"),  # as a Space is told to keep both
        (False, True, None, "project/runs"),
        (False, False, None, "cache/latent-space-explorer/runs"),
        (True, False, "elsewhere", "elsewhere"),
        (True, True, "elsewhere", "elsewhere"),
    ],
)
def test_runs_lie_where_they_are_kept(tmp_path, monkeypatch, named, writable, chosen, wanted):
    monkeypatch.setattr(f"{Shared.__module__}.PROJECT", tmp_path / "project")
    (tmp_path / "project").mkdir()
    real, shut = os.access, tmp_path / "project"
    monkeypatch.setattr(os, "access", lambda path, mode: real(path, mode) and (writable or Path(path) != shut))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LATENT_EXPLORER_DATA", str(tmp_path / "data") if named else "")
    shared = Shared.of(CHECKPOINT_FOLDER, tmp_path / "data", tmp_path / chosen if chosen else None)
    shared.training.close()
    assert shared.runs == shared.training.folder == shared.catalog.runs == tmp_path / wanted


def asked(app, name, *arguments):
    return app[1][name](list(arguments))


def test_the_payload_offers_what_the_registries_hold(app):
    payload = train_payload(app[0])
    for each in payload["datasets"]:
        assert Recipe.from_json(payload["defaults"][each["name"]]).dataset == each["name"]
    for preset in payload["presets"]:
        assert {f"train.preset.{preset['key']}", f"train.preset.{preset['key']}_about"} <= set(TEXTS["en"])
    for objective in payload["objectives"]:
        assert f"train.objective.{objective['key']}" in TEXTS["en"]
        assert all(f"train.way.{way}" in TEXTS["en"] for way in objective["ways"])
        assert all(f"train.{number}" in TEXTS["en"] for number in objective["reads"])


def test_the_numbers_of_the_form_are_those_of_a_recipe(app):
    numbers = {number["key"]: number for number in train_payload(app[0])["numbers"]}
    assert {key: (number["low"], number["high"]) for key, number in numbers.items()} == TRAINING
    whole = {key for key, value in CHOICE.items() if type(value) is int} & numbers.keys() | {"steps"}
    assert {key for key, number in numbers.items() if number["whole"]} == whole
    assert {key for key, number in numbers.items() if number["of_a_loss"]} == {"beta", "gamma", "capacity"}
    # a slider with a logarithmic scale begins above 0
    assert all(numbers[key]["lowest"] > 0 for objective in OBJECTIVES.values() for key in objective.adjustable)


CHOICE = Recipe("digits").to_json()
BAD = [
    ("begin", ["x", CHOICE]),
    ("begin", [None, CHOICE]),
    ("begin", [ADA.upper(), CHOICE]),
    ("begin", [ADA, None]),
    ("begin", [ADA, CHOICE | {"dataset": "../../etc"}]),
    ("begin", [ADA, CHOICE | {"dataset": "own:" + "x" * 22}]),
    ("begin", [ADA, CHOICE | {"dataset": "own:../../../etc/passwd"}]),
    ("begin", [ADA, CHOICE | {"device": "cuda:9"}]),
    ("begin", [ADA, CHOICE | {"lr": float("nan")}]),
    ("begin", [ADA, CHOICE | {"batch_size": 10**400}]),
    ("begin", [ADA]),
    ("forecast_training", [ADA, CHOICE | {"width": 10**6}]),
    ("poll", [ADA, "nope", {}]),
    ("poll", [ADA, ["list"], {}]),
    ("drive", [ADA, "nope", "stop"]),
    ("turn", [ADA, "nope", "beta", 3]),
    ("scene", [ADA, "../x"]),
    ("look", [ADA, "nope", 0]),
    ("film", [ADA, None]),
    ("keep", [ADA, {}]),
    ("download", [ADA, "nope"]),
    ("upload", [ADA, "a.safetensors", "%%%"]),
    ("upload", [ADA, 3, 4]),
    ("upload", [ADA, "a.safetensors", base64.b64encode(pickle.dumps([1])).decode()]),
    ("own", [ADA, "/etc/passwd", 32]),
    ("own", [ADA, None, 32]),
    ("own", [ADA, "\0", 32]),
    ("runs", ["short"]),
    ("charts", ["short"]),
]


@pytest.mark.parametrize(("name", "arguments"), BAD)
def test_bad_input_is_answered_by_a_sentence(app, name, arguments):
    answer = asked(app, name, *arguments)
    assert set(answer) == {"error", "key", "values"} and answer["key"] != "error.internal"
    assert answer["error"] and "Traceback" not in answer["error"]


def test_an_unknown_device_is_answered_by_those_there_are(app, monkeypatch):
    monkeypatch.setattr(app[0].training, "devices", {"cpu": "a processor", "mps": "another"})
    answer = asked(app, "begin", ADA, CHOICE | {"device": "cuda"})
    assert answer["key"] == "run.no_device" and answer["values"] == {"name": "cuda", "known": ["cpu", "mps"]}
    assert answer["error"] == "There is no cuda on this machine: choose cpu, mps."


def test_too_large_an_upload_is_told_the_size_of_the_file(app):
    """In the MB of the file, rounded up, whatever base64 makes of them."""
    limit = CHECKPOINTS.most_bytes
    for size in (limit + 1, limit + 3 * MB):
        answer = asked(app, "upload", ADA, "a.safetensors", base64.b64encode(bytes(size)).decode())
        assert answer["key"] == "run.too_large"
        assert answer["values"] == {"mb": math.ceil(size / MB), "limit": limit // MB}
    answer = asked(app, "upload", ADA, "a.safetensors", base64.b64encode(bytes(limit)).decode())
    assert answer["key"] == "run.not_a_checkpoint"  # it has been read


@pytest.mark.parametrize("arguments", [("a.safetensors", 4), (3, "AAAA"), (None, None)])
def test_an_upload_of_another_type_is_no_large_one(app, arguments):
    assert asked(app, "upload", ADA, *arguments)["key"] == "error.arguments"


def test_a_seed_of_ten_digits_is_repeated_by_its_digits(app):
    answer = asked(app, "begin", ADA, CHOICE | {"seed": 3_000_000_000})
    assert "not 3000000000" in answer["error"] and "int" not in answer["error"].split()


def pictures(folder, count):
    rng = np.random.default_rng(0)
    path = folder / "pictures.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(count):
            file = folder / f"{number}.png"
            Image.fromarray(rng.integers(0, 255, (40, 50, 3), np.uint8)).save(file)
            archive.write(file, f"{number}.png")
        archive.writestr("notes.txt", "no picture")
    return path


def test_ones_own_images_become_a_data_set_to_choose(app, tmp_path):
    path = pictures(app[2], 60)
    content = path.read_bytes()
    found = asked(app, "own", ADA, str(path), 32)["ok"]
    assert found["used"] == 60 and found["skipped_count"] == 1 and found["skipped"][0]["name"] == "notes.txt"
    assert found["dataset"]["shape"] == [3, 32, 32] and found["dataset"]["train"] + 8 == 60
    assert Recipe.from_json(found["defaults"]).dataset == found["dataset"]["name"]
    outside = tmp_path / "pictures.zip"
    outside.write_bytes(content)
    assert not path.exists()  # it has been read, and the disk is not endless
    assert asked(app, "own", ADA, str(outside), 32)["key"] == "run.upload"
    link = app[2] / "link.zip"
    link.symlink_to(outside)
    assert asked(app, "own", ADA, str(link), 32)["key"] == "run.upload"


def test_an_upload_goes_with_the_folder_that_it_had_to_itself(app, tmp_path):
    for others, left in (((), False), (("other.zip",), True)):
        home = app[2] / ("f" * 48)
        home.mkdir()
        for name in others:
            (home / name).touch()
        (home / "pictures.zip").write_bytes(b"no zip")
        assert asked(app, "own", ADA, str(home / "pictures.zip"), 32)["key"] == "run.unusable"
        assert home.exists() == left and not (home / "pictures.zip").exists() and app[2].is_dir()


def bombs(folder, count):
    """A zip of a few kilobytes: so many pictures of 40 megapixels, of one bit each."""
    image, path = folder / "bomb.png", folder / "bombs.zip"
    Image.new("1", (6_300, 6_300)).save(image)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.write(image, f"{number}.png")
    image.unlink()
    return path


def left_behind(app):
    return {path for part in ("images", "uploads") for path in (app[0].runs / part).glob("*")}


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"most_seconds_of_set": 0.0, "most_seconds_of_image": 0.2}, "confined.seconds"),  # within the first one
        ({"most_seconds_of_set": 1.0, "most_seconds_of_image": 30.0}, "pictures.budget_seconds"),  # between two
        ({"most_memory_of_set": 60 * MB, "most_pixels_of_set": 2e9}, "pictures.none_skipped"),  # in each
    ],
)
def test_a_bomb_within_the_limits_has_its_budget_and_no_more(app, monkeypatch, limits, reason):
    assert "ok" in asked(app, "own", ADA, str(pictures(app[2], 16)), 32)  # what forks is there
    monkeypatch.setattr("vae.ui.train.endpoints.PICTURES", replace(PICTURES, **limits))
    before, path, began = left_behind(app), bombs(app[2], 200 if "seconds" in reason else 16), time.monotonic()
    answer = asked(app, "own", ADA, str(path), 32)
    assert answer["key"] == "run.unusable" and answer["values"]["reason"]["key"] == reason, answer
    assert time.monotonic() - began < (10 if "seconds" in reason else 60)
    assert left_behind(app) == before and not path.exists()


def test_images_that_nobody_waits_for_are_read_no_further(app):
    before, path = left_behind(app), bombs(app[2], 200)
    left = LEFT.set(lambda: True)
    try:
        answer, began = asked(app, "own", ADA, str(path), 32), time.monotonic()
    finally:
        LEFT.reset(left)
    assert answer["values"]["reason"]["key"] == "confined.abandoned" and time.monotonic() - began < 5
    assert left_behind(app) == before and not path.exists()


@pytest.mark.parametrize(
    ("limits", "key", "reason"),
    [
        ({"most_decode": 0.0}, "run.slow_model", None),
        ({"most_seconds": 0.0}, "run.not_a_checkpoint", "confined.seconds"),
        ({"most_memory": 0}, "run.not_a_checkpoint", "confined.memory"),
        ({"most_codes": 10}, "run.too_much_model", None),
    ],
)
def test_a_strangers_model_that_is_too_dear_is_not_kept(app, monkeypatch, limits, key, reason):
    monkeypatch.setattr("vae.ui.models.visitor_models.CHECKPOINTS", replace(CHECKPOINTS, **limits))
    content = base64.b64encode((CHECKPOINT_FOLDER / "digits-vae.safetensors").read_bytes()).decode()
    before = left_behind(app)
    answer = asked(app, "upload", ADA, "dear", content)
    assert answer["key"] == key and (reason is None or answer["values"]["reason"]["key"] == reason), answer
    assert left_behind(app) == before


def test_a_strangers_model_is_first_read_elsewhere(app, monkeypatch):
    monkeypatch.setattr("vae.checkpoints.checkpoint.load", lambda *given: pytest.fail("read by the server"))
    content = base64.b64encode((CHECKPOINT_FOLDER / "digits-vae.safetensors").read_bytes()).decode()
    assert "ok" in asked(app, "upload", ADA, "mine", content)
    refused = asked(app, "upload", ADA, "mine", base64.b64encode(b"no checkpoint").decode())
    assert refused["key"] == "run.not_a_checkpoint"


def test_a_run_begins_with_the_address_of_its_client(app, monkeypatch):
    begun = []

    def begin(owner, recipe, own, address=""):
        begun.append((owner, address))
        return SimpleNamespace(ident="x")

    monkeypatch.setattr(app[0].training, "begin", begin)
    address = ADDRESS.set("192.0.2.7")
    try:
        assert "ok" in asked(app, "begin", ADA, CHOICE)
    finally:
        ADDRESS.reset(address)
    assert begun == [(ADA, "192.0.2.7")]


def test_of_a_browser_that_brings_more_the_oldest_set_goes(app):
    names = []
    for number in range(IMAGE_SETS.of_owner + 1):
        names.append(asked(app, "own", "e" * 32, str(pictures(app[2], 16)), 32)["ok"]["dataset"]["name"])
        os.utime(images_folder(app[0].runs) / names[-1].removeprefix("own:"), (number, number))
    there = [(images_folder(app[0].runs) / name.removeprefix("own:")).is_dir() for name in names]
    assert there == [False] + [True] * IMAGE_SETS.of_owner


def test_a_checkpoint_comes_in_again_and_is_opened_by_its_new_name(app):
    content = (CHECKPOINT_FOLDER / "digits-vae.safetensors").read_bytes()
    found = asked(app, "upload", ADA, "../../my model.safetensors", base64.b64encode(content).decode())["ok"]
    assert found["dataset"] == DATASETS["digits"].title and found["title"] == "my-model"
    opened = app[0].catalog.open(found["name"])
    assert opened.name == found["name"] and opened.dims == 10
    assert found["name"] not in [entry.name for entry in app[0].catalog.usable()]  # nobody else is shown it
    assert entry_of(app[0].runs, "up-" + "x" * 22) is None and entry_of(app[0].runs, "up-../../../etc") is None


def test_who_waits_behind_a_run_that_is_still_starting_is_told_what_it_is(tmp_path):
    runs = Runs(tmp_path, default_root(), lent=("cpu",))  # nobody lends the device, so the first never gets on
    runs.begin(ADA, Recipe("digits"))
    second = runs.begin(ADA[::-1], Recipe("digits"))
    told = status(runs, second)
    assert told["place"] == 1 and told["ahead"] == {"data": DATASETS["digits"].title, "left": None}
    runs.close()


def test_an_upload_that_claims_a_visitors_images_must_fit_them(app):
    own = asked(app, "own", ADA, str(pictures(app[2], 60)), 32)["ok"]
    home = images_folder(app[0].runs) / own["dataset"]["name"].removeprefix("own:")
    tensors, header = safetensors_file.read(CHECKPOINT_FOLDER / "digits-vae.safetensors")  # 32×32, but grey
    header["dataset"]["name"] = own_images(home)[1].name
    header["config"]["dataset"] = header["dataset"]["name"]
    path = app[2] / "claims.safetensors"
    safetensors_file.write(path, tensors, header)
    found = asked(app, "upload", ADA, "claims", base64.b64encode(path.read_bytes()).decode())["ok"]
    assert found["dataset"] == "Your images"
    opened = app[0].catalog.open(found["name"])
    assert opened.images is None and opened.missing


def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def test_a_run_of_ones_own_images_goes_to_explore_and_survives_their_loss(app):
    own = asked(app, "own", ADA, str(pictures(app[2], 60)), 32)["ok"]
    choice = own["defaults"] | {"unit": "steps", "budget": 1_000_000, "batch_size": 16, "width": 4, "latent_dim": 2}
    ident = asked(app, "begin", ADA, choice)["ok"]["run"]
    run = app[0].training.get(ADA, ident)

    def poll():
        return asked(app, "poll", ADA, ident, {})["ok"]["status"]

    def kept():
        assert asked(app, "keep", ADA, ident) == {"ok": {}}
        until(lambda: run.exported and "stage" not in run.exported)
        assert "error" not in run.exported

    until(lambda: poll()["step"] > 3)
    assert asked(app, "runs", ADA)["ok"][0]["title"] == "Your images"
    for action in ("resume", "pause", "step"):  # kept as it stands at that moment, long before a snapshot is due
        before = run.step
        asked(app, "drive", ADA, ident, action)
        kept()
        assert run.exported["step"] >= before
    until(lambda: run.step > before and poll()["state"] == "paused")
    kept()
    assert run.exported["step"] == run.step
    opened = app[0].catalog.open(run.exported["name"])
    assert opened.missing is None and opened.images.name == run.config.dataset
    test = own_images(Path(run.own))[1]
    assert torch.equal(opened.originals([0, 3]), test.batch(opened.model.index[[0, 3]], "cpu"))

    # The images are deleted while it trains: it goes on, is kept, and only a new one needs them.
    shutil.rmtree(run.own)
    asked(app, "drive", ADA, ident, "resume")
    before = run.step
    until(lambda: poll()["step"] > before + 20 and poll()["state"] == "running")
    last = asked(app, "drive", ADA, ident, "stop")["ok"]["step"]  # and its process has still to write that down
    kept()
    assert run.exported["step"] >= last > before  # by the process that had read them
    assert asked(app, "begin", ADA, choice)["key"] == "run.no_images"
    asked(app, "drive", ADA, ident, "forget")
