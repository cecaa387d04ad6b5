"""A database with its tables, and the people who work with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import db
from app.models import Program, User
from app.services import programs
from tests.app.given import NOW, person


@pytest.fixture
def now() -> dt.datetime:
    """An instant that all of a test takes for the present."""
    return NOW


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine as the product connects."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that writes; what a test leaves uncommitted is rolled back."""
    with db.sessions(engine)() as session:
        yield session


@pytest.fixture
def marketer(session: Session) -> User:
    """Somebody who writes rules."""
    return person(session, "mara", "marketer")


@pytest.fixture
def approver(session: Session) -> User:
    """Somebody who lets rules through."""
    return person(session, "abel", "approver")


@pytest.fixture
def auditor(session: Session) -> User:
    """Somebody who only reads."""
    return person(session, "odo", "auditor")


@pytest.fixture
def admin(session: Session) -> User:
    """Somebody who may do all."""
    return person(session, "ada", "admin")


@pytest.fixture
def program(session: Session, admin: User) -> Program:
    """A program that has published nothing yet."""
    return programs.create_program(session, "Coffee Club", actor=admin, now=NOW)
