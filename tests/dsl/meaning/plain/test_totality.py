"""Whatever a checked program says, it is told and nothing raises."""

from __future__ import annotations

import dataclasses
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dsl.meaning import catalogue, checked
from dsl.meaning.check import Part, check
from dsl.meaning.plain import Described, describe
from dsl.meaning.types import Unit
from tests.strategies.cases import programs
from tests.strategies.checked import drawn

TIERS = tuple(
    checked.Tier(name, rank, ())
    for rank, name in enumerate(("silver", "gold", "two words"), start=1)
)
NAMES: tuple[tuple[Described, str], ...] = (
    ("rule", "r"),
    ("challenge", "c"),
    ("guard", "g"),
    ("reward", "r"),
    ("unit", "u"),
    ("tier", "silver"),
    ("segment", "s"),
    ("campaign", "c"),
    ("gift", "g"),
    ("parameter", "p"),
    ("event", "purchase"),
    ("program", ""),
)


def program(random: Random) -> checked.Program:
    """A program with one of everything."""
    rule, guard = drawn(checked.Rule, random), drawn(checked.Guard, random)
    tier = dataclasses.replace(drawn(checked.Tier, random), name="silver", rank=1)
    return checked.Program(
        name="P",
        timezone="Asia/Shanghai",
        currency="CNY",
        events=dict(catalogue.BUILT_IN_EVENTS),
        customer_attributes={},
        item_attributes={},
        units={"u": drawn(Unit, random)},
        tiers=(tier, *TIERS[1:]),
        rules=(dataclasses.replace(rule, name="r"),),
        allowances=(drawn(checked.Allowance, random),),
        segments={"s": drawn(checked.Segment, random)},
        campaigns={"c": drawn(checked.Campaign, random)},
        things={("gift", "g"): drawn(checked.ThingInfo, random)},
        redeemables={"r": drawn(checked.Redeemable, random)},
        challenges={"c": drawn(checked.Challenge, random)},
        guards=(dataclasses.replace(guard, name="g"),),
        parameters={"p": drawn(checked.Const, random)},
    )


@given(st.integers(0, 2**32))
def test_anything_checked_is_told(seed: int) -> None:
    made = program(Random(seed))  # noqa: S311 - repeatable, not secret
    for kind, name in NAMES:
        told = describe(made, name, kind)
        assert told.endswith(".")
        assert told == told.strip()
        assert not any(mark in told for mark in (" .", " ,", "( "))


@given(programs())
def test_any_program_is_told(text: str) -> None:
    made = check([Part(text)]).program
    assert made is not None
    named: list[tuple[Described, str]] = [
        *(("rule", rule.name) for rule in made.rules),
        *(("tier", tier.name) for tier in made.tiers),
        *(("guard", guard.name) for guard in made.guards),
        *(("unit", name) for name in made.units),
        *(("segment", name) for name in made.segments),
        *(("campaign", name) for name in made.campaigns),
        *(("reward", name) for name in made.redeemables),
        *(("challenge", name) for name in made.challenges),
        *(("event", name) for name in made.events),
    ]
    for kind, name in named:
        told = describe(made, name, kind)
        assert told.endswith(".")
        assert not any(mark in told for mark in (" .", " ,", "( "))
