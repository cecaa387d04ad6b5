"""A program: its statements by kind, and the terms of its units (docs/language.md, section 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar
from zoneinfo import ZoneInfo

from dsl.meaning import catalogue
from dsl.meaning.currencies import CURRENCIES
from dsl.text import ast
from dsl.text.parse import parse
from tests.reference.instants import end_of_day, midnight, to_instant
from tests.reference.reading import Kinds
from tests.reference.values import Rounding

CENTS = 2
MONEY = ("discount", "cashback", "donation")
TIMES = "times"
C = TypeVar("C", bound=ast.Node)


@dataclass
class Unit:
    """How amounts of a unit are kept; a declared one is whole and rounded down by itself."""

    name: str
    precision: int = 0
    rounding: Rounding = "down"
    worth: Fraction | None = None
    pending: ast.Duration | None = None
    expiry: ast.ExpireAfter | ast.ExpireAtEnd | None = None
    least: Fraction | None = None
    step: Fraction | None = None
    never_below_zero: bool = False


class Program:
    """One text in force: what it declares and its rules, challenges among them, in its order."""

    def __init__(self, text: str) -> None:
        document = parse(text).document
        assert document is not None, text
        self.zone = ZoneInfo(catalogue.DEFAULT_TIMEZONE)
        self.currency = catalogue.DEFAULT_CURRENCY
        self.allowances: tuple[ast.Limit | ast.Budget, ...] = ()
        self.kinds = Kinds()
        self.units = {"points": Unit("points")}
        self.tiers: list[ast.TierDecl] = []
        self.segments: list[ast.SegmentDecl] = []
        self.lists: dict[str, tuple[ast.Constant, ...]] = {}
        self.parameters: dict[str, ast.Constant] = {}
        self.campaigns: dict[str, ast.CampaignDecl] = {}
        self.things: dict[tuple[str, str], ast.ThingDecl] = {}
        self.redeemables: dict[str, ast.RewardDecl] = {}
        self.challenges: list[ast.ChallengeDecl] = []
        self.guards: list[ast.GuardDecl] = []
        self.rules: list[tuple[str, ast.Rule]] = []
        self._unnamed = 0
        for statement in document.statements:
            self._take(statement)
        self.kinds.complete()

    def _take(self, statement: ast.Statement) -> None:  # noqa: C901 - a branch for each kind
        match statement:
            case ast.ProgramDecl():
                if statement.timezone is not None:
                    self.zone = ZoneInfo(statement.timezone.value)
                if statement.currency is not None:
                    self.currency = statement.currency.dotted
                self.allowances = statement.clauses
            case ast.AttributesDecl(holder, attributes) | ast.EventDecl(holder, attributes):
                self.kinds.declare(holder.dotted, attributes)
            case ast.UnitDecl(name, options):
                known = self.unit_name(name.dotted)
                self.units[known] = _unit(known, options)
            case ast.TierDecl():
                self.tiers.append(statement)
            case ast.SegmentDecl():
                self.segments.append(statement)
            case ast.ListDecl(name, values):
                self.lists[name.dotted] = values
            case ast.ParameterDecl(name, value):
                self.parameters[name.dotted] = value
            case ast.CampaignDecl(name):
                self.campaigns[name] = statement
            case ast.ThingDecl(kind, name):
                self.things[kind, name] = statement
            case ast.RewardDecl(name):
                self.redeemables[name] = statement
            case ast.GuardDecl():
                self.guards.append(statement)
            case ast.ChallengeDecl():
                self.challenges.append(statement)
                self.rules.append((statement.name, _as_rule(statement)))
            case ast.Rule():
                self._unnamed += 1
                self.rules.append((statement.name or f"rule {self._unnamed}", statement))

    def rank(self, tier: str | None) -> int:
        """The tier's place in the text, from 1; no tier is 0."""
        names = [None, *(t.name.dotted for t in self.tiers)]
        return names.index(tier) if tier in names else 0

    def unit_name(self, name: str) -> str:
        """A unit by its name, its singular or its plural."""
        return next((form for form in forms(name) if form in self.units), name)

    def unit(self, name: ast.Name) -> Unit:
        """The terms of a unit a text names."""
        return self.units[self.unit_name(name.dotted)]

    def event_name(self, name: ast.Name) -> str:
        """An event by its name, its singular or its plural."""
        return next((f for f in forms(name.dotted) if f in self.kinds.events), name.dotted)

    def is_segment(self, name: str) -> bool:
        """True where the text declares such a segment."""
        return any(segment.name.dotted == name for segment in self.segments)

    @property
    def money(self) -> Unit:
        """How money is kept: to the currency's smallest part, half up."""
        precision = CURRENCIES.get(self.currency, CENTS)
        return Unit(self.currency, precision, "half up", Fraction(1))

    def unit_of(self, kind: str) -> Unit:
        """The terms of what an amount is paid in."""
        return self.money if kind in MONEY else self.units[kind]

    def worth_of(self, kind: str, name: str | None) -> Fraction | None:
        """What one of a unit or thing is worth in money, money itself 1; None where not said."""
        return self._money_option(kind, name, ast.Worth)

    def cost_of(self, kind: str, name: str | None) -> Fraction | None:
        """What one counts in a budget of money: units by worth, things by cost."""
        return self._money_option(kind, name, ast.Cost)

    def _money_option(
        self, kind: str, name: str | None, wanted: type[ast.Worth | ast.Cost]
    ) -> Fraction | None:
        if kind in MONEY or kind in self.units:
            return self.unit_of(kind).worth
        thing = self.things.get((kind, name or ""))
        for option in thing.options if thing is not None else ():
            if isinstance(option, wanted):
                return Fraction(option.money.value)
        return None

    def stock_of(self, kind: str, name: str | None) -> int | None:
        """How many of a thing there are, None where no stock is declared."""
        thing = self.things.get((kind, name or ""))
        options = thing.options if thing is not None else ()
        return next((option.count for option in options if isinstance(option, ast.Stock)), None)

    def campaign_of(self, rule: ast.Rule) -> ast.CampaignDecl | None:
        """The campaign a rule is in."""
        clause = clause_of(rule, ast.InCampaign)
        return self.campaigns.get(clause.name) if clause is not None else None

    def dated(self, clauses: Sequence[ast.Node], at: dt.datetime) -> bool:
        """True where an instant is inside the dates of a rule or a campaign."""
        for clause in clauses:
            match clause:
                case ast.From(moment) if at < self._first(moment):
                    return False
                case ast.Through(date) if at >= end_of_day(date.value, self.zone):
                    return False
                case ast.Until(moment) if at >= self._first(moment):
                    return False
        return True

    def _first(self, moment: ast.Date | ast.DateTime) -> dt.datetime:
        if isinstance(moment, ast.Date):
            return midnight(moment.value, self.zone)
        return to_instant(moment.value, self.zone)


