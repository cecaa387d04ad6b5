"""People, a program and events for tests, and the instant they all live in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.models import Program, Role, User
from app.services import approvals
from app.services.ingest import Accepted, Refused

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
START = dt.datetime(2025, 11, 1, tzinfo=dt.UTC)
HEAD = """program "Club"
tier gold: 1000 spent in last 12 months
"""
BASE = ("Base", "on purchase award 1 point per 1 spent")
DOUBLE = ("Gold double", "on purchase where amount >= 200 award 2x points to gold")


def person(session: Session, name: str, *roles: str) -> User:
    """A user who cannot sign in, which spares the hashing of a password."""
    known = {role.name: role for role in session.query(Role)}
    for role in roles:
        if role not in known:
            known[role] = Role(name=role)
    user = User(
        email=f"{name}@example.com",
        name=name,
        password="",
        created_at=NOW,
        roles=[known[role] for role in roles],
    )
    session.add(user)
    session.flush()
    return user


def publish(
    session: Session,
    program: Program,
    head: str,
    named: Sequence[tuple[str, str]],
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    """Put a whole program in force from START."""
    approvals.publish_program(
        session, program, head, named, START, actor=marketer, approver=approver, now=now
    )


def purchase(
    id_: str, amount: object, at: str = "2026-11-22T10:00:00+00:00", customer: str = "c1"
) -> dict[str, Any]:
    """A purchase as JSON has it."""
    return {"id": id_, "type": "purchase", "at": at, "customer": customer, "amount": amount}


def points(receipt: Accepted | Refused) -> dict[str, int]:
    """What an accepted event was awarded, by rule."""
    assert isinstance(receipt, Accepted), receipt
    return {award.rule: award.amount for award in receipt.decision.awards}
