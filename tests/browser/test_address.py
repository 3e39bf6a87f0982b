"""The page's state as the query of its address: assets/js/address.js by itself, in an empty page."""

import base64
import json
import random

import numpy as np
import pytest

import vae
from vae.system import paths
from vae.ui.kit.part import UI

pytestmark = pytest.mark.browser

STATES = [
    {},
    {"tab": "explore", "model": "mnist-beta", "image": 123, "map": "pca", "colour": "class"},
    {"model": "a model & more=1?#%+ü 모델", "z": [0.1, -2, 3.125], "colour": "floor colour", "range": "quantiles"},
    {"tab": "explore", "z": {"3": 1.5, "11": -0.25}, "from": "prior"},
    {"at": [12.5, -3.062], "map": "umap"},
    {"tab": "compare", "left": "x", "right": "run-abc_-", "z-left": {"0": 1}, "z-right": [1, 2], "pair": 0, "x": 1},
    {"tab": "train", "dataset": "digits", "preset": "capacity", "lr": 0.0000001, "beta": 1024.5, "unit": "steps"},
    {"tab": "learn", "step": "why-kl"},
]
HOSTILE = {
    "image": ["", "-1", "1.5", "1e3", "0x10", "NaN", "Infinity", "9" * 30, "1,2", "１２", "<b>"],
    "z": ["", ",", "1,", "NaN", "1,Infinity", "1e9", "3:", ":3", "3:1:2", "1,2:3", "1,,2", "9" * 12, "1," * 4000, "a"],
    "at": ["1", "1,2,3", "1,NaN", "1;2", "1,<script>"],
    "model": ["", "\x00", "a\nb", "x" * 121],
    "tab": ["", "<img src=x onerror=alert(1)>", "a b", "x" * 61, "../explore"],
    "range": ["sigma ", "Quantiles", "__proto__"],
    "map": ['"', "p" * 100],
    "lr": ["1e-3", "--1", "+1", " 1"],
}


@pytest.fixture(scope="module")
def ask(browser):
    """ask(expression, value): a JavaScript expression of `a`, the module, and `value`."""
    source = base64.b64encode((UI / "kit/js/address.js").read_bytes()).decode()
    page = browser.new_page()
    code = "async ([address, value]) => {{ const a = await import(address); return {}; }}"
    yield lambda expression, value: page.evaluate(
        code.format(expression), [f"data:text/javascript;base64,{source}", value]
    )
    page.close()


def test_a_state_comes_back_as_it_was(ask):
    assert ask("value.map(state => a.parse(a.format(state)))", STATES) == [
        {"state": state, "bad": []} for state in STATES
    ]


def test_the_address_is_short_and_readable(ask):
    state = {"tab": "explore", "model": "mnist-beta", "image": 5, "z": [0.1, -2.00004, 1 / 3, -1e-9], "colour": "a b"}
    expected = "?tab=explore&model=mnist-beta&image=5&z=0.1,-2,0.3333,0&colour=a+b"
    assert ask("a.format(value)", state) == expected
    assert ask("a.format({z: {7: 1.23456}, beta: NaN, image: null, x: undefined})", None) == "?z=7:1.2346"
    assert ask("a.format({})", None) == ""


def test_what_is_not_the_pages_stays_as_it_is(ask):
    search = "?still&lang=ko&tab=train&a=1%202&a=%zz&__sign=secret&x=3"
    assert ask("a.format({tab: 'explore'}, value, ['__sign'])", search) == "?still&lang=ko&a=1%202&a=%zz&tab=explore"
    assert ask("a.parse(value).state", search) == {"tab": "train", "x": 3}


@pytest.mark.parametrize("key", HOSTILE)
def test_what_cannot_be_understood_is_named(ask, key):
    found = ask("value.map(([k, text]) => a.parse('?image=7&' + new URLSearchParams([[k, text]])))",
                [[key, text] for text in HOSTILE[key]])  # fmt: skip
    if key == "image":
        found = ask("value.map(text => a.parse('?pair=7&' + new URLSearchParams([['image', text]])))", HOSTILE[key])
    for text, answer in zip(HOSTILE[key], found, strict=True):
        assert answer["bad"] == [key], text
        assert list(answer["state"].values()) == [7], "what is good is kept"


def test_any_text_is_read_without_a_fault(ask):
    draw = random.Random(0)
    letters = "0123456789.,:-+eE&=?#%;<>\"'\\/ \x00\ud7ff가NaN"
    keys = ["z", "image", "at", "model", "__proto__", "constructor", "toString", "z-left", "x", "beta"]
    texts = ["?" + "&".join(f"{draw.choice(keys)}={''.join(draw.choices(letters, k=draw.randrange(12)))}"
                            for _ in range(3)) for _ in range(500)]  # fmt: skip
    for text, answer in zip(texts, ask("value.map(text => a.parse(text))", texts), strict=True):
        again = ask("a.parse(a.format(value))", answer["state"]) if draw.random() < 0.1 else None
        assert not set(answer["state"]) & {"__proto__", "constructor", "toString"}, text
        numbers = json.dumps(answer["state"], allow_nan=False)  # raises for NaN and infinities
        assert again is None or list(again["state"]) == list(json.loads(numbers)), text


def test_only_the_latents_that_have_left_the_image_are_written(ask):
    base = [0.123456, -1.0, 2.0, 0.5]
    assert ask("a.brief(...value) ?? null", [base, base]) is None
    assert ask("a.brief(...value)", [[0.123456, -1.0, 2.0, 0.75], base]) == {"3": 0.75}
    assert ask("a.brief(...value)", [[1, 2, 3, 0.5], base]) == [1, 2, 3, 0.5]
    for wanted in ({}, {"3": 0.75}, [1, 2, 3, 4]):
        expected = wanted if isinstance(wanted, list) else [*base[:3], wanted.get("3", base[3])]
        assert ask("a.complete(...value)", [wanted, base]) == expected
    assert ask("value.map(wanted => a.complete(wanted, [0, 0]) ?? null)", [[1], {"2": 1}, {"9999": 1}]) == [None] * 3


@pytest.mark.parametrize("name", [path.stem for path in sorted(paths.CHECKPOINT_FOLDER.glob("*.safetensors"))])
def test_the_digits_of_a_latent_are_enough_for_the_picture(name):
    model = vae.load(name)
    rows = np.random.default_rng(0).choice(len(model.mu), 16, replace=False)
    drawn = np.random.default_rng(1).standard_normal((16, model.mu.shape[1]))
    z = np.concatenate([model.mu[rows], drawn])
    exact, rounded = (np.rint(np.asarray(model.decode(codes.astype(np.float32))) * 255) for codes in (z, z.round(4)))
    assert exact.std() > 0 and np.abs(exact - rounded).max() <= 2
