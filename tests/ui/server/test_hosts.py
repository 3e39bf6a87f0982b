"""Names that the server answers to, and pages that may send it something."""

import pytest

from vae.ui.server.client_address import Proxy
from vae.ui.server.hosts import VARIABLE, Hosts, host_name, hosts_of, origin_name
from vae.ui.server.http_errors import Refused


def passes(hosts, method="GET", private=False, **headers):
    lines = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    try:
        hosts.check({"method": method, "headers": lines}, private)
    except Refused as refused:
        assert refused.status == 403
        return refused.sentence.key
    return True


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("localhost:7860", "localhost"), ("LocalHost", "localhost"), ("localhost.", "localhost"), ("[::1]:80", "::1"),
        ("[::1]", "::1"), ("1.2.3.4:5", "1.2.3.4"), ("a:b:c", ""), ("", ""), ("::1", ""), ("x:", ""), ("a/b", ""),
    ],
)  # fmt: skip
def test_the_name_in_a_host(text, name):
    assert host_name(text) == name


@pytest.mark.parametrize(
    ("origin", "name"),
    [("http://localhost:7860", "localhost"), ("https://[::1]", "::1"), ("null", ""), ("file://", ""), ("http://[", "")],
)
def test_the_name_in_an_origin(origin, name):
    assert origin_name(origin) == name


@pytest.mark.parametrize("listens", [None, "127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.2"])
def test_where_only_this_machine_listens_it_answers_to_its_own_names(listens):
    hosts = hosts_of(listens, [], {})
    for name in ("localhost:7860", "127.0.0.1:7860", "[::1]:7860", "LOCALHOST"):
        assert passes(hosts, host=name) is True
    for name in ("evil.example", "evil.example:7860", "127.0.0.1.evil.example", "10.0.0.1", "", "localhost.evil"):
        assert passes(hosts, host=name) == "request.host" == passes(hosts, "POST", host=name)
    assert passes(hosts) == "request.host"
    assert (passes(hosts, host="127.0.0.2") is True) == (listens == "127.0.0.2")


@pytest.mark.parametrize(
    ("listens", "allowed", "environment", "proxy"),
    [
        ("0.0.0.0", [], {}, 0),
        ("::", [], {}, 0),
        ("192.168.1.5", [], {}, 0),
        ("127.0.0.1", ["*"], {}, 0),
        ("127.0.0.1", [], {}, Proxy.ONE),
        ("0.0.0.0", [], {"SPACE_ID": "a/b", "SPACE_HOST": "a-b.hf.space"}, Proxy.PUBLIC),
        ("127.0.0.1", [], {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}, 0),
        ("127.0.0.1", [], {"GRADIO_SERVER_NAME": "0.0.0.0"}, 0),
    ],
)
def test_a_public_server_answers_to_any_name(listens, allowed, environment, proxy):
    if "GRADIO_SERVER_NAME" in environment:
        listens = None
    assert passes(hosts_of(listens, allowed, environment, proxy), host="class.example") is True


def test_names_that_are_given_are_let_in_and_no_others():
    for hosts in (
        hosts_of("0.0.0.0", ["class.example", "Lab.example:443"], {}),
        hosts_of("127.0.0.1", [], {VARIABLE: "class.example, lab.example"}, Proxy.ONE),
    ):
        for name in ("class.example", "lab.example:8443", "localhost:7860"):
            assert passes(hosts, host=name) is True
        assert passes(hosts, host="evil.example") == "request.host" == passes(hosts, host="0.0.0.0:7860")
    hosts = hosts_of("192.168.1.5", ["class.example"], {})
    assert passes(hosts, host="192.168.1.5:7860") is True  # as Gradio asks itself whether it is there
    assert passes(hosts, host="192.168.1.6:7860") == "request.host"


def test_only_the_apps_own_pages_send_it_something():
    evil, own = "https://evil.example", "http://localhost:7860"
    closed, public = hosts_of("127.0.0.1", ["class.example"], {}), hosts_of("0.0.0.0", [], {})
    for method in ("POST", "DELETE"):
        for hosts in (closed, public):
            assert passes(hosts, method, host="localhost:7860") is True  # a program
            assert passes(hosts, method, host="localhost:7860", origin=own) is True
            assert passes(hosts, method, host="localhost:7860", origin=evil) == "request.origin"
            assert passes(hosts, method, host="localhost:7860", origin="null") == "request.origin"
    # a proxy below whose name the page lies, and which keeps the name for itself, tells it, or was named
    assert passes(closed, "POST", host="127.0.0.1:7860", origin="https://class.example") is True
    forwarded = {"host": "10.0.0.1:7860", "x_forwarded_host": "other.example", "origin": "https://other.example"}
    assert passes(public, "POST", **forwarded) is True
    assert passes(public, "POST", host="10.0.0.1:7860", origin="https://other.example") == "request.origin"
    # on a public server a page of the visitor's own machine is a foreign one
    assert passes(public, "POST", host="class.example", origin="http://localhost:3000") == "request.origin"
    assert passes(public, "GET", host="class.example", origin=evil) is True  # it may read: so may everybody
    assert passes(public, "GET", private=True, host="class.example", origin=evil) == "request.origin"
    assert passes(public, "GET", private=True, host="class.example", origin="https://class.example") is True
    assert passes(Hosts(None, None), "POST", host="x", origin=evil) is True
