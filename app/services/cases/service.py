"""Cases on the running service: published, taken in and posted as in production, then undone.

Each case is a program of its own in one transaction that is rolled back, so that any database
with the newest tables will do and none keeps anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import Engine as Database
from sqlalchemy import select
from sqlalchemy.orm import Session

import dsl
from app import db
from app.models import Role, Rule, Snapshot, User
from app.services import customers, ledger, programs, rules
from app.services.cases.case import Case, Version, instant
from app.services.cases.engines import (
    IDENTITY,
    NotRun,
    award_lines,
    conflict,
    exact,
    opening_balances,
    profile_of,
    refusal_lines,
)
from app.services.cases.outcome import Actual, Difference
from app.services.gaps import NOT_TAKEN, gaps
from app.services.ingest import Accepted, import_customers, ingest
from dsl.meaning.checked import Program
from dsl.text import ast
from dsl.text.format import format_document

EVER = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
CONFLICT = 409
# More than any case has.
MOST_CUSTOMERS = 100_000
IN_MEMORY = "sqlite://"
# What the service does not take in, and what people do.
NOT_SENT = NOT_TAKEN | {"release", "reject"}


class ServiceEngine:
    """The service on a database: a fresh one in memory, or the one at an address."""

    def __init__(self, database_url: str | None = None) -> None:
        self._database: Database = db.connect(database_url or IN_MEMORY)
        db.upgrade(self._database)

    def run(self, case: Case, checked: Sequence[Program]) -> Actual:
        """What the service records, event by event in the order of delivery."""
        missing = not_run(case, checked)
        if missing:
            raise NotRun(", ".join(missing))
        with db.sessions(self._database)() as session:
            actual = _ServiceRun(session, case, checked[-1]).actual()
            session.rollback()
        return actual

    def close(self) -> None:
        """Let go of the database."""
        self._database.dispose()


def not_run(case: Case, checked: Sequence[Program]) -> list[str]:
    """What of a case the service does not run yet: forms of its programs, and kinds of events."""
    forms = [gap.form for program in checked for gap in gaps(program)]
    types = [str(raw.get("type")) for raw in case.events]
    return list(dict.fromkeys([*forms, *(one for one in types if one in NOT_SENT)]))


class _ServiceRun:
    def __init__(self, session: Session, case: Case, last: Program) -> None:
        self.session = session
        self.case = case
        self.last = last
        times = [instant(event.get("at")) or EVER for event in case.events]
        times += [version.starts or EVER for version in case.versions]
        self.now = max(case.until or EVER, *times) + dt.timedelta(days=1)
        self.actor = _actor(session, self.now)
        self.program = programs.create_program(
            session, f"Case {uuid4().hex}", actor=self.actor, now=self.now
        )

    def actual(self) -> Actual:
        for version in self.case.versions:
            self._publish(version)
        self._open()
        awards, refusals, problems = [], [], []
        for raw in self.case.events:
            (receipt,) = ingest(self.session, self.program, [raw], now=self.now)
            if not isinstance(receipt, Accepted):
                if receipt.status == CONFLICT:
                    refusals.append(conflict(str(receipt.event_id)))
                    continue
                texts = "; ".join(f"{p.field}: {p.message}" for p in receipt.problems)
                named = {"id": receipt.event_id, "problems": texts}
                problems.append(Difference("event %(id)s: %(problems)s", named))
            elif not receipt.replayed:
                awards += award_lines(receipt.decision)
                refusals += refusal_lines(receipt.decision)
        return Actual(awards, self._balances(), self._tiers(), refusals, problems)

    def _publish(self, version: Version) -> None:
        """Put a version in force: declarations and rules apart, as they are kept."""
        document = dsl.parse(version.text).partial
        declared = [one for one in document.statements if not isinstance(one, ast.Rule)]
        written = [one for one in document.statements if isinstance(one, ast.Rule)]
        texts = [(one.name or f"rule {n}", _sentence(one)) for n, one in enumerate(written, 1)]
        declarations = programs.add_declarations(
            self.session,
            self.program,
            format_document(ast.Document(tuple(declared))),
            author=self.actor,
            now=self.now,
        )
        programs.add_version(
            self.session,
            self.program,
            declarations,
            [
                rules.add_rule_version(
                    self.session, self._rule(name, text), text, author=self.actor, now=self.now
                )
                for name, text in texts
            ],
            in_force_from=version.starts or EVER,
            actor=self.actor,
            now=self.now,
            note="",
        )

    def _rule(self, name: str, text: str) -> Rule:
        known = self.session.scalar(
            select(Rule).where(Rule.program_id == self.program.id, Rule.name == name)
        )
        return known or rules.create_rule(
            self.session, self.program, name, text, actor=self.actor, now=self.now
        )

    def _open(self) -> None:
        """Take the given customers over; a given tier stands in the snapshot."""
        rows = []
        for opening in self.case.customers:
            profile = profile_of(opening, self.last)
            row = {name: v for name, v in profile.items() if name not in IDENTITY}
            rows.append({**row, "customer": opening.id})
        import_customers(self.session, self.program, rows, now=self.now)
        for opening in self.case.customers:
            if opening.tier is not None:
                customer = customers.get(self.session, self.program, opening.id)
                snapshot = self.session.get_one(Snapshot, customer.id)
                snapshot.data = {**snapshot.data, "fixed_tier": opening.tier}
        self.session.flush()

    def _balances(self) -> dict[str, dict[str, Decimal]]:
        """What the ledger holds, beside what the case gave."""
        opened = {one.id: opening_balances(one, self.last) for one in self.case.customers}
        held: dict[str, dict[str, Decimal]] = {}
        for customer in customers.search(self.session, self.program, limit=MOST_CUSTOMERS):
            units = held[customer.external_id] = dict(opened.get(customer.external_id, {}))
            for balance in ledger.balances(self.session, customer):
                amount = exact(balance.amount, balance.precision)
                units[balance.unit] = units.get(balance.unit, Decimal(0)) + amount
        return held

    def _tiers(self) -> dict[str, str | None]:
        ends = self.case.ends
        version = programs.live_version(self.session, self.program, ends) if ends else None
        if ends is None or version is None:
            # Before any version there are the given ones alone.
            return {one.id: one.tier for one in self.case.customers}
        compiled = programs.compiled_for(self.session, version)
        return {
            customer.external_id: customers.state_of(self.session, customer, compiled).tier(ends)
            for customer in customers.search(self.session, self.program, limit=MOST_CUSTOMERS)
        }


def _sentence(rule: ast.Rule) -> str:
    """A rule's text as it is kept, its name apart."""
    return format_document(ast.Document((replace(rule, name=None),)), rule=True)


def _actor(session: Session, now: dt.datetime) -> User:
    """A person who publishes, and cannot sign in."""
    admin = session.scalar(select(Role).where(Role.name == "admin")) or Role(name="admin")
    email = f"{uuid4().hex}@cases.invalid"
    user = User(email=email, name="Cases", password="", created_at=now, roles=[admin])
    session.add(user)
    session.flush()
    return user