def clause_of(rule: ast.Rule, kind: type[C]) -> C | None:
    """The rule's clause of a kind, None where it has none."""
    return next((clause for clause in rule.clauses if isinstance(clause, kind)), None)


def forms(name: str) -> Iterator[str]:
    """The names that a name may stand for: itself, then its plural or singular."""
    yield name
    yield name[:-1] if name.endswith("s") else f"{name}s"


def _as_rule(challenge: ast.ChallengeDecl) -> ast.Rule:
    """A challenge's own awards carry its name as their rule."""
    trigger = ast.ChallengeCompleted(challenge.name)
    return ast.Rule(challenge.name, trigger, None, challenge.rewards, challenge.clauses)


def _unit(name: str, options: Sequence[ast.UnitOption]) -> Unit:
    unit = Unit(name)
    for option in options:
        match option:
            case ast.Precision(decimals):
                unit.precision = decimals
            case ast.Rounding(mode):
                unit.rounding = mode
            case ast.Worth(money):
                unit.worth = Fraction(money.value)
            case ast.Pending(duration):
                unit.pending = duration
            case ast.ExpireAfter() | ast.ExpireAtEnd():
                unit.expiry = option
            case ast.RedeemAtLeast(amount):
                unit.least = Fraction(amount)
            case ast.RedeemSteps(amount):
                unit.step = Fraction(amount)
            case ast.NeverBelowZero():
                unit.never_below_zero = True
    return unit
