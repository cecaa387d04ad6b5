"""Where the whole decision keeps what the fold keeps in objects: counters, earnings, columns.

C is a customer's row of counters and of what was earned in windows, G what all customers share. A
counter that begins anew by the calendar has the index of its period before what was used in it;
one that all share has a cell for each period. Draws are columns of E, worked out beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsl.engine.cells import NA

if TYPE_CHECKING:
    from dsl.engine.layout import Key, Layout
    from dsl.engine.plans import RulePlan
    from dsl.engine.terms import Term
    from dsl.meaning.checked import Program
    from dsl.text.ast import Period

# The first cells of C: how many cells of K and of A there are.
C_LINES, C_EARNED, C_FIRST = 0, 1, 2
# So many segments stand in one cell of Y, a bit each.
BITS = 60


def standing_cells(program: Program) -> int:
    """How many cells of Y say where a customer stands: one the tier, others the segments."""
    if not program.tiers and not program.segments:
        return 0
    return 1 + -(-len(program.segments) // BITS)


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter: of each customer at a place of C, of all of them from a place of G on."""

    number: int
    term: Term
    per_customer: bool
    place: int

    @property
    def period(self) -> Period | None:
        """The calendar period it begins anew with."""
        return self.term.period


@dataclass(slots=True)
class Cells:
    """The cells a program's decisions need beside its rows."""

    layout: Layout
    # Columns of E after those of the layout.
    columns: dict[Key, int] = field(default_factory=dict)
    first: list[int] = field(default_factory=lambda: [0] * C_FIRST)
    # Rules by the cell of S, after those of the layout, that is 1 where the customer has opted in.
    opted_in: dict[str, int] = field(default_factory=dict)
    counters: dict[tuple[str, bool, Period | None], Counter] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)

    def column(self, key: Key) -> int:
        """The place of a key in E, a further one where the layout has none."""
        found = self.layout.event.places.get(key)
        if found is None:
            found = self.columns.setdefault(key, self.layout.event.width + len(self.columns))
        return found

    @property
    def width(self) -> int:
        """How many cells a row of E has."""
        return self.layout.event.width + len(self.columns)

    @property
    def state_width(self) -> int:
        """How many cells a row of S has."""
        return self.layout.customer.width + len(self.opted_in)

    def opting_in(self, rule: str) -> int:
        """The cell of S that is 1 where the customer has opted in to a rule."""
        place = self.layout.customer.width + len(self.opted_in)
        return self.opted_in.setdefault(rule, place)

    def own(self, *first: int) -> int:
        """Further cells of C, with what stands in them at first; the place of the first of them."""
        place = len(self.first)
        self.first += first
        return place

    def counter(self, term: Term) -> Counter:
        """The counter of a term; what one customer uses of it stands in C, all else in G."""
        key = (term.name, term.per_customer, term.period)
        found = self.counters.get(key)
        if found is None:
            place = len([one for one in self.counters.values() if not one.per_customer])
            if term.per_customer:
                place = self.own(NA, 0)
            number = len(self.counters)
            found = self.counters[key] = Counter(number, term, term.per_customer, place)
        return found

    @property
    def shared(self) -> tuple[Counter, ...]:
        """Those of all customers, by their place."""
        return tuple(one for one in self.counters.values() if not one.per_customer)

    def withheld(self, plan: RulePlan) -> str:
        """The cell of E that is 1 where a rule holds out."""
        return f"E[{self.column(('draw', 'holdout', plan.order, 0))}]"

    def counts(self, plan: RulePlan) -> str:
        """The test of a rule that does not hold out, to stand behind another."""
        return "" if plan.rule.holdout is None else f" and {self.withheld(plan)} == 0"

    def segment(self, name: str) -> int:
        """The cell of C that is 1 where the customer is in a segment."""
        if name not in self.segments:
            self.segments[name] = self.own(0)
        return self.segments[name]
