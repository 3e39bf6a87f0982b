"""A password is asked for wherever Gradio asks for it, where Gradio does not, and not too often."""

from types import SimpleNamespace

import pytest

from vae.ui.server import sign_in
from vae.ui.server.http_errors import Refused
from vae.ui.server.sign_in import ATTEMPTS, SignIn, has_password, require_signed_in

APP = SimpleNamespace(auth={"ada": "secret"}, cookie_id="x", tokens={"token": "ada"})


def scope(cookie="", app=APP):
    return {"type": "http", "app": app, "headers": [(b"cookie", cookie.encode())]}


@pytest.mark.parametrize("cookie", ["access-token-x=token", "access-token-unsecure-x=token; other=1"])
def test_who_has_signed_in(cookie):
    require_signed_in(scope(cookie))


@pytest.mark.parametrize("cookie", ["", "access-token-x=", "access-token-x=wrong", "access-token-y=token", "=token"])
def test_who_has_not(cookie):
    with pytest.raises(Refused) as told:
        require_signed_in(scope(cookie))
    assert told.value.status == 401


def test_without_a_password_nobody_signs_in():
    for app in (SimpleNamespace(auth=None), None):
        assert not has_password(scope(app=app))
        require_signed_in(scope(app=app))


def test_passwords_are_tried_slowly(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(sign_in, "monotonic", lambda: now[0])
    assert ATTEMPTS >= 80
    attempts = SignIn()
    for _ in range(ATTEMPTS):  # at least a class and those who mistype
        attempts.count("mallory")
    with pytest.raises(Refused) as told:
        attempts.count("mallory")
    assert told.value.status == 429
    attempts.count("ada")
    now[0] = 61.0
    attempts.count("mallory")
