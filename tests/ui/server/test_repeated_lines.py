"""What clients make the server say again and again does not fill its log."""

import logging

from vae.ui.server import repeated_lines
from vae.ui.server.repeated_lines import LOGGERS, RepeatedLines, bound_logs


def line(text, error=None, level=logging.ERROR):
    exc_info = (type(error), error, None) if error else None
    return logging.LogRecord("asyncio", level, __file__, 1, text, None, exc_info)


def test_like_lines_are_said_once_a_minute_with_how_often(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(repeated_lines, "monotonic", lambda: now[0])
    lines = RepeatedLines(60)
    text = "socket.accept() out of system resource\nsocket: <asyncio.TransportSocket fd={}>"
    assert lines.filter(line(text.format(0), OSError(24, "Too many open files")))
    assert not any(lines.filter(line(text.format(n), OSError(24, "Too many open files"))) for n in range(2048))
    assert lines.filter(line(text.format(1)))  # of no error
    assert lines.filter(line("another", OSError()))
    now[0] += 61
    again = line(text.format(9), OSError(24, "Too many open files"))
    assert lines.filter(again) and again.getMessage().endswith("(2,048 more since the last time)")
    last = line("another", OSError())
    now[0] += 1
    assert lines.filter(last) and last.getMessage() == "another"


def test_what_is_never_the_same_takes_no_memory_for_ever():
    lines = RepeatedLines(60)
    for n in range(1000):
        assert lines.filter(line(f"{n} wrong"))
    assert len(lines._passed) <= 200


def test_it_is_put_in_once():
    bound_logs()
    bound_logs()
    for name in LOGGERS:
        assert sum(isinstance(each, RepeatedLines) for each in logging.getLogger(name).filters) == 1
