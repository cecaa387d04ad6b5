"""A matcher says of events alone which rules match and what they award."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import dsl
from dsl.engine import matching
from dsl.engine.cells import NA, S_TIER
from dsl.engine.compiled import Compiled
from dsl.engine.matching import Matcher
from dsl.engine.plans import RulePlan
from dsl.meaning import checked as of_checked
from dsl.meaning.events import Event
from tests.programs import HEAD, checked
from tests.strategies.cases import Drawn, cases

PATIENT = (HealthCheck.too_slow, HealthCheck.data_too_large)
TIERS = "tier silver: by award\ntier gold: by award\n"
AT = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)
SHAPE = (
    HEAD
    + TIERS
    + "".join(
        f'rule "r{n}": on purchase where amount >= {10 * n} and channel in ("web", "{channel}")'
        f' and category = "{category}" award {n} points to {tier}\n'
        for n, (channel, category, tier) in enumerate(
            (channel, category, tier)
            for channel in ("app", "store")
            for category in ("tea", "coffee")
            for tier in ("silver", "gold")
        )
    )
)


def purchase(**raw: Any) -> dict[str, Any]:  # noqa: ANN401 - values as they are read
    """A purchase; numbers are told as texts."""
    numbers = ("amount", "gross")
    values = {
        name: Decimal(value) if name in numbers and isinstance(value, str) else value
        for name, value in raw.items()
    }
    return {"type": "purchase", "at": AT, **values}


def matched(text: str, *events: Mapping[str, Any]) -> list[matching.Answer]:
    """What events get, and get again when they are known."""
    matcher = Matcher(checked(text))
    first = matcher.match(events)
    assert matcher.match(events) == first
    return first


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (purchase(amount="75", channel="web", category="tea", tier="silver"), ((0, 0), (4, 4))),
        (purchase(amount="39.99", channel="web", category="tea", tier="silver"), ((0, 0),)),
        (purchase(amount="40.00", channel="store", category="tea", tier="silver"), ((4, 4),)),
        (purchase(amount=70, channel="store", category="coffee", tier="gold"), ((7, 7),)),
        (purchase(amount=69, channel="store", category="coffee", tier="gold"), ()),
        (purchase(amount="75", channel="web", category="tea", tier="gold"), ((1, 1), (5, 5))),
        (purchase(amount="75", channel="web", category="tea", tier=None), ()),
        (purchase(amount="75", channel="web", category="tea"), ()),
        (purchase(amount="75", channel="web", category="tea", tier="bronze"), ()),
        (purchase(amount="75", channel="fax", category="tea", tier="gold"), ()),
        (purchase(amount="75", channel="web", category=None, tier="gold"), ()),
        (purchase(amount="75", category="tea", tier="gold"), ()),
        (purchase(amount=None, channel="web", category="tea", tier="silver"), ()),
        (purchase(channel="web", category="tea", tier="silver"), ()),
        (purchase(amount="-1", channel="web", category="tea", tier="silver"), ()),
        ({"type": "review", "amount": 75, "channel": "web"}, ()),
    ],
)
def test_rules_match_by_what_the_event_is(
    event: Mapping[str, Any], expected: matching.Answer
) -> None:
    assert matched(SHAPE, event) == [expected]


@pytest.mark.parametrize(
    ("award", "event", "expected"),
    [
        ("5 points to everyone, 3 points to gold", {}, (5,)),
        ("5 points, 3 points to gold", {}, ()),
        ("5 points, 3 points to gold", {"tier": "gold"}, (5, 3)),
        ("5 points to not gold", {"tier": "gold"}, ()),
        ("1 point per 10 spent", {"amount": "39.99"}, (3,)),
        ("1 point per 10 spent at most 2", {"amount": "39.99"}, (2,)),
        ("1 point per 10 spent", {}, (0,)),
        ("1 point per 10 spent, 3x points", {"amount": "40"}, (4, 8)),
        ("(floor(amount / 3)) points", {"amount": "10"}, (3,)),
        ("10% discount", {"gross": "20"}, (200,)),
        ('coupon "C"', {}, (1,)),
        ('message "Thanks"', {}, (1,)),
        ("5 points to referrer", {}, ()),
        ("5 points to referrer", {"referrer": "c2"}, (5,)),
        ('2 points per item (sku = "a")', {"items": ({"sku": "a"}, {"sku": "b"})}, (2,)),
    ],
)
def test_awards_are_worked_out_of_the_event(
    award: str, event: Mapping[str, Any], expected: tuple[int, ...]
) -> None:
    text = HEAD + TIERS + "attributes of purchase: referrer customer\n"
    text += f'rule "a": on purchase award {award}\n'
    assert matched(text, purchase(**event)) == [tuple((0, amount) for amount in expected)]


def test_dates_and_times_are_those_of_the_event() -> None:
    text = HEAD + (
        'rule "a": on purchase award 1 point from 2026-11-22 through 2026-11-23\n'
        'rule "b": on purchase where hour < 9 award 2 points\n'
    )
    days = [AT, AT + dt.timedelta(days=1, hours=-3), AT + dt.timedelta(days=2, hours=-10)]
    events = [{"type": "purchase", "at": at} for at in days]
    assert matched(text, *events) == [((0, 1),), ((0, 1), (1, 2)), ((1, 2),)]
    with pytest.raises(KeyError, match="at"):
        Matcher(checked(text)).match([{"type": "purchase"}])


def test_other_conditions_are_asked_beside_those_it_finds_rules_by() -> None:
    text = HEAD + (
        'rule "a": on purchase where channel = "web" and amount > gross award 1 point\n'
        'rule "b": on purchase where channel = "web" award 2 points\n'
        'rule "c": on purchase where 1st purchase award 3 points\n'
    )
    events = [
        purchase(channel="web", amount="2", gross="1"),
        purchase(channel="web", amount="1", gross="2"),
        purchase(channel="app", amount="2", gross="1"),
    ]
    assert matched(text, *events) == [((0, 1), (1, 2)), ((1, 2),), ()]


def test_it_forgets_where_too_much_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = Matcher(checked(SHAPE))
    events = [
        purchase(amount=amount, channel=channel, category=category, tier=tier)
        for amount in (0, 35, 80)
        for channel in ("web", "app", "store", "fax")
        for category in ("tea", "coffee", "cake")
        for tier in ("silver", "gold", None)
    ]
    expected = matcher.match(events)
    monkeypatch.setattr(matching, "MOST_KEPT", 20)
    again = Matcher(checked(SHAPE))
    assert [again.match([event])[0] for event in events] == expected
    assert len(again.form("purchase").seen) < 10


def asked_all(program: Compiled, told: Event, rank: int) -> list[int]:
    """The rules whose conditions hold, each asked, by the rewards that are for a tier."""
    row = program.encoder.row(told, int(told.at.timestamp() * 1_000_000))
    customer = program.new_row()
    customer[S_TIER] = rank
    found = []
    for plan in program.by_event.get(told.type, ()):
        rows: matching.Rows = (
            row,
            program.encoder.lines(told.items),
            customer,
            [],
            [],
            program.scratch(),
        )
        if in_force(plan, row[1]) and (plan.matches is None or plan.matches(*rows) == 1):
            found += [
                plan.order
                for reward in plan.rewards
                if is_for(reward.reward.audience, rank)
                and (reward.recipient is None or reward.recipient(*rows) != NA)
            ]
    return found


def in_force(plan: RulePlan, at: int) -> bool:
    rule = plan.rule
    return (rule.starts is None or rule.starts <= at) and (rule.ends is None or at < rule.ends)


def is_for(audience: object, rank: int) -> bool:
    if not isinstance(audience, of_checked.Group):
        return audience is None
    return (rank in audience.ranks) is not audience.negated


@settings(max_examples=100, suppress_health_check=PATIENT)
@given(cases())
def test_it_says_what_asking_every_rule_says(drawn: Drawn) -> None:
    for program in drawn.programs:
        matcher, compiled = Matcher(program), dsl.compile_program(program)
        for raw in drawn.case.events:
            told = dsl.read_event(raw, program, left_out=[])
            if not isinstance(told, Event):
                continue
            for rank in range(len(program.tiers) + 1):
                event = {
                    **told.attributes,
                    "type": told.type,
                    "at": told.at,
                    "customer": told.customer,
                    "items": told.items,
                    "tier": program.tier_name(rank),
                }
                expected = asked_all(compiled, told, rank)
                for _ in range(2):
                    assert [order for order, _ in matcher.match([event])[0]] == expected
