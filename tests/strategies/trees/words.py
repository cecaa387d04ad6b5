"""Words, literals and windows: the leaves of any tree that a text can say."""

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
    *("discount", "free", "referrer", "this", "previous", "last", "lifetime", "left", "first"),
    *("birthday", "anniversary", "top", "random", "coupon", "streak", "earned", "min", "ever"),
    *("two words", "a.b", "3rd", "#", '"', "，"),
)
CURRENCIES = ("EUR", "USD", "CNY", "ALL")
SPANS = ("month", "quarter", "year")

# What stands in no text: control characters, lone surrogates, overrides of direction, line ends.
_PRINTED = st.characters(
    exclude_categories=("Cc", "Cs"),
    exclude_characters="\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
_HARD_TEXTS = ("", '"', "\\", '\\"', "#", "“双”", "{", "}", "{0}", "{amount}")


def words() -> SearchStrategy[str]:
    """A part of a name."""
    made = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd")), min_size=1, max_size=8)
    composed = made.map(lambda word: unicodedata.normalize("NFC", word))
    return st.sampled_from(WORDS) | composed


def texts() -> SearchStrategy[str]:
    """What can stand in quotes: one line of anything that can be seen."""
    return st.text(_PRINTED, max_size=12) | st.sampled_from(_HARD_TEXTS)


def decimals() -> SearchStrategy[Decimal]:
    """A number of at most 18 digits, 12 of them decimals, without a sign."""
    whole = st.integers(0, 10**6 - 1).map(Decimal)
    return whole | st.decimals(0, 10**6, places=2) | st.decimals(0, 10**5, places=12)


def counts() -> SearchStrategy[int]:
    """A whole number of at least one."""
    return st.integers(1, 1000)


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


def moments() -> SearchStrategy[ast.Date | ast.DateTime]:
    """A day, or a local time to the second."""
    return dates() | st.builds(dt.datetime.combine, st.dates(), times()).map(ast.DateTime)


def durations() -> SearchStrategy[ast.Duration]:
    """A count of any unit."""
    return st.builds(ast.Duration, counts(), st.sampled_from(get_args(ast.DurationUnit)))


def money() -> SearchStrategy[ast.Money]:
    """An amount of a currency."""
    return st.builds(ast.Money, decimals(), st.sampled_from(CURRENCIES))


def constants() -> SearchStrategy[ast.Constant]:
    """A literal of any kind."""
    return st.one_of(
        decimals().map(ast.Number),
        decimals().map(ast.Percent),
        money(),
        texts().map(ast.Text),
        st.booleans().map(ast.Flag),
        moments(),
        times().map(ast.Time),
        st.integers(0, 6).map(ast.Weekday),
        st.integers(1, 12).map(ast.MonthName),
        durations(),
    )


def periods() -> SearchStrategy[ast.Period]:
    """A calendar period."""
    return st.sampled_from(ast.PERIODS)


def windows() -> SearchStrategy[ast.Window]:
    """A stretch of time."""
    return st.one_of(
        durations().map(ast.Last),
        periods().map(ast.This),
        periods().map(ast.Previous),
        dates().map(ast.Since),
        st.just(ast.Ever()),
    )
