"""Commands on their way to a worker: a bounded queue that no caller ever waits at."""

from __future__ import annotations

import threading
from collections import deque

from vae.live.events import Command

MOST_WAITING = 64  # commands; a person at a slider sends some thirty turns a second, of which the newest counts


class Outbox:
    """Takes commands from any thread and gives them, in their order, to the one thread that writes them.

    Of the turns of one knob only the newest waits. Where too many commands wait, the worker does not read: further ones
    are passed over, but for a stop, which always finds its place.
    """

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._waiting: deque[Command] = deque()
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, command: Command) -> bool:
        """Is it on its way? Not after `close`, and not where it is one too many."""
        with self._news:
            older = next((other for other in self._waiting if supersedes(command, other)), None)
            if older is not None:
                self._waiting.remove(older)
            if self._closed or (len(self._waiting) >= MOST_WAITING and command.name != "stop"):
                return False
            self._waiting.append(command)
            self._news.notify()
            return True

    def take(self) -> Command | None:
        """The next command, as soon as there is one; None once it is closed and all have been taken."""
        with self._news:
            while not self._waiting and not self._closed:
                self._news.wait()
            return self._waiting.popleft() if self._waiting else None

    def close(self) -> None:
        """Takes no more; what waits is still given."""
        with self._news:
            self._closed = True
            self._news.notify()


def supersedes(command: Command, older: Command) -> bool:
    """Need the older one not be heard any more? A knob that is turned again, or a second stop."""
    if command.name == "turn":
        return older.name == "turn" and older.values["knob"] == command.values["knob"]
    return command.name == older.name == "stop"
