"""Who may use the machine's time: the queue by itself, with a clock of the test's own."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import anyio
import pytest
from anyio import to_thread
from gradio.data_classes import ComponentServerJSONBody
from starlette.responses import JSONResponse

from vae.system.limits import AdmissionLimits, LaneLimits
from vae.ui.kit.work import QUICK, Work, client_left
from vae.ui.server.admission import Admission, Busy, Caller, Lane, Left
from vae.ui.server.guard import Guard
from vae.ui.server.http_errors import Refused

LIMITS = LaneLimits(places=2, of_session=4, of_address=10, waiting=12, longest=30.0)
ONE = replace(LIMITS, places=1, of_session=50, of_address=50, waiting=100)
A, B = Caller("a", "10.0.0.1"), Caller("b", "10.0.0.2")


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def order(lane, clock, asked, took=lambda client, seconds: seconds):
    """In which order requests [(client, seconds), …], which all come while another runs, get their turn."""
    served = []

    async def request(client, seconds):
        async with lane.turn(client, seconds):
            served.append(client)
            clock.now += took(client, seconds)

    async def main():
        async with anyio.create_task_group() as group, lane.turn(Caller("first", "10.9.9.9"), 0.1):
            for client, seconds in asked:
                group.start_soon(request, client, seconds)
            await anyio.wait_all_tasks_blocked()

    anyio.run(main)
    assert not lane.waiting and not lane.working and not lane._used
    return served


def test_sixty_of_one_do_not_keep_one_of_another_waiting():
    clock = Clock()
    served = order(Lane(ONE, clock), clock, [(A, 1.0)] * 49 + [(B, 1.0)])
    assert B in served[:2] and len(served) == 50


def test_time_is_shared_and_not_the_number_of_requests():
    clock = Clock()
    served = order(Lane(ONE, clock), clock, [(A, 1.0)] * 20 + [(B, 0.25)] * 40)
    spent = Counter()
    for client in served[:25]:  # both still have something to ask
        spent[client] += 1.0 if client == A else 0.25
    assert abs(spent[A] - spent[B]) <= 1.0


def test_what_it_took_counts_and_not_what_it_was_said_to_take():
    clock = Clock()
    lying = [(A, 0.1)] * 20 + [(B, 0.1)] * 20
    served = order(Lane(ONE, clock), clock, lying, took=lambda client, seconds: 4.0 if client == A else 0.1)
    assert sum(client == A for client in served[:20]) <= 2


def test_sessions_of_one_address_share_what_is_its_own():
    clock = Clock()
    pupils = [Caller(f"pupil{number}", "10.0.0.1") for number in range(4)]
    asked = [(pupils[0], 1.0)] * 20 + [(pupil, 1.0) for pupil in pupils[1:]] + [(B, 1.0)] * 10
    served = order(Lane(ONE, clock), clock, asked)
    assert set(pupils[1:]) <= set(served[:10])
    assert 4 <= served[:10].count(B) <= 6  # half, though four ask at the other address


def test_nobody_saves_up_time_by_staying_away():
    clock, lane, served = Clock(), Lane(ONE), []
    lane._clock = clock

    async def request(client, seconds):
        async with lane.turn(client, seconds):
            served.append(client)
            clock.now += seconds

    async def main():
        async with anyio.create_task_group() as group:
            async with lane.turn(A, 1.0):
                clock.now += 100.0  # A has used a hundred seconds before B comes
                for _ in range(6):
                    group.start_soon(request, A, 1.0)
                await anyio.wait_all_tasks_blocked()
            for _ in range(6):
                group.start_soon(request, B, 1.0)

    anyio.run(main)
    assert served[:6].count(A) >= 2


@pytest.mark.parametrize(
    ("clients", "admitted"),
    [
        ([A] * 9, 4),  # a session
        ([Caller(str(number), "10.0.0.1") for number in range(30)], 10),  # an address
        ([Caller(str(number), f"10.0.1.{number}") for number in range(30)], 14),  # all: two work and twelve wait
    ],
    ids=["session", "address", "all"],
)
def test_the_queue_ends(clients, admitted):
    lane, refused, inside = Lane(LIMITS), [], []

    async def main():
        go_on = anyio.Event()

        async def request(client):
            try:
                async with lane.turn(client, 2.0):
                    inside.append(client)
                    await go_on.wait()
            except Busy as busy:
                refused.append(busy)

        async with anyio.create_task_group() as group:
            for client in clients:
                group.start_soon(request, client)
            await anyio.wait_all_tasks_blocked()
            assert len(inside) == (1 if len(set(clients)) == 1 or len({c.address for c in clients}) == 1 else 2)
            go_on.set()

    anyio.run(main)
    assert len(inside) == admitted and len(refused) == len(clients) - admitted
    for busy in refused:
        assert busy.status == 503 and busy.seconds == admitted  # two seconds each of those before it, in two places
        assert busy.headers == [(b"retry-after", str(busy.seconds).encode())]
        assert str(busy.seconds) in str(busy.sentence)


@pytest.mark.parametrize(("places", "of_address", "held"), [(1, None, 1), (2, None, 1), (4, None, 3), (8, 2, 2)])
def test_one_address_does_not_hold_all_places(places, of_address, held):
    lane = Lane(replace(LIMITS, places=places, places_of_address=of_address), Clock())

    async def request(client):
        async with lane.turn(client, 1.0):
            await anyio.sleep_forever()

    async def main():
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(request, A)
            await anyio.wait_all_tasks_blocked()
            assert len(lane.working) == held
            group.start_soon(request, B)
            await anyio.wait_all_tasks_blocked()
            assert (B in [ticket.client for ticket in lane.working]) == (places > 1)
            group.cancel_scope.cancel()

    anyio.run(main)


def test_who_has_left_is_not_served_and_leaves_no_trace():
    lane, log = Lane(ONE), []

    async def main():
        gone = anyio.Event()

        async def request():
            with pytest.raises(Left):
                async with lane.turn(A, 1.0, gone.wait):
                    log.append("served")
            log.append("left")

        async with anyio.create_task_group() as group, lane.turn(B, 1.0):
            for _ in range(5):
                group.start_soon(request)
            await anyio.wait_all_tasks_blocked()
            gone.set()
            await anyio.wait_all_tasks_blocked()
            assert log == ["left"] * 5 and not lane.waiting

    anyio.run(main)
    assert not lane._used


def test_a_place_is_free_again_after_an_error_and_after_a_cancel():
    lane = Lane(ONE)

    async def main():
        with pytest.raises(ZeroDivisionError):
            async with lane.turn(A, 1.0):
                raise ZeroDivisionError
        async with lane.turn(B, 1.0):
            with anyio.move_on_after(0.01) as scope:
                async with lane.turn(A, 1.0):
                    pytest.fail("there is one place")
            assert scope.cancelled_caught
        async with lane.turn(A, 1.0):
            pass

    anyio.run(main)
    assert not lane.waiting and not lane.working and not lane._used


def test_a_thousand_requests_at_random_end_with_nothing_held():
    chance = random.Random(3)
    lane, served, refused, left = Lane(replace(LIMITS, waiting=40)), [], [], []

    async def main():
        async def request(number):
            client = Caller(str(chance.randrange(20)), str(chance.randrange(5)))
            gone = anyio.Event()
            await anyio.sleep(chance.random() / 20)

            async def leave():
                await anyio.sleep(chance.random() / 20)
                gone.set()

            async with anyio.create_task_group() as group:
                if number % 3 == 0:
                    group.start_soon(leave)
                try:
                    async with lane.turn(client, chance.random(), gone.wait):
                        assert len(lane.working) <= LIMITS.places
                        served.append(number)
                        await anyio.sleep(chance.random() / 1000)
                except Busy:
                    refused.append(number)
                except Left:
                    left.append(number)

        async with anyio.create_task_group() as group:
            for number in range(1000):
                group.start_soon(request, number)

    anyio.run(main)
    assert sorted(served + refused + left) == list(range(1000)) and served and refused and left
    assert not lane.waiting and not lane.working and not lane._used


def test_quick_work_passes_a_full_lane_and_what_is_too_dear_goes_no_further():
    admission = Admission(AdmissionLimits(lanes={"compute": replace(ONE, of_session=1)}))

    async def main():
        async with admission.turn(A, Work("compute", 5.0)):
            async with admission.turn(A, QUICK), admission.turn(A, Work("compute", 0.001)):
                pass
            with pytest.raises(Busy):
                async with admission.turn(A, Work("compute", 5.0)):
                    pass
        with pytest.raises(Refused) as refused:
            async with admission.turn(A, Work("compute", 31.0)):
                pass
        assert refused.value.status == 413 and "31" in str(refused.value.sentence)

    anyio.run(main)


class Component:
    """A part of the page with one heavy server function."""

    def __init__(self, work):
        self.slow = SimpleNamespace(work_of=lambda arguments: work)


HEAVY = Work("compute", 5.0)


def guarded(app, places, work=HEAVY):
    """The guard over an app, with one lane."""
    lane = LaneLimits(places=places, of_session=3, of_address=50, waiting=50, longest=30.0)
    demo = SimpleNamespace(blocks={7: Component(work)})
    return Guard(
        app, sent="nowhere", admission=Admission(AdmissionLimits(held_back=0.0, lanes={"compute": lane})), demo=demo
    )


def scope(address):
    headers = [(b"content-type", b"application/json"), (b"host", b"localhost")]
    path = "/gradio_api/component_server"
    return {"type": "http", "method": "POST", "path": path, "headers": headers, "client": (address, 1)}


async def posted(guard, address, session, name="slow", gone=None, number=7):
    """Status, headers and content of an answer; None where there was none. `gone`: the event that the client leaves."""
    body = json.dumps({"fn_name": name, "component_id": number, "session_hash": session, "data": []}).encode()
    parts, sent = [{"type": "http.request", "body": body}], []

    async def receive():
        if parts:
            return parts.pop()
        await (gone or anyio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await guard(scope(address), receive, send)
    if not sent:
        return None
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(each.get("body", b"") for each in sent[1:])


def test_heavy_functions_wait_in_the_guard_and_quick_ones_pass_them():
    working, answers = [], []

    async def main():
        go_on = anyio.Event()

        async def app(scope, receive, send):
            name = json.loads((await receive())["body"])["fn_name"]
            working.append(name)
            if name == "slow":
                await go_on.wait()
            await JSONResponse({"ok": name})(scope, receive, send)

        guard = guarded(app, places=2)

        async def ask(address, session, name):
            answers.append((session, *await posted(guard, address, session, name)))

        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(ask, "10.0.0.1", "greedy" if number < 5 else f"pupil{number}", "slow")
            await anyio.wait_all_tasks_blocked()
            assert working == ["slow"]  # of one address one place stays free
            refused = [answer for answer in answers if answer[0] == "greedy"]
            assert len(refused) == len(answers) == 2
            for _, status, headers, content in refused:
                told = json.loads(content)
                assert status == 200 and told["key"] == "request.busy"
                assert headers[b"retry-after"] == str(told["values"]["seconds"]).encode()
            group.start_soon(ask, "10.0.0.1", "greedy", "quick")  # a function without a cost
            group.start_soon(ask, "10.0.0.2", "other", "slow")
            await anyio.wait_all_tasks_blocked()
            assert working == ["slow", "quick", "slow"]
            go_on.set()

    anyio.run(main)
    assert working.count("slow") == 7 and len(answers) == 10


def test_a_client_that_leaves_while_it_waits_costs_nothing():
    working, answers = [], []

    async def main():
        go_on, gone = anyio.Event(), anyio.Event()

        async def app(scope, receive, send):
            working.append(await receive())
            await go_on.wait()
            await JSONResponse({"ok": 1})(scope, receive, send)

        guard = guarded(app, places=1)

        async def ask(session, left):
            answers.append(await posted(guard, "10.0.0.1", session, gone=left))

        async with anyio.create_task_group() as group:
            group.start_soon(ask, "first", None)
            await anyio.wait_all_tasks_blocked()
            for number in range(20):
                group.start_soon(ask, str(number), gone)
            await anyio.wait_all_tasks_blocked()
            gone.set()
            await anyio.wait_all_tasks_blocked()
            assert answers == [None] * 20
            go_on.set()

    anyio.run(main)
    assert len(working) == 1 and answers[-1][0] == 200


def test_what_costs_too_much_is_refused_in_one_sentence():
    async def app(scope, receive, send):
        pytest.fail("it must not get there")

    async def main():
        status, _, content = await posted(guarded(app, 1, Work("compute", 99.0)), "10.0.0.1", "a")
        assert status == 200 and json.loads(content)["key"] == "request.too_dear"

    anyio.run(main)


@pytest.mark.parametrize("number", ["7", 7.0])
def test_a_component_is_named_as_gradio_reads_it(number):
    """Else whoever writes "7" for 7 would pass by all that waits."""
    assert ComponentServerJSONBody(session_hash="a", component_id=number, fn_name="slow", data=[]).component_id == 7

    async def app(scope, receive, send):
        pytest.fail("it must not get there")

    async def main():
        return await posted(guarded(app, 1, Work("compute", 99.0)), "10.0.0.1", "a", number=number)

    _, _, content = anyio.run(main)
    assert json.loads(content)["key"] == "request.too_dear"


def test_calls_that_come_at_once_count_before_they_stand_in_the_queue():
    limits = AdmissionLimits(held_back=0.0)
    joined, refused = [], []

    async def main():
        go_on = anyio.Event()

        async def app(scope, receive, send):
            joined.append(scope["client"][0])
            await go_on.wait()
            await JSONResponse({"event_id": "1"})(scope, receive, send)

        queue = SimpleNamespace(event_queue_per_concurrency_id={}, active_jobs=[])
        demo = SimpleNamespace(blocks={}, _queue=queue)
        guard = Guard(app, sent="nowhere", admission=Admission(limits), demo=demo)

        async def call(address):
            parts, sent = [{"type": "http.request", "body": b'{"data": []}'}], []

            async def receive():
                return parts.pop()

            async def send(message):
                sent.append(message)

            await guard(scope(address) | {"path": "/gradio_api/call/decode"}, receive, send)
            if sent[0]["status"] == 503:
                refused.append(address)

        async with anyio.create_task_group() as group:
            for _ in range(limits.programs_of_address + 5):
                group.start_soon(call, "10.0.0.1")
            group.start_soon(call, "10.0.0.2")
            await anyio.wait_all_tasks_blocked()
            assert joined.count("10.0.0.1") == limits.programs_of_address and joined.count("10.0.0.2") == 1
            go_on.set()
        await call("10.0.0.1")  # all have been answered

    anyio.run(main)
    assert refused == ["10.0.0.1"] * 5 and len(joined) == limits.programs_of_address + 2


def test_long_work_is_told_that_its_client_has_left():
    seen = []

    async def main():
        at_work, gone = anyio.Event(), anyio.Event()

        async def app(scope, receive, send):
            await receive()
            seen.append(client_left())
            at_work.set()
            assert (await receive())["type"] == "http.disconnect"
            seen.append(await to_thread.run_sync(client_left))
            await JSONResponse({"ok": 1})(scope, receive, send)

        async with anyio.create_task_group() as group:
            group.start_soon(posted, guarded(app, 1), "10.0.0.1", "a", "slow", gone)
            await at_work.wait()
            gone.set()
        assert not client_left()  # of no request

    anyio.run(main)
    assert seen == [False, True]


def test_what_the_app_raises_comes_as_it_is():
    async def app(scope, receive, send):
        raise KeyError("no such component")

    async def main():
        status, _, content = await posted(guarded(app, 1), "10.0.0.1", "a")
        assert status == 404 and json.loads(content)["key"] == "request.unknown"

    anyio.run(main)
