"""The live engine as decisions are measured: one event of a dict at a time, states in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dsl
from benchmarks.ours import checked_program


class Live:
    """A program with the states of its customers and the counters of its limits and budgets."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.program = checked_program(texts)
        self._compiled = dsl.compile_program(self.program)
        self._states: dict[str, dsl.CustomerState] = {}
        self._used: dict[dsl.CounterKey, int] = {}

    def decide(self, raw: Mapping[str, Any]) -> Sequence[dsl.Award]:
        """The awards of an event, which is read and checked first."""
        event = dsl.read_event(raw, self.program)
        assert isinstance(event, dsl.Event), event
        state = self._states.get(event.customer)
        if state is None:
            state = self._states[event.customer] = self._compiled.new_state()
        decision = self._compiled.decide(event, state, self._used)
        for key, taken in decision.taken.items():
            self._used[key] = self._used.get(key, 0) + taken
        return decision.awards
