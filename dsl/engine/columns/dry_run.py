"""A program run over a history: the fold of the live decision, event by event.

Balances, counters and challenges start from nothing; what follows from earlier events (windows,
tiers, segments, attributes) is folded from all of the history. Nothing is written anywhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsl.engine.calendar import instant
from dsl.engine.clock import date_of
from dsl.engine.columns.run import Run, Way
from dsl.engine.columns.span import Sample, Span
from dsl.engine.columns.sums import sums
from dsl.engine.columns.tally import Tallied
from dsl.engine.columns.totals import Combined, Counted, Named, people_in_all
from dsl.engine.plans import given

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dsl.engine.columns.awards import Awards
    from dsl.engine.columns.balance import Balance
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.engine.columns.shared import SharedUse
    from dsl.engine.columns.standing import Standing
    from dsl.engine.columns.totals import Totals
    from dsl.engine.compiled import Compiled

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]
LATEST = 1 << 62


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """What one rule gave: awards, how many customers got any, and how much of each unit.

    Units are money and things too, things by their kind. What was withheld is not given; what was
    taken back is no award, but is taken off the amounts.
    """

    awards: int
    customers: int
    units: dict[str, int]


@dataclass(frozen=True, slots=True)
class Edited:
    """What a run after an edit is put together of: that of before, and one of what is touched.

    `changed` are the rules whose awards are those of the latter.
    """

    before: DryRun
    part: DryRun
    changed: frozenset[str]


@dataclass(frozen=True)
class DryRun:
    """The awards of a run, and what the numbers in them stand for.

    Customers, rules, units (money, and kinds of thing, among them), texts (what things are called,
    -1 without) and standings (where customers stood as rules saw them) are places in the names;
    rewards are places in the rule, statuses in STATUSES. Amounts are integers of `precisions` by
    unit. `decided` counts the events of the period, `until` is its last instant; `way` is how they
    were decided. `balances` are what customers hold at the end by unit, but for those of whom that
    follows from their awards: who is not `folded`; None after an edit, when it is not known where
    customers stood either, and awards of one instant stand in no certain order. `used` finds what
    was used of what all customers share, if it can; `edit` is what it was put together of, where
    that was more than one run.
    """

    compiled: Compiled
    history: History
    span: Span
    secret: bytes = field(repr=False)
    decided: int
    until: int
    way: Way
    awards: Awards
    customer_ids: tuple[str, ...]
    rule_names: tuple[str, ...]
    unit_names: tuple[str, ...]
    text_names: tuple[str, ...]
    standing_names: tuple[Standing, ...]
    precisions: Mapping[str, int]
    balances: Mapping[str, Balance] | None
    folded: Bools
    used: Callable[[], Sequence[SharedUse]] | None = field(repr=False, compare=False)
    edit: Edited | None = field(repr=False, compare=False)
    samples: tuple[Sample, ...] = field(default=())
    explained: tuple[Sample, ...] = field(default=())

    def is_of(self, history: History, span: Span, secret: bytes) -> bool:
        """True where it is of these events, with these draws."""
        return self.history is history and self.span == span and self.secret == secret

    def units_of(self, rule: str) -> list[str]:
        """What a rule may give: units, money, kinds of things."""
        plan = next(plan for plan in self.compiled.rules if plan.name == rule)
        every = [one for reward in plan.rewards for one in given(reward)]
        return list(dict.fromkeys(one.called for one in every))

    # --- what the awards are of, by kind ------------------------------------------------------

    @cached_property
    def given(self) -> Bools:
        """True of the awards that are not withheld."""
        return np.asarray(self.awards.is_given[self.awards.kinds])

    @property
    def moved(self) -> Ints:
        """What the amounts are with revoked things taken off."""
        return self.awards.moved(self.awards.kinds, self.awards.amounts)

    # --- sums ---------------------------------------------------------------------------------

    @cached_property
    def totals(self) -> Totals:
        """What the awards come to."""
        if self.edit is not None:
            edit = self.edit
            return Combined(self.rule_names, edit.before.totals, edit.part.totals, edit.changed)
        named = Named(self.rule_names, self.unit_names, len(self.customer_ids))
        kind = Counted if self.awards.tally is None else Tallied
        return kind(self.compiled, self.history, self.awards, named)

    def by_rule(self) -> dict[str, RuleTotal]:
        """What each rule gave, in text order, those that gave nothing included."""
        return {
            name: RuleTotal(own.awards, len(own.people), self._named(own.units))
            for name, own in self.totals.of_rules.items()
        }

    def total(self) -> RuleTotal:
        """What all rules gave together."""
        units: dict[str, int] = {}
        for own in self.totals.of_rules.values():
            for unit, amount in own.units.items():
                units[unit] = units.get(unit, 0) + amount
        count = sum(own.awards for own in self.totals.of_rules.values())
        people = people_in_all(self.totals, len(self.customer_ids))
        return RuleTotal(count, people, self._named(units))

    def _named(self, units: Mapping[str, int]) -> dict[str, int]:
        """In the order of the program's units, then what else there is as it came."""
        order = {name: place for place, name in enumerate(self.unit_names)}
        order |= {name: place - LATEST for place, name in enumerate(self.compiled.program.units)}
        return {name: units[name] for name in sorted(units, key=order.__getitem__)}

    def by_day(self) -> dict[dt.date, dict[str, int]]:
        """How much of each unit the awards of each local date came to, in the order of dates."""
        order = {name: place for place, name in enumerate(self.unit_names)}
        found: dict[tuple[int, int, str], int] = {}
        for (_, unit), own in self.totals.of_days.items():
            for day, amount in zip(own.days.tolist(), own.amounts.tolist(), strict=True):
                key = day, order[unit], unit
                found[key] = found.get(key, 0) + amount
        totals: dict[dt.date, dict[str, int]] = {}
        for (day, _, unit), amount in sorted(found.items()):
            totals.setdefault(date_of(day), {})[unit] = amount
        return totals

    def more_than(self, before: DryRun, unit: str) -> list[int]:
        """How much more of a unit each customer got than in another run of the same events.

        By the number of the customer; raises ValueError where others were paid too.
        """
        count = len(self.history.customer_ids)
        if not count == len(self.customer_ids) == len(before.customer_ids):
            msg = "customers without events of theirs"
            raise ValueError(msg)
        rules: frozenset[str] = frozenset((*self.rule_names, *before.rule_names))
        if self.edit is not None and self.edit.before is before:
            # All else is the same.
            rules = self.edit.changed
        own, theirs = (one.totals.of_customers(unit, rules).tolist() for one in (self, before))
        return [more - less for more, less in zip(own, theirs, strict=True)]

    def by_customer(self) -> dict[str, dict[str, int]]:
        """How much of each unit each customer got; those that got nothing are left out."""
        return {
            self.customer_ids[code]: own for code, own in self._by(self.awards.customers).items()
        }

    def _by(self, keys: Ints) -> dict[int, dict[str, int]]:
        given, units, amounts = self.given, self.awards.units, self.moved
        if not given.all():
            keys, units, amounts = keys[given], units[given], amounts[given]
        totals: dict[int, dict[str, int]] = {}
        for key, unit, amount in sums(keys, units, amounts):
            totals.setdefault(key, {})[self.unit_names[unit]] = amount
        return totals


