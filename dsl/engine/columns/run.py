"""A program's fold over the rows of a history: awards collected, the latest decisions explained."""

from __future__ import annotations

from collections import deque
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from dsl.engine.book import Book
from dsl.engine.columns.balance import Balance, balances
from dsl.engine.columns.by_text import NotByTextError, TooLargeError
from dsl.engine.columns.collected import Collected, Names
from dsl.engine.columns.edited import Edit, decide_edited
from dsl.engine.columns.encode import HistoryEncoder
from dsl.engine.columns.events import PastEvent, Readers
from dsl.engine.columns.folding import fold, without_rules
from dsl.engine.columns.order import of_rows
from dsl.engine.columns.parted import MOST_CORRECTED, Noted, parts
from dsl.engine.columns.prepared import is_quick
from dsl.engine.columns.quick import Quick
from dsl.engine.columns.shared import SharedUse
from dsl.engine.columns.span import Sample, Span
from dsl.engine.columns.text_run import decide_by_text
from dsl.engine.encode import Attributes, Codes
from dsl.engine.entries import CORRECTING, Entry
from dsl.engine.native.fitting import is_fit
from dsl.engine.native.llvm import is_there

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping, Sequence

    from dsl.engine.columns.awards import Awards
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.dry_run import DryRun
    from dsl.engine.columns.history import History
    from dsl.engine.compiled import Compiled
    from dsl.engine.decision import CounterKey, Decision
    from dsl.meaning.events import Event

    Progress = Callable[[int, int], None]

# How a run is done: as is best; the text by LLVM, or by CPython; over columns, or by a book, of
# which the better is "python".
Way = Literal["auto", "native", "text", "quick", "book", "python"]
BY_TEXT: tuple[Way, ...] = ("native", "text")
# About what it takes to compile a reward; an event, by the book; a reward of an event, by CPython.
SECONDS_COMPILED, SECONDS_AN_EVENT, SECONDS_A_REWARD = 5e-3, 1e-4, 3e-7
# The text asks all rules of an event, the book those that its index finds: of more it is faster.
MOST_BY_TEXT = 128
PROGRESS_EVERY = 4096
OTHER_SAMPLES = 4
# Reasons are worked out for the last events alone: so many, or one part in so many of them.
REASONED, REASONED_PART, REASONED_QUICKLY = 100, 8, 400


