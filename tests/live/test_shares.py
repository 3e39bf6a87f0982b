"""Places for runs: who has to give one up, and that nobody loses what was learned to a stranger's new work."""

from dataclasses import replace

import pytest
from test_faults import until
from test_record import finished

from vae.data import default_root
from vae.live.recipe import Recipe
from vae.live.run import LiveRun, RunError
from vae.live.runs import SECRET, Runs
from vae.live.shares import BeginRate, evicted_for, require_place
from vae.system.limits import RunLimits

ADA = "a" * 32
RECIPE = Recipe("digits", latent_dim=2, width=4, unit="steps", budget=50)
NOW = 1e6
LIMITS = RunLimits(most_runs=8, per_owner=3, fresh=3_600.0)


def run_of(tmp_path, owner, address="", age=0.0, state="finished", step=9, exported=None):
    run = LiveRun(f"{owner}-{age}", owner, tmp_path, RECIPE, address=address)
    run.state, run.step, run.since, run.exported = state, step, NOW - age, exported
    return run


@pytest.fixture
def made(tmp_path):
    return lambda *arguments, **options: run_of(tmp_path, *arguments, **options)


def test_nobody_goes_while_there_is_room(made):
    runs = [made(f"o{i}", f"a{i}", age=9e9) for i in range(7)]
    assert evicted_for("new", "there", runs, LIMITS, NOW) == []


def test_of_those_who_hold_most_the_oldest_goes(made):
    runs = [made("ada", "home", age=9e5), made("bob", "school", age=8e5), made("cy", "school", age=7e5)]
    runs += [made("cy", "school", age=6e5), made("dan", "school", age=9e5)]
    runs += [made(f"o{i}", f"a{i}", age=9e5) for i in range(3)]
    assert evicted_for("new", "there", runs, LIMITS, NOW) == [runs[2]]  # school has 4 of 8, and cy 2 of them


def test_what_was_learned_lately_is_kept_and_the_new_work_refused(made):
    runs = [made(f"o{i}", f"a{i}", age=60 * i) for i in range(8)]
    with pytest.raises(RunError) as caught:
        evicted_for("new", "there", runs, LIMITS, NOW)
    assert caught.value.key == "run.full" and caught.value.values == {"n": 8, "minutes": "53"}
    assert evicted_for("new", "there", runs, LIMITS, NOW + 3_600 - 419) == [runs[7]]


def test_a_run_that_is_on_or_learned_nothing_counts_as_what_it_is(made):
    on = [made(f"o{i}", f"a{i}", age=9e9, state="running", step=0) for i in range(8)]
    with pytest.raises(RunError, match="8 trainings are kept here"):
        evicted_for("new", "there", on, LIMITS, NOW)
    empty = [made(f"e{i}", f"b{i}", state="stopped", step=0) for i in range(99)]
    assert evicted_for("new", "there", on[:7] + empty, LIMITS, NOW) == []


def test_an_address_holds_as_much_as_it_leaves_free(made):
    runs = [made(f"o{i}", "one", age=60) for i in range(4)]
    with pytest.raises(RunError) as caught:
        evicted_for("o9", "one", runs, LIMITS, NOW)
    assert caught.value.key == "run.full"
    for n in range(2):
        assert evicted_for("x", "two", runs, LIMITS, NOW) == []
        runs.append(made(f"x{n}", "two", age=60))
    with pytest.raises(RunError):
        evicted_for("x", "two", runs, LIMITS, NOW)
    assert evicted_for("y", "three", runs, LIMITS, NOW) == []  # whoever comes next is let in
    assert evicted_for("y", "", runs, LIMITS, NOW) == []  # and who has no address is bounded by the sum alone


def test_ones_own_work_makes_room_for_ones_own_but_no_fresh_checkpoint(made):
    kept = {"name": "run-x", "dataset": "digits", "step": 9}
    mine = [made("me", "here", age=900, exported=kept), made("me", "here", age=600), made("me", "here", age=300)]
    assert evicted_for("me", "here", mine, LIMITS, NOW) == [mine[1]]
    everybody = [*mine[:2], *(made(f"o{i}", f"a{i}", age=60) for i in range(6))]
    assert evicted_for("me", "here", everybody, LIMITS, NOW) == [mine[1]]
    for run in mine:
        run.exported = {"stage": "encode", "share": 0.5}
    with pytest.raises(RunError) as caught:
        evicted_for("me", "here", mine, LIMITS, NOW)
    assert caught.value.key == "run.own_full"
    assert evicted_for("me", "here", mine, LIMITS, NOW + 3_000) == [mine[0]]