def dry_run(  # noqa: PLR0913 - each stands by itself
    compiled: Compiled,
    history: History,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    watch: str | None = None,
    samples: int = 0,
    explain: Sequence[str] = (),
    secret: bytes = b"",
    way: Way = "auto",
    before: DryRun | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DryRun:
    """Decide the events from `since` on and before `until`, and what falls due by then.

    `until` None is up to the last event. `watch` names the rule whose latest `samples` paying
    decisions are kept, with a few of its others; `explain` are ids of events whose decisions are.
    Draws are keyed by `secret`; `progress` is called with how many events are done and how many
    there are, and may raise to end the run. `way` is how it is done, with the same result. `before`
    is a run of another program over the same: where only rules differ, only those are decided that
    hang together with one that does; what customers hold is not known then.
    """
    lower = instant(since) if since is not None else -LATEST
    upper = instant(until) if until is not None else LATEST
    first, end = np.searchsorted(history.at, [lower, upper]).tolist()
    end = max(first, end)
    run = Run(compiled, history, secret, progress, way=way)
    span, explained = Span(first, end, lower, lower), list[Sample]()
    if end or until is not None:
        last = upper - 1 if until is not None else int(history.at[end - 1])
        span = replace(span, until=last)
        # Every decision can be explained where everything was decided.
        run.decide(span, watch, samples, before if not explain else None)
        explained = run.explained(span, _rows_of(history, explain, first, end))
    return _result(run, compiled, span, explained)


def _result(run: Run, compiled: Compiled, span: Span, explained: Sequence[Sample] = ()) -> DryRun:
    """What a run that is done has found."""
    found, history = run.collected, run.history
    edit = None
    if run.edit is not None:
        part = run.edit.part
        edit = Edited(run.edit.before, _result(part, part.compiled, span), run.edit.changed)
    # Whoever was paid without an event of their own.
    others = len(found.customers.codes) - len(history.customer_ids)
    return DryRun(
        compiled=compiled,
        history=history,
        span=span,
        secret=run.secret,
        decided=span.end - span.first - history.profiles(span.first, span.end),
        until=span.until,
        way=run.way,
        awards=run.decided,
        customer_ids=found.customers.names,
        rule_names=tuple(found.rules),
        unit_names=found.units.names,
        text_names=found.texts.names,
        standing_names=tuple(found.standings),
        precisions=found.precisions,
        balances=run.balances if edit is None else None,
        folded=np.append(run.folded, np.full(others, run.folded.all())),
        used=run.used,
        edit=edit,
        samples=tuple(run.samples),
        explained=tuple(explained),
    )


def _rows_of(history: History, ids: Sequence[str], first: int, end: int) -> list[int]:
    """The rows of events by their ids, of those from a row up to another that there are."""
    # Profiles of imported customers have no id.
    asked = [one for one in ids if one]
    if not asked:
        return []
    found = pc.index_in(pa.array(asked, pa.string()), value_set=history.ids)
    return sorted(row for row in found.to_pylist() if row is not None and first <= row < end)