class Run:
    """One program over one history; without a book where the program is a plain one."""

    def __init__(
        self,
        compiled: Compiled,
        history: History,
        secret: bytes,
        progress: Progress | None,
        *,
        way: Way = "auto",
    ) -> None:
        self.history, self.secret, self.progress = history, secret, progress
        self._compiled = compiled
        own = copy(compiled)
        own.codes = Codes(compiled.layout.texts)
        own.encoder = HistoryEncoder(compiled.layout, compiled.clock, own.codes, history)
        own.attributes = Attributes(compiled.layout, own.codes)
        self.compiled = own
        self._asked, self.way = way, way_of(own, history, way)
        self.awards: Awards | None = None
        # What others than the customers of the history drew on; nobody where it has all of them.
        self.shared: list[SharedUse] = []
        # The same of all events, of a run that knows it, once it is done.
        self.used: Callable[[], Sequence[SharedUse]] | None = None
        # Where a part of it is of a run of before: what customers hold is not known then.
        self.edit: Edit | None = None
        self.noted: Noted | None = None
        self.collected = self.nothing()
        # Whose balances follow from more than their awards, and what they hold at the end.
        self.folded = np.zeros(len(history.customer_ids), np.bool_)
        self.balances: dict[str, Balance] = {}
        self.samples: list[Sample] = []

    @cached_property
    def readers(self) -> Readers:
        """What reads values of events."""
        program = self.compiled.program
        attributes = {name: program.events[name].attributes for name in self.history.type_names}
        return Readers(self.history, attributes, program.item_attributes)

    @cached_property
    def ats(self) -> list[int]:
        """The instants of events."""
        return self.history.at.tolist()

    @cached_property
    def types(self) -> list[int]:
        """The types of events, by number."""
        return self.history.types.tolist()

    @cached_property
    def customers(self) -> list[int]:
        """Whose events they are, by number."""
        return self.history.customers.tolist()

    def nothing(self) -> Collected:
        """What collects awards, before there are any."""
        rules = {plan.name: plan.order for plan in self.compiled.rules}
        return Collected(Names(self.history.customer_ids), rules)

    def entry(self, row: int) -> Entry:
        """An event of the history as the fold takes it."""
        history, id_ = self.history, self.history.event_id(row)
        event = PastEvent(
            self.readers,
            row,
            id_,
            history.type_names[self.types[row]],
            history.customer_ids[self.customers[row]],
        )
        return Entry(self.ats[row], id_, cast("Event", event))

    def _book(self, span: Span) -> Book:
        """A book that knows what the events before the first one say."""
        if not span.first:
            return Book([(None, self.compiled)], secret=self.secret, why=False)
        quiet = without_rules(self.compiled)
        versions = [(None, quiet), (span.since, self.compiled)]
        book = Book(versions, secret=self.secret, why=False, folds=True)
        before = (self.entry(row) for row in self._told(0, span.first))
        fold(book, before, self.compiled, span.since)
        return book

    def _told(
        self, first: int, end: int, used: MutableMapping[CounterKey, int] | None = None
    ) -> Iterator[int]:
        """The rows from first to end; how far they are done is told now and then.

        `used` are the counters, where others than the customers at hand draw on them.
        """
        for row in range(first, end):
            if self.progress is not None and (row - first) % PROGRESS_EVERY == 0:
                self.progress(row - first, end - first)
            if used is not None:
                for one in self.shared:
                    one.put(row, used)
            yield row

    def decide(
        self, span: Span, watch: str | None, samples: int, before: DryRun | None = None
    ) -> None:
        """Decide the events of a span, and what falls due by its end.

        Where a run of before is given, what differs of the two programs may be all that is decided.
        """
        watched = watch if samples else None
        if before is not None and decide_edited(self, span, before, watched):
            self._explain_latest(span, watched, samples)
            return
        if self._decide_by_text(span):
            self._explain_latest(span, watched, samples)
            return
        least = (span.end - span.first) // REASONED_PART
        if self.way == "quick":
            least = REASONED_QUICKLY
        reasoned = span.end - max(REASONED, least)
        paid: deque[int] = deque(maxlen=samples)
        found: list[Sample] = []
        for row, decision in self.decisions(
            span, watched, lambda row: watched is not None and row >= reasoned
        ):
            if decision is not None:
                found.append(self.sample(row, decision))
            else:
                paid.append(row)
        if self.progress is not None:
            self.progress(span.end - span.first, span.end - span.first)
        if watched is not None:
            self.samples = _latest(found, watched, samples)
            lacking = samples - sum(pays(one.decision, watched) for one in self.samples)
            if lacking and paid:
                self._look_again(span, list(paid)[-lacking:], found, watched, samples)

    def _decide_by_text(self, span: Span) -> bool:
        """Decide by text where that can be, by CPython if need be; False where it cannot."""
        while self.way in BY_TEXT:
            try:
                self.used = decide_by_text(self, span)
            except TooLargeError:
                self.way = "text" if self.way == "native" else "book"
            except NotByTextError:
                self.way = way_of(self.compiled, self.history, "python")
            else:
                return True
        return False

    def _explain_latest(self, span: Span, watched: str | None, samples: int) -> None:
        """Decide the customers of the samples once more, with reasons."""
        if watched is None:
            return
        rows = self._sampled(span, watched, samples)
        self.samples = _latest(self._apart(span, rows), watched, samples)

    def explained(self, span: Span, rows: list[int]) -> list[Sample]:
        """The decisions of some rows once more, with the reasons of every rule."""
        if not rows:
            return []
        if self.awards is not None:
            return self._apart(span, rows)
        kept = self.collected, self.balances
        self.collected, wanted = self.nothing(), frozenset(rows)
        shorter = replace(span, end=max(rows) + 1, until=self.ats[max(rows)])
        again = self.decisions(shorter, None, wanted.__contains__)
        found = [self.sample(row, one) for row, one in again if one is not None]
        self.collected, self.balances = kept
        return found

    def _apart(self, span: Span, rows: list[int]) -> list[Sample]:
        """The same of a native run, by the events of these customers alone."""
        if not rows:
            return []
        own = np.unique(self.history.customers[rows])
        kept = np.flatnonzero(np.isin(self.history.customers[: max(rows) + 1], own))
        again = self.other(of_rows(self.history, kept), "python")
        again.shared = [one.of_rows(kept) for one in (self.used() if self.used else ())]
        wanted = frozenset(np.searchsorted(kept, rows).tolist())
        first = int(np.searchsorted(kept, span.first))
        shorter = Span(first, len(kept), span.since, int(self.history.at[max(rows)]))
        told = again.decisions(shorter, None, wanted.__contains__)
        return [again.sample(row, one) for row, one in told if one is not None]

    def other(self, history: History, way: Way, collected: Collected | None = None) -> Run:
        """The same program over some of the events, and what collects its awards."""
        found = Run(self._compiled, history, self.secret, None, way=way)
        found.collected = collected or found.collected
        return found

    def of_program(self, compiled: Compiled) -> Run:
        """Another program over the same events."""
        return Run(compiled, self.history, self.secret, self.progress, way=self._asked)

    def tell(self, done: int, total: int) -> None:
        """Say how far it is."""
        if self.progress is not None:
            self.progress(min(done, total), total)

    @cached_property
    def decided(self) -> Awards:
        """Its awards, once it is done."""
        return self.collected.awards() if self.awards is None else self.awards

    def paid(self, rule: str) -> Ints:
        """The rows in which a rule paid, once it is done."""
        if self.edit is not None and rule in self.edit.changed:
            return self.edit.part.paid(rule)
        awards = self.decided
        return np.unique(awards.rows[awards.rules == self.collected.rules[rule]])

    def _sampled(self, span: Span, watched: str, samples: int) -> list[int]:
        """The latest rows in which a rule paid, and the last few in which it did not."""
        paid = self.paid(watched)
        events = next(one.rule.events for one in self.compiled.rules if one.name == watched)
        last = range(max(span.first, span.end - REASONED_QUICKLY), span.end)
        asked = [row for row in last if self.history.type_names[self.types[row]] in events]
        paying = set(paid.tolist())
        others = [row for row in asked if row not in paying]
        return [*paid.tolist()[-samples:], *others[-OTHER_SAMPLES:]]

    def _look_again(
        self, span: Span, rows: list[int], found: list[Sample], watched: str, samples: int
    ) -> None:
        """Decide once more up to the last of some rows, now with their reasons."""
        earlier = self.explained(span, rows)
        self.samples = _latest(earlier + found, watched, samples)

    def sample(self, row: int, decision: Decision) -> Sample:
        """A decision as it is shown."""
        return Sample(self.ats[row] if decision.at is None else decision.at, decision)

    def decisions(
        self,
        span: Span,
        watched: str | None,
        reasoned: Callable[[int], bool],
    ) -> Iterator[tuple[int, Decision | None]]:
        """The rows in which a rule paid, and with their decisions those that are asked for."""
        if self.way != "quick":
            return self._by_book(span, watched, reasoned)
        encoder = cast("HistoryEncoder", self.compiled.encoder)
        quick = Quick(self.compiled, self.history, encoder, self.collected, self.secret, self.entry)
        quick.fold(self._told(0, span.first))
        rows = self._told(span.first, span.end, quick.used)
        return quick.decisions(rows, watched, reasoned)

    def _by_book(
        self, span: Span, watched: str | None, reasoned: Callable[[int], bool]
    ) -> Iterator[tuple[int, Decision | None]]:
        """The same; the row after the last stands for what fell due at the end."""
        book, add = self._book(span), self.collected.add
        if self.noted is not None:
            self.noted.update(book.used)
            book.used = self.noted
        for row in self._told(span.first, span.end, book.used):
            entry = self.entry(row)
            if self.noted is not None:
                self.noted.row = row
                self.noted.is_correcting = entry.event.type in CORRECTING
            book.why = reasoned(row)
            for decision in book.take(entry):
                standing = self._standing(decision)
                for award in decision.awards:
                    add(award, row, entry.at, standing)
                if book.why or (watched is not None and pays(decision, watched)):
                    yield row, decision if book.why else None
        book.why = reasoned(span.end)
        for decision in book.until(span.until):
            standing = self._standing(decision)
            for award in decision.awards:
                add(award, -1, span.until, standing)
            if book.why:
                yield span.end, decision
        self.balances = balances(book.customers.values())
        self.folded[:] = True

    def _standing(self, decision: Decision) -> int:
        return self.collected.standing(decision.tier, decision.segments)


