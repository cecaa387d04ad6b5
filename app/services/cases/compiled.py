"""Cases on the compiled evaluator: one event after the other, state and counters in memory."""

from __future__ import annotations

import datetime as dt
from bisect import insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import dsl
from app.services.cases.case import AwardLine, Case, Opening, RefusalLine, instant
from app.services.cases.engines import (
    IDENTITY,
    award_lines,
    conflict,
    opening_balances,
    profile_of,
    refusal_lines,
    refused_event,
)
from app.services.cases.outcome import Actual, Difference
from dsl.meaning.checked import Program
from dsl.meaning.events import Event, canonical_content, read_recorded


@dataclass(slots=True)
class _Customer:
    """One customer on the way: events in order with what was sent, and the state after them."""

    opening: Opening
    events: list[tuple[dt.datetime, str, Mapping[str, Any]]] = field(default_factory=list)
    state: dsl.CustomerState | None = None
    under: dsl.Compiled | None = None


class CompiledEngine:
    """The engine's live evaluator, each version compiled once."""

    def run(self, case: Case, programs: Sequence[Program]) -> Actual:
        """What the compiled program decides, event by event in the order of delivery."""
        return _CompiledRun(case, programs).actual()


class _CompiledRun:
    def __init__(self, case: Case, programs: Sequence[Program]) -> None:
        self.case = case
        self.versions = [
            (version.starts, dsl.compile_program(program))
            for version, program in zip(case.versions, programs, strict=True)
        ]
        self.customers = {opening.id: _Customer(opening) for opening in case.customers}
        self.used: dict[dsl.CounterKey, int] = {}
        self.seen: dict[str, str] = {}
        self.awards: list[AwardLine] = []
        self.refusals: list[RefusalLine] = []
        self.problems: list[Difference] = []

    def actual(self) -> Actual:
        for raw in self.case.events:
            self._decide(raw)
        return Actual(self.awards, self._balances(), self._tiers(), self.refusals, self.problems)

    def _version(self, at: dt.datetime) -> dsl.Compiled | None:
        in_force = [c for starts, c in self.versions if starts is None or starts <= at]
        return in_force[-1] if in_force else None

    def _decide(self, raw: Mapping[str, Any]) -> None:
        earliest = self.versions[0][1]
        event = dsl.read_event(raw, earliest.program)
        at = event.at if isinstance(event, Event) else instant(raw.get("at"))
        compiled = self._version(at) if at is not None else None
        event = dsl.read_event(raw, (compiled or earliest).program)
        if not isinstance(event, Event):
            self.problems.append(refused_event(raw.get("id"), event))
            return
        content = canonical_content(event)
        known = self.seen.setdefault(event.id, content)
        if known != content:
            self.refusals.append(conflict(event.id))
        if known != content or any(e[1] == event.id for e in self._customer(event).events):
            return
        customer = self._customer(event)
        place = (event.at, event.id)
        late = bool(customer.events) and place < customer.events[-1][:2]
        if compiled is not None:
            before = [e for e in customer.events if e[:2] < place]
            state = self._state(customer, compiled, before, fresh=late)
            self._note(compiled.decide(event, state, self.used))
        insort(customer.events, (*place, raw), key=lambda e: e[:2])
        if late or compiled is None:
            customer.state = None

    def _customer(self, event: Event) -> _Customer:
        nobody = Opening(event.customer, None, None, {})
        return self.customers.setdefault(event.customer, _Customer(nobody))

    def _state(
        self,
        customer: _Customer,
        compiled: dsl.Compiled,
        before: Sequence[tuple[dt.datetime, str, Mapping[str, Any]]],
        *,
        fresh: bool = False,
    ) -> dsl.CustomerState:
        """The customer's state after some events, folded again where it has to be."""
        if customer.state is not None and customer.under is not None and not fresh:
            if customer.under is compiled:
                return customer.state
            taken_over = compiled.restore(customer.under.snapshot(customer.state))
            if taken_over is not None:
                customer.state, customer.under = taken_over, compiled
                return taken_over
        state = compiled.new_state(customer.opening.tier)
        opening = profile_of(customer.opening, compiled.program)
        if opening.keys() - set(IDENTITY):
            compiled.fold(read_recorded(opening, compiled.program), state)
        for _, _, raw in before:
            compiled.fold(read_recorded(raw, compiled.program), state)
        customer.state, customer.under = state, compiled
        return state

    def _note(self, decision: dsl.Decision) -> None:
        for key, amount in decision.taken.items():
            self.used[key] = self.used.get(key, 0) + amount
        self.awards += award_lines(decision)
        self.refusals += refusal_lines(decision)

    def _balances(self) -> dict[str, dict[str, Decimal]]:
        held: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        program = self.versions[-1][1].program
        for customer in self.customers.values():
            for unit, amount in opening_balances(customer.opening, program).items():
                held[customer.opening.id][unit] += amount
        for award in self.awards:
            if isinstance(award.value, Decimal):
                held[award.customer][award.unit] += award.value
        return held

    def _tiers(self) -> dict[str, str | None]:
        ends = self.case.ends
        compiled = self._version(ends) if ends is not None else None
        if ends is None or compiled is None:
            return {}
        return {
            name: compiled.tier(self._state(customer, compiled, customer.events), ends)
            for name, customer in self.customers.items()
        }
