"""The screens of a program in force, with a person of each role and a short history."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import db
from app.config import Config
from app.factory import create_app
from app.models import ROLES, Base, Program, User
from app.services import ingest, programs
from tests.admin.visitor import Visitor
from tests.app.given import BASE, HEAD, NOW, person, publish, purchase

Row = TypeVar("Row", bound=Base)


@dataclass
class Club:
    """What the screens are about; whatever a test changes beside them it commits."""

    session: Session
    program: Program
    people: dict[str, User]

    def fresh(self, row: Row) -> Row:
        """A row as the database has it now; the test holds no lock afterwards."""
        self.session.refresh(row)
        self.session.commit()
        return row

    def __getitem__(self, role: str) -> User:
        """The person of a role."""
        return self.people[role]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine as the product connects."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def club(engine: Engine) -> Iterator[Club]:
    """A program with one rule in force, a gold customer c1 and a new one c2."""
    with db.sessions(engine)() as session:
        people = {role: person(session, role, role) for role in ROLES}
        program = programs.create_program(session, "Club", actor=people["admin"], now=NOW)
        publish(session, program, HEAD, [BASE], people["marketer"], people["approver"], NOW)
        events = [
            purchase("e1", 1200, "2026-10-01T12:00:00+00:00"),
            purchase("e2", 250, "2026-11-20T12:00:00+00:00"),
            purchase("e3", 30, "2026-11-21T12:00:00+00:00", customer="c2"),
        ]
        ingest.ingest(session, program, events, now=NOW)
        session.commit()
        yield Club(session, program, people)


@pytest.fixture
def app(club: Club, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole app, in which it is NOW at first and a second later at each look."""
    club.session.commit()
    club.session.commit()
    app = create_app(Config(database_url, tmp_path), clock=_clock())
    app.testing = True
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app.test_client())


@pytest.fixture
def enter(app: Flask, club: Club) -> Callable[[str], Visitor]:
    """Come in as the person of a role, without the time that a password takes."""

    def enter(role: str) -> Visitor:
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = club[role].fs_uniquifier, True
            # When the person last typed the password.
            session["fs_paa"] = time.time()
        return Visitor(client).opened("/account/password")

    return enter


def _clock() -> Callable[[], dt.datetime]:
    seconds = iter(range(10_000))
    return lambda: NOW + dt.timedelta(seconds=next(seconds))