def way_of(compiled: Compiled, history: History, asked: Way) -> Way:
    """How a run is done, of what can be done; of what is best where nothing is asked for."""
    python: Way = "quick" if asked != "book" and is_quick(compiled, history) else "book"
    if asked not in ("auto", *BY_TEXT) or not is_fit(compiled):
        return python
    if parts(history).share > MOST_CORRECTED:
        return python
    rewards = sum(len(plan.rewards) for plan in compiled.rules)
    slow: Way = python if asked == "auto" and rewards > MOST_BY_TEXT else "text"
    if asked == "text" or not is_there():
        return slow
    seconds = SECONDS_AN_EVENT if slow == python else SECONDS_A_REWARD * rewards
    if asked == "auto" and rewards * SECONDS_COMPILED > len(history) * seconds:
        return slow
    return "native"


def pays(decision: Decision, rule: str) -> bool:
    """True where a decision has an award of a rule."""
    return any(award.rule == rule for award in decision.awards)


def _latest(found: list[Sample], watched: str, samples: int) -> list[Sample]:
    """The latest decisions in which a rule paid, then a few in which it was asked and did not."""
    paying = [one for one in found if pays(one.decision, watched)]
    others = [
        one
        for one in found
        if not pays(one.decision, watched)
        and any(outcome.rule == watched for outcome in one.decision.outcomes)
    ]
    return [*reversed(paying[-samples:]), *reversed(others[-OTHER_SAMPLES:])]
