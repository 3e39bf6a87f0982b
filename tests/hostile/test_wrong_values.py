"""Every server function × every class of bad value: a sentence, never a fault, and nothing but an answer."""

from __future__ import annotations

import pytest
from attacks import CHOICE, CLIMBS, ENDPOINTS, FILE, NAMED, NASTY, OWNER, RUN, RUNS, STRANGER, Loose, dumped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def plain(arguments, run):
    return [run if value is RUN else value.value if isinstance(value, Loose) else value for value in arguments]


def test_every_endpoint_of_the_app_is_in_the_table(app):
    assert set(app.functions) == set(ENDPOINTS), "a new endpoint needs a row in attacks.ENDPOINTS"

    public = {fn.api_name for fn in app.demo.fns.values() if fn.api_visibility == "public"}
    assert public == set(NAMED), "a new named endpoint needs a row in attacks.NAMED"


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_each_argument_is_replaced_by_each_wrong_value(app, run, every):
    """By every fifth of them, at the next argument by the next fifth; by all of them in the slow run."""
    cases, offset = [], 0
    for name, arguments in ENDPOINTS.items():
        for number, right in enumerate(arguments):
            offset = (offset + 1) % every
            for value in NASTY[offset::every]:
                changed = plain(arguments, run)
                if value == changed[number] and type(value) is type(changed[number]):
                    continue
                changed[number] = value
                cases.append((name, number, isinstance(right, Loose), changed))
    assert len(cases) > 3_000 / every

    def attempt(case):
        name, number, loose, arguments = case
        said = app.call(name, *arguments)
        fits = {("place", 2), ("place", 3), ("turn", 3), ("traverse_pair", 2), ("traverse_pair", 5)}  # among NUMBERS
        assert "error" in said or loose or (name, number) in fits, (name, number, dumped(arguments)[:300])

    app.all(attempt, cases)


def test_named_endpoints_take_no_wrong_value_either(app):
    files = [FILE | {"path": path} for path in (*CLIMBS[:6], str(app.place.top / "secret.txt"), "", "\0", 3)]
    files += [FILE | {"path": f"{scheme}://example.com/x.png"} for scheme in ("http", "https", "HTTP", " https", "ftp")]
    files += [FILE | {"url": "http://127.0.0.1:1/x", "path": "x"}, FILE | {"url": "file:///etc/passwd"}, FILE]
    cases = [(name, -1, ()) for name in NAMED if NAMED[name]]
    for name, right in NAMED.items():
        for number in range(len(right)):
            wrong = [*NASTY[number::4], *(files if (name, number) == ("encode", 1) else files[:1])]
            cases += [(name, number, (*right[:number], value, *right[number + 1 :])) for value in wrong]

    def attempt(case):
        name, number, arguments = case
        kind, said = app.ask(name, *arguments)
        fits = (name, number) in {
            ("traverse", 3),
            ("traverse", 4),
            ("encode", 1),
        }  # NUMBERS among them; no image at all
        assert kind == "error" or fits, (name, number, dumped(arguments)[:300], str(said)[:300])

    app.all(attempt, cases, threads=4)
    elsewhere = app.ask("encode", "digits-vae", FILE | {"path": "https://example.com/x.png"}, -1)
    assert elsewhere[1]["key"] == "request.malformed"  # it is not even looked for
    for name, right in NAMED.items():
        assert app.ask(name, *right)[0] == "complete", name


def test_too_few_too_many_and_no_arguments(app, run):
    def attempt(case):
        said = app.call(*case)
        assert "error" in said or case[0] in ("available_models", "poll"), case[0]

    cases = []
    for name, arguments in ENDPOINTS.items():
        right = plain(arguments, run)
        cases += [(name, *right[:-1]), (name, *right, 0), (name, *[0] * 1000), (name, {}), (name, [right])]
    app.all(attempt, cases)


def test_a_choice_whose_every_value_is_wrong(app, run):
    cases = [CHOICE | {key: value} for key in CHOICE for value in NASTY]
    cases += [{key: value for key, value in CHOICE.items() if key != left} for left in CHOICE]
    cases += [CHOICE | {"<b>": 1}, CHOICE | {"x" * 100_000: 1}]

    def attempt(choice):
        assert "error" in app.call("begin", OWNER, choice), choice  # OWNER has a run that is on

    app.all(attempt, cases)
    assert [each["run"] for each in app.call("runs", OWNER)["ok"]] == [run]


def test_a_strangers_run_cannot_be_seen_or_driven(app, run):
    for name in RUNS:
        arguments = plain(ENDPOINTS[name], run)
        for who in (STRANGER, OWNER[:-1] + "e", OWNER.upper(), run, "0" * 32):
            said = app.call(name, who, *arguments[1:])
            assert said.get("key") in ("run.unknown", "run.owner"), (name, who)
        for what in (run[:-1], run + "x", run.swapcase(), f"../{run}", f"{run}/../{run}", *CLIMBS):
            assert app.call(name, OWNER, what, *arguments[2:])["key"] == "run.unknown", (name, what)
    assert app.call("runs", STRANGER)["ok"] == []
    assert app.call("drive", OWNER, run, "pause")["ok"]["state"] == "paused"
    assert "error" in app.call("open_model", f"run-{run}")  # not kept yet: nobody has made a model of it


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.sampled_from(("digits-vae", 0)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", [name for name in ENDPOINTS if name not in ("begin", "forecast_training")])
def test_anything_at_all(app, run, name):
    @settings(max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(values, max_size=len(ENDPOINTS[name]) + 1))
    def attempt(arguments):
        if arguments and arguments[0] in ("digits-vae", OWNER) and name in RUNS:
            arguments[0] = OWNER
        app.call(name, *arguments)

    attempt()


def test_a_normal_request_works_afterwards(app, run):
    assert app.call("open_model", "digits-vae")["ok"]["name"] == "digits-vae"
    assert app.call("poll", OWNER, run, {})["ok"]["status"]["state"] == "paused"
    assert not app.heard.records, app.heard.records[:3]
