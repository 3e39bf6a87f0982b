"""What other programs may ask, through gradio_client and a real server: true answers, and one sentence otherwise."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import mcp
import numpy as np
import pytest
import torch
from closeness import same_pictures
from gradio.utils import get_upload_folder
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from mcp.client.streamable_http import streamable_http_client
from PIL import Image

import vae
from vae.data.own.decode import fit_to_shape
from vae.images import tile, to_uint8
from vae.latent.traversal import traverse
from vae.live.runs import Runs
from vae.system.limits import MB, PICTURES, REQUESTS
from vae.ui import Shared, build_demo, launch
from vae.ui.kit.i18n import UserError
from vae.ui.models.catalog import Catalog
from vae.ui.server.api import steps_of

NAMES = ["/checkpoints", "/encode", "/decode", "/traverse", "/interpolate", "/evaluate"]
Z = [0.5, -1.0, 0.0, 2.0, 0.25, -0.125]


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints")
    shutil.copy(trained.path, folder / "digits-beta.safetensors")
    (folder / "broken.safetensors").write_bytes(b"\x00" * 20)
    return folder


@pytest.fixture(scope="module")
def app(folder, trained, tmp_path_factory):
    """An app that lends its processor, for then the page has an event of its own; its `url`, and a visitor's model."""
    runs, data = tmp_path_factory.mktemp("runs"), tmp_path_factory.mktemp("data")
    visitor = "up-" + "v" * 22
    kept = runs / "uploads" / ("v" * 22)
    kept.mkdir(parents=True)
    shutil.copy(trained.path, kept)
    shared = Shared(Catalog(folder, data, runs), runs, Runs(runs, data, lent=("cpu",)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("sent")))
        demo = build_demo(shared)
        _, url, _ = launch(demo, server_name="127.0.0.1", prevent_thread_lock=True)
        yield SimpleNamespace(url=url.rstrip("/"), visitor=visitor)
        demo.close()
        shared.training.close()


