"""An index finds every rule that can match, and says of which nothing is left to be asked."""

from __future__ import annotations

from itertools import cycle, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import dsl
from dsl.engine import index as of_index
from dsl.engine.cells import S_TIER
from dsl.engine.compiled import Compiled
from dsl.engine.index import Index
from dsl.engine.plans import RulePlan
from dsl.meaning import checked
from dsl.meaning.events import Event
from tests.programs import HEAD, compiled, event
from tests.strategies.cases import Drawn, cases

PATIENT = (HealthCheck.too_slow, HealthCheck.data_too_large)
Rows = tuple[list[int], list[int]]
TIERS = "tier silver: by award\ntier gold: by award\n"
# Conditions that are looks and nothing else; `amount` is the one number compared by thresholds.
WHOLE = (
    "",
    'channel = "web"',
    'channel != "web"',
    'channel in ("web", "app")',
    'channel not in ("web", "app")',
    'not (channel in ("web", "app"))',
    'channel = "web" or channel = "app"',
    'not (channel = "web" or store = "s1")',
    'channel = "web" and channel != "app" and store = "s1"',
    "channel is known",
    "channel is unknown",
    'customer = "c1"',
    'store starts with "s"',
    'not (store starts with "s")',
    "amount >= 100",
    "amount > 100",
    "amount < 100",
    "amount <= 100",
    "not (amount < 99.99)",
    "amount between 50 and 100",
    "amount >= 20 and amount <= 100",
    "amount = 100",
    "amount != 100",
    "amount in (50, 100)",
    "100 <= amount",
    "hour >= 9",
    "not (hour >= 9)",
    "day in (monday, sunday)",
    "month = november",
    "tier = gold",
    "tier != gold",
    "tier >= silver",
)
# Conditions of which something is left to be asked.
OTHER = (
    "gross >= 100",
    'channel = "web" and amount > gross',
    'channel = "web" or amount > 100',
    "not (amount between 50 and 100)",
    "1st purchase",
    'customer.city = "Paris"',
    'any item (category = "tea")',
    'any item (category in ("tea", "coffee") and quantity > 1)',
    'not (no item (category = "tea"))',
    'no item (category = "tea")',
    'every item (category = "tea")',
    'total of items (category = "tea") >= 10',
    'number of items (sku = "a") > 0',
    'number of items (sku = "a") >= 0',
    'amount >= 50 and channel = "web" and any item (sku = "a")',
)
AUDIENCES = ("", " to gold", " to silver and above", " to not gold")


def seen(
    plan: RulePlan, program: Compiled, row: list[int], rank: int, lines: list[int] | None = None
) -> bool:
    """The condition of a rule holds, by its emitted function."""
    if plan.matches is None:
        return True
    customer = program.new_row()
    customer[S_TIER] = rank
    return plan.matches(row, lines or [], customer, [], [], program.scratch()) == 1


def is_for(plan: RulePlan, rank: int) -> bool:
    """A tier is among those a rule's rewards are for, as far as tiers alone say."""
    return any(
        not isinstance(audience := reward.reward.audience, checked.Group)
        or bool(audience.segments)
        or (rank in audience.ranks) is not audience.negated
        for reward in plan.rewards
    )


def check(
    program: Compiled,
    index: Index,
    plans: tuple[RulePlan, ...],
    row: list[int],
    lines: list[int] | None = None,
) -> None:
    """What the index finds of an event, for every tier, held against asking every rule."""
    for rank in range(len(program.program.tiers) + 1):
        found = index.candidates(row, rank, lines)
        assert [plan.order for plan in found] == sorted(plan.order for plan in found)
        orders = {plan.order for plan in found}
        assert orders <= {plan.order for plan in index.candidates(row, rank)}
        for plan in plans:
            matches = seen(plan, program, row, rank, lines)
            if matches and is_for(plan, rank):
                assert plan.order in orders
            if plan.order in orders and plan.order in index.sure:
                assert matches


def row_of(program: Compiled, event_: Event) -> list[int]:
    return program.encoder.row(event_, 1_795_000_000_000_000)


ITEMS = (
    None,
    [{"sku": "a", "category": "tea", "amount": "10", "quantity": 2}, {"category": "cake"}],
    [{"sku": "b", "category": "coffee", "amount": "10"}, {"sku": "a", "quantity": 0}],
    [{"sku": "a", "quantity": 2}, {"sku": "a", "category": "coffee", "quantity": 2}],
)


