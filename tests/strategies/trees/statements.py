"""Declarations, triggers, rules and whole texts: any tree that a text can say."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dsl.text import ast
from tests.strategies.trees.expressions import conditions, expressions, plain_pasts
from tests.strategies.trees.rewards import (
    budgets,
    clauses,
    limits,
    onces,
    reward_lists,
    spells,
    targets,
)
from tests.strategies.trees.words import (
    SPANS,
    constants,
    counts,
    decimals,
    durations,
    money,
    names,
    paths,
    texts,
    times,
    windows,
)

_WHICH = st.sampled_from(("this", "next"))


def _some(
    strategy: SearchStrategy[ast.Node], most: int = 2
) -> SearchStrategy[tuple[ast.Node, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


def triggers() -> SearchStrategy[ast.Trigger]:
    """What a rule is on."""
    at = st.none() | times().map(ast.Time)
    tier = st.none() | names()
    return st.one_of(
        st.lists(names(), min_size=1, max_size=3).map(lambda e: ast.EventTrigger(tuple(e))),
        st.just(ast.Birthday()),
        st.just(ast.Anniversary()),
        st.builds(ast.Around, durations(), st.sampled_from(("before", "after")), paths()),
        st.builds(ast.Without, durations(), names()),
        st.builds(ast.TierChange, st.sampled_from(("upgrade", "downgrade")), tier),
        st.builds(ast.SegmentChange, st.sampled_from(("entering", "leaving")), names()),
        st.builds(ast.EveryDay, at),
        st.builds(ast.EveryWeekday, st.integers(0, 6), at),
        st.builds(ast.EveryMonth, st.none() | st.integers(1, 31), at),
        st.builds(ast.Expiring, names(), durations()),
        texts().map(ast.ChallengeCompleted),
    )


def rules(*, named: bool | None = None) -> SearchStrategy[ast.Rule]:
    """A rule; with a name, without, or (None) either."""
    titles = {True: texts(), False: st.none(), None: st.none() | texts()}[named]
    return st.builds(
        ast.Rule,
        titles,
        triggers(),
        st.none() | conditions(),
        reward_lists(),
        st.lists(clauses(), max_size=3).map(tuple),
    )


def attributes() -> SearchStrategy[tuple[ast.Attribute, ...]]:
    """Declared attributes, at least one."""
    plain = [kind for kind in get_args(ast.AttributeKind) if kind != "one of"]
    choices = st.lists(texts(), min_size=1, max_size=3).map(tuple)
    types = st.sampled_from(plain).map(ast.AttributeType) | choices.map(
        lambda texts: ast.AttributeType("one of", texts)
    )
    return st.lists(st.builds(ast.Attribute, names(), types), min_size=1, max_size=4).map(tuple)


def _units() -> SearchStrategy[ast.UnitDecl]:
    options = st.one_of(
        durations().map(ast.ExpireAfter),
        st.builds(ast.ExpireAtEnd, _WHICH, st.sampled_from(SPANS)),
        durations().map(ast.Pending),
        money().map(ast.Worth),
        decimals().map(ast.RedeemAtLeast),
        decimals().map(ast.RedeemSteps),
        st.integers(0, 12).map(ast.Precision),
        st.builds(ast.Rounding, st.sampled_from(("down", "up", "half up", "half even"))),
        st.just(ast.NeverBelowZero()),
    )
    return st.builds(ast.UnitDecl, names(), _some(options, 4))


def _things() -> SearchStrategy[ast.ThingDecl]:
    options = money().map(ast.Worth) | money().map(ast.Cost) | counts().map(ast.Stock)
    return st.builds(
        ast.ThingDecl, st.sampled_from(get_args(ast.ThingKind)), texts(), _some(options, 3)
    )


def _tiers() -> SearchStrategy[ast.TierDecl]:
    where = st.none() | conditions()
    items = st.one_of(
        st.builds(ast.Spent, decimals(), windows()),
        st.builds(ast.EarnedItem, decimals(), names(), windows()),
        st.builds(ast.HeldItem, decimals(), names()),
        st.builds(ast.EventsItem, decimals(), plain_pasts(where)),
        conditions().map(ast.WhereItem),
    )
    options = st.one_of(
        durations().map(ast.Keep),
        st.builds(ast.KeepUntilEnd, _WHICH, st.sampled_from(SPANS)),
        durations().map(ast.Grace),
        st.just(ast.OneStep()),
        st.lists(texts(), min_size=1, max_size=3).map(lambda found: ast.Perks(tuple(found))),
    )
    alternatives = st.lists(st.lists(items, min_size=1, max_size=3).map(tuple), max_size=3)
    return st.builds(ast.TierDecl, names(), alternatives.map(tuple), _some(options))


def _catalogue() -> SearchStrategy[ast.RewardDecl]:
    """A reward of the catalogue."""
    prices = st.builds(ast.Price, decimals(), names(), st.none() | money())
    options = st.one_of(
        targets().map(ast.For),
        conditions().map(ast.Where),
        counts().map(ast.Stock),
        limits(),
        onces(),
    )
    several = st.lists(prices, min_size=1, max_size=3).map(tuple)
    return st.builds(ast.RewardDecl, texts(), several, _some(options, 3))


def _challenges() -> SearchStrategy[ast.ChallengeDecl]:
    where = st.none() | conditions()
    goals = st.builds(ast.EventGoal, counts(), names(), where)
    items = st.builds(ast.ItemGoal, counts(), where).map(lambda goal: (goal,))
    several = st.lists(goals, min_size=1, max_size=3).map(tuple)
    return st.builds(
        ast.ChallengeDecl, texts(), several | items, durations(), reward_lists(), _some(clauses())
    )


def _guards() -> SearchStrategy[ast.GuardDecl]:
    return st.builds(
        ast.GuardDecl,
        texts(),
        st.sampled_from(("hold", "reject", "flag")),
        st.lists(names(), min_size=1, max_size=2).map(tuple),
        conditions(),
        st.none() | texts(),
    )


def _values() -> SearchStrategy[ast.Statement]:
    """Lists and parameters."""
    values = st.lists(constants(), min_size=1, max_size=3).map(tuple)
    parameters = st.builds(ast.ParameterDecl, names(), constants(), st.none() | texts())
    return parameters | st.builds(ast.ListDecl, names(), values)


def _holders() -> SearchStrategy[ast.Statement]:
    """What has attributes."""
    holders = names() | st.just(ast.Name(("any", "event")))
    events = st.builds(ast.EventDecl, names(), st.just(()) | attributes())
    return events | st.builds(ast.AttributesDecl, holders, attributes())


def _programs() -> SearchStrategy[ast.Statement]:
    return st.builds(
        ast.ProgramDecl,
        texts(),
        st.none() | texts().map(ast.Text),
        st.none() | st.sampled_from(("EUR", "ABC")).map(lambda code: ast.Name((code,))),
        _some(limits() | budgets()),
    )


def _campaigns() -> SearchStrategy[ast.Statement]:
    clauses = spells() | limits() | onces() | budgets()
    return st.builds(ast.CampaignDecl, texts(), _some(clauses, 3))


_ON_PURCHASE: SearchStrategy[ast.Trigger] = st.just(
    ast.EventTrigger((ast.Name(("purchase",)),)),
)
_FIVE_POINTS = st.just((ast.Reward(ast.Flat(Decimal(5), ast.Name(("points",)))),))


def _rules_with(
    trigger: SearchStrategy[ast.Trigger] = _ON_PURCHASE,
    where: SearchStrategy[ast.Condition | None] = st.none(),  # noqa: B008 - it has no state
    rewards: SearchStrategy[tuple[ast.Reward, ...]] = _FIVE_POINTS,
    clauses: SearchStrategy[tuple[ast.Node, ...]] = st.just(()),  # noqa: B008 - it has no state
) -> SearchStrategy[ast.Statement]:
    """Rules with nothing but this part that could be otherwise."""
    return st.builds(ast.Rule, st.just("a"), trigger, where, rewards, clauses)


# Every part of the language by itself.
PARTS: dict[str, SearchStrategy[ast.Statement]] = {
    "trigger": _rules_with(trigger=triggers()),
    "condition": _rules_with(where=conditions()),
    "expression": _rules_with(where=expressions()),
    "reward": _rules_with(rewards=reward_lists()),
    "clause": _rules_with(clauses=_some(clauses(), 3)),
    "program": _programs(),
    "attributes": _holders(),
    "segment": st.builds(ast.SegmentDecl, names(), conditions()),
    "value": _values(),
    "campaign": _campaigns(),
    "unit": _units(),
    "thing": _things(),
    "tier": _tiers(),
    "catalogue reward": _catalogue(),
    "challenge": _challenges(),
    "guard": _guards(),
}


def documents() -> SearchStrategy[ast.Document]:
    """A whole text's tree."""
    statements = st.lists(st.one_of(rules(), *PARTS.values()), max_size=3).map(tuple)
    return st.builds(ast.Document, statements)


def sentences() -> SearchStrategy[ast.Document]:
    """The tree of one rule's text, its name kept elsewhere."""
    return rules(named=False).map(lambda rule: ast.Document((rule,)))
