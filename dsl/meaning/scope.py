"""Who may be named where: the program's declarations, a rule's events, a line item's attributes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dsl.meaning import catalogue
from dsl.meaning.checked import Tier
from dsl.meaning.types import AttributeInfo, EventType, Unit

if TYPE_CHECKING:
    from dsl.text.diagnostics import Diagnostic
    from dsl.text.source import Span


@dataclass(slots=True)
class Declared:
    """What a program's declarations say, beside what is built in."""

    name: str = catalogue.DEFAULT_PROGRAM
    timezone: str = catalogue.DEFAULT_TIMEZONE
    currency: str = catalogue.DEFAULT_CURRENCY
    events: dict[str, EventType] = field(default_factory=lambda: dict(catalogue.BUILT_IN_EVENTS))
    customer: dict[str, AttributeInfo] = field(
        default_factory=lambda: dict(catalogue.CUSTOMER_ATTRIBUTES)
    )
    item: dict[str, AttributeInfo] = field(default_factory=lambda: dict(catalogue.ITEM_ATTRIBUTES))
    units: dict[str, Unit] = field(default_factory=lambda: {"points": catalogue.POINTS})
    tiers: list[Tier] = field(default_factory=list)

    def tier_rank(self, name: str) -> int | None:
        """The rank of a tier by name."""
        return next((tier.rank for tier in self.tiers if tier.name == name), None)

    @property
    def tier_names(self) -> list[str]:
        """The tiers' names, lowest first."""
        return [tier.name for tier in self.tiers]

    def unit(self, name: str) -> Unit | None:
        """A unit by its name or its singular."""
        return self.units.get(name) or self.units.get(f"{name}s")


class Problems:
    """Diagnostics of one part as they are found."""

    def __init__(self, part: int) -> None:
        self.part = part
        self.found: list[Diagnostic] = []

    def report(self, problem: Diagnostic) -> None:
        """Keep a problem, once."""
        if problem not in self.found:
            self.found.append(problem)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may name: its events' attributes, a line's inside an item condition."""

    declared: Declared
    events: tuple[EventType, ...]
    problems: Problems
    in_item: bool = False
    # An event of the rule is not known: any name may be one of its attributes.
    is_open: bool = False

    def within_item(self) -> Scope:
        """The scope inside an item condition."""
        return replace(self, in_item=True)

    def attribute(self, name: str) -> list[AttributeInfo]:
        """What the events call by a name: one, or several that differ in type."""
        found = [e.attributes[name] for e in self.events if name in e.attributes]
        return list({info.type: info for info in found}.values())

    def names(self) -> list[str]:
        """Every bare name that has a meaning here."""
        own = [name for event in self.events for name in event.attributes]
        items = list(self.declared.item) if self.in_item else []
        return list(dict.fromkeys([*items, *own, *catalogue.CALENDAR_PARTS, "tier"]))

    def at(self, span: Span) -> dict[str, object]:
        """The place of a diagnostic."""
        return {"span": span, "part": self.problems.part}
