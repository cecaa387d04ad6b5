"""What an edit of a rule can touch, and what has to be decided with it."""

from __future__ import annotations

from typing import get_args

import pytest

from dsl.engine.coupling import Touched, only, touched
from dsl.meaning import checked
from dsl.text import ast
from tests.programs import compiled

MILES = "unit miles\n"
OTHER = 'rule "n": on review award 1 mile\n'
BASE = 'rule "base": on purchase award 1 point per 1 spent\n'
# The rest of a program, the edited rule as it was and as it is, what changes, what is needed too.
CASES = {
    "rules that share nothing": (
        BASE,
        'rule "r": on review award 5 miles',
        'rule "r": on review award 6 miles',
        "r",
        "",
    ),
    "a multiplier needs its base": (
        BASE,
        'rule "r": on purchase award 2x points',
        'rule "r": on purchase award 3x points',
        "r",
        "base",
    ),
    "a base touches its multipliers": (
        'rule "double": on purchase award 2x points\n',
        'rule "r": on purchase award 1 point per 1 spent',
        'rule "r": on purchase award 1 point per 2 spent',
        "r double",
        "",
    ),
    "a base of another event touches none": (
        BASE + 'rule "double": on purchase award 2x points\n',
        'rule "r": on visit award 1 point per 2 of minutes',
        'rule "r": on visit award 1 point per 3 of minutes',
        "r",
        "",
    ),
    "a tier that points feed touches its rules and needs all that give points": (
        BASE
        + "tier gold: 100 points held\n"
        + 'rule "golden": on review award 1 mile to gold\nrule "any": on review award 1 mile\n',
        'rule "r": on visit award 5 points',
        'rule "r": on visit award 6 points',
        "r golden",
        "base",
    ),
    "a tier that purchases feed touches nothing": (
        BASE + 'tier gold: 100 spent ever\nrule "golden": on review award 1 point to gold\n',
        'rule "r": on visit award 5 points',
        'rule "r": on visit award 6 points',
        "r",
        "",
    ),
    "a segment of those who have points": (
        OTHER + 'segment rich: points >= 100 rule "g": on entering segment rich award gift "Mug"\n',
        'rule "r": on visit award 5 points',
        'rule "r": on visit award 6 points',
        "r g",
        "",
    ),
    "a budget of the program": (
        'program "P" budget 900 points\n' + BASE + OTHER,
        'rule "r": on visit award 5 points',
        'rule "r": on visit award 6 points',
        "r base",
        "",
    ),
    "a group": (
        'rule "a": on visit award 1 point only best of "g"\nrule "n": on visit award 1 point\n',
        'rule "r": on visit award 5 points only best of "g"',
        'rule "r": on visit award 6 points only best of "g"',
        "r a",
        "",
    ),
    "what a discount leaves is looked at by all": (
        BASE + OTHER,
        'rule "r": on purchase award 5% discount',
        'rule "r": on purchase award 6% discount',
        "r base n",
        "",
    ),
    "a discount is needed by all": (
        'rule "off": on purchase award 5% discount\n' + BASE,
        'rule "r": on review award 5 points',
        'rule "r": on review award 6 points',
        "r",
        "off",
    ),
    "a challenge and who waits for it": (
        'challenge "c": 2 reviews within 7 days award 1 point\n'
        'rule "done": on challenge "c" completed award gift "Mug"\n' + BASE,
        'rule "r": on challenge "c" completed award 1 mile',
        'rule "r": on challenge "c" completed award 2 miles',
        "r",
        "c",
    ),
    "a thing that is held": (
        'rule "h": on review where has badge "Fan" award 1 point\n' + BASE,
        'rule "r": on visit award badge "Fan"',
        'rule "r": on visit award badge "Fan" once per customer',
        "r h",
        "",
    ),
    "points that expire": (
        "unit points: expire 1 month after earned\n"
        + BASE
        + 'rule "w": on points expiring in 7 days award message "Soon"\n',
        'rule "r": on review award 1 mile',
        'rule "r": on points expiring in 7 days award message "Now"',
        "r",
        "base",
    ),
    "a redemption of what was earned": (
        BASE + 'rule "x": on redeem award 1 mile\n',
        'rule "r": on visit award 5 points',
        'rule "r": on visit award 6 points',
        "r x",
        "base",
    ),
    "a guard that looks at the tier": (
        OTHER + 'tier gold: 100 points held guard "g": hold review where tier = gold\n',
        'rule "r": on visit award 5 points',
        'rule "r": on visit award 6 points',
        "r n",
        "",
    ),
    "a new rule": (BASE, "", 'rule "r": on review award 6 miles', "r", ""),
    "a rule that is taken out": (BASE, 'rule "r": on review award 6 miles', "", "r", ""),
    "nothing": (
        BASE,
        'rule "r": on review award 6 miles',
        'rule "r": on review award 6 miles # the same',
        "",
        "",
    ),
}


