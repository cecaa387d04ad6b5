"""A demo made ready: the programme published, its accounts, a key, and a year of history decided.

What is there already is kept; a load that was broken off goes on where it was.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

import dsl
from app.collector import patient
from app.db import in_transaction, reading_sessions
from app.demo.grocery import GroceryHistory, UnavailableError, fetch
from app.demo.history import DemoHistory, weeks_to
from app.demo.made_up import MadeUpHistory
from app.history.database import Histories
from app.models import Balance, Customer, Program
from app.services import approvals, customers, ingest, keys, programs, users
from dsl.text import ast

ACCOUNTS = ("marketer", "approver", "auditor", "admin")
PROGRAM = "Corner Grocery"
BATCH = 2000
CUSTOMER_BATCH = 500
KEY_NAME = "Till"
# How many of the customers with the most points are looked at to find one in the top tier.
LIKELY = 50

T = TypeVar("T")
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Ready:
    """What a visitor needs to know; `token` is the key for the till's events."""

    program: str
    slug: str
    accounts: tuple[tuple[str, str], ...]
    token: str
    purchases: int
    is_real: bool
    gold_customer: str | None


@dataclass(frozen=True, slots=True)
class _Loading:
    """What is kept of a load between starts, beside the database."""

    weeks: int
    is_real: bool
    done: int
    finished: bool


def password_of(account: str) -> str:
    """The password of a demo account: no secret, as such accounts serve on loopback only."""
    return f"tallystick-demo-{account}"


def prepare(engine: Engine, folder: Path, *, now: dt.datetime, report: Report) -> Ready:
    """Fill a migrated database, or find it filled; `report` is told how many of how many are in."""
    state = folder / "demo.json"
    with reading_sessions(engine)() as session:
        is_new = session.scalar(select(Program.id).where(Program.name == PROGRAM)) is None
    # What was loaded into another database says nothing about this one.
    known = None if is_new else _read(state)
    history: DemoHistory | None = None
    if known is None or not known.finished:
        history = _history(folder, made_up=known is not None and not known.is_real)
    loading = known or _beginning(history or MadeUpHistory(), now)
    _write(state, loading)
    in_transaction(engine, lambda session: _set_up(session, loading, history, now))
    if history is not None:
        loading = _load(engine, state, history, loading, now=now, report=report)
        _read_back(engine, folder, now)
    token = _token(engine, folder / "key.txt", now)
    with reading_sessions(engine)() as session:
        program = _program(session)
        return Ready(
            program.name,
            program.slug,
            tuple((f"{account}@demo.example", password_of(account)) for account in ACCOUNTS),
            token,
            loading.done,
            loading.is_real,
            _gold_customer(session, program, now),
        )


def _beginning(history: DemoHistory, now: dt.datetime) -> _Loading:
    """Nothing loaded yet, of a history moved to end yesterday in the programme's timezone."""
    declarations, _ = library_parts(_library_text())
    zone = ZoneInfo(programs.check_or_raise([dsl.Part(declarations)]).timezone)
    yesterday = now.astimezone(zone).date() - dt.timedelta(days=1)
    weeks = weeks_to(history.extent.last, yesterday)
    return _Loading(weeks, isinstance(history, GroceryHistory), 0, finished=False)


def _library_text() -> str:
    return files("rules_library").joinpath("corner_grocery.rules").read_text("utf-8")


def library_parts(text: str) -> tuple[str, list[tuple[str, str]]]:
    """A program's text as its declarations and its rules, each by name from `on`."""
    parsed = dsl.parse(text)
    declarations, rules = [], []
    for statement in parsed.partial.statements:
        written = text[statement.span.start : statement.span.end]
        if isinstance(statement, ast.Rule) and statement.name is not None:
            body = written.partition(":")[2].strip()
            rules.append((statement.name, dsl.format_text(body, rule=True)))
        else:
            declarations.append(written)
    return dsl.format_text("\n".join(declarations)), rules


def _history(folder: Path, *, made_up: bool) -> DemoHistory:
    if not made_up:
        try:
            return GroceryHistory(fetch(folder / "download"))
        except UnavailableError:
            pass
    return MadeUpHistory()


