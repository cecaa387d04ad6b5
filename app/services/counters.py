"""What limits and budgets have used: read before deciding, moved once after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Counter, Program
from app.services.errors import Conflict
from app.services.rows import batches, upsert
from dsl import CounterKey

Used = dict[CounterKey, int]


def read(session: Session, program: Program, keys: Iterable[CounterKey], *, lock: bool) -> Used:
    """What each counter has used, 0 where nothing is on record.

    With `lock` the budgets among them, which many customers draw on, are held to the end of the
    transaction, taken in the order of their keys; a limit is held by its customer's lock.
    """
    wanted = sorted(set(keys))
    used = dict.fromkeys(wanted, 0)
    budgets = [key for key in wanted if key.scope == "budget"]
    if lock and budgets:
        session.execute(
            upsert(session, Counter).on_conflict_do_nothing(),
            [_row(program, key, 0) for key in budgets],
        )
    for scope in ("budget", "limit"):
        of_scope = [key for key in wanted if key.scope == scope]
        names, periods = {key.name for key in of_scope}, {key.period for key in of_scope}
        for holders in batches(sorted({key.holder for key in of_scope})):
            statement = (
                select(Counter.name, Counter.holder, Counter.period, Counter.used)
                .where(
                    Counter.program_id == program.id,
                    Counter.scope == scope,
                    Counter.name.in_(names),
                    Counter.holder.in_(holders),
                    Counter.period.in_(periods),
                )
                .order_by(Counter.name, Counter.holder, Counter.period)
            )
            if lock and scope == "budget":
                statement = statement.with_for_update()
            for name, holder, period, amount in session.execute(statement):
                key = CounterKey(scope, name, holder, period)
                if key in used:
                    used[key] = amount
    return used


def move(session: Session, program: Program, before: Mapping[CounterKey, int], after: Used) -> None:
    """Write what was taken: limits of the customers whose locks are held, then budgets last.

    A budget moves only from what it had used when it was read, by one statement.
    """
    moved = sorted(key for key, amount in after.items() if amount != before.get(key, 0))
    limits = [key for key in moved if key.scope == "limit"]
    if limits:
        statement = upsert(session, Counter)
        statement = statement.on_conflict_do_update(
            index_elements=["program_id", "scope", "name", "holder", "period"],
            set_={"used": Counter.used + statement.excluded.used},
        )
        rows = [_row(program, key, after[key] - before.get(key, 0)) for key in limits]
        session.execute(statement, rows)
    for key in moved:
        if key.scope == "budget":
            _take(session, program, key, before.get(key, 0), after[key])


def _take(session: Session, program: Program, key: CounterKey, seen: int, used: int) -> None:
    taken = session.execute(
        update(Counter)
        .where(
            Counter.program_id == program.id,
            Counter.scope == key.scope,
            Counter.name == key.name,
            Counter.holder == key.holder,
            Counter.period == key.period,
            Counter.used == seen,
        )
        .values(used=used)
        .returning(Counter.used)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if taken is None:
        raise Conflict("The budget %(name)s was drawn on meanwhile.", name=key.name)


def _row(program: Program, key: CounterKey, used: int) -> dict[str, object]:
    return {
        "program_id": program.id,
        "scope": key.scope,
        "name": key.name,
        "holder": key.holder,
        "period": key.period,
        "used": used,
    }
