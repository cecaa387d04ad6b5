from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import (
    Balance,
    Counter,
    Customer,
    Decision,
    Event,
    LedgerEntry,
    Program,
    Snapshot,
    User,
)
from app.services import approvals, customers, ledger, programs, rules
from app.services.errors import Conflict, Invalid
from app.services.ingest import Accepted, Refused, ingest, preview_decision
from app.services.recorded import Extent, extent
from tests.app.given import BASE, DOUBLE, HEAD, points, publish, purchase


def send(
    session: Session, program: Program, *raws: Mapping[str, Any], now: dt.datetime
) -> list[Accepted | Refused]:
    return ingest(session, program, raws, now=now)


def balance(session: Session, program: Program, customer: str = "c1") -> int:
    found = ledger.balances(session, customers.get(session, program, customer))
    return sum(one.amount for one in found)


def rows(session: Session) -> dict[str, int]:
    tables = (Event, Decision, LedgerEntry, Balance, Snapshot, Customer, Counter)
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }


def test_a_gold_customers_purchase_earns_base_and_doubled_points(
    session: Session, club: Program, now: dt.datetime
) -> None:
    receipts = send(
        session,
        club,
        purchase("e1", 1000, "2026-10-01T10:00:00+00:00"),
        purchase("e2", 250),
        purchase("e3", 250, customer="c2"),
        now=now,
    )
    assert [points(one) for one in receipts] == [
        {"Base": 1000},
        {"Base": 250, "Gold double": 250},
        {"Base": 250},
    ]
    assert (balance(session, club), balance(session, club, "c2")) == (1500, 250)
    assert ledger.verify(session, club) == []


def test_a_ledger_entry_names_its_event_rule_and_version(
    session: Session, club: Program, now: dt.datetime
) -> None:
    send(session, club, purchase("e1", 250), now=now)
    [entry] = ledger.entries(session, customers.get(session, club, "c1"))
    version = rules.rule_versions(session, rules.list_rules(session, club, now)[0].rule)[0]
    assert (entry.rule_name, entry.rule_version_id, entry.amount, entry.precision) == (
        "Base",
        version.id,
        250,
        0,
    )
    assert entry.event.event_id == "e1"
    assert entry.at == dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
    assert (entry.recorded_at, entry.kind) == (now, "accrual")


def test_an_id_seen_before_gives_the_first_decision_and_changes_nothing(
    session: Session, club: Program, now: dt.datetime
) -> None:
    [first] = send(session, club, purchase("e1", 250), now=now)
    before = rows(session)
    [again] = send(session, club, purchase("e1", Decimal("250.00")), now=now)
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.decision == first.decision
    assert rows(session) == before
    assert balance(session, club) == 250


def test_the_same_instant_in_another_zone_is_the_same_content(
    session: Session, club: Program, now: dt.datetime
) -> None:
    send(session, club, purchase("e1", 250), now=now)
    [again] = send(session, club, purchase("e1", "250", "2026-11-22T18:00:00+08:00"), now=now)
    assert isinstance(again, Accepted)
    assert again.replayed


def test_the_same_id_with_other_content_is_refused(
    session: Session, club: Program, now: dt.datetime
) -> None:
    send(session, club, purchase("e1", 250), now=now)
    before = rows(session)
    for other in (purchase("e1", 251), purchase("e1", 250, customer="c2")):
        [refused] = send(session, club, other, now=now)
        assert isinstance(refused, Refused)
        assert (refused.status, refused.event_id, refused.problems[0].field) == (409, "e1", "id")
    assert rows(session) == before


def test_an_id_twice_in_one_call_is_decided_once(
    session: Session, club: Program, now: dt.datetime
) -> None:
    receipts = send(
        session, club, purchase("e1", 250), purchase("e1", "250.0"), purchase("e1", 3), now=now
    )
    assert isinstance(receipts[0], Accepted)
    assert isinstance(receipts[1], Accepted)
    assert isinstance(receipts[2], Refused)
    assert (receipts[0].replayed, receipts[1].replayed) == (False, True)
    assert receipts[0].decision == receipts[1].decision
    assert receipts[2].status == 409
    assert balance(session, club) == 250


def test_the_good_ones_go_in_and_the_wrong_ones_are_named(
    session: Session, club: Program, now: dt.datetime
) -> None:
    wrong = purchase("e2", "a lot")
    receipts = send(session, club, purchase("e1", 10), wrong, purchase("e3", 20), now=now)
    assert [one.index for one in receipts] == [0, 1, 2]
    refused = receipts[1]
    assert isinstance(refused, Refused)
    assert (refused.status, refused.event_id) == (422, "e2")
    assert [problem.field for problem in refused.problems] == ["amount"]
    assert all(problem.message for problem in refused.problems)
    assert rows(session)["events"] == 2


