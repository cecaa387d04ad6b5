"""Expressions and conditions: any tree that a text can say, well-typed or not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, cast, get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dsl.text import ast
from tests.strategies.trees.words import (
    constants,
    counts,
    names,
    paths,
    texts,
    windows,
)

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")

Inner = SearchStrategy[ast.Expr]
# Composed, so that what fails is told by a name: spelled out these two are pages long.
Draw = Callable[[SearchStrategy[Any]], Any]


@st.composite
def expressions(draw: Draw) -> ast.Expr:
    """A value, of operators, items and history with conditions in them."""
    return cast("ast.Expr", draw(_expressions()))


@cache
def _expressions() -> Inner:
    return st.recursive(constants() | paths() | _alone(), _wider_expressions, max_leaves=6)


def _alone() -> Inner:
    """An expression without another in it."""
    degrees = st.decimals(-180, 180, places=4).map(lambda found: found + Decimal(0))
    return st.one_of(
        names().map(ast.Lifetime),
        st.builds(ast.Earned, names(), windows()),
        names().map(ast.LeftTo),
        st.just(ast.DaysSinceJoined()),
        names().map(ast.DaysSincePrevious),
        st.builds(ast.Distance, degrees, degrees),
    )


def _wider_expressions(inner: Inner) -> Inner:
    where = st.none() | _comparisons(inner) | inner
    past = pasts(where)
    return st.one_of(
        st.builds(ast.Arithmetic, st.sampled_from(("+", "-", "*", "/")), inner, inner),
        inner.map(ast.Negation),
        _calls(inner),
        where.map(ast.ItemCount),
        where.map(ast.ItemTotal),
        st.builds(ast.ItemDistinct, names(), where),
        past.map(ast.EventCount),
        st.builds(ast.EventFigure, st.sampled_from(get_args(ast.Figure)), names(), past),
        st.builds(ast.EventDistinct, names(), past),
        st.builds(ast.PastItemCount, where, past),
        st.builds(ast.PastItemTotal, where, past),
        st.builds(ast.Streak, names(), where, st.sampled_from(("day", "week", "month"))),
    )


def _calls(inner: Inner) -> Inner:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.builds(ast.Call, st.sampled_from(ast.FUNCTIONS), several)


def pasts(where: SearchStrategy[ast.Condition | None]) -> SearchStrategy[ast.Past]:
    """Which events are counted, by all that can be said of them."""
    return st.builds(
        ast.Past,
        names(),
        previous=st.booleans(),
        where=where,
        role=st.none() | names(),
        anyone=st.booleans(),
        same=st.lists(names(), max_size=2).map(tuple),
        window=windows(),
    )


def plain_pasts(where: SearchStrategy[ast.Condition | None]) -> SearchStrategy[ast.Past]:
    """Events, a condition and a window, as in a tier."""
    return st.builds(ast.Past, names(), where=where, window=windows())


def _nths(where: SearchStrategy[ast.Condition | None]) -> SearchStrategy[ast.Condition]:
    # `first` goes without a window.
    first = st.builds(ast.Past, names(), where=where).map(lambda past: ast.Nth(1, False, past))  # noqa: FBT003 - the tree's own order
    past = st.builds(ast.Past, names(), where=where, window=st.none() | windows())
    return first | st.builds(ast.Nth, st.integers(2, 1000), st.booleans(), past)


def _event_tests(where: SearchStrategy[ast.Condition | None]) -> SearchStrategy[ast.Condition]:
    none = pasts(where).map(lambda past: ast.EventTest("no", 0, past))
    return none | st.builds(
        ast.EventTest, st.sampled_from(("at least", "more than")), counts(), pasts(where)
    )


def _comparisons(inner: Inner) -> SearchStrategy[ast.Condition]:
    choices = st.lists(inner, min_size=1, max_size=4).map(tuple)
    tests = st.sampled_from(("starts with", "ends with", "contains"))
    return st.one_of(
        st.builds(ast.Comparison, st.sampled_from(COMPARISONS), inner, inner),
        st.builds(ast.Between, inner, inner, inner),
        st.builds(ast.In, inner, choices, st.booleans()),
        st.builds(ast.InList, inner, names(), st.booleans()),
        st.builds(ast.TextTest, tests, inner, inner),
        st.builds(ast.HasTag, inner, inner),
        st.builds(ast.Known, inner, st.booleans()),
    )


@st.composite
def conditions(draw: Draw) -> ast.Condition:
    """A condition; `and` is never directly in `and`, nor `or` in `or`."""
    return cast("ast.Condition", draw(_conditions()))


@cache
def _conditions() -> SearchStrategy[ast.Condition]:
    leaves = st.one_of(
        _comparisons(expressions()),
        expressions(),
        names().map(ast.InSegment),
        st.builds(ast.Holds, st.sampled_from(get_args(ast.ThingKind)), texts()),
        st.just(ast.IsBirthday()),
        st.just(ast.BirthdayMonth()),
    )
    return st.recursive(leaves, _wider_conditions, max_leaves=8)


def _wider_conditions(inner: SearchStrategy[ast.Condition]) -> SearchStrategy[ast.Condition]:
    def parts(kind: type) -> SearchStrategy[tuple[ast.Condition, ...]]:
        others = inner.filter(lambda part: not isinstance(part, kind))
        return st.lists(others, min_size=2, max_size=4).map(tuple)

    where = st.none() | inner
    return st.one_of(
        parts(ast.And).map(ast.And),
        parts(ast.Or).map(ast.Or),
        inner.map(ast.Not),
        st.builds(ast.ItemTest, st.sampled_from(("any", "every", "no")), inner),
        _event_tests(where),
        _nths(where),
    )
