"""The typed plan: what a checked program needs from an event, keeps of a customer, and counts.

A plan gives every value a place. An event is one row E of integers (`fields`), its lines rows of I
(`item_fields`), a customer's state one row S (`slots`), the purchases that windows still look at
rows of H, and what budgets have used G. Absent is NA; a text is its code, from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from dsl.engine.calendar import DAY_US, FIXED_US, from_local
from dsl.meaning import checked
from dsl.meaning.types import Type
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.meaning.checked import Allowance, Program

NA = -(1 << 62)
# Beyond 18 digits a number is refused as `overflow`, never stored (docs/language.md, section 1).
LARGEST = 10**18 - 1
MONEY_DECIMALS = 4

# Rows of S before the first aggregate: how many rows of H are the customer's, and a fixed tier
# (its rank + 1; 0 where the tier follows from what was spent).
SLOT_HISTORY, SLOT_FIXED_TIER, FIRST_SLOT = 0, 1, 2
# A row of H: when, and the amount.
HISTORY_WIDTH = 2
# A row of O: what it is, the index of its rule, and five cells more.
ROW = 7
# The first two columns of E: the code of the event's type (0: none the plan knows), and `at`.
FIELD_TYPE, FIELD_AT, FIRST_FIELD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an event's row, and where it comes from.

    attribute: the event's attribute `name`; local: a part of its wall-clock time; period: the index
    of its calendar period `name`; ago: the instant `count` calendar units `name` before it.
    """

    source: Literal["attribute", "local", "period", "ago"]
    name: str
    type: Type | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What the state keeps, in `size` slots from `slot`; `key` names its meaning for good.

    attribute: the customer's value · last: tail and sum · this: period and sum · previous: period,
    its sum, and the sum of the one before · since, ever: sum.
    """

    kind: Literal["attribute", "last", "this", "previous", "since", "ever"]
    key: str
    slot: int
    size: int
    name: str = ""
    type: Type | None = None
    count: int = 0
    start: int = 0


@dataclass(frozen=True, slots=True)
class Counter:
    """An allowance's place: two cells, its period and what is used in it, in S or in G.

    `rule` is the index of its rule, None for the program's own; `period_field` is the column of E
    that holds the period's index, None where it is for ever.
    """

    allowance: Allowance
    rule: int | None
    cell: int
    period_field: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the emitter writes from and the encoders fill."""

    program: Program
    types: dict[str, int]
    fields: tuple[Field, ...]
    item_fields: tuple[checked.ItemField, ...]
    texts: tuple[str, ...]
    aggregates: tuple[Aggregate, ...]
    counters: tuple[Counter, ...]
    slots: int
    budgets: int
    field_index: dict[Field, int] = field(default_factory=dict)
    item_index: dict[str, int] = field(default_factory=dict)
    text_codes: dict[str, int] = field(default_factory=dict)

    @property
    def keeps_history(self) -> bool:
        """True where a window needs the single purchases, not only their sum."""
        return any(a.kind == "last" for a in self.aggregates)

    def rules_on(self, event_type: str) -> list[int]:
        """The indexes of the rules on an event type, in text order."""
        return [i for i, rule in enumerate(self.program.rules) if event_type in rule.events]

    def counters_on(self, event_type: str) -> list[Counter]:
        """The allowances an event of a type may draw on."""
        rules = set(self.rules_on(event_type))
        return [c for c in self.counters if rules and (c.rule is None or c.rule in rules)]

    def output_size(self) -> int:
        """The most cells of O one event can write."""
        rewards = sum(len(rule.rewards) for rule in self.program.rules)
        rows = len(self.program.rules) + 2 * rewards + len(self.counters) * (1 + rewards)
        return 1 + (rows + 1) * ROW


def aggregate_key(window: ast.Window, timezone: str) -> str:
    """The lasting name of what is spent in a window; by the calendar it is a timezone's own."""
    match window:
        case ast.Last(duration) if duration.unit in FIXED_US:
            return f"spent last {duration.count} {duration.unit}"
        case ast.Last(duration):
            return f"spent last {duration.count} {duration.unit} in {timezone}"
        case ast.This(period):
            return f"spent this {period} in {timezone}"
        case ast.Previous(period):
            return f"spent previous {period} in {timezone}"
        case ast.Since(date):
            return f"spent since {date.value.isoformat()} in {timezone}"
        case ast.Ever():
            return "spent ever"


def walk(node: Any) -> Iterator[Any]:  # noqa: ANN401 - any typed node, by its dataclass fields
    """The node and all typed nodes below it, parents first."""
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)
    elif is_dataclass(node) and not isinstance(node, Type):
        yield node
        for part in fields(node):
            yield from walk(getattr(node, part.name))


def plan(program: Program) -> Plan:
    """Give every value of a checked program its place."""
    builder = _Builder(program)
    builder.collect()
    return builder.build()


