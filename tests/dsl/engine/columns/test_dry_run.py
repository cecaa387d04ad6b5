"""A dry run over columns decides exactly as one event at a time does."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from dsl.engine.columns.dry_run import dry_run
from dsl.engine.columns.history import History, MissingColumnError
from dsl.engine.decision import CounterKey
from dsl.engine.live import Compiled
from tests.programs import HEAD, compiled, event, utc

PROGRAM = (
    HEAD.replace('"UTC"', '"America/New_York"')
    + """
    attributes of customer: city text
    tier silver: 300 spent in last 30 days
    tier gold: 400 spent in last 1 month and 10 spent in previous month
    rule "base": on purchase award 1 point per 1 spent limit 250 points per customer per month
    rule "double": on purchase where amount >= 20 award 2x points to silver and above
    rule "own": on purchase where any item (brand = "own") award 3 points per item (brand = "own")
      budget 60 points
    rule "city": on purchase where customer.city = channel award 7 points
    rule "review": on review where rating >= 4 award 5 points limit 2 times per customer per week
    """
)
BRANDS = ("own", "other", None)


def made_up(count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Events and their lines, without chance: spread by small primes."""
    events, lines = [], []
    for n in range(count):
        kind = "review" if n % 7 == 3 else "purchase"
        row = {
            "event_id": f"e{n * 37 % count:04}",
            "type": kind,
            "ts": f"2026-{1 + n * 11 // count:02}-{1 + n * 13 % 28:02}T{n * 5 % 24:02}:00:00Z",
            "customer_id": f"c{n * n % 11}",
            "amount": f"{n * 17 % 97}.{n % 100:02}" if kind == "purchase" and n % 13 else None,
            "channel": ("north", "south", None)[n % 3],
            "rating": n % 6 if kind == "review" else None,
        }
        events.append(row)
        lines += [
            {
                "event_id": row["event_id"],
                "brand": BRANDS[(n + k) % 3],
                "price": "2.50",
                "quantity": k + 1,
            }
            for k in range(n % 4)
            if kind == "purchase"
        ]
    return events, lines


def one_by_one(
    program: Compiled, events: list[dict[str, Any]], lines: list[dict[str, Any]], cities: list[str]
) -> list[tuple[str, str, int]]:
    """The awards of the live evaluator, in the order of the events."""
    states, used, awards = {}, dict[CounterKey, int](), []
    items: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        own = {k: line[k] for k in ("brand", "price", "quantity") if line[k] is not None}
        items.setdefault(line["event_id"], []).append(own)
    for number, city in enumerate(cities):
        states[f"c{number}"] = program.new_state()
        said = {"customer": f"c{number}", "type": "profile", "city": city}
        before = event(program.program, at="2025-12-31T00:00:00Z", **said)
        program.fold(before, states[f"c{number}"])
    for row in sorted(events, key=lambda r: (r["ts"], r["event_id"])):
        names = ("type", "amount", "channel", "rating")
        raw = {name: row[name] for name in names if row[name] is not None}
        if row["event_id"] in items:
            raw["items"] = items[row["event_id"]]
        raw |= {"id": row["event_id"], "at": row["ts"], "customer": row["customer_id"]}
        given = event(program.program, **raw)
        decision = program.decide(given, states[given.customer], used)
        for key, amount in decision.taken.items():
            used[key] = used.get(key, 0) + amount
        awards += [(given.id, award.rule, award.amount) for award in decision.awards]
    return awards


def test_columns_and_single_events_give_the_same_awards() -> None:
    program = compiled(PROGRAM)
    events, lines = made_up(400)
    cities = ["north", "south", "west"] * 4
    customers = pa.table({"customer_id": [f"c{n}" for n in range(11)], "city": cities[:11]})
    history, left_out = History.from_tables(
        program.program, pa.Table.from_pylist(events), pa.Table.from_pylist(lines), customers
    )
    assert left_out.to_json() == {
        "rows": {"customers without events": 11 - len({e["customer_id"] for e in events})}
    }
    run = dry_run(program, history)
    rules = [rule.name for rule in program.program.rules]
    awards = [
        (history.event_id(row), rules[rule], amount)
        for row, rule, amount in zip(
            run.rows.tolist(), run.rules.tolist(), run.amounts.tolist(), strict=True
        )
    ]
    expected = one_by_one(program, events, lines, cities[:11])
    assert awards == expected
    assert {rule for _, rule, _ in expected} == set(rules)


