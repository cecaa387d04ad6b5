"""What is allowed and most likely not meant: a warning each, and what may well be meant: none."""

from __future__ import annotations

import datetime as dt

import pytest

from dsl.meaning.check import Part, check
from dsl.meaning.diagnostics import AbsentDisables, Diagnostic, Expired, MixedScripts, TierOrder
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
