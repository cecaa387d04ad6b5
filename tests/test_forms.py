"""Every form, option, reason and code of the language stands in a good case and in a bad one.

- A form is a kind of node of the tree. Its good case has no errors and its text has the node; its
  bad case has errors, and what could be read of its text all the same has the node.
- An option is what a form may be given: each word of a choice, each flag either way, each part that
  may be left out. A good case has it; a bad one would only say again what its form's says.
- A reason's good case expects it. Its bad case is where it does not apply: in the same case the
  rule that was refused pays another time or is refused for another reason, and of an event (a
  redeem, a refund, a conflict) another of its type is taken.
- An error's bad case expects it; its good case comes as near to it as can be without having it, and
  says so: "just short of CODE: …". A warning stops no text: its bad case is any that is warned of
  it, its good one is named as for an error and is not.

Source of the reasons and codes: docs/language.md, sections 6 and 7.
"""

from __future__ import annotations

import datetime as dt
import inspect
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

import dsl
from app.services.cases import Case, case_files, read_cases
from dsl.meaning.lint import walk
from dsl.text import ast
from dsl.text.ast import (
    clauses,
    declarations,
    expressions,
    literals,
    rewards,
    statements,
    triggers,
)
from dsl.text.parse import parse

ROOT = Path(__file__).parents[1]
CASES = [
    case
    for folder in (ROOT / "tests" / "cases", ROOT / "rules_library")
    for file in case_files([folder])
    for case in read_cases(file)
]
GOOD = [case for case in CASES if not case.expect.errors]
BAD = [case for case in CASES if case.expect.errors]
# The day by which a rule counts as expired.
TODAY = dt.date(2026, 11, 26)
# A case of it would be a file of more than 64 KB: tests/test_cases.py has it.
TOO_LONG = "too-long"


# --- what there is --------------------------------------------------------------------------------

MODULES = (literals, expressions, rewards, clauses, declarations, triggers, statements)
NAMES = {name: value for module in MODULES for name, value in vars(module).items()}
# A document is whatever there is.
FORMS = {
    kind.__name__: kind
    for kind in NAMES.values()
    if inspect.isclass(kind) and issubclass(kind, ast.Node)
    if kind not in (ast.Node, ast.Document)
}


def options_of(kind: type[ast.Node]) -> Iterator[str]:
    """What a form may be given, as `Form.field=value`."""
    known = {**NAMES, "Decimal": Decimal, "dt": dt}
    for name, hint in typing.get_type_hints(kind, known).items():
        if name == "span":
            continue
        if hint is bool:
            choices: tuple[Any, ...] = (True, False)
        elif get_origin(hint) is Literal:
            choices = get_args(hint)
        elif isinstance(hint, types.UnionType) and type(None) in get_args(hint):
            choices = (None, ...)
            own = [one for one in get_args(hint) if get_origin(one) is Literal]
            choices = (None, *get_args(own[0])) if own else choices
        else:
            continue
        yield from (option(kind, name, value) for value in choices)


def option(kind: type[ast.Node], name: str, value: object) -> str:
    """The name of an option; any value is as good as another where it is not one of a few."""
    plain = isinstance(value, str | bool) or value is None
    return f"{kind.__name__}.{name}={value if plain else 'given'}"


# A unit expires, and a tier is kept, to the end of nothing shorter than a month.
UNSAID = {
    f"{kind}.period={period}"
    for kind in ("ExpireAtEnd", "KeepUntilEnd")
    for period in ("day", "week")
}
OPTIONS = frozenset(one for kind in FORMS.values() for one in options_of(kind)) - UNSAID


def section(number: int) -> str:
    """The text of a section of the language's description."""
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^## {number}\. (.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return str(found)


def codes() -> tuple[set[str], set[str]]:
    """The codes of errors and of warnings."""
    errors, _, warnings = section(6).partition("Warnings:")
    pattern = re.compile(r"`([a-z]+(?:-[a-z]+)*)`")
    return set(pattern.findall(errors)), set(pattern.findall(warnings))


def reasons() -> list[str]:
    """The reasons of refusals, in their order."""
    listed = section(7).partition("in this order is named:")[2].partition(". ")[0]
    return re.findall(r"[a-z]+(?:-[a-z]+)*", re.sub(r"\([^)]*\)", "", listed))