@pytest.mark.parametrize("raw", [{}, {"id": 7}, {"id": "e1", "at": "yesterday"}])
def test_a_wrong_event_writes_nothing(
    session: Session, club: Program, now: dt.datetime, raw: dict[str, Any]
) -> None:
    before = rows(session)
    [refused] = send(session, club, raw, now=now)
    assert isinstance(refused, Refused)
    assert refused.status == 422
    assert rows(session) == before


def test_events_are_decided_in_the_order_of_time_then_id(
    session: Session, club: Program, now: dt.datetime
) -> None:
    # Gold by b, so c is doubled; a has the same instant as b and comes before it.
    receipts = send(
        session,
        club,
        purchase("c", 300, "2026-11-22T11:00:00+00:00"),
        purchase("b", 1000),
        purchase("a", 400),
        now=now,
    )
    assert [points(one) for one in receipts] == [
        {"Base": 300, "Gold double": 300},
        {"Base": 1000},
        {"Base": 400},
    ]


def test_batches_and_single_events_come_to_the_same(
    session: Session, club: Program, now: dt.datetime
) -> None:
    raws = [
        purchase(f"e{day}", 90 + day, f"2026-10-{day:02}T10:00:00+00:00", f"c{day % 3}")
        for day in range(1, 29)
    ]
    whole = [points(one) for one in send(session, club, *raws, now=now)]
    for raw in raws:
        raw["id"], raw["customer"] = "x" + raw["id"], "x" + raw["customer"]
    single = [points(send(session, club, raw, now=now)[0]) for raw in raws]
    assert whole == single


def test_a_late_event_is_decided_at_its_own_time(
    session: Session, club: Program, now: dt.datetime
) -> None:
    send(session, club, purchase("e2", 300, "2026-11-20T10:00:00+00:00"), now=now)
    [late] = send(session, club, purchase("e1", 1000, "2026-11-19T10:00:00+00:00"), now=now)
    assert isinstance(late, Accepted)
    assert (late.late, points(late)) == (True, {"Base": 1000})
    # The later decision stays, and what comes next sees both.
    [after] = send(session, club, purchase("e3", 300, "2026-11-21T10:00:00+00:00"), now=now)
    assert isinstance(after, Accepted)
    assert (after.late, points(after)) == (False, {"Base": 300, "Gold double": 300})
    assert balance(session, club) == 300 + 1000 + 600


def test_late_and_new_events_in_one_call_each_see_what_came_before_them(
    session: Session, club: Program, now: dt.datetime
) -> None:
    send(session, club, purchase("e3", 10, "2026-11-20T10:00:00+00:00"), now=now)
    receipts = send(
        session,
        club,
        purchase("e4", 200, "2026-11-21T10:00:00+00:00"),
        purchase("e1", 995, "2026-11-18T10:00:00+00:00"),
        purchase("e2", 200, "2026-11-19T10:00:00+00:00"),
        now=now,
    )
    assert [(points(one), getattr(one, "late", None)) for one in receipts] == [
        ({"Base": 200, "Gold double": 200}, False),
        ({"Base": 995}, True),
        ({"Base": 200}, True),
    ]