@pytest.fixture(scope="module")
def client(app, tmp_path_factory):
    return Client(app.url, verbose=False, download_files=tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def model(folder):
    return vae.load(folder / "digits-beta.safetensors")


def pixels(path) -> np.ndarray:
    """(H, W) or (H, W, 3) uint8."""
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def shown(model, z) -> np.ndarray:
    """The tiles (C, H, rows·columns·W) of z (rows, columns, D), as (H, W)."""
    rows, columns, dims = z.shape
    return tile(to_uint8(model.decode(z.reshape(rows * columns, dims))), columns)[0].numpy()


def test_nothing_else_can_be_called(app, client):
    info = httpx.get(f"{app.url}/gradio_api/info").json()
    assert list(info["named_endpoints"]) == NAMES and not info["unnamed_endpoints"]
    everything = httpx.get(f"{app.url}/gradio_api/info?all_endpoints=true").json()
    assert list(everything["named_endpoints"]) == NAMES
    config = httpx.get(f"{app.url}/config").json()
    internal = [event["api_name"] for event in config["dependencies"] if f"/{event['api_name']}" not in NAMES]
    assert internal  # the page's own, else this tests nothing
    for name in internal:
        with pytest.raises(ValueError, match="Cannot find a function"):
            client.predict(api_name=f"/{name}")


def test_the_endpoints_say_what_they_take(app):
    info = httpx.get(f"{app.url}/gradio_api/info").json()["named_endpoints"]
    assert all(len(endpoint["description"]) > 40 for endpoint in info.values())
    types = {row["parameter_name"]: row["python_type"]["type"] for row in info["/encode"]["parameters"]}
    assert types == {"model": "str", "image": "filepath", "index": "int"}
    types = {row["parameter_name"]: row["python_type"]["type"] for row in info["/traverse"]["parameters"]}
    wanted = {"model": "str", "z": "list[float]", "dims": "list[int]", "low": "float", "high": "float", "steps": "int"}
    assert types == wanted


def test_the_queue_cannot_be_passed_by(app):
    answer = httpx.post(f"{app.url}/gradio_api/run/encode", json={"data": ["digits-beta", "", 1]})
    assert answer.status_code == 404


def test_checkpoints(client, model):
    (found,) = client.predict(api_name="/checkpoints")
    assert {key: found[key] for key in ("name", "dataset", "shape", "latents", "objective", "beta")} == {
        "name": "digits-beta", "dataset": "digits", "shape": [1, 32, 32], "latents": 6, "objective": "vae", "beta": 1.0
    }  # fmt: skip
    assert found["metrics"]["neg_elbo"] == pytest.approx(model.header["metrics"]["neg_elbo"])


def test_a_picture_is_encoded_as_in_python(client, model, digits, tmp_path):
    image = digits["test"].batch([3])
    Image.fromarray(image[0, 0].numpy()).save(tmp_path / "digit.png")
    found = client.predict("digits-beta", image=handle_file(tmp_path / "digit.png"), api_name="/encode")
    mu, logvar = model.encode(image)
    assert np.allclose(found["mu"], mu[0], atol=1e-4) and np.allclose(found["logvar"], logvar[0], atol=1e-4)


def test_any_picture_is_made_to_fit(client, model, tmp_path):
    colours = np.random.default_rng(0).integers(0, 256, (90, 140, 3), dtype=np.uint8)
    Image.fromarray(colours).save(tmp_path / "photo.webp", lossless=True)
    found = client.predict("digits-beta", image=handle_file(tmp_path / "photo.webp"), api_name="/encode")
    fit = Image.fromarray(colours[:, 25:115]).resize((32, 32), Image.Resampling.LANCZOS).convert("L")
    mu, _ = model.encode(np.array(fit)[None, None])
    assert np.allclose(found["mu"], mu[0], atol=0.02)  # Pillow's luma rounds where ours does not


def test_a_test_image_has_its_stored_code(client, model):
    row = len(model.index) // 2
    found = client.predict("digits-beta", index=int(model.index[row]), api_name="/encode")
    assert found == {"mu": model.mu[row].tolist(), "logvar": model.logvar[row].tolist()}


def test_decode_gives_the_pixels(client, model):
    found = pixels(client.predict("digits-beta", Z, api_name="/decode"))
    same_pictures(found, to_uint8(model.decode(np.array([Z])))[0, 0])


def test_an_answer_lies_once_and_not_among_the_uploads(client):
    folder = Path(get_upload_folder())
    before = set(folder.rglob("*.png"))
    client.predict("digits-beta", Z, api_name="/decode")
    assert {path.parents[1] for path in set(folder.rglob("*.png")) - before} == {folder / "answers"}
    assert len(set(folder.rglob("*.png")) - before) == 1


def test_traverse_moves_one_latent_a_row(client, model):
    found = pixels(client.predict("digits-beta", Z, [4, 1], -2, 2, 5, api_name="/traverse"))
    same_pictures(found, shown(model, traverse(Z, [4, 1], [-2.0, -1.0, 0.0, 1.0, 2.0])))
    assert pixels(client.predict("digits-beta", Z, [0], api_name="/traverse")).shape == (32, 9 * 32)


def test_interpolate_goes_straight(client, model):
    a, b = np.array(Z, np.float32), -2 * np.array(Z, np.float32)
    found = pixels(client.predict("digits-beta", a.tolist(), b.tolist(), 4, api_name="/interpolate"))
    line = np.stack([a + share * (b - a) for share in (0, 1 / 3, 2 / 3, 1)])
    same_pictures(found, shown(model, torch.tensor(line)[None]))


def test_evaluate_tells_what_the_file_says(client, model):
    assert client.predict("digits-beta", api_name="/evaluate") == json.loads(json.dumps(model.header["metrics"]))


def test_a_visitors_model_answers_whoever_knows_its_name(app, client, model):
    found = pixels(client.predict(app.visitor, Z, api_name="/decode"))
    same_pictures(found, to_uint8(model.decode(np.array([Z])))[0, 0])


FAR = [1e9, *Z[1:]]
WRONG = [
    ("/encode", ["nothing"], "no model named nothing"),
    ("/encode", [["digits-beta"]], "no model named list"),
    ("/encode", ["broken", "", 0], "no model named broken"),
    ("/encode", ["digits-beta"], "either an image or the index"),
    ("/encode", ["digits-beta", "", 10**6], "1000000 is not the index"),
    ("/encode", ["digits-beta", "", "3"], "3 is not the index"),
    ("/encode", ["digits-beta", "/etc/hostname"], "must be an uploaded file"),
    ("/encode", ["digits-beta", {"path": "/etc/hostname"}], "must be an uploaded file"),
    ("/encode", ["digits-beta", {"path": {"path": "x"}}], "must be an uploaded file"),
    ("/encode", ["digits-beta", {"path": "a\0b"}], "must be an uploaded file"),
    ("/encode", ["digits-beta", [1]], "must be an uploaded file"),
    ("/decode", ["digits-beta", Z[1:]], "z must be a list of 6 numbers"),
    ("/decode", ["digits-beta", FAR], "z0 must be a number between"),
    ("/decode", ["digits-beta", [None, *Z[1:]]], "z0 must be a number between"),
    ("/decode", ["nothing", Z], "no model named nothing"),
    ("/traverse", ["digits-beta", Z, []], "list of different latents"),
    ("/traverse", ["digits-beta", Z, [6]], "latents from 0 to 5"),
    ("/traverse", ["digits-beta", Z, [0], 3, -3], "low and high"),
    ("/traverse", ["digits-beta", Z, [0], -3, "3"], "low and high"),
    ("/traverse", ["digits-beta", Z, [0], -3, 3, 1], f"from 2 to {REQUESTS.most_steps}"),
    ("/traverse", ["digits-beta", Z, [0], -3, 3, 10**30], f"from 2 to {REQUESTS.most_steps}"),
    ("/interpolate", ["digits-beta", Z, Z, 2.5], f"from 2 to {REQUESTS.most_steps}"),
    ("/interpolate", ["digits-beta", Z, FAR], "z0 must be a number between"),
    ("/evaluate", [None], "no model named NoneType"),
]


@pytest.mark.parametrize(("name", "arguments", "sentence"), WRONG)
def test_what_is_wrong_is_one_sentence(client, name, arguments, sentence, capsys):
    with pytest.raises(AppError) as raised:
        client.predict(*arguments, api_name=name)
    said = str(raised.value)
    assert sentence in said and len(said) < 200 and "\n" not in said
    assert "Traceback" not in capsys.readouterr().err  # nor does a wrong call fill the log


def test_an_answer_holds_only_so_many_pictures():
    """More latents than these models have: asked of the rule itself."""
    assert steps_of(REQUESTS.most_pictures // 64, 64) == REQUESTS.most_pictures // 64
    with pytest.raises(UserError, match=f"at most {REQUESTS.most_pictures} pictures"):
        steps_of(REQUESTS.most_pictures // 64 + 1, 64)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("text.png", b"no picture", "text.png is damaged"),
        ("text.txt", b"no picture", "text.txt is not a picture"),
        ("archive.png", b"PK\x03\x04 and so on", "archive.png is an archive"),
        ("empty.png", b"", "empty.png is damaged"),
    ],
)
def test_a_file_that_is_no_picture(client, tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AppError, match=sentence):
        client.predict("digits-beta", image=handle_file(tmp_path / name), api_name="/encode")


def test_a_picture_of_the_server_cannot_be_read(app, client, tmp_path):
    """Whatever does not say that it is an uploaded file is not looked at by Gradio: it must not be opened."""
    Image.new("L", (32, 32)).save(tmp_path / "private.png")
    said = {"path": str(tmp_path / "private.png")}
    for image in (said, said | {"meta": {}}, said | {"meta": {"_type": "other"}}):
        with pytest.raises(AppError, match="must be an uploaded file"):
            client.predict("digits-beta", image, api_name="/encode")
    claimed = said | {"meta": {"_type": "gradio.FileData"}}
    raw = httpx.post(f"{app.url}/gradio_api/call/encode", json={"data": ["digits-beta", claimed, -1]})
    answer = httpx.get(f"{app.url}/gradio_api/call/encode/{raw.json()['event_id']}").text
    assert "event: error" in answer and "mu" not in answer


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"most_seconds_of_image": 0.0}, "bit.png cannot be used: The file takes longer than 0 s"),
        ({"most_bytes": 10}, "bit.png is too large"),
        ({"most_memory_of_image": 60 * MB}, "bit.png is too large"),
    ],
)
def test_a_picture_that_takes_too_much_to_read(client, tmp_path, monkeypatch, limits, sentence):
    Image.new("1", (6_300, 6_300)).save(tmp_path / "bit.png")  # 40 megapixels in five kilobytes
    monkeypatch.setattr("vae.ui.server.api.PICTURES", replace(PICTURES, **limits))
    with pytest.raises(AppError, match=sentence):
        client.predict("digits-beta", image=handle_file(tmp_path / "bit.png"), api_name="/encode")


