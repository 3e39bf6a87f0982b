"""An inbox that plays a script."""

from __future__ import annotations

from vae.live.events import Command


class Script:
    """An inbox: after so many questions, that command; a question that waits gets the next one at once."""

    def __init__(self, *commands: tuple[int, Command]) -> None:
        self.asked, self.commands = 0, list(commands)

    def __call__(self, wait: bool) -> Command | None:
        self.asked += 1
        if self.commands and (wait or self.asked >= self.commands[0][0]):
            return self.commands.pop(0)[1]
        assert not wait, "the session waits for a command that nobody will give"
        return None
