"""Where some customers' events are corrected, the others are decided natively all the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dsl.engine.columns import liabilities
from dsl.engine.columns.dry_run import DryRun, dry_run
from dsl.engine.columns.history import History
from dsl.engine.columns.order import of_rows
from dsl.engine.columns.reading import read_history
from dsl.engine.columns.run import Way, way_of
from dsl.engine.columns.shared import Draws, SharedUse
from dsl.engine.compiled import Compiled
from tests.dsl.engine.columns.made_up import PROGRAMS, assert_explained_alike, made_up
from tests.programs import HEAD, compiled, utc

WAYS: tuple[Way, ...] = ("native", "text", "book")
MORE = {
    "a budget that goes round": """
    rule "a": on purchase award 1 point per 1 spent budget 900000 points per month
    rule "b": on review award 2 points budget 900 times
    """,
    # Five of twelve customers are folded: what they draw alone goes round.
    "a budget that goes round for the others alone": """
    rule "a": on purchase award 1 point per 1 spent budget 5000 points
    """,
    "lots that expire": """
    unit miles: expire 1 month after earned
    tier gold: 300 points held
    rule "a": on purchase award 1 point per 1 spent, 2 miles
    """,
}


def corrected(program: Compiled, count: int = 500) -> History:
    """Events of a dozen customers; of three purchases are refunded, two redeem, one cancels."""
    events, lines = made_up(count)
    own = [one for one in events if one["type"] == "purchase"]
    more: list[dict[str, Any]] = []
    for customer, step in (("c1", 2), ("c4", 3), ("c7", 5)):
        bought = [one for one in own if one["customer_id"] == customer][::step]
        more += [
            {
                "type": "refund",
                "customer_id": customer,
                "original": one["event_id"],
                "amount": one["amount"] if place % 2 else "1.50",
                "ts": str(np.datetime64(one["ts"][:-1]) + np.timedelta64(9, "D")) + "Z",
            }
            for place, one in enumerate(bought)
        ]
    redeems = [
        {"type": "redeem", "customer_id": who, "points": "7", "ts": f"2026-05-0{day}T10:00:30Z"}
        for who in ("c2", "c5")
        for day in range(1, 5)
    ]
    more += redeems
    numbered = [{"event_id": f"x{place:03}", **one} for place, one in enumerate(more)]
    last = numbered[-1]
    cancel = {"type": "cancel", "customer_id": "c5", "original": last["event_id"]}
    numbered.append({"event_id": "y", "ts": "2026-05-20T10:00:00Z", **cancel})
    table = pa.Table.from_pylist(
        [{"original": None, "points": None, **one} for one in (*events, *numbered)]
    )
    found, left_out = read_history(program.program, table, pa.Table.from_pylist(lines))
    assert not left_out.to_json()
    return found


def told(run: DryRun) -> list[tuple[Any, ...]]:
    """The awards row by row, names apart from numbers."""
    given = run.awards.ordered
    texts = (*run.text_names, None)
    return [
        (row, at, customer, rule, reward, run.unit_names[unit], texts[text], amount, status, where)
        for row, at, customer, rule, reward, unit, text, amount, status, where in zip(
            *(
                column.tolist()
                for column in (
                    given.rows,
                    given.at,
                    given.customers,
                    given.rules,
                    given.rewards,
                    given.units,
                )
            ),
            *(
                column.tolist()
                for column in (
                    given.texts,
                    given.amounts,
                    given.statuses,
                )
            ),
            [run.standing_names[code] for code in given.standings.tolist()],
            strict=True,
        )
    ]


@pytest.mark.parametrize("name", [*PROGRAMS, *MORE])
@pytest.mark.parametrize("since", [None, utc("2026-04-01")])
def test_corrections_are_decided_as_by_a_book(name: str, since: dt.datetime | None) -> None:
    program = compiled(HEAD + {**PROGRAMS, **MORE}[name])
    history = corrected(program)
    assert way_of(program, history, "native") == "native"

    runs = [dry_run(program, history, way=way, since=since) for way in WAYS]

    assert told(runs[0]) == told(runs[1])
    owed = [{unit: one for unit, one in liabilities(run).items() if one.issued} for run in runs]
    assert owed[0] == owed[1]
    assert len(runs[0].awards) > 10


def test_a_budget_that_does_not_go_round_is_decided_by_a_book_alone() -> None:
    program = compiled(HEAD + MORE["a budget that goes round for the others alone"])
    history = corrected(program)

    assert dry_run(program, history, way="native").way == "book"
    enough = compiled(HEAD + MORE["a budget that goes round"])
    assert dry_run(enough, history, way="native").way == "native"


def test_a_purchase_decided_again_sees_what_others_had_drawn_by_then() -> None:
    rule = 'rule "{0}": on purchase where amount {1} award {2} points in campaign "S"\n'
    program = compiled(
        HEAD
        + 'campaign "S": from 2026-01-01 through 2026-12-31 budget 100 points\n'
        + rule.format("a", ">= 90", 40)
        + rule.format("c", ">= 50 and amount < 90", 5)
        + rule.format("b", "< 50", 30)
    )
    rows = [
        ("p1", "purchase", "c1", "100", None),
        ("p2", "purchase", "c2", "100", None),
        ("p3", "purchase", "c1", "60", None),
        ("r1", "refund", "c1", "100", "p1"),
        # Of the campaign 80 points were gone when p3 was decided.
        ("r2", "refund", "c1", "20", "p3"),
    ]
    names = ("event_id", "type", "customer_id", "amount", "original")
    table = pa.Table.from_pylist(
        [
            {**dict(zip(names, row, strict=True)), "ts": f"2026-02-0{day}T10:00:00Z"}
            for day, row in enumerate(rows, start=1)
        ]
    )
    history, _ = read_history(program.program, table)

    runs = [dry_run(program, history, way=way) for way in WAYS]

    assert told(runs[0]) == told(runs[1])
    assert runs[0].total().units == {"points": 60}


@pytest.mark.parametrize("name", [*PROGRAMS, *MORE])
def test_samples_among_corrections_are_explained_as_by_a_book(name: str) -> None:
    program = compiled(HEAD + {**PROGRAMS, **MORE}[name])

    assert_explained_alike(program, corrected(program))


def test_a_history_of_corrections_alone_is_left_to_the_fold() -> None:
    program = compiled(HEAD + MORE["lots that expire"])
    whole = corrected(program)
    ids = whole.customer_ids
    rows = np.flatnonzero([ids[code] in {"c1", "c2", "c4"} for code in whole.customers.tolist()])

    assert way_of(program, of_rows(whole, rows), "native") == "book"


def test_what_was_used_before_an_event_is_of_its_own_period() -> None:
    periods = np.array([1, 1, 2, 1, 2, 3])
    draws = Draws(np.array([0, 1, 2, 4]), np.array([1, 1, 2, 1]), np.array([5, 7, 9, -2]))

    assert SharedUse.of("b", periods, draws).used.tolist() == [0, 5, 0, 12, 9, 0]
    assert draws.given == {1: 12, 2: 9}
    nothing = Draws(*(np.empty(0, np.int64) for _ in range(3)))
    assert SharedUse.of("b", periods, nothing).used.tolist() == [0] * 6
    assert nothing.given == {}
