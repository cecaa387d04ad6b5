"""The rules of benchmarks/full.py that SQL can say, each as a query written by hand, in DuckDB.

What hangs on tiers, groups, streaks or budgets it cannot say, or not without a program around it:
of twelve kinds six are left. Each answer is compared with ours before its time counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pyarrow as pa

from benchmarks.full import CHANNELS, OTHER_EVENTS, STORES, WINDOWS
from benchmarks.measuring import timed

KINDS = 12
LOCAL = "(ts AT TIME ZONE 'Asia/Shanghai')"
MONTH = f"date_trunc('month', {LOCAL})"
PURCHASES = "FROM events WHERE type = 'purchase'"


def is_there() -> bool:
    """True where DuckDB is installed."""
    return find_spec("duckdb") is not None


def queries(count: int) -> Mapping[str, str]:
    """The query of each rule that SQL can say, by its name: what the rule awards in all."""
    return {f"R{n}": text for n in range(count) if (text := _query(n)) is not None}


def _query(number: int) -> str | None:
    turn, kind = divmod(number, KINDS)
    channel, window = CHANNELS[turn % len(CHANNELS)], WINDOWS[turn % len(WINDOWS)]
    match kind:
        case 0:
            return (
                f"SELECT sum(cents // {100 * (10 + turn % 20)}) {PURCHASES}"
                f" AND channel = '{channel}' AND cents >= {1_000 * (turn % 30)}"
            )
        case 2:
            only = "" if turn % 2 else f" FILTER (WHERE channel = '{channel}')"
            within = f"INTERVAL '{window * 86_400_000_000 - 1} microseconds'"
            return (
                f"SELECT {50 + turn} * count(DISTINCT (customer_id, month)) FROM (SELECT"
                f" customer_id, {MONTH} AS month, count(*){only} OVER (PARTITION BY customer_id"
                f" ORDER BY ts RANGE BETWEEN {within} PRECEDING AND CURRENT ROW) AS n {PURCHASES})"
                " WHERE n = 3"
            )
        case 3:
            store = (turn * 37 + 11 * (kind + 1)) % STORES
            stores = ", ".join(f"'s{(store + step) % STORES}'" for step in (0, 5, 9))
            return (
                "SELECT sum(least(given, 50000)) / 100.0 FROM (SELECT"
                f" sum((cents * {5 + turn % 10} + 50) // 100) AS given"
                f" {PURCHASES} AND store IN ({stores}) AND cents >= 500"
                f" GROUP BY customer_id, {MONTH})"
            )
        case 4:
            only = f" AND channel = '{channel}'" if turn % 3 == 0 else ""
            return (
                f"SELECT {100 + turn} * count(*) FROM (SELECT row_number() OVER (PARTITION BY"
                f" customer_id ORDER BY ts) AS n {PURCHASES}{only}) WHERE n % {5 + turn % 7} = 0"
            )
        case 9:
            return (
                f"SELECT {10 + turn % 90} * count(DISTINCT (customer_id, {LOCAL}::DATE))"
                f" FROM events WHERE type = '{OTHER_EVENTS[turn % 3]}'"
                f" AND hour({LOCAL}) >= 6"
            )
        case 11:
            store = ((turn * 37 + 11 * (kind + 1)) % STORES + 3) % STORES
            return (
                "SELECT sum(least(given, 5000)) FROM (SELECT"
                f" sum(cents // {100 * (20 + turn % 30)} * 2) AS given FROM (SELECT *,"
                f" lag(ts) OVER (PARTITION BY customer_id ORDER BY ts) AS before {PURCHASES})"
                f" WHERE (channel = '{channel}' OR cents >= {100 * (90 + turn)})"
                f" AND (store <> 's{store}' OR store IS NULL) AND ts - before > INTERVAL 5 DAY"
                " GROUP BY customer_id)"
            )
        case _:
            return None


def seconds(events: pa.Table, count: int, given: Mapping[str, Decimal]) -> float:
    """How long the queries take, one after the other; `given` is what we say the rules award.

    Raises AssertionError where DuckDB says something else.
    """
    connection: Any = import_module("duckdb").connect()
    connection.register("source", events)
    connection.execute(
        "CREATE TABLE events AS SELECT event_id, type::VARCHAR AS type, ts,"
        " customer_id::VARCHAR AS customer_id, channel::VARCHAR AS channel,"
        " store::VARCHAR AS store, (amount * 100)::BIGINT AS cents FROM source ORDER BY ts"
    )
    found: dict[str, Decimal] = {}

    def work() -> None:
        for rule, query in queries(count).items():
            ((answer,),) = connection.execute(query).fetchall()
            found[rule] = Decimal(str(answer or 0))

    took = timed(work).wall
    for rule, answer in found.items():
        assert answer == given[rule], (rule, answer, given[rule])
    return took
