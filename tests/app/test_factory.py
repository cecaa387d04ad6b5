"""What every answer carries, how people sign in, and how the app is found well."""

from __future__ import annotations

import datetime as dt
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.config import Config
from app.factory import create_app
from app.services import users
from app.signing import secret_key
from tests.app.given import NOW

PASSWORD = "a long enough password"


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    engine = db.connect(database_url)
    with db.sessions(engine).begin() as session:
        users.create_user(session, "Ada@Example.com", PASSWORD, roles=["admin"], now=NOW)
    engine.dispose()
    app = create_app(Config(database_url, tmp_path), clock=lambda: NOW)
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def csrf_token(browser: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/login").text)
    assert found is not None
    return found[1]


def sign_in(browser: FlaskClient, password: str, **more: str) -> int:
    fields = {"csrf_token": csrf_token(browser), "email": "ada@example.com", "password": password}
    return browser.post("/login", data={**fields, **more}).status_code


def test_health_and_readiness_need_nobody(browser: FlaskClient) -> None:
    assert (browser.get("/healthz").status_code, browser.get("/readyz").status_code) == (200, 200)


def test_without_tables_it_is_alive_but_not_ready(empty_database_url: str, tmp_path: Path) -> None:
    app = create_app(Config(empty_database_url, tmp_path))
    browser = app.test_client()
    assert browser.get("/healthz").status_code == 200
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    app.extensions["engine"].dispose()


def test_the_policy_admits_marked_scripts_alone(browser: FlaskClient) -> None:
    first, second = browser.get("/login"), browser.get("/login")
    policy = first.headers["Content-Security-Policy"]
    found = re.search(r"script-src 'nonce-([\w-]+)';", policy)
    assert found is not None
    assert f"'nonce-{found[1]}'" not in second.headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert part in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    scripts = re.findall(r"<script[^>]*>", first.text)
    assert all(f'nonce="{found[1]}"' in script for script in scripts)


@pytest.mark.parametrize("path", ["/login", "/api/v1/rules", "/static/nothing", "/healthz"])
def test_every_answer_carries_the_headers(browser: FlaskClient, path: str) -> None:
    headers = browser.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Content-Security-Policy" in headers


@pytest.mark.parametrize(
    ("address", "mark"),
    [
        ("http://localhost:8000", ""),
        ("http://127.0.0.1", ""),
        ("http://[::1]:8000", ""),
        ("https://localhost", "Secure"),
        ("http://points.example", "Secure"),
        ("http://localhost.example", "Secure"),
        ("https://points.example", "Secure"),
    ],
)
def test_cookies_are_for_https_but_on_this_machine(
    browser: FlaskClient, address: str, mark: str
) -> None:
    cookie = browser.get("/login", base_url=address).headers["Set-Cookie"]
    assert ("Secure" in cookie) is bool(mark)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_whoever_has_the_password_signs_in(app: Flask, browser: FlaskClient) -> None:
    assert sign_in(browser, PASSWORD) == 302
    with browser.session_transaction() as session:
        assert "_user_id" in session
    other = app.test_client()
    assert sign_in(other, "another long password") == 200
    with other.session_transaction() as session:
        assert "_user_id" not in session


def test_a_form_without_its_token_is_refused(browser: FlaskClient) -> None:
    fields = {"email": "ada@example.com", "password": PASSWORD}
    assert browser.post("/login", data=fields).status_code == 400
    with browser.session_transaction() as session:
        assert "_user_id" not in session


def test_a_forwarding_address_elsewhere_is_not_followed(browser: FlaskClient) -> None:
    fields = {"csrf_token": csrf_token(browser), "email": "ada@example.com", "password": PASSWORD}
    answer = browser.post("/login?next=https://elsewhere.example/", data=fields)
    assert "elsewhere" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("path", ["/a%00b", "/login?next=%00", "/healthz?%00=1"])
def test_no_address_holds_a_nul(browser: FlaskClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    made = secret_key(None, folder)
    assert len(made) >= 32
    assert secret_key(None, folder) == made
    assert secret_key("given", folder) == "given"
    assert [path.name for path in folder.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_the_clock_is_the_app_s_own(database_url: str, tmp_path: Path) -> None:
    app = create_app(Config(database_url, tmp_path, secret_key="s"))
    before = dt.datetime.now(dt.UTC)
    assert before <= app.extensions["clock"]() <= dt.datetime.now(dt.UTC)
    app.extensions["engine"].dispose()