def test_pictures_are_read_elsewhere(client, tmp_path, monkeypatch):
    Image.new("L", (32, 32)).save(tmp_path / "black.png")
    monkeypatch.setattr("vae.data.own.decode.decode", lambda *given: pytest.fail("read by the server"))
    assert client.predict("digits-beta", image=handle_file(tmp_path / "black.png"), api_name="/encode")["mu"]


def test_luma_keeps_grey_and_weighs_colours():
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    file = io.BytesIO()
    Image.fromarray(ramp).save(file, "PNG")
    assert np.array_equal(fit_to_shape(file.getvalue(), "ramp.png", (1, 16, 16), 10**6)[0], ramp)
    assert np.array_equal(fit_to_shape(file.getvalue(), "ramp.png", (3, 16, 16), 10**6), np.stack([ramp] * 3))
    for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255), (10, 20, 200)):
        file = io.BytesIO()
        Image.new("RGB", (4, 4), colour).save(file, "PNG")
        wanted = Image.new("RGB", (1, 1), colour).convert("L").getpixel((0, 0))
        found = fit_to_shape(file.getvalue(), "colour.png", (1, 4, 4), 10**6)
        assert np.abs(found.astype(int) - wanted).max() <= 1
    with pytest.raises(ValueError, match="squares"):
        fit_to_shape(file.getvalue(), "colour.png", (1, 4, 5), 10**6)