class _Builder:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.zone = ZoneInfo(program.timezone)
        self.types: dict[str, int] = {}
        self.fields: dict[Field, int] = {}
        self.items: dict[str, checked.ItemField] = {}
        self.texts: dict[str, int] = {}
        self.aggregates: dict[str, Aggregate] = {}
        self.counters: list[Counter] = []
        self.next_slot = FIRST_SLOT
        self.next_budget = 0

    def collect(self) -> None:
        for tier in self.program.tiers:
            for option in tier.options:
                for spent in option:
                    self.window(spent.window)
        for rule in self.program.rules:
            for event in rule.events:
                self.event_type(event)
            for node in walk((rule.where, tuple(reward.form for reward in rule.rewards))):
                self.node(node)
        # Aggregates come before the counters, which are no part of a snapshot.
        for index, rule in enumerate(self.program.rules):
            for allowance in rule.allowances:
                self.counter(allowance, index)
        for allowance in self.program.allowances:
            self.counter(allowance, None)

    def node(self, node: object) -> None:
        match node:
            case checked.EventField():
                self.field(Field("attribute", node.name, node.type))
            case checked.CustomerField():
                self.attribute(node)
            case checked.ItemField():
                self.items.setdefault(node.name, node)
            case checked.Calendar():
                self.field(Field("local", node.part))
            case checked.ItemCount() | checked.ItemTest():
                # A test may ask nothing of a line; its lines are there to be counted all the same.
                self.item("quantity")
            case checked.ItemTotal():
                self.item("amount")
            case checked.Const() if isinstance(node.value, str):
                self.texts.setdefault(node.value, len(self.texts) + 1)
            case _:
                pass

    def event_type(self, name: str) -> None:
        self.types.setdefault(name, len(self.types) + 1)

    def field(self, wanted: Field) -> int:
        return self.fields.setdefault(wanted, len(self.fields) + FIRST_FIELD)

    def item(self, name: str) -> None:
        info = self.program.item_attributes[name]
        self.items.setdefault(name, checked.ItemField(name, type=info.type))

    def attribute(self, node: checked.CustomerField) -> None:
        """Keep a customer's attribute, which profile events set (section 2)."""
        key = f"customer {node.name} {node.type.kind.value} {node.type.decimals}"
        for event in ("profile", "signup", "referral"):
            self.event_type(event)
        self.field(Field("attribute", node.name, node.type))
        self.aggregate("attribute", key, 1, name=node.name, type=node.type)

    def window(self, window: ast.Window) -> None:
        self.event_type("purchase")
        amount = self.program.events["purchase"].attributes["amount"].type
        self.field(Field("attribute", "amount", amount))
        key = aggregate_key(window, self.program.timezone)
        match window:
            case ast.Last(duration):
                if duration.unit not in FIXED_US:
                    self.field(Field("ago", duration.unit, count=duration.count))
                self.aggregate("last", key, 2, name=duration.unit, count=duration.count)
            case ast.This(period):
                self.field(Field("period", period))
                self.aggregate("this", key, 2, name=period)
            case ast.Previous(period):
                self.field(Field("period", period))
                self.aggregate("previous", key, 3, name=period)
            case ast.Since(date):
                days = date.value.toordinal() - 719_163
                start = from_local(days * DAY_US, self.zone)
                self.aggregate("since", key, 1, start=start)
            case ast.Ever():
                self.aggregate("ever", key, 1)

    def aggregate(
        self,
        kind: Literal["attribute", "last", "this", "previous", "since", "ever"],
        key: str,
        size: int,
        *,
        name: str = "",
        type: Type | None = None,  # noqa: A002 - the field's own name
        count: int = 0,
        start: int = 0,
    ) -> None:
        if key in self.aggregates:
            return
        self.aggregates[key] = Aggregate(kind, key, self.next_slot, size, name, type, count, start)
        self.next_slot += size

    def counter(self, allowance: Allowance, rule: int | None) -> None:
        period = self.field(Field("period", allowance.period)) if allowance.period else None
        if allowance.scope == "limit":
            cell, self.next_slot = self.next_slot, self.next_slot + 2
        else:
            cell, self.next_budget = self.next_budget, self.next_budget + 2
        self.counters.append(Counter(allowance, rule, cell, period))

    def build(self) -> Plan:
        items = tuple(self.items.values())
        return Plan(
            program=self.program,
            types=self.types,
            fields=tuple(self.fields),
            item_fields=items,
            texts=tuple(self.texts),
            aggregates=tuple(self.aggregates.values()),
            counters=tuple(self.counters),
            slots=self.next_slot,
            budgets=self.next_budget,
            field_index=self.fields,
            item_index={node.name: i for i, node in enumerate(items)},
            text_codes=self.texts,
        )