def test_a_limit_counts_what_is_recorded_whenever_it_happened(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    capped = ("Base", BASE[1] + " limit 100 points per customer per month")
    publish(session, program, HEAD, [capped], marketer, approver, now)
    receipts = [
        *send(session, program, purchase("e2", 80, "2026-11-20T10:00:00+00:00"), now=now),
        *send(session, program, purchase("e1", 80, "2026-11-19T10:00:00+00:00"), now=now),
        *send(session, program, purchase("e3", 80, "2026-12-01T00:00:00+00:00"), now=now),
    ]
    assert [points(one) for one in receipts] == [{"Base": 80}, {"Base": 20}, {"Base": 80}]


def test_a_budget_is_shared_by_all_customers(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    capped = ("Base", BASE[1] + " budget 100 points")
    publish(session, program, HEAD, [capped], marketer, approver, now)
    receipts = [
        *send(
            session,
            program,
            purchase("e1", 60),
            purchase("e2", 30, customer="c2"),
            now=now,
        ),
        *send(session, program, purchase("e3", 30, customer="c3"), now=now),
        *send(session, program, purchase("e4", 30, customer="c4"), now=now),
    ]
    assert [points(one) for one in receipts] == [{"Base": 60}, {"Base": 30}, {"Base": 10}, {}]
    [counter] = session.scalars(select(Counter))
    assert (counter.scope, counter.used) == ("budget", 100)


def test_an_event_is_decided_under_the_version_in_force_at_its_time(
    session: Session, club: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    base = rules.list_rules(session, club, now)[0].rule
    rules.save_draft(
        session, base, "on purchase award 3 points per 1 spent", 1, actor=marketer, now=now
    )
    approval = approvals.submit(session, base, "", actor=marketer, now=now)
    approvals.approve(session, approval, "", actor=approver, now=now)
    approvals.publish(session, approval.rule_version, actor=approver, now=now)
    before, after = "2026-11-22T11:59:59.999999+00:00", "2026-11-22T12:00:00+00:00"
    receipts = send(session, club, purchase("e1", 10, before), purchase("e2", 10, after), now=now)
    assert [points(one) for one in receipts] == [{"Base": 10}, {"Base": 30}]
    versions = session.scalars(select(Decision).order_by(Decision.event_seq)).all()
    numbers = [one.program_version.number for one in versions if one.program_version]
    assert numbers == [1, 2]


def test_a_new_window_sees_what_was_recorded_before_it(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    publish(session, program, 'program "Club"', [BASE], marketer, approver, now)
    send(session, program, purchase("e1", 5000), now=now)
    saved = programs.add_declarations(session, program, HEAD, author=marketer, now=now)
    approvals.publish_declarations(session, saved, actor=approver, now=now)
    double = rules.create_rule(session, program, *DOUBLE, actor=marketer, now=now)
    approval = approvals.submit(session, double, "", actor=marketer, now=now)
    approvals.approve(session, approval, "", actor=approver, now=now)
    approvals.publish(session, approval.rule_version, actor=approver, now=now)
    [receipt] = send(session, program, purchase("e2", 200, "2026-11-22T13:00:00+00:00"), now=now)
    assert points(receipt) == {"Base": 200, "Gold double": 200}


def test_an_event_before_any_version_is_recorded_and_awards_nothing(
    session: Session, club: Program, now: dt.datetime
) -> None:
    early = purchase("e0", 1000, "2025-10-31T23:59:59+00:00")
    later = purchase("e1", 300, "2025-11-02T00:00:00+00:00")
    receipts = send(session, club, early, later, now=now)
    assert [points(one) for one in receipts] == [{}, {"Base": 300, "Gold double": 300}]
    decision = session.scalars(select(Decision).order_by(Decision.event_seq)).first()
    assert decision is not None
    assert decision.program_version_id is None


def test_a_program_that_has_published_nothing_records_events(
    session: Session, program: Program, now: dt.datetime
) -> None:
    [receipt] = send(session, program, purchase("e1", 250), now=now)
    assert points(receipt) == {}
    assert rows(session)["events"] == 1


def test_programs_have_their_own_ids_and_customers(
    session: Session, club: Program, admin: User, now: dt.datetime
) -> None:
    other = programs.create_program(session, "Other", actor=admin, now=now)
    send(session, club, purchase("e1", 250), now=now)
    [receipt] = send(session, other, purchase("e1", 99), now=now)
    assert isinstance(receipt, Accepted)
    assert not receipt.replayed
    assert balance(session, other) == 0
    assert balance(session, club) == 250


def test_a_preview_decides_and_writes_nothing(
    session: Session, club: Program, now: dt.datetime
) -> None:
    send(session, club, purchase("e1", 1000, "2026-10-01T10:00:00+00:00"), now=now)
    before = rows(session)
    decision = preview_decision(session, club, purchase("p", 250), now=now)
    assert {award.rule: award.amount for award in decision.awards} == {
        "Base": 250,
        "Gold double": 250,
    }
    assert preview_decision(session, club, purchase("p", 250, customer="new"), now=now).awards
    assert rows(session) == before
    with pytest.raises(Invalid):
        preview_decision(session, club, purchase("p", "x"), now=now)


def test_a_preview_of_what_is_on_record_gives_its_decision(
    session: Session, club: Program, now: dt.datetime
) -> None:
    (receipt,) = send(session, club, purchase("e1", 250), now=now)
    assert isinstance(receipt, Accepted)
    again = preview_decision(session, club, purchase("e1", "250.00"), now=now)
    assert again == receipt.decision
    with pytest.raises(Conflict):
        preview_decision(session, club, purchase("e1", 251), now=now)


def test_the_extent_of_what_is_on_record(session: Session, club: Program, now: dt.datetime) -> None:
    assert extent(session, club) == Extent(0, None, None, 0)
    send(session, club, purchase("e2", 5), purchase("e1", 5, "2026-11-01T00:00:00Z"), now=now)
    found = extent(session, club)
    assert (found.events, found.first_at, found.last_at) == (
        2,
        dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC),
    )
    assert found.last_seq == session.scalar(select(func.max(Event.seq)))


@pytest.mark.parametrize("raw", [None, "purchase", [], 7])
def test_what_is_no_event_at_all_is_refused(
    session: Session, club: Program, now: dt.datetime, raw: object
) -> None:
    [refused] = ingest(session, club, [raw], now=now)
    assert isinstance(refused, Refused)
    assert (refused.status, refused.event_id) == (422, None)
