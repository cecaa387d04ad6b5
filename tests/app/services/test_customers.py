from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.models import Program, User
from app.services import customers
from app.services.errors import NotFound
from app.services.ingest import import_customers, ingest
from tests.app.given import BASE, HEAD, publish, purchase


@pytest.fixture
def club(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> Program:
    publish(session, program, HEAD, [BASE], marketer, approver, now)
    return program


def test_an_overview_is_as_of_now(session: Session, club: Program, now: dt.datetime) -> None:
    import_customers(session, club, [{"customer": "c1", "city": "Paris"}], now=now)
    raws = [
        purchase("e1", 700, "2026-10-01T00:00:00+00:00"),
        purchase("e2", 400, "2026-10-02T00:00:00+00:00"),
    ]
    ingest(session, club, raws, now=now)
    found = customers.overview(session, club, customers.get(session, club, "c1"), now=now)
    assert (found.tier, [one.amount for one in found.balances]) == ("gold", [1100])
    assert (dict(found.attributes), found.events) == ({"city": "Paris"}, 3)
    assert found.last_at == dt.datetime(2026, 10, 2, tzinfo=dt.UTC)
    later = now + dt.timedelta(days=400)
    customer = customers.get(session, club, "c1")
    assert customers.overview(session, club, customer, now=later).tier is None


def test_an_event_that_is_yet_to_come_leaves_the_tier_as_it_is(
    session: Session, club: Program, now: dt.datetime
) -> None:
    raws = [purchase("e1", 1000), purchase("e2", 5, "2190-01-01T00:00:00+00:00")]
    ingest(session, club, raws, now=now)
    customer = customers.get(session, club, "c1")
    assert customers.overview(session, club, customer, now=now).tier == "gold"
    assert customers.tiers_of(session, club, [customer], now=now) == {customer.id: "gold"}


def test_the_tiers_of_a_page_of_customers(
    session: Session, club: Program, now: dt.datetime
) -> None:
    ingest(session, club, [purchase("e1", 1000), purchase("e2", 9, customer="c2")], now=now)
    found = customers.search(session, club)
    tiers = customers.tiers_of(session, club, found, now=now)
    assert [tiers[one.id] for one in found] == ["gold", None]


def test_customers_are_found_by_how_their_ids_begin(
    session: Session, club: Program, now: dt.datetime
) -> None:
    ids = ["a1", "a2", "a%", "b1"]
    ingest(
        session, club, [purchase(f"e{n}", 1, customer=id_) for n, id_ in enumerate(ids)], now=now
    )

    def names(text: str = "", limit: int = 50, after: str = "") -> list[str]:
        return [one.external_id for one in customers.search(session, club, text, limit, after)]

    assert names() == ["a%", "a1", "a2", "b1"]
    assert names("a") == ["a%", "a1", "a2"]
    assert names("a%") == ["a%"]
    assert names(limit=2) == ["a%", "a1"]
    assert names(after="a1") == ["a2", "b1"]
    assert customers.count(session, club) == 4


def test_a_customer_of_another_program_is_not_found(
    session: Session, club: Program, now: dt.datetime
) -> None:
    ingest(session, club, [purchase("e1", 1)], now=now)
    other = Program(name="Other", slug="other", created_at=now)
    session.add(other)
    session.flush()
    with pytest.raises(NotFound, match="c1"):
        customers.get(session, other, "c1")
