"""What limits and budgets have used: read before deciding, moved once after it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Counter, Program
from app.services.errors import Conflict
from app.services.rows import batches, upsert
from dsl import CounterKey

Used = dict[CounterKey, int]
# A row's scope, name, holder and period.
Row = tuple[str, str, str, int]
# Longer marks are kept as what they hash to.
MARK_MOST = 100
HASHED = "sha256:"


def row_of(key: CounterKey) -> Row:
    """Where a counter is kept: limits by holder, budgets without; a mark stands in the name."""
    name, holder, mark, period = key
    if mark:
        if len(mark) > MARK_MOST or mark.startswith(HASHED):
            mark = HASHED + hashlib.sha256(mark.encode()).hexdigest()
        # No name has a line break, so that no two keys meet in one row.
        name = f"{name}\n{mark}"
    return ("limit" if holder else "budget", name, holder, period)


def read(session: Session, program: Program, keys: Iterable[CounterKey], *, lock: bool) -> Used:
    """What each counter has used, 0 where nothing is on record.

    With `lock` the budgets among them, which many customers draw on, are held to the end of the
    transaction, taken in the order of their keys; a limit is held by its customer's lock.
    """
    wanted = {row_of(key): key for key in keys}
    used = dict.fromkeys(wanted.values(), 0)
    budgets = sorted(row for row in wanted if row[0] == "budget")
    if lock and budgets:
        session.execute(
            upsert(session, Counter).on_conflict_do_nothing(),
            [_values(program, row, 0) for row in budgets],
        )
    for scope in ("budget", "limit"):
        rows = [row for row in wanted if row[0] == scope]
        periods = {period for _, _, _, period in rows}
        names = sorted({name for _, name, _, _ in rows})
        for holders in batches(sorted({holder for _, _, holder, _ in rows})):
            for some in batches(names):
                statement = (
                    select(Counter.name, Counter.holder, Counter.period, Counter.used)
                    .where(
                        Counter.program_id == program.id,
                        Counter.scope == scope,
                        Counter.name.in_(some),
                        Counter.holder.in_(holders),
                        Counter.period.in_(periods),
                    )
                    .order_by(Counter.name, Counter.holder, Counter.period)
                )
                if lock and scope == "budget":
                    statement = statement.with_for_update()
                for name, holder, period, amount in session.execute(statement):
                    key = wanted.get((scope, name, holder, period))
                    if key is not None:
                        used[key] = amount
    return used


def move(session: Session, program: Program, before: Mapping[CounterKey, int], after: Used) -> None:
    """Write what was taken: limits of the customers whose locks are held, then budgets last.

    A budget moves only from what it had used when it was read, by one statement.
    """
    moved = {
        row_of(key): (before.get(key, 0), amount)
        for key, amount in after.items()
        if amount != before.get(key, 0)
    }
    limits = sorted(row for row in moved if row[0] == "limit")
    if limits:
        statement = upsert(session, Counter)
        statement = statement.on_conflict_do_update(
            index_elements=["program_id", "scope", "name", "holder", "period"],
            set_={"used": Counter.used + statement.excluded.used},
        )
        rows = [_values(program, row, moved[row][1] - moved[row][0]) for row in limits]
        session.execute(statement, rows)
    for row in sorted(row for row in moved if row[0] == "budget"):
        _take(session, program, row, *moved[row])


def _take(session: Session, program: Program, row: Row, seen: int, used: int) -> None:
    scope, name, holder, period = row
    taken = session.execute(
        update(Counter)
        .where(
            Counter.program_id == program.id,
            Counter.scope == scope,
            Counter.name == name,
            Counter.holder == holder,
            Counter.period == period,
            Counter.used == seen,
        )
        .values(used=used)
        .returning(Counter.used)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if taken is None:
        raise Conflict("The budget %(name)s was drawn on meanwhile.", name=name)


def _values(program: Program, row: Row, used: int) -> dict[str, object]:
    scope, name, holder, period = row
    return {
        "program_id": program.id,
        "scope": scope,
        "name": name,
        "holder": holder,
        "period": period,
        "used": used,
    }