def purchases(*rows: tuple[str, str, str, str]) -> pa.Table:
    names = ("event_id", "ts", "customer_id", "amount")
    table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])
    return table.append_column("type", pa.array(["purchase"] * len(rows)))


def test_earlier_events_make_the_tier_but_are_not_decided() -> None:
    program = compiled(
        HEAD + 'tier gold: 100 spent ever\nrule "r": on purchase award 1 point to gold'
    )
    table = purchases(
        ("a", "2026-01-01T00:00:00Z", "c1", "100"),
        ("b", "2026-02-01T00:00:00Z", "c1", "1"),
        ("c", "2026-03-01T00:00:00Z", "c2", "1"),
    )
    history, _ = History.from_tables(program.program, table)
    run = dry_run(program, history, since=utc("2026-02-01"), until=utc("2026-03-01"))
    assert (run.decided, run.by_customer()) == (1, {"c1": {"points": 1}})


def test_samples_tell_why() -> None:
    program = compiled(HEAD + 'rule "r": on purchase where amount >= 10 award 1 point per 1 spent')
    table = purchases(
        ("a", "2026-01-01T00:00:00Z", "c1", "20"),
        ("b", "2026-01-02T00:00:00Z", "c2", "5"),
        ("c", "2026-01-03T00:00:00Z", "c3", "30"),
    )
    history, _ = History.from_tables(program.program, table)
    run = dry_run(program, history, watch="r", samples=2)
    told = [(s.decision.event_id, s.decision.outcomes[0].reason) for s in run.samples]
    assert told == [("c", None), ("a", None), ("b", "condition")]


def test_progress_may_end_the_run() -> None:
    program = compiled(HEAD + 'rule "r": on purchase award 1 point')
    history, _ = History.from_tables(
        program.program, purchases(("a", "2026-01-01T00:00:00Z", "c1", "20"))
    )

    def stop(done: int, total: int) -> None:
        assert (done, total) == (0, 1)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        dry_run(program, history, progress=stop)


def test_nothing_is_left_out_without_being_counted() -> None:
    program = compiled(HEAD + 'rule "r": on purchase award 1 point')
    table = pa.table(
        {
            "event_id": ["a", "a", "b", "c", None, "d"],
            "type": ["purchase", "purchase", "purchase", "dance", "purchase", "purchase"],
            "ts": ["2026-01-01T00:00:00Z"] * 5 + ["2026-01-01"],
            "customer_id": ["c1"] * 6,
            "amount": ["1", "1", "many", "1", "1", "1"],
            "items": [1, 2, 3, 4, 5, 6],
            "mood": ["good"] * 6,
        }
    )
    lines = pa.table({"event_id": ["a", "z"], "sku": ["x", "y"], "weight": [1, 2]})
    history, left_out = History.from_tables(program.program, table, lines)
    assert len(history) == 2
    assert left_out.to_json() == {
        "event_types": {"dance": 1},
        "columns": {"items": 1, "items.weight": 1, "mood": 1},
        "values": {"amount": 1},
        "rows": {
            "event_id seen before": 1,
            "lines without event": 1,
            "no event_id": 1,
            "ts is no time with offset": 1,
        },
    }


def test_a_history_without_times_is_refused_by_the_column() -> None:
    program = compiled(HEAD + 'rule "r": on purchase award 1 point')
    table = pa.table({"event_id": ["a"], "type": ["purchase"], "customer_id": ["c"]})
    with pytest.raises(MissingColumnError, match="ts or at"):
        History.from_tables(program.program, table)


def test_a_second_run_over_the_same_past_gives_the_same() -> None:
    program = compiled(PROGRAM)
    events, lines = made_up(200)
    history, _ = History.from_tables(
        program.program, pa.Table.from_pylist(events), pa.Table.from_pylist(lines)
    )
    since = utc("2026-05-01")
    stricter = compiled(PROGRAM.replace("limit 250 points", "limit 50 points"))
    first, other, again = (
        dry_run(one, history, since=since) for one in (program, stricter, program)
    )
    assert first.by_customer() == again.by_customer()
    assert first.total() == again.total() != other.total()
