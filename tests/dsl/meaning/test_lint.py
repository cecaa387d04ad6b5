"""What is allowed and most likely not meant: a warning each, and what may well be meant: none."""

from __future__ import annotations

import datetime as dt

import pytest

from dsl.meaning.check import Part, check
from dsl.meaning.diagnostics import (
    AbsentDisables,
    Diagnostic,
    Expired,
    MixedScripts,
    RoleSpread,
    Shadowed,
    TierOrder,
)
from dsl.text.source import Span

WARNINGS = [
    (
        "tier silver: 100 spent ever\ntier gold: 50 spent ever",
        TierOrder(span=Span(33, 37), name="gold", below="silver"),
    ),
    (
        'on purchase where channel != "web" award 1 point',
        AbsentDisables(span=Span(18, 25), name="channel"),
    ),
    (
        'on purchase where channel not in ("web", "app") award 1 point',
        AbsentDisables(span=Span(18, 25), name="channel"),
    ),
    (
        'on purchase where not customer.city = "Berlin" award 1 point',
        AbsentDisables(span=Span(22, 35), name="customer.city"),
    ),
    (
        "on purchase award 1 point through 2026-11-21",
        Expired(span=Span(26, 44)),
    ),
    (
        "on purchase award 1 point until 2026-11-22",
        Expired(span=Span(26, 42)),
    ),
    (
        "tier g\N{CYRILLIC SMALL LETTER O}ld: 1 spent ever",
        MixedScripts(span=Span(5, 9), name="g\N{CYRILLIC SMALL LETTER O}ld"),
    ),
    (
        "tier silver: 10 purchases ever\ntier gold: 5 purchases ever",
        TierOrder(span=Span(36, 40), name="gold", below="silver"),
    ),
    (
        "tier silver: 100 points held\ntier gold: 5 spent ever or 50 points held",
        TierOrder(span=Span(34, 38), name="gold", below="silver"),
    ),
    (
        "on purchase award 100 points, 500 points to referrer",
        RoleSpread(span=Span(18, 28), role="referrer", suggestion="100 points to customer"),
    ),
    (
        'campaign "Spring": through 2026-03-31\non purchase award 1 point in campaign "Spring"',
        Expired(span=Span(19, 37)),
    ),
    (
        'list l: "a"\non purchase where channel not in list l award 1 point',
        AbsentDisables(span=Span(30, 37), name="channel"),
    ),
    (
        "parameter amount: 5\non review award 1 point",
        Shadowed(span=Span(10, 16), name="amount", by="purchase", kind="name"),
    ),
    (
        "event earn: stars number\nunit stars\non earn award (stars) stars",
        Shadowed(span=Span(30, 35), name="stars", by="earn", kind="name"),
    ),
    (
        (
            'rule "a": on purchase award 5 points only first of "g" priority 2\n'
            'rule "b": on purchase where amount > 5 award 9 points only first of "g"'
        ),
        Shadowed(span=Span(120, 137), name="b", by="a", kind="rule"),
    ),
]
SILENT = [
    "tier silver: 100 spent ever\ntier gold: 100 spent ever",
    "tier silver: 100 spent ever\ntier gold: 50 spent in last 1 month",
    'on purchase where channel != "web" or channel is unknown award 1 point',
    'on purchase where channel = "web" award 1 point',
    "on purchase where amount != 5 and tier != gold and day != monday award 1 point\ntier gold",
    "on purchase award 1 point through 2026-11-22",
    "on purchase award 1 point until 2026-11-22 00:01",
    "tier \N{CJK UNIFIED IDEOGRAPH-91D1}gold: 1 spent ever",
    "tier z\N{LATIN SMALL LETTER O WITH DIAERESIS}ll: 1 spent ever",
    "on purchase award 100 points to customer, 500 points to referrer",
    "tier gold: 1 spent ever\non purchase award 1 point, 5 points to referrer, 2 points to gold",
    "tier gold: 1 spent ever\non purchase award 1 point, 5 points to gold",
    'on purchase where number of reviews where (product != "a") ever > 1 award 1 point',
    'on purchase where not customer.tags has "vip" award 1 point',
    "parameter least: 5\non purchase where points != least award 1 point",
    (
        'rule "a": on purchase where amount > 5 award 5 points only first of "g" priority 2\n'
        'rule "b": on purchase award 9 points only first of "g"'
    ),
    (
        'rule "a": on purchase award 5 points only best of "g" priority 2\n'
        'rule "b": on purchase award 9 points only best of "g"'
    ),
]
TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(("text", "warning"), WARNINGS)
def test_what_is_most_likely_not_meant_is_a_warning(text: str, warning: Diagnostic) -> None:
    result = check([Part(text)], as_of=TODAY)
    assert result.diagnostics == (warning,)
    assert warning.severity == "warning"
    assert result.program is not None


@pytest.mark.parametrize("text", SILENT)
def test_what_may_well_be_meant_is_none(text: str) -> None:
    assert check([Part(text)], as_of=TODAY).diagnostics == ()


def test_a_rule_that_is_over_is_told_of_whatever_it_is_called() -> None:
    text = "on purchase award 1 point through 2026-11-21"
    (problem,) = check([Part(text, rule="r")], as_of=TODAY).diagnostics
    assert problem == Expired(span=Span(26, 44))
    assert check([Part(text, rule="r")]).diagnostics == ()
