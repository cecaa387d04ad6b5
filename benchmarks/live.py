"""The live engine as decisions are measured: one event of a dict at a time, states in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dsl
from benchmarks.ours import checked_program


class Live:
    """A program with the state of all its customers and counters."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.program = checked_program(texts)
        self._book = dsl.Book([(None, dsl.compile_program(self.program))], why=False)

    def decide(self, raw: Mapping[str, Any]) -> Sequence[dsl.Award]:
        """The awards of an event, which is read and checked first, and of what follows from it."""
        event = dsl.read_event(raw, self.program)
        assert isinstance(event, dsl.Event), event
        return [award for decision in self._book.step(event) for award in decision.awards]
