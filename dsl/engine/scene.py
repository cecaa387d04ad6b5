"""What a decision is made on: one cause, one customer, the rows its text runs over."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsl.engine.cells import NA
from dsl.meaning.types import Exact, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import Customer
    from dsl.engine.decision import CounterKey, Outcome
    from dsl.meaning import checked
    from dsl.text.ast import Period


@dataclass(slots=True)
class Cause:
    """What is decided: an event, a timer, or what follows from either.

    `event` is the event's id, None for timers and derived events; `root` is the id of the event, or
    of the timer, it all began with. `draw` is what draws are made of.
    """

    at: int
    event: str | None
    root: str
    draw: str
    is_derived: bool = False


@dataclass(slots=True)
class Scene:
    """The rows, and what rules have drawn on so far in this decision.

    `counted` are allowances of events that this event counts in already. `taken` is what was added
    to counters, `seen` what those that were looked at held before.
    """

    compiled: Compiled
    customer: Customer
    cause: Cause
    event: list[int]
    lines: list[int]
    scratch: list[int]
    used: Mapping[CounterKey, int]
    secret: bytes
    others: Callable[[str], Customer]
    why: bool = False
    # The first guard whose condition is true, and what it does with the event.
    guard_name: str | None = None
    is_guarded: bool = False
    is_held: bool = False
    is_rejected: bool = False
    # The event with its amount's sign turned, of a refund without an original.
    turned: list[int] | None = None
    # Who ranks, by the name of a reward's plan, where its audience is `top` or `at random`.
    chosen: Mapping[str, frozenset[str]] | None = None
    counted: set[CounterKey] = field(default_factory=set)
    taken: dict[CounterKey, int] = field(default_factory=dict)
    held: dict[tuple[str, str], int] = field(default_factory=dict)
    seen: dict[CounterKey, int] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def at(self) -> int:
        """The instant of the decision."""
        return self.cause.at

    @property
    def rows(self) -> tuple[list[int], list[int], list[int], list[int], list[int], list[int]]:
        """E, I, S, H, K and X."""
        customer = self.customer
        return (
            self.event,
            self.lines,
            customer.row,
            customer.history,
            customer.lines,
            self.scratch,
        )

    def counter(self, key: CounterKey) -> int:
        """What a counter holds, this decision's own included."""
        found = self.seen.get(key)
        if found is None:
            found = self.seen[key] = self.used.get(key, 0)
        return found + self.taken.get(key, 0)

    def take(self, key: CounterKey, amount: int) -> None:
        """Add to a counter."""
        if key not in self.seen:
            self.counter(key)
        self.taken[key] = self.taken.get(key, 0) + amount

    def balance(self, customer: str, unit: str) -> int:
        """What was spendable of a unit just before this decision; a refund sees it again."""
        key = (customer, unit)
        found = self.held.get(key)
        if found is None:
            found = self.held[key] = self.others(customer).balance(unit)
        return found

    def period(self, period: Period | None) -> int:
        """The index of the calendar period of the decision; 0 where it is for ever."""
        if period is None:
            return 0
        return self.compiled.clock.period(self.cause.at, period)

    def gross(self) -> int:
        """What discounts can still fill, in the currency's precision."""
        place = self.compiled.layout.event.places.get(("attribute", "gross"))
        cell = NA if place is None else self.event[place]
        if cell == NA or cell < 0:
            return 0
        type_ = self.compiled.program.events["purchase"].attributes["gross"].type
        return cell * int(10**self.compiled.money_decimals) // int(10**type_.decimals)

    def mark(self, attribute: checked.EventField, place: int | None) -> str | None:
        """The value that `once per` marks, as a text; None where it is absent."""
        return mark(self.compiled, attribute, place, self.event, self.customer.id)

    def draws(self, purpose: str, rule: str, share: Exact, of: str | None = None) -> bool:
        """True where a draw is below a share."""
        number = self.draw(purpose, rule, of)
        return number * int(10**share.decimals) < share.value << 64

    def draw(self, purpose: str, rule: str, of: str | None = None) -> int:
        """A draw as a fraction of 2**64 (section 4, step 4)."""
        return draw(self.secret, purpose, rule, self.cause.draw if of is None else of)


def mark(
    compiled: Compiled,
    attribute: checked.EventField,
    place: int | None,
    event: list[int],
    customer: str,
) -> str | None:
    """The value of an event's attribute as a text; None where it is absent."""
    if attribute.name == "customer":
        return customer
    cell = NA if place is None else event[place]
    if cell == NA:
        return None
    if attribute.type.kind in (Kind.TEXT, Kind.CUSTOMER):
        return compiled.codes.text(cell)
    return str(cell)


def draw(secret: bytes, purpose: str, rule: str, of: str) -> int:
    """The first 8 bytes of HMAC-SHA-256 of `purpose NUL rule NUL id` (section 4, step 4)."""
    message = f"{purpose}\0{rule}\0{of}".encode()
    return int.from_bytes(hmac.digest(secret, message, "sha256")[:8], "big")


def fallen_on(number: int, shares: Iterable[Exact]) -> int:
    """The place of the share a draw falls on, one after the other; behind all where on none."""
    upto, place = Exact(0), 0
    for share in shares:
        decimals = max(upto.decimals, share.decimals)
        scaled = [one.value * int(10 ** (decimals - one.decimals)) for one in (upto, share)]
        upto = Exact(sum(scaled), decimals)
        if number * int(10**decimals) < upto.value << 64:
            break
        place += 1
    return place