def purchases(program: Compiled) -> list[Rows]:
    """Purchases of every kind that the conditions above tell apart, each with its lines."""
    rows = []
    for (channel, store, amount, gross, at), items in zip(
        product(
            (None, "web", "app", "phone"),
            (None, "s1", "t"),
            (None, "20", "49.99", "50", "99.99", "100", "100.01", "150"),
            (None, "100"),
            ("2026-11-22T10:00:00+00:00", "2026-07-07T03:00:00+00:00"),
        ),
        cycle((*ITEMS, *ITEMS[1:])),
        strict=False,
    ):
        raw: dict[str, Any] = {"channel": channel, "store": store, "amount": amount}
        told = event(program.program, at=at, gross=gross, items=items, **raw)
        row = program.encoder.row(told, int(told.at.timestamp()) * 1_000_000)
        rows.append((row, program.encoder.lines(told.items)))
    return rows


def program_of(conditions: tuple[str, ...]) -> Compiled:
    rules = (
        f'rule "r{number}": on purchase{where and f" where {where}"} award 1 point{audience}\n'
        for number, (where, audience) in enumerate(product(conditions, AUDIENCES))
    )
    return compiled(HEAD + TIERS + "attributes of customer: city text\n" + "".join(rules))


def test_it_agrees_with_the_conditions() -> None:
    program = program_of(WHOLE + OTHER)
    plans = program.by_event["purchase"]
    index = Index(program.layout, plans)
    for row, lines in purchases(program):
        check(program, index, plans, row, lines)


def test_what_looks_at_cells_alone_is_sure() -> None:
    program = program_of(WHOLE)
    plans = program.by_event["purchase"]
    index = Index(program.layout, plans)
    told = {plan.rule.where for plan in plans if plan.order not in index.sure}
    assert not told
    for row, lines in purchases(program)[::7]:
        for rank in range(3):
            orders = {plan.order for plan in index.candidates(row, rank)}
            assert orders == {
                plan.order
                for plan in plans
                if seen(plan, program, row, rank, lines) and is_for(plan, rank)
            }


@pytest.mark.parametrize("where", OTHER)
def test_what_asks_more_is_not_sure(where: str) -> None:
    thresholds = tuple(f"amount >= {number}" for number in range(2))
    program = program_of((*thresholds, where))
    index = Index(program.layout, program.by_event["purchase"])
    assert sorted(index.sure) == list(range(len(AUDIENCES) * len(thresholds)))


def test_a_rule_is_found_by_all_it_asks() -> None:
    program = compiled(
        HEAD
        + "".join(
            f'rule "r{n}": on purchase where store = "s{n % 10}" and channel in ("a", "c{n % 7}")'
            f" and amount >= {n} award 1 point\n"
            for n in range(200)
        )
    )
    index = Index(program.layout, program.by_event["purchase"])
    row = row_of(program, event(program.program, store="s3", channel="c5", amount="100"))
    assert [plan.order for plan in index.candidates(row, 0)] == [33]


def test_a_rule_on_a_line_is_found_by_the_lines() -> None:
    program = compiled(
        HEAD
        + "".join(
            f'rule "r{n}": on purchase where any item (sku in ("a{n}", "b")) award 1 point\n'
            for n in range(20)
        )
    )
    index = Index(program.layout, program.by_event["purchase"])
    for skus, expected in ((("a3", "a1", "x"), [1, 3]), (("a3", "b"), list(range(20))), ((), [])):
        told = event(program.program, items=[{"sku": sku} for sku in skus])
        found = index.candidates(row_of(program, told), 0, program.encoder.lines(told.items))
        assert [plan.order for plan in found] == expected


def test_it_forgets_lists_where_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_index, "MOST_KEPT", 100)
    program = program_of(WHOLE + OTHER)
    plans = program.by_event["purchase"]
    index = Index(program.layout, plans)
    for row, lines in purchases(program)[::5]:
        check(program, index, plans, row, lines)


def test_more_lists_than_it_keys_by_are_asked_by_the_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(of_index, "MOST_PLACES", 1)
    program = program_of(WHOLE + OTHER)
    plans = program.by_event["purchase"]
    index = Index(program.layout, plans)
    assert len(index.columns) == 2
    for row, lines in purchases(program)[::5]:
        check(program, index, plans, row, lines)


@settings(max_examples=100, suppress_health_check=PATIENT)
@given(cases())
def test_it_finds_every_rule_that_matches(drawn: Drawn) -> None:
    for checked_program in drawn.programs:
        program = dsl.compile_program(checked_program)
        indexes = {name: Index(program.layout, plans) for name, plans in program.by_event.items()}
        for raw in drawn.case.events:
            told = dsl.read_event(raw, checked_program, left_out=[])
            if isinstance(told, Event) and told.type in indexes:
                plans = program.by_event[told.type]
                lines = program.encoder.lines(told.items)
                check(program, indexes[told.type], plans, row_of(program, told), lines)
