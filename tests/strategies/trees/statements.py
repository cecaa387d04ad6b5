"""Declarations, triggers, rules and whole texts: any tree that a text can say."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dsl.text import ast
from tests.strategies.trees.expressions import conditions, plain_pasts
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


def declarations() -> SearchStrategy[ast.Statement]:
    """A statement that is no rule."""
    holders = names() | st.just(ast.Name(("any", "event")))
    values = st.lists(constants(), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(
            ast.ProgramDecl,
            texts(),
            st.none() | texts().map(ast.Text),
            st.none() | st.sampled_from(("EUR", "ABC")).map(lambda code: ast.Name((code,))),
            _some(limits() | budgets()),
        ),
        st.builds(ast.AttributesDecl, holders, attributes()),
        st.builds(ast.EventDecl, names(), st.just(()) | attributes()),
        st.builds(ast.SegmentDecl, names(), conditions()),
        st.builds(ast.ListDecl, names(), values),
        st.builds(ast.ParameterDecl, names(), constants(), st.none() | texts()),
        st.builds(ast.CampaignDecl, texts(), _some(spells() | limits() | onces() | budgets(), 3)),
        _units(),
        _things(),
        _tiers(),
        _catalogue(),
        _challenges(),
        _guards(),
    )


def documents() -> SearchStrategy[ast.Document]:
    """A whole text's tree."""
    statements = st.lists(rules() | declarations(), max_size=3).map(tuple)
    return st.builds(ast.Document, statements)


def sentences() -> SearchStrategy[ast.Document]:
    """The tree of one rule's text, its name kept elsewhere."""
    return rules(named=False).map(lambda rule: ast.Document((rule,)))
