"""Random programs that pass the checker, and random histories to run through them.

Programs are texts over one vocabulary, so that every part of them can come into play: customers
a, b and c, stores north and south, amounts and times near the edges that rules are written on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

import dsl

ZONES = ("UTC", "America/New_York", "Asia/Shanghai")
TIERS = ("silver", "gold", "platinum")
PERIODS = ("day", "week", "month", "quarter", "year")
NUMBERS = ("0", "1", "5", "9.99", "10", "100", "200.5")
STORES = ("north", "south")
DECLARED = "attributes of customer: style text, visits number, student flag\n"
# Local days whose neighbourhood has clock changes, ends of months, quarters and years.
DAYS = (
    "2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-03-07", "2026-03-08",
    "2026-03-29", "2026-03-30", "2026-03-31", "2026-04-30", "2026-10-31", "2026-11-01",
    "2026-11-02", "2027-02-28",
)  # fmt: skip
TIMES = (
    "00:00:00",
    "01:30:00",
    "04:59:59",
    "05:00:00",
    "06:30:00",
    "09:00:00",
    "15:59:59",
    "16:00:00",
)

Draw = Callable[[st.SearchStrategy[Any]], Any]


def one(draw: Draw, *choices: str) -> str:
    """One of these texts."""
    return str(draw(st.sampled_from(choices)))


# --- programs -------------------------------------------------------------------------------


@st.composite
def windows(draw: Draw) -> str:
    """A window of every form."""
    count = draw(st.integers(1, 40))
    return one(
        draw,
        f"in last {count} {one(draw, 'minutes', 'hours', 'days', 'weeks')}",
        f"in last {draw(st.integers(1, 14))} {one(draw, 'months', 'quarters', 'years')}",
        f"in this {one(draw, *PERIODS)}",
        f"in previous {one(draw, *PERIODS)}",
        f"since {one(draw, *DAYS)}",
        "ever",
    )


@st.composite
def numbers(draw: Draw, depth: int = 2, *, item: bool = False) -> str:
    """A number in a rule on purchase, or in the condition of a line item."""
    if depth and draw(st.booleans()):
        op = one(draw, "+", "-", "*", "/")
        return f"({draw(numbers(depth - 1, item=item))} {op} {draw(numbers(0, item=item))})"
    leaves = ["amount", "shipping", *NUMBERS, "-3", "5%"]
    if item:
        return one(draw, *leaves, "price", "quantity")
    counted = [
        f"{form} of items{draw(st.sampled_from(['', ' (' + draw(conditions(1, item=True)) + ')']))}"
        for form in ("number", "total", "number of distinct sku")
    ]
    return one(draw, *leaves, "gross", "customer.visits", "hour", *counted)


@st.composite
def conditions(draw: Draw, depth: int = 2, *, item: bool = False) -> str:
    """A condition in a rule on purchase, or about a line item."""
    if depth and draw(st.booleans()):
        left, right = (draw(conditions(depth - 1, item=item)) for _ in range(2))
        return one(draw, f"({left} and {right})", f"({left} or {right})", f"not ({left})")
    number, other = (draw(numbers(1, item=item)) for _ in range(2))
    sign, equal = one(draw, "=", "!=", "<", "<=", ">", ">="), one(draw, "=", "!=")
    store = one(draw, *STORES)
    tests = [
        f"{number} {sign} {other}",
        f"{number} between {one(draw, *NUMBERS)} and {one(draw, *NUMBERS)}",
        f"amount {one(draw, 'in', 'not in')} (10, 100, 9.99)",
        f"{number} is {one(draw, 'known', 'unknown')}",
        f'store {equal} "{store}"',
        f'store {one(draw, "in", "not in")} ("{store}", "x")',
    ]
    if item:
        tests += [f'sku {equal} "A"', "category is unknown", f'category = "{store}"']
    else:
        inner = draw(conditions(1, item=True)) if depth else 'sku = "A"'
        tests += [
            f"{one(draw, 'any', 'every', 'no')} item ({inner})",
            "customer.student",
            f'customer.style {equal} "modern"',
            f"customer.joined {sign} {one(draw, *DAYS)}",
            f"date {sign} {one(draw, *DAYS)}",
            f"time {sign} {one(draw, '00:00', '09:00', '16:00')}",
            f"day {equal} {one(draw, 'monday', 'sunday')}",
            f"month {equal} {one(draw, 'march', 'november')}",
            f"tier {sign} {one(draw, *TIERS)}",
            f'customer {equal} "{one(draw, "a", "b")}"',
        ]
    return one(draw, *tests)


@st.composite
def allowances(draw: Draw) -> str:
    """A limit or a budget."""
    unit, amount = one(draw, "points", "times"), draw(st.integers(1, 60))
    period = one(draw, "", *(f" per {period}" for period in PERIODS))
    return one(
        draw, f"limit {amount} {unit} per customer{period}", f"budget {2 * amount} {unit}{period}"
    )


@st.composite
def rewards(draw: Draw, *, purchase: bool) -> str:
    """A reward with its cap and who gets it."""
    amount = one(draw, "1", "0.5", "2.25", "30")
    forms = [f"{amount} points"]
    if purchase:
        prorated = one(draw, "", " prorated")
        forms += [
            f"{amount} points per {one(draw, '1', '10', '0.25')} spent{prorated}",
            f"{amount} points per 3 of {draw(numbers())}{prorated}",
            f"{amount} points per item",
            f"{amount} points per item ({draw(conditions(1, item=True))})",
            f"{one(draw, '1', '1.5', '2', '3.25')}x points",
        ]
    cap = one(draw, "", "", " at most 20")
    tier = one(draw, *TIERS)
    audience = one(draw, "", "", f" to {tier}", f" to not {tier}", f" to {tier} and above",
                   " to silver or gold", " to everyone", " to customer")  # fmt: skip
    return one(draw, *forms) + cap + audience


@st.composite
def rules(draw: Draw, name: str) -> str:
    """A rule on purchase, or a plain one on other events."""
    purchase = draw(st.booleans())
    trigger = "purchase" if purchase else one(draw, "review", "review or visit", "profile")
    where = ""
    if draw(st.booleans()):
        plain = one(draw, "tier >= gold", 'customer.style = "modern"', "day = sunday")
        where = f" where {draw(conditions()) if purchase else plain}"
    count = draw(st.integers(1, 3))
    given = ", ".join(draw(rewards(purchase=purchase)) for _ in range(count))
    clauses = [draw(allowances()) for _ in range(draw(st.integers(0, 2)))]
    between = "from 2026-03-08 02:30 until 2026-11-01 01:30"
    clauses.append(one(draw, "", "", "", "from 2026-03-01", "through 2026-10-31", between))
    return f'rule "{name}": on {trigger}{where} award {given} {" ".join(clauses)}\n'


@st.composite
def _texts(draw: Draw) -> str:
    own = " ".join(draw(allowances()) for _ in range(draw(st.integers(0, 2))))
    text = f'program "P" timezone "{one(draw, *ZONES)}" {own}\n{DECLARED}'
    for place, tier in enumerate(TIERS, 1):
        items = [f"{place * 50} spent {draw(windows())}"]
        if draw(st.booleans()):
            items += [one(draw, "and", "or"), f"{place * 40} spent {draw(windows())}"]
        text += f"tier {tier}: {' '.join(items)}\n"
    # Multipliers need a base somewhere.
    text += 'rule "base": on purchase award 1 point per 1 spent\n'
    return text + "".join(draw(rules(f"r{n}")) for n in range(draw(st.integers(1, 4))))


def _passes(text: str) -> bool:
    return dsl.check([dsl.Part(text)]).program is not None


def programs() -> st.SearchStrategy[str]:
    """Texts of programs that pass the checker."""
    return _texts().filter(_passes)


# --- histories ------------------------------------------------------------------------------


@st.composite
def instants(draw: Draw) -> dt.datetime:
    """An instant near an edge, with the offset of somewhere."""
    local = dt.datetime.fromisoformat(f"{one(draw, *DAYS)}T{one(draw, *TIMES)}")
    offset = dt.timezone(dt.timedelta(hours=draw(st.sampled_from((-5, -4, 0, 8)))))
    return local.replace(tzinfo=offset) + dt.timedelta(microseconds=draw(st.integers(0, 1)))


def _amounts() -> st.SearchStrategy[Decimal]:
    usual = ("0", "0.0001", "5", "9.99", "10", "99.5", "100", "-5")
    return st.sampled_from([Decimal(amount) for amount in usual])


def _items() -> st.SearchStrategy[list[dict[str, Any]]]:
    line = st.fixed_dictionaries(
        {},
        optional={
            "sku": st.sampled_from(["A", "B"]),
            "category": st.sampled_from(STORES),
            "price": st.sampled_from([Decimal("2.5"), Decimal("9.99")]),
            "quantity": st.sampled_from([Decimal(1), Decimal("1.5"), Decimal(3)]),
            "amount": _amounts(),
        },
    )
    return st.lists(line, max_size=3)


def _attributes(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    optional: dict[str, st.SearchStrategy[Any]] = {"store": st.sampled_from(STORES)}
    if kind == "purchase":
        optional |= {"gross": _amounts(), "shipping": _amounts(), "items": _items()}
        # Most purchases have an amount.
        amount = st.one_of(_amounts(), _amounts(), _amounts(), st.none())
        return st.fixed_dictionaries({"amount": amount}, optional=optional)
    if kind == "profile":
        optional |= {
            "style": st.sampled_from(["modern", "plain"]),
            "visits": _amounts(),
            "student": st.booleans(),
        }
    return st.fixed_dictionaries({}, optional=optional)


@st.composite
def histories(draw: Draw) -> list[dict[str, Any]]:
    """Raw events in the order of delivery: late ones, ties of `at` and repeated ids among them."""
    events: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 12))):
        if events and not draw(st.integers(0, 9)):
            events.append(draw(st.sampled_from(events)))
            continue
        kind = one(draw, "purchase", "purchase", "purchase", "review", "visit", "profile", "signup")
        events.append(
            {
                "id": f"{one(draw, 'a', 'B', 'é')}{number}",
                "type": kind,
                "at": draw(instants()).isoformat(),
                "customer": one(draw, "a", "a", "b", "c"),
                **draw(_attributes(kind)),
            }
        )
    if draw(st.booleans()):
        return sorted(events, key=lambda event: dt.datetime.fromisoformat(event["at"]))
    return events
