"""Who may be named where: the program's declarations, a rule's events, a line item's attributes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dsl.meaning import catalogue
from dsl.meaning.currencies import CURRENCIES
from dsl.meaning.types import AttributeInfo, EventType, Unit
from dsl.text.nearest import nearest
from dsl.text.source import Span

if TYPE_CHECKING:
    from collections.abc import Collection
    from fractions import Fraction

    from dsl.meaning.checked import Const, ThingInfo
    from dsl.meaning.dates import Dates
    from dsl.text import ast
    from dsl.text.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class TierName:
    """A tier as far as its name and first item go: what is needed to name it."""

    name: str
    rank: int
    first: ast.TierItem | None


@dataclass(slots=True)
class Declared:
    """What a program's declarations name, beside what is built in."""

    name: str = catalogue.DEFAULT_PROGRAM
    timezone: str = catalogue.DEFAULT_TIMEZONE
    currency: str = catalogue.DEFAULT_CURRENCY
    events: dict[str, EventType] = field(default_factory=lambda: dict(catalogue.BUILT_IN_EVENTS))
    customer: dict[str, AttributeInfo] = field(
        default_factory=lambda: dict(catalogue.CUSTOMER_ATTRIBUTES)
    )
    item: dict[str, AttributeInfo] = field(default_factory=lambda: dict(catalogue.ITEM_ATTRIBUTES))
    units: dict[str, Unit] = field(default_factory=lambda: {"points": catalogue.POINTS})
    tiers: dict[str, TierName] = field(default_factory=dict)
    segments: set[str] = field(default_factory=set)
    lists: dict[str, tuple[Const, ...]] = field(default_factory=dict)
    # The values of lists, by the list's identity: a long one is looked at once.
    values: dict[int, frozenset[Fraction | str]] = field(default_factory=dict)
    parameters: dict[str, ast.Constant] = field(default_factory=dict)
    campaigns: dict[str, Dates] = field(default_factory=dict)
    things: dict[tuple[str, str], ThingInfo] = field(default_factory=dict)
    redeemables: set[str] = field(default_factory=set)
    challenges: set[str] = field(default_factory=set)
    # How many more names are compared to say what was meant: no text takes long.
    patience: int = 2000
    # Names that a declaration which cannot be read most likely gives.
    unread: frozenset[str] = frozenset()

    def tier_rank(self, name: str) -> int | None:
        """The rank of a tier by name."""
        tier = self.tiers.get(name)
        return tier.rank if tier else None

    @property
    def tier_names(self) -> list[str]:
        """The tiers' names, lowest first."""
        return list(self.tiers)

    def unit(self, name: str) -> Unit | None:
        """A unit by its name, its singular or its plural."""
        return next((self.units[form] for form in forms(name) if form in self.units), None)

    def event(self, name: str) -> EventType | None:
        """An event by its name, its singular or its plural."""
        return next((self.events[form] for form in forms(name) if form in self.events), None)

    def nearest(self, word: str, known: Collection[str]) -> str | None:
        """The name that was most likely meant, as long as there is patience for it."""
        if self.patience <= 0:
            return None
        self.patience -= len(known)
        return nearest(word, known)

    def money(self, name: str) -> Unit:
        """What money is paid as, in the currency's precision, half up."""
        return Unit(name, CURRENCIES.get(self.currency, 2), "half up", worth=None, is_money=True)


def forms(name: str) -> tuple[str, ...]:
    """The names that a name may stand for: itself, then its plural or singular."""
    return (name, name[:-1]) if name.endswith("s") else (name, f"{name}s")


class Problems:
    """Diagnostics of one part as they are found."""

    def __init__(self, part: int, text: str = "") -> None:
        self.part = part
        self.text = text
        self._found: dict[Diagnostic, None] = {}
        self.errors = 0

    @property
    def found(self) -> list[Diagnostic]:
        """Everything found so far."""
        return list(self._found)

    def report(self, problem: Diagnostic) -> None:
        """Keep a problem of this part, once."""
        own = problem if problem.part == self.part else replace(problem, part=self.part)
        if own not in self._found:
            self._found[own] = None
            self.errors += own.severity == "error"

    def quoted(self, name: str, within: Span) -> Span:
        """Where a quoted name stands inside a span; the whole span where that cannot be told."""
        written = name.replace("\\", "\\\\").replace('"', '\\"')
        at = self.text.find(written, within.start + 1, within.end - 1)
        if at < 0 or not written:
            return within
        return Span(at - 1, at + len(written) + 1)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may name.

    `events` are those of the rule, `past` the type of the past event at hand inside a history
    condition. `is_open` is True where an event of the rule is not known: any name may be one of
    its attributes.
    """

    declared: Declared
    events: tuple[EventType, ...]
    problems: Problems
    in_item: bool = False
    is_open: bool = False
    past: EventType | None = None

    def within_item(self) -> Scope:
        """The scope inside an item condition."""
        return replace(self, in_item=True)

    def within_past(self, event: EventType) -> Scope:
        """The scope inside a condition on past events."""
        return replace(self, past=event)

    def attribute(self, name: str) -> list[AttributeInfo]:
        """What the events call by a name: one, or several that differ in type."""
        if len(self.events) == 1:
            info = self.events[0].attributes.get(name)
            return [] if info is None else [info]
        found = [e.attributes[name] for e in self.events if name in e.attributes]
        return list({info.type: info for info in found}.values())

    def names(self) -> list[str]:
        """Every bare name that has a meaning here."""
        past = list(self.past.attributes) if self.past else []
        own = [name for event in self.events for name in event.attributes]
        items = list(self.declared.item) if self.in_item else []
        others = [*self.declared.parameters, *self.declared.units]
        parts = [*catalogue.CALENDAR_PARTS, "tier", "customer"]
        return list(dict.fromkeys([*items, *past, *own, *parts, *others]))
