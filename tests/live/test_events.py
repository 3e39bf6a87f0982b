"""Lines between two processes."""

import json
import math

import pytest

from vae.config import ConfigError
from vae.live.events import KINDS, Command, Point, State, from_line, to_line


def test_lines_come_back_as_they_were():
    point = Point(3, 96, 1.5, 200.0, 190.0, [1.0, 9.0], {"beta": 4.0})
    for message in (point, State("failed", 3, "run.nan", {"step": 3}), Command("turn", {"knob": "lr", "value": 0.1})):
        assert from_line(to_line(message)) == message
    assert to_line(point).count("\n") == 1


def test_what_is_not_finite_travels_as_null():
    line = to_line(Point(3, 96, 1.5, math.nan, math.inf, [-math.inf, 1.0], {}))
    assert json.loads(line)["loss"] is None and from_line(line).kl == [None, 1.0]


@pytest.mark.parametrize("line", ["", "{}", "[]", "null", '{"kind": "Popen"}', '{"kind": "State"}', "warning: hot\n"])
def test_foreign_lines_are_refused(line):
    with pytest.raises(ConfigError):
        from_line(line)


def test_kinds_are_known_by_their_names():
    assert all(name == kind.__name__ for name, kind in KINDS.items()) and len(KINDS) == 14
