"""What tests of services start from."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.models import Program, User
from tests.app.given import BASE, DOUBLE, HEAD, publish


@pytest.fixture
def club(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> Program:
    """A program that doubles points of gold customers' purchases from 200 on."""
    publish(session, program, HEAD, [BASE, DOUBLE], marketer, approver, now)
    return program
