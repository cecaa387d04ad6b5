"""Problems in words: lower case, no full stop, the user's text in backquotes."""

from __future__ import annotations

from typing import Any

import pytest

from dsl.meaning.check import Part, check
from dsl.meaning.wording import Message, messages, render

HEAD = """program "Test" currency CNY
event dinner: room one of ("north", "south")
event lunch: room number
tier silver: 1 spent ever
tier gold: 10 spent ever
"""


def told(text: str, head: str = HEAD) -> Message:
    """The one problem of a rule's text."""
    (problem,) = check([Part(head), Part(text, rule="r")]).diagnostics
    return render(problem)


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        (
            "on purchase where amout > 2 award 1 point",
            "there is no `amout` here",
            "did you mean `amount`?",
        ),
        (
            'on purchase where any item (colour = "a") award 1 point',
            "neither a line item nor the event has `colour`",
            None,
        ),
        (
            'on purchase where customer.colour = "a" award 1 point',
            "customers have no `customer.colour`",
            "declare it: `attributes of customer: …`",
        ),
        (
            "on breakfast award 1 point",
            "there is no event `breakfast`",
            "declare it: `event breakfast: …`",
        ),
        (
            "on purchase award 1 point to bronze",
            "there is no tier `bronze`",
            "the tiers are `silver`, `gold`",
        ),
        (
            "on purchase award 1 mile",
            "there is no unit `mile`",
            "the units are `points`",
        ),
        (
            'on dinner where room = "east" award 1 point',
            "`east` is not one of the values it can have",
            "it can be `north`, `south`",
        ),
        (
            "on review award 1 point per 1 spent",
            "what is spent is not known of this event",
            "say what is counted: `per 1 of …`",
        ),
        (
            "on dinner or lunch where room is known award 1 point",
            "`room` means more than one thing here",
            "split the rule by event, or rename one of them",
        ),
        (
            'on purchase where amount = "5" award 1 point',
            "this is a text, where an amount of money is needed",
            None,
        ),
        (
            'on purchase where channel > "a" award 1 point',
            "a text is neither more nor less than another",
            "compare it by `=` or `!=`",
        ),
        (
            "on purchase where items is known award 1 point",
            "a list of items is no single value",
            "ask about it: `any item (…)`, `number of items (…)`",
        ),
        (
            "on purchase where 30 days award 1 point",
            "a length of time is no value of its own",
            None,
        ),
        (
            "on purchase where amount > 5 and amount < 3 award 1 point",
            "this can never be true beside what stands before it",
            None,
        ),
        (
            "on purchase where hour > 23 award 1 point",
            "this can never be true",
            None,
        ),
        (
            "on birthday award 2x points",
            "no reward here is points per amount, so there is nothing to multiply",
            "add a reward such as `1 point per 10 of …`",
        ),
        (
            "on purchase award 1 point to top 5 by points",
            "customers are ranked and drawn on a schedule only",
            "start the rule by `every day`, `every monday` or `day 1 of every month`",
        ),
        (
            "on purchase award one of (60%: 1 point, 50%: 2 points)",
            "the shares come to more than `100%` together",
            None,
        ),
        (
            "on tier upgrade to gold award tier gold",
            "`r` awards what it starts by",
            "award something else, or start by something else",
        ),
        (
            "on purchase award 1 point priority 1 priority 2",
            "`priority` can be said once",
            "leave one of them out",
        ),
        (
            'on purchase where customer.tags = "vip" award 1 point',
            "tags are no single value",
            'ask about one of them: `has "vip"`',
        ),
        (
            "on purchase where in segment lapsed award 1 point",
            "there is no segment `lapsed`",
            "declare it: `segment lapsed: no purchase in last 60 days`",
        ),
        (
            'on purchase award 1 point in campaign "Spring"',
            "there is no campaign `Spring`",
            'declare it: `campaign "Spring": from 2026-03-01 through 2026-03-31`',
        ),
        (
            "on purchase award 1 point, 5 points to referrer",
            "this goes to the event's customer, not to `referrer`",
            "did you mean `1 point to customer`?",
        ),
        (
            "on purchase award 10 discount",
            "there is no unit `discount`",
            "did you mean `CNY discount`?",
        ),
        (
            "on purchase award 1 point from 2026-02-01 until 2026-01-01",
            "this leaves no day on which it is in force",
            "let the first day be before the last, and a rule's days among its campaign's",
        ),
        (
            "on purchase award 2x points",
            "no rule awards points per amount on `purchase`, so there is nothing to multiply",
            "add a rule such as `on purchase award 1 point per 1 spent`",
        ),
        (
            "on purchase award 1 point per 1 spent, 0.5x points",
            "a multiplier is at least `1x`",
            None,
        ),
        (
            "on purchase award 1 point per 0 spent",
            "something is awarded per more than `0`",
            None,
        ),
        (
            "on purchase where amount > 5 USD award 1 point",
            "`USD` is not the program's currency",
            "amounts are in `CNY`",
        ),
        (
            "on purchase award 1 point from 2026-02-30",
            "`2026-02-30` is not a date",
            None,
        ),
        (
            'on purchase where channel != "web" award 1 point',
            "where `channel` is not known this is not true, so the rule gives nothing",
            "add `or channel is unknown` if it should",
        ),
    ],
)
def test_a_problem_is_told_in_the_users_words(text: str, message: str, advice: str | None) -> None:
    assert told(text) == Message(message, advice)


def _texts(node: Any) -> list[str]:  # noqa: ANN401 - a table of tables of texts
    if isinstance(node, str):
        return [node]
    return [text for value in node.values() for text in _texts(value)]


@pytest.mark.parametrize("catalogue", ["", "events"])
def test_every_message_is_lower_case_without_a_full_stop(catalogue: str) -> None:
    for text in _texts(messages("en", catalogue)):
        assert text == text.strip() or text.startswith(": ")
        assert not text.endswith(".")
        assert text[0] in "`{:" or not text[0].isupper()
