"""Histories of millions of events as Arrow tables, the same from the same seed, made in columns.

The events of benchmarks/full.py, but for the draws: as many customers as there are 50 events each,
some far busier than others; seven events in ten are purchases of one to five lines (25 lines to
every 10 events), the others reviews, check-ins and visits; a second to a minute apart.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.full import BRANDS, CATEGORIES, CHANNELS, OTHER_EVENTS, STORES

FIRST_US = 1_700_000_000_000_000
EVENTS_EACH = 50
# Seven in ten are purchases of three lines at the mean, a little more than 2 lines an event; of
# these lines so many come twice, that there are 25 to every 10 events.
LINES = (1, 2, 3, 4, 5, 6)
TYPES = ("purchase", *OTHER_EVENTS)
TYPE_SHARES = (0.7, 0.1, 0.1, 0.1)
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


def tables(count: int, seed: int = 7) -> tuple[pa.Table, pa.Table]:
    """So many events, and their lines."""
    chance = np.random.default_rng(seed)
    types = chance.choice(len(TYPES), count, p=TYPE_SHARES).astype(np.int64)
    at = FIRST_US + np.cumsum(chance.integers(1, 60, count) * 1_000_000)
    people = max(1, count // EVENTS_EACH)
    customers = (chance.pareto(1.2, count) * people / 100).astype(np.int64) % people
    lines = np.where(types == 0, chance.integers(1, 7, count), 0)
    cents = chance.integers(100, 6_000, int(lines.sum()))
    quantities = chance.integers(1, 4, len(cents))
    owners = np.repeat(np.arange(count), lines)
    totals = np.bincount(owners, cents * quantities, count).astype(np.int64)
    ids = np.char.add("e", np.char.zfill(np.arange(count).astype("U"), 8))
    events = pa.table(
        {
            "event_id": pa.array(ids),
            "type": _coded(types, TYPES),
            "ts": pa.array(at, pa.timestamp("us", "UTC")),
            "customer_id": _coded(customers, [f"u{n}" for n in range(people)]),
            "channel": _coded(chance.integers(0, len(CHANNELS), count), CHANNELS),
            "store": _coded(chance.integers(0, STORES, count), [f"s{n}" for n in range(STORES)]),
            "amount": _money(totals, types == 0),
        }
    )
    items = pa.table(
        {
            "event_id": pa.array(ids).take(pa.array(owners)),
            "category": _coded(
                chance.integers(0, CATEGORIES, len(cents)), [f"c{n}" for n in range(CATEGORIES)]
            ),
            "brand": _coded(
                chance.integers(0, BRANDS, len(cents)), [f"b{n}" for n in range(BRANDS)]
            ),
            "price": _money(cents, np.ones(len(cents), np.bool_)),
            "quantity": pa.array(quantities),
        }
    )
    return events, items


def with_refunds(events: pa.Table, share: int = 20, seed: int = 5) -> pa.Table:
    """The events with one purchase in so many refunded in part, an hour later."""
    chance = np.random.default_rng(seed)
    bought = np.flatnonzero(pc.is_valid(events["amount"]).to_numpy())
    chosen = pa.array(np.sort(chance.choice(bought, len(bought) // share, replace=False)))
    purchases = events.take(chosen)
    ids = pc.cast(purchases["event_id"], pa.string())
    hour = pa.scalar(3_600_000_000, pa.duration("us"))
    refunds = pa.table(
        {
            "event_id": pc.binary_join_element_wise("r", ids, ""),
            "type": pa.array(["refund"] * len(chosen)),
            "ts": pc.add(purchases["ts"], hour),
            "customer_id": pc.cast(purchases["customer_id"], pa.string()),
            "amount": pc.round(pc.divide(purchases["amount"], pa.scalar(Decimal(2))), 2),
            "original": ids,
        }
    )
    plain = {
        name: pc.cast(events[name], pa.string())
        for name in ("event_id", "type", "customer_id", "channel", "store")
    }
    own = pa.table({**plain, "ts": events["ts"], "amount": events["amount"]})
    return pa.concat_tables([own, refunds], promote_options="permissive")


def _coded(codes: Ints, texts: list[str] | tuple[str, ...]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts))


def _money(cents: Ints, known: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.Array:
    """Exact amounts of two decimals."""
    whole = pa.array(cents, mask=~known).cast(pa.decimal128(19, 0))
    return pc.multiply(whole, pa.scalar(Decimal("0.01")))
