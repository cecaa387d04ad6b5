"""Warnings: what is allowed and most likely not meant. One function each, in LINTS.

A lint takes a checked program and yields diagnostics; those about the text's own letters look at
the tree. Source: docs/language.md, section 6.
"""

from __future__ import annotations

import datetime as dt
import itertools
import unicodedata
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dsl.meaning import checked
from dsl.meaning.diagnostics import AbsentDisables, Expired, MixedScripts, TierOrder
from dsl.meaning.rules import end_of_clause
from dsl.meaning.times import first_instant_of
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.text.diagnostics import Diagnostic

# What every event of its kind is expected to say.
EXPECTED = ("amount", "customer", "items")


def tier_order(
    document: ast.Document, program: checked.Program | None, as_of: dt.date | None
) -> Iterator[Diagnostic]:
    """A tier that asks for less in the same window than the one below it."""
    del program, as_of
    tiers = [s for s in document.statements if isinstance(s, ast.TierDecl)]
    for below, tier in itertools.pairwise(tiers):
        if len(below.options) == len(tier.options) == 1:
            asked = {item.window: item.amount for item in below.options[0]}
            falls = any(item.amount < asked.get(item.window, 0) for item in tier.options[0])
            if falls:
                yield TierOrder(span=tier.name.span, name=tier.name.dotted, below=below.name.dotted)


def absent_disables(
    document: ast.Document, program: checked.Program | None, as_of: dt.date | None
) -> Iterator[Diagnostic]:
    """A negated test of what an event need not say, in a rule that does not ask if it is known."""
    del program, as_of
    for rule in document.statements:
        if isinstance(rule, ast.Rule) and rule.where is not None:
            negated = list(_negated(rule.where))
            for name in negated:
                # Named once more, it is asked if it is known, or has to be for another test.
                named = sum(node == name for node in walk(rule.where))
                if named == negated.count(name) and name.dotted not in EXPECTED:
                    yield AbsentDisables(span=name.span, name=name.dotted)


def _negated(node: ast.Condition) -> Iterator[ast.Name]:
    """The attributes whose absence keeps a negated test from being true."""
    for part in walk(node):
        tests: list[Any] = []
        if isinstance(part, ast.Not):
            tests = [n for n in walk(part.operand) if isinstance(n, ast.Comparison | ast.In)]
        elif (isinstance(part, ast.Comparison) and part.op == "!=") or (
            isinstance(part, ast.In) and part.negated
        ):
            tests = [part]
        for test in tests:
            sides = (test.left, test.right) if isinstance(test, ast.Comparison) else (test.value,)
            names = [side for side in sides if isinstance(side, ast.Name)]
            if not any(name.parts[0] in _ALWAYS_KNOWN for name in names):
                yield from names


_ALWAYS_KNOWN = ("tier", "date", "time", "hour", "day", "month")


def expired(
    document: ast.Document, program: checked.Program | None, as_of: dt.date | None
) -> Iterator[Diagnostic]:
    """A rule whose last day has passed."""
    if program is None or as_of is None:
        return
    zone = ZoneInfo(program.timezone)
    today = first_instant_of(as_of, zone)
    for rule in document.statements:
        for clause in rule.clauses if isinstance(rule, ast.Rule) else ():
            if not isinstance(clause, ast.Through | ast.Until):
                continue
            if end_of_clause(clause, zone) <= today:
                yield Expired(span=clause.span)


def mixed_scripts(
    document: ast.Document, program: checked.Program | None, as_of: dt.date | None
) -> Iterator[Diagnostic]:
    """A name with letters of several scripts, some of which look alike."""
    del program, as_of
    for node in walk(document):
        if isinstance(node, ast.Name) and any(_is_mixed(part) for part in node.parts):
            yield MixedScripts(span=node.span, name=node.dotted)


_LOOK_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def _is_mixed(name: str) -> bool:
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in name if c.isalpha()}
    return len(scripts.intersection(_LOOK_ALIKE)) > 1


LINTS = (tier_order, absent_disables, expired, mixed_scripts)


def walk(node: Any) -> Iterator[Any]:  # noqa: ANN401 - any node of the tree, by its fields
    """The node and all nodes below it."""
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, tuple):
            stack.extend(top)
        elif is_dataclass(top) and isinstance(top, ast.Node):
            yield top
            stack.extend(getattr(top, f.name) for f in fields(top) if f.name != "span")
