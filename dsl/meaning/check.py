"""Texts in, a checked program or every problem of them out.

A program may stand in one text or in many: parts see each other's declarations whatever their
order. Source: docs/language.md, sections 2, 3 and 6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.clauses import check_allowances
from dsl.meaning.constants import constant
from dsl.meaning.declarations import declare
from dsl.meaning.lint import LINTS, Looked, grouped
from dsl.meaning.lookup import report_duplicate
from dsl.meaning.offers import (
    check_campaign,
    check_challenge,
    check_guard,
    check_redeemable,
)
from dsl.meaning.rules import check_rule
from dsl.meaning.scope import Problems, Scope
from dsl.meaning.tiers import check_segment, check_tier
from dsl.meaning.whole import Placed, check_whole
from dsl.text import ast
from dsl.text.parse import Parsed, parse

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from dsl.meaning.scope import Declared
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


def check(parts: Sequence[Part], *, as_of: dt.date | None = None) -> Checked:
    """Check a program; `as_of` is the day by which a rule counts as expired."""
    documents, problems = [], [Problems(index, part.text) for index, part in enumerate(parts)]
    for part, own in zip(parts, problems, strict=True):
        tree = parsed(part.text, rule=part.rule is not None)
        for problem in tree.diagnostics:
            own.report(problem)
        documents.append(tree.partial)
    statements = [
        (statement, own)
        for document, own in zip(documents, problems, strict=True)
        for statement in document.statements
    ]
    declared = declare(statements, _unread(parts, problems))
    found = _Bodies(declared)
    for statement, own in statements:
        found.check(statement, own)
    rules = [
        (node, check_rule(node, name, text, declared, own), own)
        for node, name, text, own in _named(parts, documents, problems)
    ]
    # A text that could not be read may hold what makes the base: say nothing until it is mended.
    if not any(own.errors for own in problems):
        placed = [Placed(rule, node, own) for node, rule, own in rules if rule is not None]
        check_whole([*placed, *found.completions], declared.tier_names)
    program = None
    if not any(own.errors for own in problems):
        known = tuple(rule for _, rule, _ in rules if rule is not None)
        program = _program(declared, known, found)
    groups = grouped(program)
    for document, own in zip(documents, problems, strict=True):
        looked = Looked(own.text, document, program, as_of, groups)
        for lint in LINTS:
            for warning in lint(looked):
                own.report(warning)
    ordered = (sorted(own.found, key=lambda d: (d.span.start, d.span.end)) for own in problems)
    return Checked(program, tuple(problem for own in ordered for problem in own))


_DECLARATIONS = ("tier", "segment", "unit", "event", "list", "parameter", "campaign", "challenge")
_NAMED = re.compile(
    rf"\b(?:{'|'.join(_DECLARATIONS)})\s+(?:`([^`\n]+)`|\"([^\"\n]+)\"|(\w+))", re.IGNORECASE
)


def _unread(parts: Sequence[Part], problems: Sequence[Problems]) -> frozenset[str]:
    """Names that texts which cannot be read seem to declare, so that their use is no mistake."""
    return frozenset(
        next(name for name in match.groups() if name)
        for part, own in zip(parts, problems, strict=True)
        if own.errors and part.rule is None
        for match in _NAMED.finditer(part.text)
    )


class _Bodies:
    """What declarations say, checked once all names are known."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.allowances: tuple[checked.Allowance, ...] = ()
        self.tiers: dict[str, checked.Tier] = {}
        self.segments: dict[str, checked.Segment] = {}
        self.campaigns: dict[str, checked.Campaign] = {}
        self.redeemables: dict[str, checked.Redeemable] = {}
        self.challenges: dict[str, checked.Challenge] = {}
        self.guards: dict[str, checked.Guard] = {}
        self.parameters: dict[str, checked.Const] = {}
        self.completions: list[Placed] = []
        self._rules = 0

    def check(self, node: ast.Statement, problems: Problems) -> None:  # noqa: C901 - one for each declaration
        """Check what a declaration says."""
        declared = self.declared
        match node:
            case ast.ProgramDecl():
                allowances = check_allowances(node.clauses, "program", declared, problems)
                self.allowances += allowances
            case ast.TierDecl():
                tier = check_tier(node, declared, problems)
                if tier is not None:
                    self.tiers.setdefault(tier.name, tier)
            case ast.SegmentDecl():
                segment = check_segment(node, declared, problems)
                if segment is not None:
                    self.segments.setdefault(segment.name, segment)
            case ast.ParameterDecl():
                self._parameter(node, problems)
            case ast.CampaignDecl():
                campaign = check_campaign(node, declared, problems)
                if campaign is not None:
                    self.campaigns.setdefault(campaign.name, campaign)
            case ast.RewardDecl():
                redeemable = check_redeemable(node, declared, problems)
                if redeemable is not None:
                    self.redeemables.setdefault(redeemable.name, redeemable)
            case ast.ChallengeDecl():
                self._challenge(node, problems)
            case ast.Rule():
                self._rules += 1
            case ast.GuardDecl():
                if node.name in self.guards:
                    span = problems.quoted(node.name, node.span)
                    report_duplicate(node.name, span, "guard", problems)
                guard = check_guard(node, declared, problems)
                if guard is not None:
                    self.guards.setdefault(guard.name, guard)
            case _:
                pass

    def _parameter(self, node: ast.ParameterDecl, problems: Problems) -> None:
        value = constant(node.value, Scope(self.declared, (), problems), None)
        if isinstance(value, checked.Const):
            self.parameters.setdefault(node.name.dotted, value)

    def _challenge(self, node: ast.ChallengeDecl, problems: Problems) -> None:
        text = problems.text[node.span.start : node.span.end]
        challenge = check_challenge(node, text, self._rules, self.declared, problems)
        if challenge is not None and challenge.name not in self.challenges:
            self.challenges[challenge.name] = challenge
            self.completions.append(Placed(challenge.rule, node, problems))


def _program(
    declared: Declared, rules: tuple[checked.Rule, ...], found: _Bodies
) -> checked.Program:
    return checked.Program(
        name=declared.name,
        timezone=declared.timezone,
        currency=declared.currency,
        events=declared.events,
        customer_attributes=declared.customer,
        item_attributes=declared.item,
        units=declared.units,
        tiers=tuple(found.tiers.values()),
        rules=rules,
        allowances=found.allowances,
        segments=found.segments,
        campaigns=found.campaigns,
        things=declared.things,
        redeemables=found.redeemables,
        challenges=found.challenges,
        guards=tuple(found.guards.values()),
        parameters=found.parameters,
    )


_Named = tuple[ast.Rule, str, str, Problems]


def _named(
    parts: Sequence[Part], documents: Sequence[ast.Document], problems: Sequence[Problems]
) -> list[_Named]:
    """Every rule with a name of its own: the part's, the text's, or its number in the program.

    A challenge's awards carry its name as their rule, so it is one of them.
    """
    placed: list[_Named] = []
    taken: set[str] = set()
    for part, document, own in zip(parts, documents, problems, strict=True):
        for node in document.statements:
            if isinstance(node, ast.ChallengeDecl):
                if node.name in taken:
                    span = own.quoted(node.name, node.span)
                    report_duplicate(node.name, span, "challenge", own)
                taken.add(node.name)
            elif isinstance(node, ast.Rule):
                name = node.name or part.rule or f"rule {len(placed) + 1}"
                if name in taken:
                    report_duplicate(name, node.span, "rule", own)
                taken.add(name)
                placed.append((node, name, part.text, own))
    return placed
