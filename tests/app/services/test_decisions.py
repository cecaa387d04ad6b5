from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.models import Program
from app.services import customers, decisions
from app.services.errors import NotFound
from app.services.ingest import ingest, preview_decision
from tests.app.given import purchase


@pytest.fixture
def club(session: Session, club: Program, now: dt.datetime) -> Program:
    ingest(session, club, [purchase("e1", 180)], now=now)
    return club


def test_a_decision_says_why_each_rule_paid_or_did_not(session: Session, club: Program) -> None:
    found = decisions.get(session, club, "e1")
    assert (found.event.event_id, found.customer.external_id, found.late) == ("e1", "c1", False)
    assert [(one.rule, one.reason) for one in found.explanations] == [
        ("Base", None),
        ("Gold double", "condition"),
    ]
    assert all(one.sentences for one in found.explanations)
    assert [one.name for one in found.rule_versions] == ["Base", "Gold double"]
    assert [(one.rule_name, one.amount) for one in found.entries] == [("Base", 180)]
    assert found.version is not None
    assert found.version.number == 1


def test_an_event_before_any_version_has_nothing_to_explain(
    session: Session, club: Program, now: dt.datetime
) -> None:
    ingest(session, club, [purchase("e0", 5, "2025-01-01T00:00:00+00:00")], now=now)
    found = decisions.get(session, club, "e0")
    assert (found.version, found.explanations, found.entries) == (None, (), [])


def test_a_customers_decisions_come_newest_first(
    session: Session, club: Program, now: dt.datetime
) -> None:
    ingest(session, club, [purchase("e2", 5), purchase("e3", 5, customer="c2")], now=now)
    customer = customers.get(session, club, "c1")
    found = decisions.of_customer(session, customer)
    assert [one.event.event_id for one in found] == ["e2", "e1"]
    earlier = decisions.of_customer(session, customer, before=found[0].event.seq)
    assert [one.event.event_id for one in earlier] == ["e1"]


def test_a_previewed_decision_is_explained_too(
    session: Session, club: Program, now: dt.datetime
) -> None:
    decision = preview_decision(session, club, purchase("p", 10), now=now)
    told = decisions.explain(session, club, decision, now, "en")
    assert [one.rule for one in told] == ["Base", "Gold double"]
    before = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    assert decisions.explain(session, club, decision, before, "en") == ()


def test_an_unknown_event_is_not_found(session: Session, club: Program) -> None:
    with pytest.raises(NotFound, match="e9"):
        decisions.get(session, club, "e9")