def test_how_often_a_client_may_begin():
    rate = BeginRate(RunLimits(owner_begins=2, address_begins=3, begins_within=60))
    rate.spend("ada", "school", 0.0)
    rate.spend("ada", "school", 1.0)
    with pytest.raises(RunError) as caught:
        rate.spend("ada", "school", 2.0)
    assert caught.value.key == "run.rate" and caught.value.values["n"] == 2
    rate.spend("bob", "school", 3.0)
    with pytest.raises(RunError, match="3 trainings within 60 seconds"):
        rate.spend("made up", "school", 4.0)
    rate.spend("made up", "elsewhere", 4.0)
    rate.spend("ada", "school", 60.5)  # a minute after the first
    for i in range(1_000):
        rate.spend(f"made up {i}", f"address {i}", 200.0)
    rate.spend("ada", "", 400.0)
    assert len(rate._times) == 1  # what is over is forgotten


def test_a_share_of_the_queue(made):
    waiting = [made(f"o{i}", "one", state="waiting") for i in range(4)]
    require_place("two", waiting, 8)
    require_place("", waiting, 8)
    with pytest.raises(RunError, match="4 trainings are waiting already"):
        require_place("one", waiting, 8)
    with pytest.raises(RunError, match="4 trainings are waiting already"):
        require_place("two", waiting, 4)


def test_sixty_beginnings_of_nobody_cost_a_visitor_nothing(tmp_path):
    victims = [finished(tmp_path, name * 22) for name in "vw"]
    runs = Runs(tmp_path, default_root(), RunLimits(most_runs=4), lent=("cpu",))
    refused = []
    try:
        for i in range(60):
            owner = f"{i:032x}"
            try:
                runs.drive(runs.begin(owner, RECIPE, address="10.0.0.1"), "stop")
            except RunError as error:
                refused.append(error.key)
        assert len(runs.listed(ADA)) == 2 and all((victim.folder / "run.json").is_file() for victim in victims)
        assert refused == ["run.rate"] * 20
    finally:
        runs.close()


def test_nothing_is_kept_of_a_run_that_learned_nothing_but_why_it_ended(tmp_path):
    runs = Runs(tmp_path, default_root(), lent=("cpu",))  # which nobody lends
    try:
        first, second = runs.begin(ADA, RECIPE), runs.begin("b" * 32, RECIPE)
        until(lambda: runs.needs_chunk(first))
        runs.drive(second, "stop", "run.unwatched_early", {"minutes": "3"})
        assert runs.listed("b" * 32) == [] and not second.folder.exists()
        assert str(runs.get("b" * 32, second.ident).reason).startswith("Nobody had watched for 3 minutes")
        with pytest.raises(RunError):
            runs.get(ADA, second.ident)
        runs._look_after(second.watched + 181)
        with pytest.raises(RunError):
            runs.get("b" * 32, second.ident)
        assert first.over and runs.all() == [] and not runs.busy("cpu")  # nobody watched that one either
    finally:
        runs.close()


def test_what_an_app_left_that_learned_nothing_is_taken_away(tmp_path):
    run = finished(tmp_path, "r" * 22)
    run.step = 0
    run.write()
    runs = Runs(tmp_path, default_root(), lent=("cpu",))
    assert runs.all() == [] and not run.folder.exists()
    runs.close()


def test_no_address_is_written_down(tmp_path):
    address = "203.0.113.77"
    first = Runs(tmp_path, default_root(), lent=("cpu",))
    run = first.begin(ADA, RECIPE, address=address)
    run.step = 3
    run.write()
    first.close()
    assert address not in (run.folder / "run.json").read_text() and len(run.address) == 64
    assert (tmp_path / SECRET).stat().st_mode & 0o077 == 0
    again = Runs(tmp_path, default_root(), lent=("cpu",))
    assert again._hashed_address(address) == again.get(ADA, run.ident).address == run.address
    again.close()
    elsewhere = Runs(tmp_path / "else", default_root(), lent=("cpu",))
    assert elsewhere._hashed_address(address) != run.address and elsewhere._hashed_address("") == ""
    elsewhere.close()


def test_a_budget_is_bounded_by_the_time_that_a_training_may_take(tmp_path):
    runs = Runs(tmp_path, default_root(), replace(LIMITS, longest=100.0), lent=("cpu",))
    with pytest.raises(RunError, match="seconds must lie between 5 and 100, not 101"):
        runs.begin(ADA, replace(RECIPE, unit="seconds", budget=101.0))
    runs.close()
