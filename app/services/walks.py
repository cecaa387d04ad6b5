"""A customer's way through their events: what is recorded is folded, what is new is decided."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.services.recorded import Place, RecordedEvent
from dsl import Compiled, CounterKey, Decision, Live
from dsl.meaning.events import Event


class Walk:
    """One customer's state on its way through events in the order of their places.

    It starts from a snapshot where that can be taken up, else from nothing and everything recorded.
    Recorded events are folded, never decided again. `load` gives all of them, where a program that
    takes over midway keeps something that the one before it did not.
    """

    def __init__(
        self,
        customer: str,
        snapshot: tuple[Mapping[str, Any], Place] | None,
        load: Callable[[], list[RecordedEvent]],
    ) -> None:
        self._customer = customer
        self._snapshot = snapshot
        self._load = load
        self._queue: deque[RecordedEvent] = deque()
        self._live: Live | None = None
        self._place = snapshot[1] if snapshot else None

    def starts_from_snapshot(self, compiled: Compiled, first: Place) -> bool:
        """Take up the snapshot, if there is one before the first new event that a program knows."""
        if self._snapshot is None or first < self._snapshot[1]:
            return False
        self._live = Live.restored(compiled, self._customer, self._snapshot[0])
        return self._live is not None

    def starts_from(self, recorded: Iterable[RecordedEvent], compiled: Compiled) -> None:
        """Begin with nothing, and these recorded events to fold on the way, in order."""
        self._live = self._started_again(compiled)
        self._queue = deque(recorded)
        if self._queue:
            last = self._queue[-1].place
            self._place = last if self._place is None else max(self._place, last)

    def is_late(self, place: Place) -> bool:
        """True where a later event of the customer is on record."""
        return self._place is not None and place < self._place

    def decide(self, event: Event, compiled: Compiled, used: dict[CounterKey, int]) -> Decision:
        """Decide a new event on the state just before it; `used` moves on by what it takes."""
        return self._just_before(event, compiled).decide(event, used)

    def fold(self, event: Event, compiled: Compiled) -> None:
        """Let a new event that nothing is in force for take its place."""
        self._just_before(event, compiled).fold(event)

    def finish(self) -> tuple[Compiled, dict[str, Any], Place]:
        """Fold what is left: the program it ended under, the snapshot, and the last place."""
        if self._live is None or self._place is None:
            raise AssertionError("a walk is finished after it was started and has met an event")
        for one in self._queue:
            self._live.fold(one.read(self._live.compiled.program))
        self._queue.clear()
        return self._live.compiled, self._live.snapshot(), self._place

    def _just_before(self, event: Event, compiled: Compiled) -> Live:
        place = (event.at, event.id)
        if self._live is None:
            raise AssertionError("a walk is started before it is gone")
        if compiled.hash != self._live.compiled.hash:
            self._live = self._taken_over(self._live, compiled, place)
        while self._queue and self._queue[0].place < place:
            self._live.fold(self._queue.popleft().read(compiled.program))
        self._place = place if self._place is None else max(self._place, place)
        return self._live

    def _started_again(self, compiled: Compiled) -> Live:
        return Live.again(compiled, self._customer, self._snapshot[0] if self._snapshot else None)

    def _taken_over(self, before: Live, after: Compiled, place: Place) -> Live:
        restored = Live.restored(after, self._customer, before.snapshot())
        if restored is not None:
            return restored
        fresh = self._started_again(after)
        for one in self._load():
            if one.place < place:
                fresh.fold(one.read(after.program))
        while self._queue and self._queue[0].place < place:
            self._queue.popleft()
        return fresh