# --- what stands in a case ------------------------------------------------------------------------


@cache
def nodes_of(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The forms and options that could be read of a text."""
    found = list(walk(parse(text).partial))
    options = {
        option(type(node), own.name, value if _is_choice(value) else ...)
        for node in found
        for own in fields(node)
        if own.name != "span"
        for value in [getattr(node, own.name)]
    }
    return frozenset(type(node).__name__ for node in found), frozenset(options)


def _is_choice(value: object) -> bool:
    return value is None or isinstance(value, bool | str)


def said(cases: list[Case], which: int) -> set[str]:
    """The forms (0) or options (1) that cases have."""
    return {
        one for case in cases for version in case.versions for one in nodes_of(version.text)[which]
    }


def given_options() -> set[str]:
    """The options that good cases have; a text's own words are those of one given."""
    found = said(GOOD, 1)
    return found | {f"{one.partition('=')[0]}=given" for one in found if not one.endswith("=None")}


def warned(case: Case) -> set[str]:
    """The codes of what a case is warned of."""
    return {
        problem.code
        for version in case.versions
        for problem in dsl.check([dsl.Part(version.text)], as_of=TODAY).diagnostics
        if problem.severity == "warning"
    }


def applies_elsewhere(case: Case, reason: str) -> bool:
    """True where something refused for a reason in a case is not refused for it another time."""
    for refused in case.expect.refusals:
        if refused.reason != reason:
            continue
        others = [one for one in case.expect.refusals if one != refused and one.reason != reason]
        if refused.rule is not None:
            paid = {award.rule for award in case.expect.awards or ()}
            if refused.rule in paid or any(one.rule == refused.rule for one in others):
                return True
            continue
        kinds = [event["type"] for event in case.events if event.get("id") == refused.event]
        wanting = {one.event for one in case.expect.refusals if one.reason == reason}
        alike = [event for event in case.events if event.get("type") in kinds]
        # What conflicts was taken when it came first.
        if reason == "conflict" or any(event.get("id") not in wanting for event in alike):
            return True
    return False


# --- what must stand ------------------------------------------------------------------------------


def test_every_form_has_a_good_case() -> None:
    assert sorted(FORMS.keys() - said(GOOD, 0)) == []


def test_every_form_has_a_bad_case() -> None:
    assert sorted(FORMS.keys() - said(BAD, 0)) == []


def test_every_option_of_a_form_has_a_good_case() -> None:
    assert sorted(OPTIONS - given_options()) == []


@pytest.mark.parametrize("reason", reasons())
def test_every_reason_has_a_good_and_a_bad_case(reason: str) -> None:
    expecting = [case for case in GOOD if reason in {one.reason for one in case.expect.refusals}]
    assert expecting, f"no case expects {reason}"
    assert any(applies_elsewhere(case, reason) for case in expecting)


@pytest.mark.parametrize("code", sorted(codes()[0] - {TOO_LONG}))
def test_every_error_has_a_good_and_a_bad_case(code: str) -> None:
    assert any(code in case.expect.errors for case in BAD)
    assert any(case.name.startswith(f"just short of {code}: ") for case in GOOD)


@pytest.mark.parametrize("code", sorted(codes()[1]))
def test_every_warning_has_a_good_and_a_bad_case(code: str) -> None:
    assert any(code in warned(case) for case in GOOD), f"no case is warned of {code}"
    passing = [case for case in GOOD if case.name.startswith(f"just short of {code}: ")]
    assert passing, f"no case is named `just short of {code}: …`"
    assert [case.name for case in passing if code in warned(case)] == []


def test_the_codes_are_those_of_the_language() -> None:
    errors, warnings = codes()
    kinds = list(_diagnostics(dsl.Diagnostic))
    assert {kind.code for kind in kinds if kind.severity == "error"} == errors
    assert {kind.code for kind in kinds if kind.severity == "warning"} == warnings


def _diagnostics(base: type[dsl.Diagnostic]) -> Iterator[type[dsl.Diagnostic]]:
    for kind in base.__subclasses__():
        if "code" in vars(kind):
            yield kind
        yield from _diagnostics(kind)