def _program(session: Session) -> Program:
    return session.scalars(select(Program).where(Program.name == PROGRAM)).one()


def _set_up(
    session: Session, loading: _Loading, history: DemoHistory | None, now: dt.datetime
) -> None:
    """The accounts and the programme, in force from the first day of its history."""
    people = {}
    for account in ACCOUNTS:
        email = f"{account}@demo.example"
        people[account] = users.find_user(session, email) or users.create_user(
            session,
            email,
            password_of(account),
            roles=[account],
            now=now,
            name=account.capitalize(),
            is_demo=True,
        )
    known = session.scalar(select(Program.id).where(Program.name == PROGRAM))
    if known is not None or history is None:
        return
    program = programs.create_program(session, PROGRAM, actor=people["admin"], now=now)
    declarations, rules = library_parts(_library_text())
    zone = ZoneInfo(programs.check_or_raise([dsl.Part(declarations)]).timezone)
    first = history.extent.first + dt.timedelta(weeks=loading.weeks)
    approvals.publish_program(
        session,
        program,
        declarations,
        rules,
        dt.datetime.combine(first, dt.time(), zone).astimezone(dt.UTC),
        actor=people["marketer"],
        approver=people["approver"],
        now=now,
    )


def _load(
    engine: Engine,
    state: Path,
    history: DemoHistory,
    loading: _Loading,
    *,
    now: dt.datetime,
    report: Report,
) -> _Loading:
    """Import the customers, then the purchases from where an earlier load ended."""
    if loading.done == 0:
        for rows in _batches(history.customers(loading.weeks), CUSTOMER_BATCH):
            in_transaction(
                engine,
                lambda s, rows=rows: ingest.import_customers(s, _program(s), rows, now=now),  # type: ignore[misc]  # the batch at hand
            )
    total, done = history.extent.purchases, loading.done
    with patient():
        rest = itertools.islice(history.purchases(loading.weeks), done, None)
        for raws in _batches(rest, BATCH):
            report(done, total)
            in_transaction(
                engine,
                lambda s, raws=raws: ingest.ingest(s, _program(s), raws, now=now),  # type: ignore[misc]  # the batch at hand
            )
            done += len(raws)
            loading = _Loading(loading.weeks, loading.is_real, done, finished=False)
            _write(state, loading)
    report(total, total)
    loading = _Loading(loading.weeks, loading.is_real, done, finished=True)
    _write(state, loading)
    return loading


def _read_back(engine: Engine, folder: Path, now: dt.datetime) -> None:
    """Put what was loaded into the columns of previews, so that the first one need not."""
    with reading_sessions(engine)() as session:
        program = _program(session)
        checked = programs.current_program(session, program, now)
        Histories(folder / "history").of(session, program, checked, now=now)


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, size)):
        yield batch


def _token(engine: Engine, path: Path, now: dt.datetime) -> str:
    """The demo's key, kept in a file of its own so that a second start can print it again."""
    if path.exists():
        token = path.read_text("utf-8").strip()
        with reading_sessions(engine)() as session:
            if keys.identify(session, token) is not None:
                return token
    _, token = in_transaction(
        engine,
        lambda s: keys.create_key(s, _program(s), KEY_NAME, actor=None, now=now),
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token + "\n")
    return token


def _gold_customer(session: Session, program: Program, now: dt.datetime) -> str | None:
    """A customer in the highest tier, among those with the most points."""
    likely = session.scalars(
        select(Customer)
        .join(Balance, Balance.customer_id == Customer.id)
        .where(Customer.program_id == program.id)
        .order_by(Balance.amount.desc(), Customer.external_id)
        .limit(LIKELY)
    ).all()
    highest = programs.current_program(session, program, now).tiers[-1].name
    tiers = customers.tiers_of(session, program, likely, now=now)
    return next((one.external_id for one in likely if tiers[one.id] == highest), None)


def _read(path: Path) -> _Loading | None:
    if not path.exists():
        return None
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return _Loading(**data)


def _write(path: Path, loading: _Loading) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {
        "weeks": loading.weeks,
        "is_real": loading.is_real,
        "done": loading.done,
        "finished": loading.finished,
    }
    path.write_text(json.dumps(data) + "\n", "utf-8")
