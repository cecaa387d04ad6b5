"""Warnings: what is allowed and most likely not meant. One function each, in LINTS.

A lint takes a text with the program it is part of and yields diagnostics. Those that need the
program say nothing while it has errors. Source: docs/language.md, section 6.
"""

from __future__ import annotations

import datetime as dt
import itertools
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dsl.meaning import checked
from dsl.meaning.dates import end_of_clause
from dsl.meaning.diagnostics import (
    AbsentDisables,
    Expired,
    MixedScripts,
    RoleSpread,
    Shadowed,
    TierOrder,
)
from dsl.meaning.times import first_instant_of
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.text.diagnostics import Diagnostic
    from dsl.text.source import Span

# What every event of its kind is expected to say.
EXPECTED = ("amount", "customer", "items")


@dataclass(frozen=True, slots=True)
class Looked:
    """A text, its tree, and the program it is part of, None where that has errors.

    `as_of` is the day by which something counts as expired.
    """

    text: str
    document: ast.Document
    program: checked.Program | None
    as_of: dt.date | None
    groups: Groups


# The rules of each group `only first` holds for, and all rules with a group by their text.
Groups = tuple[Mapping[str, list[checked.Rule]], Mapping[str, list[checked.Rule]]]


def grouped(program: checked.Program | None) -> Groups:
    """The rules of a program that stand in groups."""
    groups: dict[str, list[checked.Rule]] = defaultdict(list)
    texts: dict[str, list[checked.Rule]] = defaultdict(list)
    firsts: set[str] = set()
    for rule in program.rules if program else ():
        if rule.group is not None:
            which, group = rule.group
            groups[group].append(rule)
            texts[rule.text].append(rule)
            if which == "first":
                firsts.add(group)
    return {group: groups[group] for group in firsts}, texts


def tier_order(looked: Looked) -> Iterator[Diagnostic]:
    """A tier that asks for less of the same than the one below it."""
    if looked.program is None:
        return
    declared = [s for s in looked.document.statements if isinstance(s, ast.TierDecl)]
    if not declared:
        return
    tiers = {tier.name: tier for tier in looked.program.tiers}
    spans = {node.name.dotted: node.name.span for node in declared}
    for below, tier in itertools.pairwise(tiers.values()):
        if tier.name in spans and any(
            _asks_less(option, other) for option in tier.items for other in below.items
        ):
            yield TierOrder(span=spans[tier.name], name=tier.name, below=below.name)


def _asks_less(
    option: tuple[checked.AtLeast | checked.Condition, ...],
    below: tuple[checked.AtLeast | checked.Condition, ...],
) -> bool:
    """True where one way to a tier asks for the same figures as one below, and for less."""
    asked, other = _thresholds(option), _thresholds(below)
    return asked.keys() == other.keys() and any(asked[key] < other[key] for key in asked)


def _thresholds(
    option: tuple[checked.AtLeast | checked.Condition, ...],
) -> dict[checked.Expr | checked.Condition, Fraction]:
    return {
        item.value if isinstance(item, checked.AtLeast) else item: Fraction(
            item.least.value, 10**item.least.decimals
        )
        if isinstance(item, checked.AtLeast)
        else Fraction(0)
        for item in option
    }


def role_spread(looked: Looked) -> Iterator[Diagnostic]:
    """A reward without `to` before one for a role: it stays with the event's customer."""
    program = looked.program
    if program is None:
        return
    named = {*(tier.name for tier in program.tiers), *program.segments}
    for node in looked.document.statements:
        if not isinstance(node, ast.Rule | ast.ChallengeDecl):
            continue
        role: ast.Name | None = None
        for reward in reversed(node.rewards):
            if reward.to is None:
                if role is not None:
                    yield _spread(looked.text, reward.span, role)
                    role = None
            elif isinstance(reward.to, ast.AnyOf) and reward.to.names[0].dotted not in named:
                own = reward.to.names[0]
                role = own if own.dotted != "customer" else None
            else:
                # A tier or segment serves what stands before it.
                break


def _spread(text: str, span: Span, role: ast.Name) -> RoleSpread:
    return RoleSpread(
        span=span, role=role.dotted, suggestion=f"{text[span.start : span.end]} to customer"
    )


def absent_disables(looked: Looked) -> Iterator[Diagnostic]:
    """A negated test of what an event need not say, in a rule that does not ask if it is known."""
    program = looked.program
    known = {*_ALWAYS_KNOWN, *(program.units if program else ()), *_parameters(looked)}
    for rule in looked.document.statements:
        if not isinstance(rule, ast.Rule) or rule.where is None:
            continue
        negated = list(_negated(rule.where, known))
        if not negated:
            continue
        once = Counter(negated)
        names = Counter(node for node in _asked(rule.where) if isinstance(node, ast.Name))
        for name in negated:
            # Named once more, it is asked if it is known, or has to be for another test.
            if names[name] == once[name] and name.dotted not in EXPECTED:
                yield AbsentDisables(span=name.span, name=name.dotted)


def _parameters(looked: Looked) -> Iterator[str]:
    """Names of constants, as far as they can be told."""
    if looked.program is not None:
        yield from looked.program.parameters
    for node in looked.document.statements:
        if isinstance(node, ast.ParameterDecl):
            yield node.name.dotted