@pytest.mark.parametrize(("rest", "old", "new", "changed", "more"), CASES.values(), ids=CASES)
def test_an_edit_touches_what_hangs_on_it(
    rest: str, old: str, new: str, changed: str, more: str
) -> None:
    before, after = (compiled(MILES + rest + one) for one in (old, new))
    found = touched(before, after)
    own = frozenset(changed.split())
    assert found == Touched(own, own | frozenset(more.split()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BASE, "unit points: precision 1\n" + BASE),
        (BASE, 'program "P" timezone "Asia/Shanghai"\n' + BASE),
        ("tier gold: 5 spent ever\n" + BASE, "tier gold: 6 spent ever\n" + BASE),
        (BASE, 'program "P" limit 5 points per customer\n' + BASE),
        (
            BASE + 'rule "r": on review award 1 point',
            'rule "r": on review award 1 point\n' + BASE,
        ),
    ],
    ids=["a unit", "the timezone", "a tier", "a limit of all", "the order of rules"],
)
def test_more_than_rules_touches_all(old: str, new: str) -> None:
    assert touched(compiled(old), compiled(new)) is None


def test_a_program_of_some_rules_keeps_the_order_of_the_text() -> None:
    whole = compiled(
        MILES
        + BASE
        + OTHER
        + 'challenge "c": 2 reviews within 7 days award 1 point\n'
        + 'challenge "d": 2 visits within 7 days award 1 point\n'
        + 'rule "r": on visit award 5 points\n'
    ).program
    part = only(whole, frozenset({"n", "c", "r"}))
    assert [rule.name for rule in part.rules] == ["n", "r"]
    assert {name: one.rules_before for name, one in part.challenges.items()} == {"c": 1}
    assert part.events == whole.events


# Expressions and conditions that look at what awards make, and those that look at events alone.
OF_STATE = {
    checked.Balance,
    checked.Earned,
    checked.Holds,
    checked.InSegment,
    checked.LeftTo,
    checked.Lifetime,
    checked.TierNow,
}
OF_EVENTS = {
    checked.Arithmetic,
    checked.Between,
    checked.BirthdayMonth,
    checked.Calendar,
    checked.Call,
    checked.Comparison,
    checked.Conjunction,
    checked.Const,
    checked.CustomerField,
    checked.DaysSinceJoined,
    checked.DaysSincePrevious,
    checked.Disjunction,
    checked.Distance,
    checked.EventCount,
    checked.EventDistinct,
    checked.EventField,
    checked.EventFigure,
    checked.HasTag,
    checked.Inversion,
    checked.IsBirthday,
    checked.ItemCount,
    checked.ItemDistinct,
    checked.ItemField,
    checked.ItemTest,
    checked.ItemTotal,
    checked.Known,
    checked.Membership,
    checked.Negation,
    checked.Nth,
    checked.OtherField,
    checked.PastField,
    checked.PastItemCount,
    checked.PastItemTotal,
    checked.Streak,
    checked.TextTest,
    checked.Truth,
}


def test_of_every_node_it_is_known_whether_it_looks_at_what_awards_make() -> None:
    nodes = {*get_args(checked.Expr), *get_args(checked.Condition)}
    assert nodes == OF_STATE | OF_EVENTS


# Triggers that look at what awards make; that look at events alone, and settle customers when time
# has come; and events themselves.
TRIGGERS_OF_STATE = {ast.TierChange, ast.SegmentChange, ast.ChallengeCompleted, ast.Expiring}
TRIGGERS_OF_TIME = {
    ast.Birthday,
    ast.Anniversary,
    ast.Around,
    ast.Without,
    ast.EveryDay,
    ast.EveryWeekday,
    ast.EveryMonth,
}
# What is given that others may hang on, beside units; of the others all hangs on their unit.
FORMS_OF_STATE = {checked.Thing, checked.TierAward, checked.Multiplier, checked.Deduction}
FORMS_OF_UNITS = {
    checked.Flat,
    checked.Rate,
    checked.PerItem,
    checked.Formula,
    checked.Steps,
    checked.Bands,
    checked.Share,
    checked.CheapestFree,
    checked.Message,
    checked.OneOf,
}


def test_of_every_trigger_and_form_it_is_known_what_it_hangs_on() -> None:
    assert {*get_args(ast.Trigger)} == TRIGGERS_OF_STATE | TRIGGERS_OF_TIME | {ast.EventTrigger}
    assert {*get_args(checked.RewardForm)} == FORMS_OF_STATE | FORMS_OF_UNITS
