"""Texts in, a checked program or every problem of them out.

A program may stand in one text or in many: parts see each other's declarations whatever their
order. Source: docs/language.md, sections 2, 3 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.declarations import declare
from dsl.meaning.diagnostics import DuplicateName, NoBaseRate
from dsl.meaning.lint import LINTS
from dsl.meaning.rules import check_allowances, check_rule, rate_events
from dsl.meaning.scope import Declared, Problems
from dsl.text import ast
from dsl.text.parse import Parsed, parse

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from dsl.text.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Part:
    """One stored text; `rule` is the name of the rule whose text it is, starting at `on`."""

    text: str
    name: str = ""
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The program, None where any part has an error, and the problems of all parts in order."""

    program: checked.Program | None
    diagnostics: tuple[Diagnostic, ...]

    def of(self, part: int) -> tuple[Diagnostic, ...]:
        """The problems of one part."""
        return tuple(d for d in self.diagnostics if d.part == part)


@lru_cache(maxsize=2048)
def parsed(text: str, *, rule: bool) -> Parsed:
    """The tree of a text: a program of many texts is checked again whenever one of them changes."""
    return parse(text, rule=rule)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A rule with its name and where it stands."""

    node: ast.Rule
    name: str
    text: str
    problems: Problems


def check(parts: Sequence[Part], *, as_of: dt.date | None = None) -> Checked:
    """Check a program; `as_of` is the day by which a rule counts as expired."""
    documents, problems = [], [Problems(index) for index in range(len(parts))]
    for part, own in zip(parts, problems, strict=True):
        tree = parsed(part.text, rule=part.rule is not None)
        for problem in tree.diagnostics:
            own.report(replace(problem, part=own.part))
        documents.append(tree.partial)
    statements = [
        (statement, own)
        for document, own in zip(documents, problems, strict=True)
        for statement in document.statements
    ]
    declared = declare(statements)
    rules = _named(parts, documents, problems)
    found = [check_rule(rule.node, rule.name, rule.text, declared, rule.problems) for rule in rules]
    known = tuple(rule for rule in found if rule is not None)
    allowances = tuple(
        allowance
        for statement, own in statements
        if isinstance(statement, ast.ProgramDecl)
        for allowance in check_allowances(statement.clauses, "program", declared, own)
    )
    # A text that could not be read may hold what makes the base: say nothing until it is mended.
    if all(p.severity == "warning" for own in problems for p in own.found):
        _no_base_rate(rules, known)
    failed = any(p.severity == "error" for own in problems for p in own.found)
    program = None if failed else _program(declared, known, allowances)
    for document, own in zip(documents, problems, strict=True):
        for lint in LINTS:
            for warning in lint(document, program, as_of):
                own.report(replace(warning, part=own.part))
    ordered = (sorted(own.found, key=lambda d: (d.span.start, d.span.end)) for own in problems)
    return Checked(program, tuple(problem for own in ordered for problem in own))


def _program(
    declared: Declared, rules: tuple[checked.Rule, ...], allowances: tuple[checked.Allowance, ...]
) -> checked.Program:
    return checked.Program(
        name=declared.name,
        timezone=declared.timezone,
        currency=declared.currency,
        events=declared.events,
        customer_attributes=declared.customer,
        item_attributes=declared.item,
        units=declared.units,
        tiers=tuple(declared.tiers),
        rules=rules,
        allowances=allowances,
    )


def _named(
    parts: Sequence[Part], documents: Sequence[ast.Document], problems: Sequence[Problems]
) -> list[_Placed]:
    """Every rule with a name of its own: the part's, the text's, or its number in the program."""
    placed: list[_Placed] = []
    taken: set[str] = set()
    for part, document, own in zip(parts, documents, problems, strict=True):
        for node in document.statements:
            if isinstance(node, ast.Rule):
                name = node.name or part.rule or f"rule {len(placed) + 1}"
                if name in taken:
                    own.report(DuplicateName(span=node.span, part=own.part, name=name, role="rule"))
                taken.add(name)
                placed.append(_Placed(node, name, part.text, own))
    return placed


def _no_base_rate(placed: Sequence[_Placed], rules: tuple[checked.Rule, ...]) -> None:
    """Report multipliers on events for which nothing in the program makes a base."""
    bases = {base for rule in rules for base in rate_events(rule)}
    for place, rule in zip(placed, rules, strict=True):
        for reward in rule.rewards:
            without = [e for e in rule.events if (e, reward.unit.name) not in bases]
            if isinstance(reward.form, checked.Multiplier) and without == list(rule.events):
                place.problems.report(
                    NoBaseRate(
                        span=reward.span,
                        part=place.problems.part,
                        event=without[0],
                        unit=reward.unit.name,
                    )
                )
