"""The evaluators a case can be run against, each from its own beginnings."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from bisect import insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import dsl
from app.services.cases.case import AwardLine, Case, Opening, RefusalLine, instant
from app.services.cases.outcome import Actual, Difference
from app.services.errors import NotFound
from dsl.meaning.checked import Program
from dsl.meaning.events import Event, canonical_content, read_recorded

REFERENCE = Path(__file__).parents[3] / "tests" / "reference.py"
# An imported customer is a profile event before all others of that customer.
BEFORE_ALL = "1900-01-01T00:00:00+00:00"


class Engine(Protocol):
    """An evaluator of cases."""

    def run(self, case: Case, programs: Sequence[Program]) -> Actual:
        """What comes of a case whose texts, version by version, are these checked programs."""
        ...


def refused_event(event_id: object, problems: Sequence[dsl.FieldProblem]) -> Difference:
    """The difference of an event that cannot be read."""
    texts = "; ".join(f"{problem.field}: {dsl.render_field(problem)}" for problem in problems)
    return Difference("event %(id)s: %(problems)s", {"id": event_id, "problems": texts})


def profile_of(opening: Opening, program: Program) -> dict[str, Any]:
    """A customer's opening attributes as a profile event; a date of joining is its midnight."""
    raw = {name: v for name, v in opening.given.items() if name not in program.units}
    if opening.joined is not None:
        joined = dt.datetime.fromisoformat(opening.joined)
        if joined.tzinfo is None:
            joined = joined.replace(tzinfo=ZoneInfo(program.timezone))
        raw["joined"] = joined.isoformat()
    return {
        **raw,
        "id": f"opening {opening.id}",
        "type": "profile",
        "at": BEFORE_ALL,
        "customer": opening.id,
    }


def opening_balances(opening: Opening, program: Program) -> dict[str, Decimal]:
    """What a customer has of each unit before the first event."""
    return {name: Decimal(v) for name, v in opening.given.items() if name in program.units}


# --- the compiled evaluator -----------------------------------------------------------------


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
            self.refusals.append(RefusalLine(event.id, None, "conflict"))
        if known != content or any(e[1] == event.id for e in self._customer(event).events):
            return
        customer = self._customer(event)
        place = (event.at, event.id)
        late = bool(customer.events) and place < customer.events[-1][:2]
        if compiled is not None:
            before = [e for e in customer.events if e[:2] < place]
            state = self._state(customer, compiled, before, fresh=late)
            self._note(event, compiled.decide(event, state, self.used))
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
        if len(opening) > len(("id", "type", "at", "customer")):
            compiled.fold(read_recorded(opening, compiled.program), state)
        for _, _, raw in before:
            compiled.fold(read_recorded(raw, compiled.program), state)
        customer.state, customer.under = state, compiled
        return state

    def _note(self, event: Event, decision: dsl.Decision) -> None:
        for key, amount in decision.taken.items():
            self.used[key] = self.used.get(key, 0) + amount
        self.awards += [
            AwardLine(event.id, None, a.rule, a.customer, a.unit, _amount(a.amount, a.precision))
            for a in decision.awards
        ]
        self.refusals += [
            RefusalLine(event.id, outcome.rule, outcome.reason)
            for outcome in decision.outcomes
            if outcome.reason not in (None, "nothing")
        ]

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


def _amount(amount: int, precision: int) -> Decimal:
    return Decimal(amount).scaleb(-precision)


# --- the reference --------------------------------------------------------------------------


def load_reference(path: Path = REFERENCE) -> ModuleType:
    """The module of the naive evaluator, which stands in a checkout beside the tests."""
    spec = importlib.util.spec_from_file_location("tally_reference", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise NotFound("The reference evaluator, %(path)s, comes with a checkout.", path=str(path))
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class ReferenceEngine:
    """The naive evaluator of a checkout."""

    def __init__(self, path: Path = REFERENCE) -> None:
        self._module = load_reference(path)

    def run(self, case: Case, programs: Sequence[Program]) -> Actual:
        """What the reference decides, event by event in the order of delivery."""
        reference = self._module.Reference([(v.starts, v.text) for v in case.versions])
        for opening in case.customers:
            profile = profile_of(opening, programs[0])
            for key in ("id", "type", "at", "customer"):
                profile.pop(key)
            balances = opening_balances(opening, programs[0])
            reference.open(opening.id, profile, opening.tier, balances)
        decisions = {}
        conflicts = []
        for raw in case.events:
            decision = reference.decide(raw)
            if any(refusal.rule is None for refusal in decision.refusals):
                conflicts += decision.refusals
            else:
                decisions[raw["id"]] = decision
        refusals = [r for d in decisions.values() for r in d.refusals] + conflicts
        ends = case.ends
        return Actual(
            [
                AwardLine(a.event, None, a.rule, a.customer, a.unit, _decimal(a.amount))
                for decision in decisions.values()
                for a in decision.awards
            ],
            {c: {u: _decimal(n) for u, n in h.items()} for c, h in reference.balances().items()},
            reference.tiers(ends) if ends is not None else {},
            [RefusalLine(r.event, r.rule, r.reason) for r in refusals],
        )


def _decimal(amount: Any) -> Decimal:  # noqa: ANN401 - a Fraction whose denominator divides a power of ten
    return Decimal(amount.numerator) / Decimal(amount.denominator)
