"""One client from another: by the peer, or by what a trusted proxy has written last."""

import pytest

from vae.ui.server.client_address import VARIABLE, Proxy, client_address, proxy_of

PEER = "10.0.0.9"


def scope(*forwarded, peer=PEER):
    headers = [(b"X-Forwarded-For", line.encode()) for line in forwarded]
    return {"type": "http", "client": (peer, 1234) if peer else None, "headers": headers}


@pytest.mark.parametrize(
    ("forwarded", "trusted", "address"),
    [
        ([], Proxy.NONE, PEER),
        (["203.0.113.5"], Proxy.NONE, PEER),
        (["203.0.113.5"], False, PEER),
        ([], Proxy.ONE, PEER),
        (["203.0.113.5"], True, "203.0.113.5"),
        (["8.8.8.8, 203.0.113.5"], Proxy.ONE, "203.0.113.5"),  # the first is the client's own word
        (["8.8.8.8", "203.0.113.5:4711"], Proxy.ONE, "203.0.113.5"),
        (["8.8.8.8, 10.1.2.3"], Proxy.ONE, "10.1.2.3"),  # a school's own network
        (["8.8.8.8, 9.9.9.9, 10.1.2.3, 172.16.0.1"], Proxy.PUBLIC, "9.9.9.9"),
        (["10.1.2.3"], Proxy.PUBLIC, "10.1.2.3"),
        (["8.8.8.8, nonsense"], Proxy.ONE, PEER),
        (["8.8.8.8, nonsense"], Proxy.PUBLIC, PEER),
        (["[2001:db8:1:2:3:4:5:6]:80"], Proxy.ONE, "2001:db8:1:2::/64"),
        (["::ffff:9.9.9.9"], Proxy.ONE, "9.9.9.9"),
    ],
)
def test_the_address_of_a_client(forwarded, trusted, address):
    assert client_address(scope(*forwarded), trusted) == address


def test_peers_of_every_kind():
    addresses = {client_address(scope(peer=f"2001:db8:0:1::{n:x}")) for n in range(1, 9)}
    assert addresses == {"2001:db8:0:1::/64"}  # one subscriber has 2 ** 64 of them
    assert client_address(scope(peer="2001:db8:0:2::1")) not in addresses
    assert client_address(scope(peer="fe80::1%eth0")) == "fe80::/64"
    assert client_address(scope(peer="testclient")) == "testclient"
    assert client_address(scope(peer=None)) == ""


def test_who_says_that_a_proxy_stands_in_front():
    assert proxy_of({}) == Proxy.NONE == proxy_of({VARIABLE: "0"}) == proxy_of({VARIABLE: ""})
    assert proxy_of({VARIABLE: "1"}) == Proxy.ONE
    assert proxy_of({"SPACE_ID": "someone/something"}) == Proxy.PUBLIC
