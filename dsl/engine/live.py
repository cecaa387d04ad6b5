"""The emitted text over one live event: a customer's state moves on, a decision comes out.

Everything is a function of the event, the state and what the counters had used: no clock, no
database, no random source.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dsl.engine.calendar import DAY_US, FIXED_US, instant
from dsl.engine.decision import (
    REASONS,
    Award,
    CounterKey,
    Cut,
    Decision,
    FailedTest,
    Outcome,
    Working,
)
from dsl.engine.emit import emit
from dsl.engine.encode import Codes, Encoder
from dsl.engine.paying import ROW_AWARD, ROW_CUT, ROW_OUTCOME, ROW_WORKED
from dsl.engine.plan import (
    HISTORY_WIDTH,
    NA,
    ROW,
    SLOT_FIXED_TIER,
    SLOT_HISTORY,
    Plan,
    plan,
)
from dsl.meaning.types import Kind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from dsl.engine.plan import Aggregate, Counter
    from dsl.meaning.checked import Program
    from dsl.meaning.events import Event

# No window's start goes back by more.
SPAN = 2 * DAY_US
WANT_STATE, WANT_AWARDS, WANT_REASONS = 0, 1, 3


@dataclass(slots=True)
class CustomerState:
    """What a program keeps of one customer: the row S, the history H, and texts by code.

    `last` is the instant and id of the last event it has seen.
    """

    row: list[int]
    history: list[int]
    codes: Codes
    last: tuple[int, str] | None = None


def compile_program(program: Program) -> Compiled:
    """Plan a checked program, write its text and make it runnable."""
    layout = plan(program)
    return Compiled(layout, emit(layout))


class Compiled:
    """A program ready to decide; `text` is what runs, `hash` tells programs that run alike."""

    def __init__(self, layout: Plan, text: str) -> None:
        self.plan = layout
        self.program = layout.program
        self.text = text
        places = (layout.fields, layout.item_fields, layout.texts, layout.aggregates)
        self.hash = hashlib.sha256(f"{text}{places!r}".encode()).hexdigest()
        self.encoder = Encoder(layout)
        self._output_size = layout.output_size()

    @cached_property
    def decide_cells(self) -> Callable[..., int]:
        """The emitted function; see dsl/engine/emit.py for its arguments."""
        names: dict[str, Any] = {"__builtins__": {}}
        # The text holds integers and our own names only, nothing a user wrote.
        exec(compile(self.text, "<rules>", "exec"), names)  # noqa: S102
        return names["decide"]  # type: ignore[no-any-return]

    def new_row(self) -> list[int]:
        """The row S of a customer nothing is known of."""
        row = [0] * self.plan.slots
        for aggregate in self.plan.aggregates:
            if aggregate.kind in ("attribute", "this", "previous"):
                row[aggregate.slot] = NA
        return row

    def new_state(self, fixed_tier: str | None = None) -> CustomerState:
        """A customer before any event; a fixed tier neither rises nor falls."""
        state = CustomerState(self.new_row(), [], Codes(self.plan.text_codes))
        self._fix_tier(state, fixed_tier)
        return state

    def started_again(self, snapshot: Mapping[str, Any] | None) -> CustomerState:
        """A customer before any event, with what no event gave and a snapshot holds: a tier."""
        return self.new_state(snapshot["fixed_tier"] if snapshot else None)

    def _fix_tier(self, state: CustomerState, name: str | None) -> None:
        """A tier that this program does not know leaves the customer to the others."""
        ranks = [tier.rank for tier in self.program.tiers if tier.name == name]
        state.row[SLOT_FIXED_TIER] = ranks[0] + 1 if ranks else 0

    def fold(self, event: Event, state: CustomerState) -> None:
        """Move the state on by an event that is not decided (again)."""
        self._run(event, state, WANT_STATE, (), [0])

    def tier(self, state: CustomerState, at: dt.datetime) -> str | None:
        """The tier as settled at an instant not before the state's last event."""
        tick, output = self.encoder.tick(instant(at)), [0]
        # On a copy: the passing of time is written again by the next event.
        row = list(state.row)
        self.decide_cells(tick, 0, (), 0, 0, row, 0, state.history, 0, (), output, WANT_STATE)
        return self.program.tier_name(output[0])

    def counters(self, event: Event) -> tuple[CounterKey, ...]:
        """What the event may draw on, in the order in which locks are taken."""
        at = instant(event.at)
        return tuple(sorted(self._key(c, event, at) for c in self.plan.counters_on(event.type)))

    def _key(self, counter: Counter, event: Event, at: int) -> CounterKey:
        allowance = counter.allowance
        holder = event.customer if allowance.scope == "limit" else ""
        period = self.encoder.period(at, allowance.period)
        return CounterKey(allowance.scope, allowance.name, holder, period)

    def decide(
        self, event: Event, state: CustomerState, used: Mapping[CounterKey, int]
    ) -> Decision:
        """Decide one event; the state moves on, what was used up stands in the decision."""
        at = instant(event.at)
        budgets = [0] * self.plan.budgets
        drawn = []
        for counter in self.plan.counters_on(event.type):
            cells = state.row if counter.allowance.scope == "limit" else budgets
            key = self._key(counter, event, at)
            cells[counter.cell], cells[counter.cell + 1] = key.period, used.get(key, 0)
            drawn.append((key, cells, counter.cell + 1))
        output = [0] * self._output_size
        size = self._run(event, state, WANT_REASONS, budgets, output)
        taken = {
            key: cells[cell] - used.get(key, 0)
            for key, cells, cell in drawn
            if cells[cell] != used.get(key, 0)
        }
        return self.decision(event.id, event.customer, output[:size], taken)

    def _run(
        self,
        event: Event,
        state: CustomerState,
        want: int,
        budgets: Sequence[int],
        output: list[int],
    ) -> int:
        at = instant(event.at)
        row = self.encoder.row(event, at, state.codes)
        lines = self.encoder.lines(event.items, state.codes)
        count = len(lines) // len(self.plan.item_fields) if lines else 0
        if self.plan.keeps_history:
            state.history.extend((0,) * HISTORY_WIDTH)
        size = self.decide_cells(
            row, 0, lines, 0, count, state.row, 0, state.history, 0, budgets, output, want
        )
        del state.history[HISTORY_WIDTH * state.row[SLOT_HISTORY] :]
        state.last = (at, event.id)
        return size

    def decision(
        self,
        event_id: str,
        customer: str,
        cells: Sequence[int],
        taken: Mapping[CounterKey, int],
    ) -> Decision:
        """The decision that cells of O say."""
        awards: list[Award] = []
        outcomes: dict[int, Outcome] = {}
        workings: dict[int, list[Working]] = {}
        cuts: dict[int, list[Cut]] = {}
        for start in range(1, len(cells), ROW):
            kind, index, *rest = cells[start : start + ROW]
            rule = self.program.rules[index]
            if kind == ROW_AWARD:
                reward, amount = rest[:2]
                unit = rule.rewards[reward].unit
                awards.append(Award(rule.name, reward, customer, unit.name, amount, unit.precision))
            elif kind == ROW_OUTCOME:
                code, part, left, right = rest[:4]
                test = FailedTest(part, _known(left), _known(right)) if part >= 0 else None
                outcomes[index] = Outcome(rule.name, REASONS[code], test)
            elif kind == ROW_WORKED:
                reward, worked, base = rest[:3]
                workings.setdefault(index, []).append(Working(reward, _known(base), worked, 0))
            elif kind == ROW_CUT:
                number, reward, used, wanted, granted = rest
                name = self.plan.counters[number].allowance.name
                cuts.setdefault(index, []).append(Cut(name, reward, used, wanted, granted))
        paid = {(award.rule, award.reward): award.amount for award in awards}
        return Decision(
            event_id=event_id,
            customer=customer,
            tier=self.program.tier_name(cells[0]),
            awards=tuple(awards),
            outcomes=tuple(
                Outcome(
                    outcome.rule,
                    outcome.reason,
                    outcome.test,
                    tuple(
                        Working(w.reward, w.base, w.worked, paid.get((outcome.rule, w.reward), 0))
                        for w in workings.get(index, ())
                    ),
                    tuple(cuts.get(index, ())),
                )
                for index, outcome in sorted(outcomes.items())
            ),
            taken=dict(taken),
        )

    def snapshot(self, state: CustomerState) -> dict[str, Any]:
        """The state as JSON holds it: aggregates by key, and the history still looked at."""
        first = self._first_kept(state)
        fixed = state.row[SLOT_FIXED_TIER]
        return {
            "aggregates": {a.key: self._saved(a, state, first) for a in self.plan.aggregates},
            "history": state.history[HISTORY_WIDTH * first :],
            "fixed_tier": self.program.tier_name(fixed - 1) if fixed else None,
            "last": list(state.last) if state.last else None,
        }

    def _first_kept(self, state: CustomerState) -> int:
        """The first purchase that a window looks at, or may look at again.

        The start of a window by the calendar can go back: by less than a day where days are
        clipped to a month's end, and by as much as a clock is set back.
        """
        windows = [a for a in self.plan.aggregates if a.kind == "last"]
        first = min((state.row[a.slot] for a in windows), default=0)
        starts = [
            self.encoder.before(state.last[0], a.count, a.name)
            for a in windows
            if a.name not in FIXED_US and state.last is not None
        ]
        while starts and first and state.history[HISTORY_WIDTH * (first - 1)] > min(starts) - SPAN:
            first -= 1
        return first

    def _saved(
        self, aggregate: Aggregate, state: CustomerState, first: int
    ) -> list[int | str | None]:
        cells: list[int | str | None] = list(
            state.row[aggregate.slot : aggregate.slot + aggregate.size]
        )
        if aggregate.kind == "last":
            cells[0] = state.row[aggregate.slot] - first
        elif aggregate.kind == "attribute":
            value = state.row[aggregate.slot]
            if value == NA:
                return [None]
            if _is_text(aggregate):
                return [state.codes.text(value)]
        return cells

    def restore(self, snapshot: Mapping[str, Any]) -> CustomerState | None:
        """The state a snapshot holds, or None where this program keeps something it lacks."""
        saved = snapshot["aggregates"]
        state = self.new_state()
        for aggregate in self.plan.aggregates:
            if aggregate.key not in saved:
                return None
            cells = list(saved[aggregate.key])
            if aggregate.kind == "attribute":
                value = cells[0]
                if value is None:
                    cells = [NA]
                elif _is_text(aggregate):
                    cells = [state.codes.code(value)]
            state.row[aggregate.slot : aggregate.slot + aggregate.size] = cells
        if self.plan.keeps_history:
            state.history = list(snapshot["history"])
        state.row[SLOT_HISTORY] = len(state.history) // HISTORY_WIDTH
        self._fix_tier(state, snapshot["fixed_tier"])
        last = snapshot["last"]
        state.last = (last[0], last[1]) if last else None
        return state


def _known(value: int) -> int | None:
    return None if value == NA else value


def _is_text(aggregate: Aggregate) -> bool:
    return aggregate.type is not None and aggregate.type.kind in (Kind.TEXT, Kind.CUSTOMER)
