"""A run of an edited program: only what the edit can touch is decided, all else is as it was.

Source: docs/engine.md, "An edit".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.columns.awards import WITHHELD, Later
from dsl.engine.columns.shared import periods_of
from dsl.engine.compiled import compile_program
from dsl.engine.coupling import only, touched
from dsl.engine.plans import given

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dsl.engine.columns.awards import Awards
    from dsl.engine.columns.collected import Collected
    from dsl.engine.columns.dry_run import DryRun
    from dsl.engine.columns.run import Run
    from dsl.engine.columns.shared import SharedUse
    from dsl.engine.columns.span import Span
    from dsl.engine.compiled import Compiled
    from dsl.engine.terms import Term

    Used = Callable[[], Sequence[SharedUse]]


@dataclass(frozen=True, slots=True)
class Edit:
    """A run put together: the awards of `changed` rules are those of a part, all others of before.

    The part is a program of those rules, and of what they hang on.
    """

    before: DryRun
    part: Run
    changed: frozenset[str]


def decide_edited(run: Run, span: Span, before: DryRun, watched: str | None) -> bool:
    """Decide what an edit touches, take all else from a run of before; False where it cannot be.

    With a rule that is watched, what explains its decisions is there too: customers can be decided
    once more by themselves.
    """
    compiled, count = run.compiled, len(run.history.customer_ids)
    if not before.is_of(run.history, span, run.secret) or len(before.customer_ids) != count:
        return False
    present = run.history.types.distinct.tolist()
    events = [run.history.type_names[code] for code in present]
    found = touched(before.compiled, compiled, events)
    if found is None or all(plan.name in found.needed for plan in compiled.rules):
        return False
    if watched is not None and not (_is_on_events(compiled, watched) and _stand_alone(compiled)):
        return False
    part = run.of_program(compile_program(only(compiled.program, found.needed)))
    part.decide(span, None, 0)
    if len(part.collected.customers.codes) != count:
        return False
    names = run.nothing()
    edit = Edit(before, part, found.changed)
    awards, used = _put_together(names, edit), _both(before.used, part.used)
    if watched is not None and used is None and not _goes_round(compiled, awards, names):
        return False
    run.collected, run.awards, run.used = names, awards, used
    run.way, run.edit = part.way, edit
    return True


def _put_together(into: Collected, edit: Edit) -> Awards:
    """The awards of rules that changed as they are now, of all others as they were."""
    before, part = edit.before, edit.part
    own, names = part.decided, part.collected
    new = _Namer(into, list(names.rules), names.units.names, names.texts.names)
    old = _Namer(into, before.rule_names, before.unit_names, before.text_names)
    for unit, precision in {**before.precisions, **names.precisions}.items():
        into.precisions.setdefault(unit, precision)
    others = frozenset(into.rules) - edit.changed

    def made() -> Awards:
        kept = _kept(before.awards, before.rule_names, others)
        changed = _kept(own, list(names.rules), edit.changed)
        return old.renamed(kept).with_(new.renamed(changed))

    return Later(made)


def _is_on_events(compiled: Compiled, name: str) -> bool:
    return any(plan.name == name and plan.rule.events for plan in compiled.rules)


def _stand_alone(compiled: Compiled) -> bool:
    """True where customers can be decided by themselves, but for what all of them draw on."""
    if compiled.emitted.foreign or compiled.encoder.others or compiled.has_recipients:
        return False
    if any(reward.is_ranked for plan in compiled.rules for reward in plan.rewards):
        return False
    return not any(
        offer.stock is not None
        or any(allowance.scope == "budget" for allowance in offer.allowances)
        or not all(once.per_customer for once in offer.once)
        for offer in compiled.program.redeemables.values()
    )


def _both(before: Used | None, part: Used | None) -> Used | None:
    """What of shared counters was used: those of what was decided, and the others as before."""
    if before is None or part is None:
        return None

    def used() -> list[SharedUse]:
        found = {one.name: one for of in (before, part) for one in of()}
        return list(found.values())

    return used


def _goes_round(compiled: Compiled, awards: Awards, names: Collected) -> bool:
    """True where surely nothing was cut by what all customers draw on, whoever came first."""
    drawing: dict[Term, dict[tuple[int, int, int], int]] = {}
    for plan in compiled.rules:
        for reward in plan.rewards:
            for one in given(reward):
                for term in (*one.own, *one.shared):
                    if term.per_customer:
                        continue
                    if plan.rule.whole_only and term.each:
                        # How much was wanted where there was too little is not known.
                        return False
                    kind = plan.order, one.number, names.units.code(one.called)
                    drawing.setdefault(term, {})[kind] = term.each
    return all(
        _most_drawn(compiled, term, each, awards) < term.capacity - max(each.values())
        for term, each in drawing.items()
    )


def _most_drawn(
    compiled: Compiled, term: Term, each: Mapping[tuple[int, int, int], int], awards: Awards
) -> int:
    """No less than what was drawn of a counter in any of its periods."""
    kinds = [
        -1 if status == WITHHELD else each.get((rule, reward, unit), -1)
        for rule, reward, unit, _, status in awards.table.tolist()
    ]
    own = np.array(kinds, np.int64)[awards.kinds] if kinds else np.empty(0, np.int64)
    places = np.flatnonzero(own >= 0)
    amounts = np.maximum(awards.amounts[places], 0).astype(object)
    drawn = np.where(own[places] > 0, amounts * own[places], 1)
    periods = periods_of(compiled, term, awards.at[places])
    found, keys = np.unique(periods, return_inverse=True)
    sums = np.zeros(len(found), object)
    np.add.at(sums, keys, drawn)
    return max(sums.tolist(), default=0)


def _kept(awards: Awards, names: Sequence[str], rules: frozenset[str]) -> Awards:
    """The awards of some rules."""
    own = np.array([name in rules for name in names], np.bool_)
    of_kinds = own[awards.table[:, 0]] if len(awards.table) else np.empty(0, np.bool_)
    return awards.some(np.flatnonzero(of_kinds[awards.kinds]))


class _Namer:
    """Puts the numbers that names have in one run in place of those they have in another."""

    def __init__(
        self, into: Collected, rules: Sequence[str], units: Sequence[str], texts: Sequence[str]
    ) -> None:
        self._into = into
        # A rule that is no more has no award.
        self._rules = [into.rules.get(name, -1) for name in rules]
        self._units = [into.units.code(name) for name in units]
        # The last one is what -1 stands for: no text.
        self._texts = [*(into.texts.code(name) for name in texts), -1]

    def renamed(self, awards: Awards) -> Awards:
        table = awards.table.copy()
        for column, codes in enumerate((self._rules, None, self._units, self._texts)):
            if codes is not None:
                table[:, column] = np.array(codes, np.int64)[table[:, column]]
        return awards.renamed(table)
