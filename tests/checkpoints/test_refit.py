"""The file of a refit: encoder, codes, maps and scores of the former one, and what the decoder moves measured anew."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from vae.checkpoints import checkpoint
from vae.checkpoints.checkpoint import CheckpointError, load
from vae.checkpoints.export import export, export_brief
from vae.checkpoints.refit import export_refit, file_hash
from vae.config import TrainingConfig
from vae.evaluation.bound import encode_split, psnr
from vae.evaluation.evaluate import SCORES, evaluate
from vae.system import safetensors_file
from vae.training import snapshot
from vae.training.loop import train
from vae.training.refit import RefitConfig, refit_training, refitted

QUICK = ("--steps", 60, "--batch-size", 64, "--lr", 5e-3, "--ema", 0.9, "--device", "cpu")
OF_THE_DECODER = {"neg_elbo", "neg_elbo_decoding_mu", "distortion", "importance_weighted", "spill", "synthesis"}


@pytest.fixture(scope="module")
def digits_refitted(trained, digits, made_once):
    """The trained file of the digits, and that of its refit."""

    def make(folder):
        model = load(trained.path)
        training = TrainingConfig(150, 64, 5e-3, precision="fp32", ema=0.9)
        config = RefitConfig("digits", refitted(model.config.model), file_hash(model.path), training)
        state = refit_training(config, model.network)
        for _ in train(state, digits["train"]):
            pass
        export_refit(state, model, digits["test"], folder / "sharp.safetensors")

    return trained.path, made_once("refitted", make) / "sharp.safetensors"


def test_the_encoder_keeps_its_bytes_and_codes_and_maps_too(digits_refitted):
    (before, _), (after, _) = map(safetensors_file.read, digits_refitted)
    encoder = [key for key in before if ".convolutions." in key or ".to_latent." in key]
    kept = [key for key in before if not key.startswith("model.") and key != "encodings.distortion"]
    assert len(encoder) == 12 and "map.pca" in kept
    for key in encoder + kept:
        assert before[key].dtype == after[key].dtype
        assert before[key].numpy().tobytes() == after[key].numpy().tobytes(), key


def test_scores_are_carried_over_and_the_rest_is_measured(digits_refitted, digits):
    before, after = map(load, digits_refitted)
    old, new = before.header["metrics"], after.header["metrics"]
    assert old.keys() == new.keys()
    assert all(old[key] == new[key] for key in old.keys() - OF_THE_DECODER)
    assert new["distortion"] < old["distortion"] and new["neg_elbo"] < old["neg_elbo"]
    measured = evaluate(after.network, digits["test"], seed=after.header["seed"])
    for key in ("neg_elbo", "distortion", "rate", "neg_elbo_decoding_mu", "importance_weighted", *SCORES):
        assert new[key] == (None if measured[key] is None else pytest.approx(measured[key], rel=1e-5, abs=1e-4)), key
    assert new["neg_elbo"] == pytest.approx(new["distortion"] + new["rate"])
    nats = encode_split(after.network, digits["test"]).distortion[torch.from_numpy(after.index)]
    np.testing.assert_allclose(after.distortion, nats.numpy(), rtol=1e-5)


def test_the_header_says_so(digits_refitted, digits):
    before, after = map(load, digits_refitted)
    refit = after.header["refit"]
    assert refit["of"] == {"name": "tiny", "sha256": file_hash(digits_refitted[0])}
    assert (refit["steps"], refit["images"], refit["ema"], refit["seed"]) == (150, 150 * 64, 0.9, 0)
    assert refit["distortion"] == [model.header["metrics"]["distortion"] for model in (before, after)]
    assert refit["psnr"] == pytest.approx([psnr(model.network, digits["test"]) for model in (before, after)], rel=1e-5)
    assert refit["psnr"][1] > refit["psnr"][0]
    assert after.header["config"]["model"].pop("network") == "burgess_residual"
    assert before.header["config"]["model"].pop("network") == "burgess"
    for key in before.header.keys() - {"name", "metrics"}:
        assert before.header[key] == after.header[key], key
    assert after.name == "sharp"


def test_psnr_is_that_of_its_definition(trained, digits):
    x = digits["test"].images.float() / 255
    with torch.inference_mode():
        y = torch.sigmoid(trained.network.decode(trained.network.encode(x).mu))
    expected = (10 * torch.log10(1 / (x - y).square().mean((1, 2, 3)))).mean()
    assert psnr(trained.network, digits["test"]) == pytest.approx(float(expected), rel=1e-5)


def test_seeds_lose_the_bounds_of_other_decoders(trained, digits, tmp_path):
    tensors, header = safetensors_file.read(trained.path)
    rows = [{"name": name, "seed": 0, "udr": 0.5, "neg_elbo": 9.0, "mig": 0.1} for name in "ab"]
    safetensors_file.write(tmp_path / "a.safetensors", tensors, header | {"seeds": rows})
    model = load(tmp_path / "a.safetensors")
    config = RefitConfig("digits", refitted(model.config.model), file_hash(model.path))
    export_refit(refit_training(config, model.network), model, digits["test"], tmp_path / "b.safetensors")
    assert load(tmp_path / "b.safetensors").header["seeds"] == [
        {k: v for k, v in r.items() if k != "neg_elbo"} for r in rows
    ]


def test_figures_of_a_part_of_the_images_are_measured_on_all(tiny, finished, digits, tmp_path):
    export_brief(finished(tiny(steps=2), digits["train"]), digits["test"], tmp_path / "a.safetensors")
    model = load(tmp_path / "a.safetensors")
    config = RefitConfig("digits", refitted(model.config.model), file_hash(model.path))
    metrics = export_refit(refit_training(config, model.network), model, digits["test"], tmp_path / "b.safetensors")
    assert "measured_on" not in metrics and metrics["mutual_information"] is not None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda refit: refit.pop("ema"), "ema is missing"),
        (lambda refit: refit.update(steps="many"), "steps has the wrong type"),
        (lambda refit: refit.update(steps=True), "refit.steps should be a number"),
        (lambda refit: refit.update(more=1), "refit.more is not known"),
        (lambda refit: refit.update(psnr=[1.0]), "refit.psnr"),
        (lambda refit: refit.update(lr="high"), "lr has the wrong type"),
        (lambda refit: refit.update(distortion=["a", "b"]), "refit.distortion"),
        (lambda refit: refit["of"].pop("sha256"), "sha256 is missing"),
    ],
)
def test_the_record_is_read_strictly(digits_refitted, tmp_path, change, named):
    tensors, header = safetensors_file.read(digits_refitted[1])
    change(header["refit"])
    path = tmp_path / "a.safetensors"
    safetensors_file.write(path, tensors, header)
    with pytest.raises(CheckpointError, match=named):
        load(path)
    safetensors_file.write(path, tensors, header | {"refit": 3})
    with pytest.raises(CheckpointError, match="refit should be an object"):
        load(path)


def test_the_command_refits_and_says_what_it_has_reached(run, trained, tmp_path):
    code, out, _ = run("refit", trained.path, *QUICK, "--out", "a.safetensors")
    assert code == 0 and "decoder of tiny fitted anew in 60 steps" in out and "PSNR" in out
    assert load(tmp_path / "a.safetensors").header["refit"]["steps"] == 60
    assert snapshot.read_config(tmp_path / "a.resume")["of"] == file_hash(trained.path)

    code, out, _ = run("refit", trained.path, "--resume", "a.resume", "--steps", 70, "--out", "b.safetensors", "--json")
    assert code == 0 and json.loads(out) == load(tmp_path / "b.safetensors").header["metrics"]
    assert load(tmp_path / "b.safetensors").header["refit"]["images"] == 70 * 64

    again = ("--steps", 5, "--batch-size", 64, "--device", "cpu", "--out", "c.safetensors")
    assert run("refit", "b.safetensors", *again)[0] == 0  # and what has been refitted goes on from there
    assert load(tmp_path / "c.safetensors").header["refit"]["of"]["name"] == "b"
    for words, sentence in (
        (("--resume", "a.resume", "--lr", 1), "--lr cannot change"),
        (("--resume", "a.resume", "--steps", 5), "60 steps, which is more than 5"),
    ):
        code, _, err = run("refit", trained.path, *words, "--out", "d.safetensors")
        assert code == 2 and sentence in err and err.count("\n") == 1
    code, _, err = run("refit", "b.safetensors", "--resume", "a.resume", "--out", "d.safetensors")
    assert code == 2 and "not of the file b.safetensors" in err


def test_what_cannot_be_refitted_is_refused_in_one_sentence(run, trained, damaged, tiny, finished, digits, tmp_path):
    export(
        finished(tiny(steps=2, model={"network": "mlp"}), digits["train"]), digits["test"], tmp_path / "mlp.safetensors"
    )
    snapshot.save(trained.state, tmp_path / "vae.resume")
    (tmp_path / "foreign.safetensors").write_bytes(b"\x80\x04K\x01.")

    def of_other_images(tensors, header):
        header["dataset"]["sha256"] = "0" * 64

    def of_another_version(tensors, header):
        header["dataset"]["version"] = "0"

    def of_no_data(tensors, header):
        header["dataset"]["name"] = header["config"]["dataset"] = "nothing"

    cases = [
        (tmp_path / "mlp.safetensors", (), "no decoder is fitted anew to the network 'mlp'"),
        (tmp_path / "foreign.safetensors", (), "foreign.safetensors: not a whole safetensors file"),
        (tmp_path / "none.safetensors", (), "there is no such file"),
        (trained.path, ("--resume", tmp_path / "vae.resume"), "not the configuration of a refit"),
        (trained.path, ("--ema", 1), "ema must be in"),
        (trained.path, ("--batch-size", 100_000), "batch_size must be between"),
    ]
    for path, words, sentence in cases:
        code, _, err = run("refit", path, *words, "--out", "out.safetensors")
        assert code == 2 and sentence in err and err.count("\n") == 1, err
    for change, sentence in (
        (of_other_images, "dataset.sha256 is not that of the images"),
        (of_another_version, "was trained on digits 0"),
        (of_no_data, "nothing"),
    ):
        code, _, err = run("refit", damaged(change), "--out", "out.safetensors")
        assert code == 2 and sentence in err and err.count("\n") == 1, err
    assert not (tmp_path / "out.safetensors").exists()


def test_a_refit_is_a_model_like_any_other(digits_refitted):
    model = load(digits_refitted[1])
    assert model.config.model.network == "burgess_residual" and model.decode(model.mu[:2]).shape == (2, 1, 32, 32)
    assert checkpoint.list_headers(digits_refitted[1].parent)[0].error is None
