"""What waits for a worker that does not read: little, and the newest."""

import threading

from vae.live.events import Command
from vae.live.outbox import MOST_WAITING, Outbox


def turn(knob, value):
    return Command("turn", {"knob": knob, "value": value})


def taken(outbox):
    outbox.close()
    return list(iter(outbox.take, None))


def test_of_the_turns_of_a_knob_the_newest_is_given():
    outbox = Outbox()
    for command in (Command("pause"), turn("lr", 1.0), turn("beta", 2.0), Command("resume"), turn("lr", 3.0)):
        assert outbox.put(command)
    assert taken(outbox) == [Command("pause"), turn("beta", 2.0), Command("resume"), turn("lr", 3.0)]


def test_it_is_bounded_and_a_stop_always_finds_its_place():
    outbox = Outbox()
    placed = [outbox.put(Command("step")) for _ in range(MOST_WAITING + 9)]
    assert placed == [True] * MOST_WAITING + [False] * 9
    assert outbox.put(Command("stop", {"key": "a"})) and outbox.put(Command("stop", {"key": "b"}))
    assert len(outbox) == MOST_WAITING + 1 and taken(outbox)[-1] == Command("stop", {"key": "b"})


def test_closed_it_gives_what_waits_and_takes_no_more():
    outbox = Outbox()
    outbox.put(Command("save"))
    outbox.close()
    assert not outbox.put(Command("stop"))
    assert outbox.take() == Command("save") and outbox.take() is None


def test_who_waits_for_a_command_is_woken():
    outbox, heard = Outbox(), []
    waiting = threading.Thread(target=lambda: heard.extend(iter(outbox.take, None)), daemon=True)
    waiting.start()
    outbox.put(Command("pause"))
    outbox.close()
    waiting.join(10)
    assert heard == [Command("pause")]
