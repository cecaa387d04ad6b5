"""What two runs came to, held against each other: totals, who gains and loses, what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# So many customers are listed who would get more than before, and as many who would get less.
MOVERS = 50
# Shares of the customers, by how much more or less they would get.
QUANTILES = (0, 10, 25, 50, 75, 90, 100)
WITHHELD, REVOKED = "withheld", "revoked"
# What tells one award of an event from another.
OF_AN_AWARD = ("event_id", "at", "customer_id", "rule", "unit", "text")
DIGITS = 38
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to: of which program over what, its totals, its awards (awards.py)."""

    about: Json
    rules: Json
    totals: Json
    awards: pa.Table

    def by_unit(self) -> dict[str, dict[str, Decimal]]:
        """What each customer got of each unit, together with what was taken back."""
        sums = (
            _moved(self.awards, self.scale)
            .group_by(["unit", "customer_id"])
            .aggregate([("amount", "sum")])
        )
        found: dict[str, dict[str, Decimal]] = {}
        for row in sums.to_pylist():
            found.setdefault(row["unit"], {})[row["customer_id"]] = row["amount_sum"]
        return found

    @property
    def scale(self) -> int:
        """How many decimals its amounts have."""
        return int(self.awards.schema.field("amount").type.scale)


def against(mine: Result, theirs: Result) -> Json:
    """The answer's parts `against`, `difference` and `movers`."""
    own, other = mine.by_unit(), theirs.by_unit()
    decided = ["event_id", "at", "customer_id"]
    changed = changes(mine, theirs).group_by(decided).aggregate([])
    return {
        "against": {**theirs.about, "rules": theirs.rules, "totals": theirs.totals},
        "difference": {
            **_totals(mine.totals, theirs.totals),
            **_moving(own, other),
            "changed": len(changed),
        },
        "movers": {
            unit: _movers(own.get(unit, {}), other.get(unit, {}))
            for unit in dict.fromkeys([*own, *other])
        },
    }


def _totals(mine: Json, theirs: Json) -> Json:
    names = dict.fromkeys([*mine, *theirs])
    return {name: told(Decimal(mine.get(name, 0)) - Decimal(theirs.get(name, 0))) for name in names}


def _moving(
    mine: Mapping[str, Mapping[str, Decimal]], theirs: Mapping[str, Mapping[str, Decimal]]
) -> Json:
    """How many customers get more of some unit, and how many less."""
    gaining, losing = set[str](), set[str]()
    for unit in mine.keys() | theirs:
        for customer, more in _more(mine.get(unit, {}), theirs.get(unit, {})).items():
            if more:
                (gaining if more > 0 else losing).add(customer)
    return {"gaining": len(gaining), "losing": len(losing)}


def _more(mine: Mapping[str, Decimal], theirs: Mapping[str, Decimal]) -> dict[str, Decimal]:
    zero = Decimal(0)
    return {who: mine.get(who, zero) - theirs.get(who, zero) for who in mine.keys() | theirs}


def _movers(mine: Mapping[str, Decimal], theirs: Mapping[str, Decimal]) -> Json:
    """Who would get more of a unit and who less: how many, quantiles, the first MOVERS of each.

    Quantiles are over all customers who got any of it in either run.
    """
    more = _more(mine, theirs)
    ordered = sorted(more.items(), key=lambda moved: (-moved[1], moved[0]))
    last = len(ordered) - 1
    return {
        "gaining": sum(value > 0 for value in more.values()),
        "losing": sum(value < 0 for value in more.values()),
        "quantiles": {
            f"{share} %": told(ordered[last - last * share // 100][1]) for share in QUANTILES
        },
        "most_more": [[who, told(value)] for who, value in ordered[:MOVERS] if value > 0],
        "most_less": [
            [who, told(value)] for who, value in ordered[: -MOVERS - 1 : -1] if value < 0
        ],
    }


def changes(mine: Result, theirs: Result) -> pa.Table:
    """What was decided otherwise: a row for each award of an event that differs.

    event_id (empty of what fell due without one), at, customer_id, rule, unit, text, and what it
    came to: `before` of the other run, `after` of this one, in the order of time.
    """
    scale = max(mine.scale, theirs.scale)
    after, before = (
        _moved(one.awards, scale).group_by(list(OF_AN_AWARD)).aggregate([("amount", "sum")])
        for one in (mine, theirs)
    )
    after = after.rename_columns([*OF_AN_AWARD, "after"])
    before = before.rename_columns([*OF_AN_AWARD, "before"])
    both = before.join(after, list(OF_AN_AWARD), join_type="full outer")
    zero = pa.scalar(Decimal(0), both.schema.field("before").type)
    filled = [pc.fill_null(both[name], zero) for name in ("before", "after")]
    table = both.select(OF_AN_AWARD).append_column("before", filled[0])
    table = table.append_column("after", filled[1])
    differs = pc.not_equal(table["before"], table["after"])
    order = [(name, "ascending") for name in ("at", *OF_AN_AWARD)]
    return table.filter(differs).sort_by(list(dict.fromkeys(order)))


def _moved(awards: pa.Table, scale: int) -> pa.Table:
    """What was given or taken back, in one scale, what is absent empty."""
    table = awards.filter(pc.not_equal(awards["status"], WITHHELD))
    amounts = table["amount"]
    taken = pc.negate(pc.abs(amounts))
    amounts = pc.if_else(pc.equal(table["status"], REVOKED), taken, amounts)
    columns = {
        name: pc.fill_null(table[name], "") if pa.types.is_string(table[name].type) else table[name]
        for name in OF_AN_AWARD
    }
    return pa.table({**columns, "amount": amounts.cast(pa.decimal128(DIGITS, scale))})


def told(value: Decimal) -> int | str:
    """A whole number, or the text of an exact decimal."""
    return int(value) if value == value.to_integral_value() else f"{value.normalize():f}"