def test_the_same_as_tools(folder, model, tmp_path):
    """A client of the Model Context Protocol finds the same six, described, and gets the same answers."""

    async def ask(url):
        async with (
            streamable_http_client(f"{url}gradio_api/mcp/") as (read, write, _),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            code = await session.call_tool("encode", {"model": "digits-beta", "index": int(model.index[0])})
            picture = await session.call_tool("decode", {"model": "digits-beta", "z": Z})
            sent = f"data:image/png;base64,{picture.content[0].data}"
            again = await session.call_tool("encode", {"model": "digits-beta", "image": sent})
            wrong = await session.call_tool("encode", {"model": "nothing", "index": 0})
            return tools, code, picture, again, wrong

    shared = Shared.of(folder, tmp_path, tmp_path / "runs")
    demo = build_demo(shared)
    _, url, _ = launch(demo, server_name="127.0.0.1", prevent_thread_lock=True, mcp_server=True)
    try:
        with ThreadPoolExecutor(1) as apart:  # where a browser was driven before, this thread has a loop of its own
            tools, code, picture, again, wrong = apart.submit(asyncio.run, ask(url)).result()
    finally:
        demo.close()
        shared.training.close()
    assert [f"/{tool.name}" for tool in tools] == NAMES
    arguments = {tool.name: tool.inputSchema["properties"] for tool in tools}
    assert all(tool.description for tool in tools)
    assert all(argument["description"] for tool in arguments.values() for argument in tool.values())
    assert code.content[0].text == str({"mu": model.mu[0].tolist(), "logvar": model.logvar[0].tolist()})
    decoded = to_uint8(model.decode(np.array([Z])))
    same_pictures(pixels(io.BytesIO(base64.b64decode(picture.content[0].data))), decoded[0, 0])
    assert all(math.isfinite(value) for value in figures_of(again.content[0].text)["mu"])
    assert np.allclose(figures_of(again.content[0].text)["mu"], model.encode(decoded)[0][0], atol=1e-4)
    assert wrong.isError and wrong.content[0].text == "There is no model named nothing here."


def figures_of(text: str) -> dict:
    """A dict of lists of numbers as Python prints it, which is JSON but for its quotes."""
    return json.loads(text.replace("'", '"'))
