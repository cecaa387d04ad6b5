"""A dry run over columns decides exactly as one event at a time does."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

import dsl
from app.history.tables import tables_of_contents
from dsl.engine.book import Book
from dsl.engine.calendar import instant, moment
from dsl.engine.columns.awards import STATUSES
from dsl.engine.columns.dry_run import DryRun, dry_run
from dsl.engine.columns.reading import read_history
from dsl.engine.columns.report import budgets
from dsl.engine.columns.run import Way
from dsl.engine.compiled import Compiled
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
WAYS: tuple[Way, ...] = ("native", "text", "quick", "book")
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
    """The awards of a book, in the order of the events."""
    book, awards = Book([(None, program)]), []
    items: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        own = {k: line[k] for k in ("brand", "price", "quantity") if line[k] is not None}
        items.setdefault(line["event_id"], []).append(own)
    ordered = sorted(events, key=lambda r: (r["ts"], r["event_id"]))
    for number, city in enumerate(cities):
        first = next((r["ts"] for r in ordered if r["customer_id"] == f"c{number}"), None)
        if first is not None:
            said = {"id": f" {number}", "at": first, "type": "profile", "city": city}
            book.step(event(program.program, customer=f"c{number}", **said))
    for row in ordered:
        names = ("type", "amount", "channel", "rating")
        raw = {name: row[name] for name in names if row[name] is not None}
        if row["event_id"] in items:
            raw["items"] = items[row["event_id"]]
        raw |= {"id": row["event_id"], "at": row["ts"], "customer": row["customer_id"]}
        for decision in book.step(event(program.program, **raw)):
            awards += [(row["event_id"], one.rule, one.amount) for one in decision.awards]
    return awards


@pytest.mark.parametrize("way", WAYS)
def test_columns_and_single_events_give_the_same_awards(way: Way) -> None:
    program = compiled(PROGRAM)
    events, lines = made_up(400)
    cities = ["north", "south", "west"] * 4
    customers = pa.table({"customer_id": [f"c{n}" for n in range(11)], "city": cities[:11]})
    history, left_out = read_history(
        program.program, pa.Table.from_pylist(events), pa.Table.from_pylist(lines), customers
    )
    with_events = {event["customer_id"] for event in events}
    without = [n + 1 for n in range(11) if f"c{n}" not in with_events]
    assert left_out.to_json() == {
        "rows": {"customers without events": len(without)},
        "where": {"rows": {"customers without events": without[:3]}},
    }
    run = dry_run(program, history, way=way)
    rules = [rule.name for rule in program.program.rules]
    given = run.awards.ordered
    awards = [
        (history.event_id(row), run.rule_names[rule], amount)
        for row, rule, amount in zip(
            given.rows.tolist(), given.rules.tolist(), given.amounts.tolist(), strict=True
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
    history, _ = read_history(program.program, table)
    run = dry_run(program, history, since=utc("2026-02-01"), until=utc("2026-03-01"))
    assert (run.decided, run.by_customer()) == (1, {"c1": {"points": 1}})


def test_samples_tell_why() -> None:
    program = compiled(HEAD + 'rule "r": on purchase where amount >= 10 award 1 point per 1 spent')
    table = purchases(
        ("a", "2026-01-01T00:00:00Z", "c1", "20"),
        ("b", "2026-01-02T00:00:00Z", "c2", "5"),
        ("c", "2026-01-03T00:00:00Z", "c3", "30"),
    )
    history, _ = read_history(program.program, table)
    run = dry_run(program, history, watch="r", samples=2)
    told = [(s.decision.event_id, s.decision.outcomes[0].reason) for s in run.samples]
    assert told == [("c", None), ("a", None), ("b", "condition")]


def test_progress_may_end_the_run() -> None:
    program = compiled(HEAD + 'rule "r": on purchase award 1 point')
    history, _ = read_history(program.program, purchases(("a", "2026-01-01T00:00:00Z", "c1", "20")))

    def stop(done: int, total: int) -> None:
        assert (done, total) == (0, 1)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        dry_run(program, history, progress=stop)


def test_a_second_run_over_the_same_past_gives_the_same() -> None:
    program = compiled(PROGRAM)
    events, lines = made_up(200)
    history, _ = read_history(
        program.program, pa.Table.from_pylist(events), pa.Table.from_pylist(lines)
    )
    since = utc("2026-05-01")
    stricter = compiled(PROGRAM.replace("limit 250 points", "limit 50 points"))
    first, other, again = (
        dry_run(one, history, since=since) for one in (program, stricter, program)
    )
    assert first.by_customer() == again.by_customer()
    assert first.total() == again.total() != other.total()


# --- what is no award of a purchase to its own customer -------------------------------------------


def run_of(text: str, *events: dict[str, Any], **more: Any) -> DryRun:  # noqa: ANN401 - as dry_run
    """A run over a few events of raw JSON."""
    program = compiled(HEAD + text)
    raws = [{"type": "purchase", "customer": "c1", **one} for one in events]
    contents = [dsl.canonical_content(event(program.program, **raw)) for raw in raws]
    history, left_out = read_history(program.program, *tables_of_contents(contents))
    assert not left_out.to_json()
    return dry_run(program, history, **more)


def told(run: DryRun) -> list[tuple[Any, ...]]:
    """Each award: its event or else its time, customer, rule, unit, amount, status."""
    return [
        (
            run.history.event_id(row) if row >= 0 else moment(at).strftime("%m-%d"),
            run.customer_ids[customer],
            run.rule_names[rule],
            run.unit_names[unit],
            amount,
            STATUSES[status],
        )
        for row, at, customer, rule, unit, amount, status in zip(
            *(
                column.tolist()
                for column in (
                    run.awards.ordered.rows,
                    run.awards.ordered.at,
                    run.awards.ordered.customers,
                    run.awards.ordered.rules,
                    run.awards.ordered.units,
                    run.awards.ordered.amounts,
                    run.awards.ordered.statuses,
                )
            ),
            strict=True,
        )
    ]


MARCH = "2026-03-01T10:00:00Z"


def test_timers_run_up_to_the_end_of_the_period() -> None:
    rule = 'rule "r": on 2 days after purchase award 5 points'
    one = {"id": "a", "at": MARCH}
    assert told(run_of(rule, one, until=utc("2026-03-03"))) == []
    assert told(run_of(rule, one, until=utc("2026-03-04"))) == [
        ("03-03", "c1", "r", "points", 5, "posted")
    ]


def test_timers_before_the_period_are_past() -> None:
    rule = 'rule "r": on every day award 5 points'
    events = [{"id": "a", "at": MARCH}, {"id": "b", "at": "2026-03-05T10:00:00Z"}]
    found = told(run_of(rule, *events, since=utc("2026-03-04")))
    assert [day for day, *_ in found] == ["03-04", "03-05"]


def test_awards_of_changes_money_and_things_are_told() -> None:
    run = run_of(
        """
        tier gold: 100 spent ever
        rule "up": on tier upgrade award badge "Gold", 1.5 CNY cashback
        rule "friend": on referral award 7 points to referrer
        rule "wait": on purchase award 1 point pending 3 days
        rule "kept": on purchase award 9 points holdout 100%
        """.replace("CNY", "USD"),
        {"id": "a", "at": MARCH, "amount": 100},
        {"id": "b", "at": MARCH, "type": "referral", "customer": "c2", "referrer": "zed"},
    )
    assert told(run) == [
        ("a", "c1", "wait", "points", 1, "pending"),
        ("a", "c1", "kept", "points", 9, "withheld"),
        ("03-01", "c1", "up", "badge", 1, "posted"),
        ("03-01", "c1", "up", "cashback", 150, "posted"),
        ("b", "zed", "friend", "points", 7, "posted"),
    ]
    total = run.total()
    assert (total.awards, total.customers) == (4, 2)
    assert total.units == {"points": 8, "cashback": 150, "badge": 1}
    assert run.by_customer()["zed"] == {"points": 7}
    assert run.by_rule()["kept"].awards == 0
    assert run.precisions["cashback"] == 2


def test_what_is_refunded_is_taken_off_and_no_award() -> None:
    run = run_of(
        'rule "r": on purchase award 1 point per 1 spent, gift "Mug"',
        {"id": "a", "at": MARCH, "amount": 100},
        {"id": "f", "at": "2026-03-02T10:00:00Z", "type": "refund", "original": "a"},
    )
    assert [(day, amount, status) for day, _, _, _, amount, status in told(run)] == [
        ("a", 100, "posted"),
        ("a", 1, "posted"),
        ("f", -100, "posted"),
        ("f", 1, "revoked"),
    ]
    assert (run.total().awards, run.total().units) == (2, {"points": 0, "gift": 0})
    assert list(run.by_day().values()) == [{"points": 100, "gift": 1}, {"points": -100, "gift": -1}]


def test_a_deduction_is_an_award_below_zero() -> None:
    run = run_of(
        'rule "r": on purchase award 10 points rule "d": on review award deduct 4 points',
        {"id": "a", "at": MARCH},
        {"id": "b", "at": "2026-03-02T10:00:00Z", "type": "review"},
    )
    assert (run.total().awards, run.total().units) == (2, {"points": 6})


def test_a_refund_of_what_was_bought_before_the_period_takes_nothing_back() -> None:
    run = run_of(
        'tier gold: 100 spent ever\nrule "r": on purchase award 1 point to gold',
        {"id": "a", "at": MARCH, "amount": 100},
        {"id": "f", "at": "2026-03-02T10:00:00Z", "type": "refund", "original": "a"},
        {"id": "b", "at": "2026-03-03T10:00:00Z", "amount": 1},
        since=utc("2026-03-02"),
    )
    assert told(run) == []


KEPT = """
    tier silver: 100 spent in last 30 days
    tier gold: 300 spent in last 30 days, keep 2 months
    segment lapsed: no purchase in last 20 days
    rule "up": on tier upgrade award 1 point
    rule "down": on tier downgrade award 2 points
    rule "back": on leaving segment lapsed award 3 points
    """


@pytest.mark.parametrize(
    "text", [KEPT, KEPT.replace(", keep 2 months", ""), PROGRAM.removeprefix(HEAD)]
)
@pytest.mark.parametrize("way", WAYS)
def test_the_end_of_a_run_is_what_a_run_of_the_end_gives(text: str, way: Way) -> None:
    unlimited = (
        text.replace("limit 250 points per customer per month", "")
        .replace("budget 60 points", "")
        .replace("limit 2 times per customer per week", "")
    )
    program = compiled(unlimited if "timezone" in unlimited else HEAD + unlimited)
    events, lines = made_up(300)
    history, _ = read_history(
        program.program, pa.Table.from_pylist(events), pa.Table.from_pylist(lines)
    )
    since = utc("2026-06-01")
    whole, end = dry_run(program, history), dry_run(program, history, since=since, way=way)
    assert told(end) == [
        one
        for one, at in zip(told(whole), whole.awards.ordered.at.tolist(), strict=True)
        if at >= instant(since)
    ]
    assert told(end)


def test_samples_of_a_rule_that_pays_rarely_are_looked_for() -> None:
    program = compiled(
        HEAD + 'rule "r": on purchase where amount >= 10 award 1 point budget 2 points'
    )
    table = purchases(
        *((f"e{n:03}", f"2026-01-01T{n // 60:02}:{n % 60:02}:00Z", "c1", "20") for n in range(900))
    )
    history, _ = read_history(program.program, table)
    for way in WAYS:
        run = dry_run(program, history, watch="r", samples=2, way=way)
        assert [
            (one.decision.event_id, one.decision.outcomes[0].reason) for one in run.samples[:3]
        ] == [("e001", None), ("e000", None), ("e899", "budget")]


def test_a_timer_is_an_event_of_each_customer_to_a_budget() -> None:
    program = compiled(HEAD + 'rule "t": on every day at 09:00 award 1 point budget 5 times')
    table = pa.table(
        {
            "event_id": ["a", "b", "c"],
            "type": ["visit"] * 3,
            "ts": ["2026-01-01T08:00:00Z"] * 3,
            "customer_id": ["c1", "c2", "c3"],
        }
    )
    history, _ = read_history(program.program, table)
    run = dry_run(program, history, until=utc("2026-01-04"))
    (found,) = budgets(run)
    assert (found.used, found.ended) == (5, instant(utc("2026-01-02T09:00")))
