"""Rewards, who gets them, and clauses: any tree that a text can say."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dsl.text import ast
from tests.strategies.trees.expressions import conditions, expressions
from tests.strategies.trees.words import (
    counts,
    dates,
    decimals,
    durations,
    moments,
    money,
    names,
    paths,
    periods,
    texts,
)

_KINDS: SearchStrategy[ast.MoneyKind] = st.sampled_from(get_args(ast.MoneyKind))


def targets() -> SearchStrategy[ast.Target]:
    """Who gets a reward."""
    return st.one_of(
        st.lists(paths(), min_size=1, max_size=3).map(lambda found: ast.AnyOf(tuple(found))),
        paths().map(ast.AndAbove),
        paths().map(ast.NotIn),
        st.just(ast.Everyone()),
        st.builds(ast.Top, counts(), expressions()),
        counts().map(ast.AtRandom),
    )


def _steps(*, percent: bool) -> SearchStrategy[tuple[ast.Step, ...]]:
    amounts: SearchStrategy[ast.Number | ast.Percent] = decimals().map(ast.Number)
    if percent:
        amounts |= decimals().map(ast.Percent)
    return st.lists(st.builds(ast.Step, decimals(), amounts), min_size=1, max_size=3).map(tuple)


def _units() -> SearchStrategy[ast.RewardForm]:
    """An amount of a unit."""
    base = st.none() | expressions()
    return st.one_of(
        st.builds(ast.Flat, decimals(), names()),
        st.builds(ast.Rate, decimals(), names(), decimals(), base, st.booleans()),
        st.builds(ast.PerItem, decimals(), names(), st.none() | conditions()),
        st.builds(ast.Multiplier, decimals(), names()),
        st.builds(ast.Formula, expressions(), names()),
        st.builds(ast.Steps, names(), expressions(), _steps(percent=False)),
        st.builds(ast.Bands, names(), expressions(), _steps(percent=False)),
    )


def _money() -> SearchStrategy[ast.RewardForm]:
    """A discount or cashback."""
    base = st.none() | expressions()
    return st.one_of(
        st.builds(ast.PercentOff, _KINDS, decimals(), base),
        st.builds(ast.FixedOff, _KINDS, money(), base),
        st.builds(ast.RateOff, _KINDS, money(), decimals(), base, st.booleans()),
        st.builds(ast.FormulaOff, _KINDS, expressions()),
        st.builds(ast.StepsOff, _KINDS, expressions(), _steps(percent=True), base),
        st.builds(ast.CheapestFree, counts(), counts(), st.none() | conditions()),
    )


def _messages() -> SearchStrategy[ast.Message]:
    """Texts and expressions in turn."""
    seen = texts().filter(bool)

    def joined(parts: list[str | ast.Expr]) -> ast.Message:
        turned: list[str | ast.Expr] = []
        for part in parts:
            if isinstance(part, str) and turned and isinstance(turned[-1], str):
                turned[-1] += part
            else:
                turned.append(part)
        return ast.Message(tuple(turned))

    return st.lists(seen | expressions(), min_size=1, max_size=4).map(joined)


def _uncapped() -> SearchStrategy[ast.RewardForm]:
    """What `at most` does not follow."""
    length = st.none() | durations()
    deducted = decimals().map(ast.Number) | decimals().map(ast.Percent) | expressions()
    coupons = st.builds(ast.Thing, st.just("coupon"), texts(), length)
    return st.one_of(
        st.builds(ast.Deduction, deducted, names()),
        st.builds(ast.Donation, money(), texts()),
        coupons,
        st.builds(ast.Thing, st.sampled_from(("gift", "badge", "perk")), texts()),
        st.builds(ast.TierAward, names(), length),
        _messages(),
    )


def _caps() -> SearchStrategy[ast.Number | ast.Money | None]:
    return st.none() | decimals().map(ast.Number) | money()


def _choices() -> SearchStrategy[ast.OneOf]:
    capped = st.builds(ast.Choice, decimals(), _units() | _money(), _caps())
    uncapped = st.builds(ast.Choice, decimals(), _uncapped())
    several = st.lists(capped | uncapped, min_size=1, max_size=3)
    return several.map(lambda choices: ast.OneOf(tuple(choices)))


def rewards() -> SearchStrategy[ast.Reward]:
    """A reward of any form, capped or not, for someone or not."""
    to = st.none() | targets()
    capped = st.builds(ast.Reward, _units() | _money(), _caps(), to)
    return capped | st.builds(ast.Reward, _uncapped() | _choices(), st.none(), to)


def reward_lists() -> SearchStrategy[tuple[ast.Reward, ...]]:
    """What a rule gives."""
    return st.lists(rewards(), min_size=1, max_size=3).map(tuple)


def limits() -> SearchStrategy[ast.Limit]:
    """A limit per customer."""
    return st.builds(ast.Limit, decimals(), names(), st.none() | periods())


def budgets() -> SearchStrategy[ast.Budget]:
    """A budget over all."""
    return st.builds(ast.Budget, decimals(), names(), st.none() | periods())


def onces() -> SearchStrategy[ast.Once]:
    """Once per customer, per attribute, or per both."""
    per_customer = st.builds(ast.Once, st.just(value=True), st.none(), st.none() | periods())
    return per_customer | st.builds(ast.Once, st.booleans(), names())


def spells() -> SearchStrategy[ast.From | ast.Through | ast.Until]:
    """A beginning or an end."""
    return st.one_of(moments().map(ast.From), dates().map(ast.Through), moments().map(ast.Until))


def clauses() -> SearchStrategy[ast.Clause]:
    """A clause of a rule."""
    return st.one_of(
        limits(),
        budgets(),
        onces(),
        spells(),
        st.just(ast.WholeAwards()),
        texts().map(ast.InCampaign),
        st.builds(ast.OnlyOf, st.sampled_from(("best", "first")), texts()),
        st.integers(0, 1000).map(ast.Priority),
        durations().map(ast.Pending),
        durations().map(ast.ExpiresAfter),
        dates().map(ast.ExpiresOn),
        st.just(ast.NeverExpires()),
        st.just(ast.AfterOptingIn()),
        decimals().map(ast.Chance),
        decimals().map(ast.Holdout),
        st.builds(ast.FundedBy, texts(), st.none() | decimals()),
        texts().map(ast.Because),
    )
