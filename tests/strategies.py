"""Hypothesis strategies for trees of the language: any that a text can say, well-typed or not."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from typing import get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dsl.text import ast

# Words that are keywords somewhere, plain ones, ones of other scripts, and no words at all.
WORDS = (
    *("amount", "city", "points", "gold", "x1", "_", "金额", "größe", "名前"),
    *("tier", "limit", "on", "where", "award", "number", "total", "any", "not", "in", "is", "day"),
    *("rule", "event", "to", "from", "everyone", "customer", "items", "item", "point", "purchases"),
    *("time", "month", "may", "true", "per", "at", "AND", "CNY", "of", "Or", "times", "every"),
    *("two words", "a.b", "3rd", "#", '"', "，"),
)
CURRENCIES = ("EUR", "USD", "CNY", "ALL")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")

# What stands in no text: control characters, lone surrogates, overrides of direction, line ends.
_PRINTED = st.characters(
    exclude_categories=("Cc", "Cs"),
    exclude_characters="\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)


def words() -> SearchStrategy[str]:
    """A part of a name."""
    made = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd")), min_size=1, max_size=8)
    composed = made.map(lambda word: unicodedata.normalize("NFC", word))
    return st.sampled_from(WORDS) | composed


def texts() -> SearchStrategy[str]:
    """What can stand in quotes: one line of anything that can be seen."""
    return st.text(_PRINTED, max_size=12) | st.sampled_from(["", '"', "\\", '\\"', "#", "“双”"])


def decimals() -> SearchStrategy[Decimal]:
    """A number of at most 18 digits, 12 of them decimals, without a sign."""
    whole = st.integers(0, 10**6 - 1).map(Decimal)
    return whole | st.decimals(0, 10**6, places=2) | st.decimals(0, 10**5, places=12)


def names() -> SearchStrategy[ast.Name]:
    """A name without dots."""
    return words().map(lambda word: ast.Name((word,)))


def paths() -> SearchStrategy[ast.Name]:
    """A name, or a path of up to three."""
    return st.lists(words(), min_size=1, max_size=3).map(lambda parts: ast.Name(tuple(parts)))


def dates() -> SearchStrategy[ast.Date]:
    """Any day of the calendar."""
    return st.dates().map(ast.Date)


def times() -> SearchStrategy[dt.time]:
    """A time of day to the second."""
    return st.times().map(lambda time: time.replace(microsecond=0))


def datetimes() -> SearchStrategy[ast.DateTime]:
    """A local time to the second."""
    return st.builds(dt.datetime.combine, st.dates(), times()).map(ast.DateTime)


def durations() -> SearchStrategy[ast.Duration]:
    """A count of any unit."""
    units = st.sampled_from(get_args(ast.DurationUnit))
    return st.builds(ast.Duration, st.integers(1, 1000), units)


def constants() -> SearchStrategy[ast.Constant]:
    """A literal of any kind."""
    return st.one_of(
        decimals().map(ast.Number),
        decimals().map(ast.Percent),
        st.builds(ast.Money, decimals(), st.sampled_from(CURRENCIES)),
        texts().map(ast.Text),
        st.booleans().map(ast.Flag),
        dates(),
        datetimes(),
        times().map(ast.Time),
        st.integers(0, 6).map(ast.Weekday),
        st.integers(1, 12).map(ast.MonthName),
        durations(),
    )


def expressions() -> SearchStrategy[ast.Expr]:
    """A value, of operators and items with conditions in them."""
    return st.recursive(constants() | paths(), _wider_expressions, max_leaves=6)


def _wider_expressions(inner: SearchStrategy[ast.Expr]) -> SearchStrategy[ast.Expr]:
    where = st.none() | _comparisons(inner) | inner
    return st.one_of(
        st.builds(ast.Arithmetic, st.sampled_from(("+", "-", "*", "/")), inner, inner),
        inner.map(ast.Negation),
        where.map(ast.ItemCount),
        where.map(ast.ItemTotal),
        st.builds(ast.ItemDistinct, paths(), where),
    )


def _comparisons(inner: SearchStrategy[ast.Expr]) -> SearchStrategy[ast.Condition]:
    choices = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(ast.Comparison, st.sampled_from(COMPARISONS), inner, inner),
        st.builds(ast.Between, inner, inner, inner),
        st.builds(ast.In, inner, choices, st.booleans()),
        st.builds(ast.Known, inner, st.booleans()),
    )


def conditions() -> SearchStrategy[ast.Condition]:
    """A condition; `and` is never directly in `and`, nor `or` in `or`."""
    leaves = _comparisons(expressions()) | expressions()
    return st.recursive(leaves, _wider_conditions, max_leaves=8)


def _wider_conditions(inner: SearchStrategy[ast.Condition]) -> SearchStrategy[ast.Condition]:
    def parts(kind: type) -> SearchStrategy[tuple[ast.Condition, ...]]:
        others = inner.filter(lambda part: not isinstance(part, kind))
        return st.lists(others, min_size=2, max_size=4).map(tuple)

    return st.one_of(
        parts(ast.And).map(ast.And),
        parts(ast.Or).map(ast.Or),
        inner.map(ast.Not),
        st.builds(ast.ItemTest, st.sampled_from(("any", "every", "no")), inner),
    )


def windows() -> SearchStrategy[ast.Window]:
    """A stretch of time."""
    periods: SearchStrategy[ast.Period] = st.sampled_from(get_args(ast.Period))
    return st.one_of(
        durations().map(ast.Last),
        periods.map(ast.This),
        periods.map(ast.Previous),
        dates().map(ast.Since),
        st.just(ast.Ever()),
    )


def targets() -> SearchStrategy[ast.Target]:
    """Who gets a reward."""
    return st.one_of(
        st.lists(paths(), min_size=1, max_size=3).map(lambda found: ast.AnyOf(tuple(found))),
        paths().map(ast.AndAbove),
        paths().map(ast.NotIn),
        st.just(ast.Everyone()),
    )


def rewards() -> SearchStrategy[ast.Reward]:
    """A reward of any form, capped or not, for someone or not."""
    forms = st.one_of(
        st.builds(ast.Flat, decimals(), names()),
        st.builds(
            ast.Rate, decimals(), names(), decimals(), st.none() | expressions(), st.booleans()
        ),
        st.builds(ast.PerItem, decimals(), names(), st.none() | conditions()),
        st.builds(ast.Multiplier, decimals(), names()),
    )
    money = st.builds(ast.Money, decimals(), st.sampled_from(CURRENCIES))
    caps = st.none() | decimals().map(ast.Number) | money
    return st.builds(ast.Reward, forms, caps, st.none() | targets())


def allowances() -> SearchStrategy[ast.Limit | ast.Budget]:
    """A limit or a budget."""
    period = st.none() | st.sampled_from(ast.PERIODS)
    parts = (decimals(), names(), period)
    return st.builds(ast.Limit, *parts) | st.builds(ast.Budget, *parts)


def clauses() -> SearchStrategy[ast.Clause]:
    """A clause of a rule."""
    return st.one_of(
        allowances(),
        (dates() | datetimes()).map(ast.From),
        dates().map(ast.Through),
        (dates() | datetimes()).map(ast.Until),
        texts().map(ast.Because),
    )


def rules(*, named: bool | None = None) -> SearchStrategy[ast.Rule]:
    """A rule; with a name, without, or (None) either."""
    titles = {True: texts(), False: st.none(), None: st.none() | texts()}[named]
    return st.builds(
        ast.Rule,
        titles,
        st.lists(names(), min_size=1, max_size=3).map(lambda e: ast.EventTrigger(tuple(e))),
        st.none() | conditions(),
        st.lists(rewards(), min_size=1, max_size=3).map(tuple),
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


def declarations() -> SearchStrategy[ast.Statement]:
    """A statement that is no rule."""
    holders = names() | st.just(ast.Name(("any", "event")))
    items = st.lists(st.builds(ast.Spent, decimals(), windows()), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(
            ast.ProgramDecl,
            texts(),
            st.none() | texts().map(ast.Text),
            st.none() | st.sampled_from(("EUR", "ABC")).map(lambda code: ast.Name((code,))),
            st.lists(allowances(), max_size=2).map(tuple),
        ),
        st.builds(ast.AttributesDecl, holders, attributes()),
        st.builds(ast.EventDecl, names(), st.just(()) | attributes()),
        st.builds(ast.TierDecl, names(), st.lists(items, max_size=3).map(tuple)),
    )


def documents() -> SearchStrategy[ast.Document]:
    """A whole text's tree."""
    statements = st.lists(rules() | declarations(), max_size=3).map(tuple)
    return st.builds(ast.Document, statements)


def sentences() -> SearchStrategy[ast.Document]:
    """The tree of one rule's text, its name kept elsewhere."""
    return rules(named=False).map(lambda rule: ast.Document((rule,)))
