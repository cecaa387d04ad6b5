"""The app on a database with a published program, and a key to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.config import Config
from app.factory import create_app
from app.models import Program, User
from app.services import keys
from tests.app.given import BASE, DOUBLE, HEAD, NOW, publish


@pytest.fixture
def token(session: Session, program: Program, admin: User, marketer: User, approver: User) -> str:
    """A key to a program with two rules in force, committed."""
    publish(session, program, HEAD, [BASE, DOUBLE], marketer, approver, NOW)
    _, token = keys.create_key(session, program, "Till", actor=admin, now=NOW)
    session.commit()
    return token


@pytest.fixture
def app(token: str, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole app, in which it is always NOW."""
    assert token
    app = create_app(Config(database_url, tmp_path), clock=lambda: NOW)
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    """Somebody without a key."""
    return app.test_client()


@pytest.fixture
def client(app: Flask, token: str) -> FlaskClient:
    """A system with a key."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client
