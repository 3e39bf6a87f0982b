"""Connections that never send a request are closed; those that do are left alone, however long it takes."""

import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import uvicorn

from vae.ui.server.heads import bound_heads

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


@contextmanager
def serving(patience, most=100, answer=0.0):
    """The address of a server whose answers take so many seconds."""
    import anyio

    async def app(scope, receive, send):
        await anyio.sleep(answer)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    bound_heads(server, patience, most)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join(10)


def connected(address, data=b""):
    client = socket.create_connection(address, timeout=5)
    client.sendall(data)
    return client


def is_closed(client):
    try:
        return client.recv(1000) == b""
    except ConnectionError:
        return True


def answered(client):
    got = b""
    while not got.endswith(b"ok"):
        got += client.recv(1000) or pytest.fail("it was closed")
    return got.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("start", [b"", b"GET", HEAD])
def test_a_head_that_does_not_end_is_not_waited_for(start):
    with serving(patience=0.3) as address:
        began = time.monotonic()
        with connected(address, start) as client:
            assert is_closed(client) and time.monotonic() - began < 3


def test_one_that_trickles_is_not_waited_for_either():
    with serving(patience=0.4) as address, connected(address, HEAD) as client:
        client.settimeout(0.1)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                client.sendall(b"a")
                if client.recv(10) == b"":
                    return
            except TimeoutError:
                continue
            except ConnectionError:
                return
        pytest.fail("it is still open")


def test_an_answer_may_take_longer_and_the_next_head_is_bounded_again():
    with serving(patience=0.3, answer=0.8) as address, connected(address, HEAD + b"\r\n") as client:
        assert answered(client)
        client.sendall(HEAD + b"\r\n")  # on the same connection
        assert answered(client)
        client.sendall(HEAD)
        assert is_closed(client)


def test_of_too_many_the_oldest_goes():
    with serving(patience=30, most=3) as address:
        first, *others = [connected(address, HEAD) for _ in range(5)]
        assert is_closed(first) and is_closed(others[0])
        for client in others[1:]:
            client.sendall(b"\r\n")
            assert answered(client)
            client.close()
        first.close()


def test_connections_of_one_ipv6_network_are_counted_together():
    """One subscriber may choose any of 2**64 addresses."""

    class Connection:
        def connection_made(self, transport):
            self.transport = transport

    class Transport:
        def __init__(self, address):
            self.address, self.closed = address, False

        def get_extra_info(self, name):
            return (self.address, 1, 0, 0)

        def close(self):
            self.closed = True

    server = SimpleNamespace(config=SimpleNamespace(http_protocol_class=Connection))
    bound_heads(server, most=2)
    transports = [Transport(f"2001:db8::{n}") for n in (1, 2, 3)] + [Transport("2001:db8:0:1::1")]

    async def connect():
        for transport in transports:
            server.config.http_protocol_class().connection_made(transport)

    asyncio.run(connect())
    assert [transport.closed for transport in transports] == [True, False, False, False]