def _negated(node: ast.Condition, known: set[str]) -> Iterator[ast.Name]:
    """The attributes whose absence keeps a negated test from being true."""
    for part in _asked(node):
        tests: list[Any] = []
        if isinstance(part, ast.Not):
            tests = [n for n in _asked(part.operand) if isinstance(n, _TESTS)]
        elif (isinstance(part, ast.Comparison) and part.op == "!=") or (
            isinstance(part, ast.In | ast.InList) and part.negated
        ):
            tests = [part]
        for test in tests:
            sides = (test.left, test.right) if isinstance(test, ast.Comparison) else (test.value,)
            names = [side for side in sides if isinstance(side, ast.Name)]
            if not any(name.parts[0] in _PARTS or name.dotted in known for name in names):
                yield from names


def _asked(node: ast.Condition) -> Iterator[Any]:
    """The nodes that are about this event: past events may well say nothing."""
    return walk(node, without=(ast.Past, ast.Streak))


_TESTS = (ast.Comparison, ast.In, ast.InList, ast.TextTest)
_PARTS = ("tier", "date", "time", "hour", "day", "month")
_ALWAYS_KNOWN = ("customer.tags", "customer.joined")


def expired(looked: Looked) -> Iterator[Diagnostic]:
    """A rule or campaign whose last day has passed."""
    if looked.program is None or looked.as_of is None:
        return
    zone = ZoneInfo(looked.program.timezone)
    today = first_instant_of(looked.as_of, zone)
    for node in looked.document.statements:
        for clause in node.clauses if isinstance(node, ast.Rule | ast.CampaignDecl) else ():
            if not isinstance(clause, ast.Through | ast.Until):
                continue
            if end_of_clause(clause, zone) <= today:
                yield Expired(span=clause.span)


def shadowed(looked: Looked) -> Iterator[Diagnostic]:
    """A name that events take away, and a rule that another of its group always comes before."""
    program = looked.program
    if program is None:
        return
    for node in looked.document.statements:
        if isinstance(node, ast.ParameterDecl | ast.UnitDecl):
            yield from _shadowed_name(node, program)
    yield from _shadowed_rules(looked)


def _shadowed_name(
    node: ast.ParameterDecl | ast.UnitDecl, program: checked.Program
) -> Iterator[Diagnostic]:
    """A parameter or unit that is called as an attribute of an event is that there."""
    name = node.name.dotted
    for event in program.events.values():
        if name in event.attributes and event.name != "redeem":
            yield Shadowed(span=node.name.span, name=name, by=event.name, kind="name")
            return


def _shadowed_rules(looked: Looked) -> Iterator[Diagnostic]:
    """A rule of `only first` whose events and conditions all meet a rule of higher priority."""
    firsts, texts = looked.groups
    own = {rule.span: rule for rule in texts.get(looked.text, ())}
    for node in looked.document.statements if own else ():
        rule = own.get(node.span)
        if not isinstance(node, ast.Rule) or rule is None or rule.group is None:
            continue
        group = firsts.get(rule.group[1], ())
        over = next((other for other in group if _always_before(other, rule)), None)
        if over is not None:
            clause = next(c for c in node.clauses if isinstance(c, ast.OnlyOf))
            yield Shadowed(span=clause.span, name=rule.name, by=over.name, kind="rule")


def _always_before(other: checked.Rule, rule: checked.Rule) -> bool:
    """True where the other pays on every event the rule does, and goes first."""
    if other is rule or (other.priority, rule.name) <= (rule.priority, other.name):
        return False
    if other.trigger != rule.trigger and not set(rule.events) <= set(other.events):
        return False
    limited = (other.allowances, other.once, other.campaign, other.opt_in)
    drawn = (other.chance, other.holdout, other.starts, other.ends)
    if any(limited) or any(one is not None for one in drawn):
        return False
    if other.where is not None and not _tests(other.where) <= _tests(rule.where):
        return False
    # What surely pays: a fixed amount or a thing, to everyone.
    return any(
        reward.audience is None
        and reward.recipient is None
        and isinstance(reward.form, checked.Flat | checked.Thing)
        for reward in other.rewards
    )


def _tests(where: checked.Condition | None) -> set[checked.Condition]:
    """What must all be true."""
    if where is None:
        return set()
    return set(where.parts) if isinstance(where, checked.Conjunction) else {where}


def mixed_scripts(looked: Looked) -> Iterator[Diagnostic]:
    """A name with letters of several scripts, some of which look alike."""
    if looked.text.isascii():
        return
    for node in walk(looked.document.statements):
        if isinstance(node, ast.Name) and any(_is_mixed(part) for part in node.parts):
            yield MixedScripts(span=node.span, name=node.dotted)


_LOOK_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def _is_mixed(name: str) -> bool:
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in name if c.isalpha()}
    return len(scripts.intersection(_LOOK_ALIKE)) > 1


LINTS = (role_spread, tier_order, absent_disables, expired, shadowed, mixed_scripts)


def walk(node: Any, without: tuple[type, ...] = ()) -> Iterator[Any]:  # noqa: ANN401 - any node of the tree, by its fields
    """The node and all nodes below it, but for those of some classes and what is below them."""
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, tuple):
            stack.extend(top)
        elif isinstance(top, ast.Node) and not isinstance(top, without):
            yield top
            kind: Any = type(top)
            stack.extend([getattr(top, name) for name in _below(kind)])


@cache
def _below(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - a class of nodes
    """The fields of a class of nodes that may hold others."""
    return tuple(field.name for field in fields(kind) if field.name != "span")
