"""Steps 3 to 9 as restricted Python: who is paid what on one type of event, and what it leaves.

What dsl/engine/paying, allowances, groups and posting do with objects, for programs that fit
(dsl/engine/native/fitting.py). Source: docs/language.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from dsl.engine.amounts import rounded
from dsl.engine.cells import E_AT, LARGEST, S_TIER
from dsl.engine.conditions import every
from dsl.engine.native.earning import Earnings, datings
from dsl.engine.native.fitting import compares_amounts
from dsl.engine.values import ARGUMENTS
from dsl.engine.writer import Writer
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dsl.engine.compiled import Compiled
    from dsl.engine.native.cells import Cells, Counter
    from dsl.engine.plans import RewardPlan, RulePlan
    from dsl.engine.terms import Term
    from dsl.meaning.types import Unit


@dataclass(frozen=True, slots=True)
class Slot:
    """A reward of a rule as a number in the stream of awards; its amount stands in a variable.

    `whole` is the reward it is a choice of, itself where it is none; `choice` its place there.
    """

    number: int
    rule: RulePlan
    reward: RewardPlan
    whole: RewardPlan
    choice: int | None

    @property
    def amount(self) -> str:
        """The variable of what it is about to pay."""
        return f"a{self.number}"


class Paying:
    """Writes `pay_T(E, I, S, H, K, X, C, A, G, P, O, o, free)` for types of event.

    It puts slots and amounts into O from `o` on and returns where they end, or -1 where a calendar
    period comes after a later one. What is withheld has the slot's number and that of all slots.
    Where `free` is 1, what all customers share cuts nothing, and what is wanted of it where it
    would is counted instead of what is drawn: a later step may leave less.
    """

    def __init__(self, compiled: Compiled, cells: Cells) -> None:
        self._compiled, self._cells = compiled, cells
        self.slots: list[Slot] = []
        for plan in compiled.rules:
            for reward in plan.rewards:
                choices = enumerate(choice for _, choice in reward.choices)
                for choice, one in choices if reward.choices else [(None, reward)]:
                    self.slots.append(Slot(len(self.slots), plan, one, reward, choice))
        self.earnings = Earnings(compiled, cells, datings(compiled) or {})

    def text(self, event: str, name: str) -> str:
        """The function of a type of event."""
        slots = [one for one in self.slots if event in one.rule.rule.events]
        write = Writer()
        with write.block(f"def {name}({ARGUMENTS}, C, A, G, P, O, o, free):"):
            for slot in slots:
                write(f"{slot.amount} = 0")
            for number in self._counted(slots):
                write(f"f{number} = 0")
            self._work_out(write, slots)
            for _, own in _by_rule(slots):
                self._fit(write, own, [one.reward.own for one in own])
            self._settle_groups(write, slots)
            self._fit(write, slots, [one.reward.shared for one in slots])
            for slot in slots:
                with write.block(f"if {slot.amount} > 0:"):
                    write(f"O[o] = {slot.number}", f"O[o + 1] = {slot.amount}")
                    if slot.rule.rule.holdout is not None:
                        with write.block(f"if {self._withheld(slot.rule)} == 1:"):
                            write(f"O[o] = {slot.number + len(self.slots)}", f"{slot.amount} = 0")
                    write("o = o + 2")
            self._take(write, slots)
            # Step 9.
            self.earnings.post(write, slots)
            write("return o")
        return write.text()

    # --- draws --------------------------------------------------------------------------------

    def _withheld(self, plan: RulePlan) -> str:
        """The cell that is 1 where a rule holds out."""
        return f"E[{self._cells.column(('draw', 'holdout', plan.order, 0))}]"

    def _counts(self, plan: RulePlan) -> str:
        """The test of a rule that does not hold out, to stand behind another."""
        return "" if plan.rule.holdout is None else f" and {self._withheld(plan)} == 0"

    # --- steps 3 to 5 -------------------------------------------------------------------------

    def _work_out(self, write: Writer, slots: Sequence[Slot]) -> None:
        multiplied = {one.reward.called for one in slots if one.reward.is_multiplier}
        bases = {unit: f"base{place}" for place, unit in enumerate(sorted(multiplied))}
        for base in bases.values():
            write(f"{base} = 0")
        for plan, own in _by_rule(slots):
            with write.block(f"if {every(self._tests(plan))}:"):
                for slot in own:
                    self._work_out_one(write, slot, bases.get(slot.reward.called))
        for slot in slots:
            form, unit = slot.reward.reward.form, slot.reward.unit
            if isinstance(form, checked.Multiplier) and unit is not None:
                base = bases[slot.reward.called]
                with write.block(f"if {slot.amount} == 1 and {base} > 0:"):
                    write(f"x = {_more(form, unit, base)}", f"{slot.amount} = 0")
                    self._come_to(write, slot)
                with write.block("else:"):
                    write(f"{slot.amount} = 0")

    def _tests(self, plan: RulePlan) -> list[str]:
        """What makes a rule match, of a campaign that is on."""
        tests = []
        for one in (plan.rule, plan.campaign):
            if one is not None and one.starts is not None:
                tests.append(f"E[{E_AT}] >= {one.starts}")
            if one is not None and one.ends is not None:
                tests.append(f"E[{E_AT}] < {one.ends}")
        if plan.rule.opt_in:
            tests.append(f"S[{self._cells.opting_in(plan.name)}] == 1")
        if plan.rule.chance is not None:
            tests.append(f"E[{self._cells.column(('draw', 'chance', plan.order, 0))}] == 1")
        if plan.matches is not None:
            tests.append(f"m{plan.order}({ARGUMENTS}) == 1")
        return tests or ["1 == 1"]

    def _work_out_one(self, write: Writer, slot: Slot, base: str | None) -> None:
        reward, tests = slot.reward, [self._audience(slot.whole)]
        if slot.choice is not None:
            key = ("draw", "one-of", slot.rule.order, slot.whole.number)
            tests.append(f"E[{self._cells.column(key)}] == {slot.choice}")
        with write.block(f"if {every(tests)}:"):
            if reward.is_multiplier:
                write(f"{slot.amount} = 1")
                return
            if isinstance(reward.reward.form, checked.Thing):
                write(f"{slot.amount} = 1")
            elif reward.amount is None:
                write(f"x = {reward.fixed or 0}")
                self._come_to(write, slot)
            else:
                write(f"x = q{reward.name}({ARGUMENTS})")
                self._come_to(write, slot)
            if reward.is_rate and base is not None:
                with write.block(f"if {slot.amount} > 0{self._counts(slot.rule)}:"):
                    write(f"{base} = {base} + {slot.amount}")

    def _audience(self, reward: RewardPlan) -> str:
        audience = reward.reward.audience
        if not isinstance(audience, checked.Group):
            return "1 == 1"
        among = [f"S[{S_TIER}] == {rank}" for rank in sorted(audience.ranks)]
        among += [f"C[{self._cells.segment(name)}] == 1" for name in sorted(audience.segments)]
        inside = " or ".join(among) or "1 == 0"
        return f"not ({inside})" if audience.negated else f"({inside})"

    def _come_to(self, write: Writer, slot: Slot) -> None:
        """The amount of a slot is x, where that is anything: at most its `at most`, never vast."""
        most = slot.reward.reward.at_most
        if most is not None:
            with write.block(f"if x > {most}:"):
                write(f"x = {most}")
        with write.block(f"if x > 0 and x <= {LARGEST}:"):
            write(f"{slot.amount} = x")

    # --- steps 6 and 8 ------------------------------------------------------------------------

    def _fit(self, write: Writer, slots: Sequence[Slot], terms: Sequence[Sequence[Term]]) -> None:
        """Cut payments to what their terms leave, one after the other."""
        drawn = [[self._cells.counter(term) for term in own] for own in terms]
        running = {
            one.number
            for counters in drawn
            for one in counters
            if sum(one in others for others in drawn) > 1
        }
        for number in sorted(running):
            write(f"r{number} = 0")
        for slot, own, counters in zip(slots, terms, drawn, strict=True):
            for term, counter in zip(own, counters, strict=True):
                with write.block(f"if {slot.amount} > 0:"):
                    self._begin(write, counter)
                    self._cut(write, slot, term, counter, is_run=counter.number in running)
            moved = [
                (term, counter)
                for term, counter in zip(own, counters, strict=True)
                if counter.number in running
            ]
            if moved:
                with write.block(f"if {slot.amount} > 0{self._counts(slot.rule)}:"):
                    for term, counter in moved:
                        taken = f"{slot.amount} * {term.each}" if term.each else "1"
                        write(f"r{counter.number} = r{counter.number} + {taken}")

    def _begin(self, write: Writer, counter: Counter) -> None:
        """Begin a customer's counter anew in a new period."""
        if not counter.per_customer or counter.period is None:
            return
        now = f"E[{self._cells.column(('period', counter.period))}]"
        with write.block(f"if C[{counter.place}] != {now}:"):
            with write.block(f"if C[{counter.place}] > {now}:"):
                write("return -1")
            write(f"C[{counter.place}] = {now}", f"C[{counter.place + 1}] = 0")

    def _used(self, counter: Counter) -> str:
        """The cell of what is used."""
        if counter.per_customer:
            return f"C[{counter.place + 1}]"
        # The first cells of G say where those of each counter begin, less its first period.
        if counter.period is None:
            return f"G[G[{counter.place}]]"
        return f"G[G[{counter.place}] + E[{self._cells.column(('period', counter.period))}]]"

    def _cut(
        self, write: Writer, slot: Slot, term: Term, counter: Counter, *, is_run: bool
    ) -> None:
        used, amount = self._used(counter), slot.amount
        if not counter.per_customer:
            self._want(write, slot, term, counter)
        run = f"r{counter.number}" if is_run else "0"
        free = "" if counter.per_customer else "free == 0 and "
        if not term.each:
            unused = f" and {run} == 0" if is_run else ""
            with write.block(f"if {free}{used} >= {term.capacity}{unused}:"):
                write(f"{amount} = 0")
            return
        left = f"{term.capacity} - {used}" + (f" - {run}" if is_run else "")
        times = "" if term.each == 1 else f" * {term.each}"
        with write.block(f"if {free}{amount}{times} > {left}:"):
            if slot.rule.rule.whole_only or slot.reward.unit is None:
                write(f"{amount} = 0")
            else:
                over = "" if term.each == 1 else f" // {term.each}"
                write(f"{amount} = most(0, ({left}){over})")

    def _want(self, write: Writer, slot: Slot, term: Term, counter: Counter) -> None:
        """Count what is wanted of what all customers share, an event once."""
        used = self._used(counter)
        if term.each:
            times = "" if term.each == 1 else f" * {term.each}"
            with write.block("if free == 1:"):
                write(f"{used} = {used} + {slot.amount}{times}")
            return
        with write.block(f"if free == 1 and f{counter.number} == 0:"):
            write(f"f{counter.number} = 1", f"{used} = {used} + 1")

    def _counted(self, slots: Sequence[Slot]) -> list[int]:
        """The counters of all customers that count events."""
        terms = (term for one in slots for term in (*one.reward.own, *one.reward.shared))
        counters = (self._cells.counter(term) for term in terms if not term.each)
        return sorted({one.number for one in counters if not one.per_customer})

    def _take(self, write: Writer, slots: Sequence[Slot]) -> None:
        """Move the counters by what is paid; an event counts once."""
        terms = {one.number: (*one.reward.own, *one.reward.shared) for one in slots}
        counted = sorted(
            {self._cells.counter(t).number for own in terms.values() for t in own if not t.each}
        )
        for number in counted:
            write(f"k{number} = 0")
        for slot in slots:
            if not terms[slot.number]:
                continue
            with write.block(f"if {slot.amount} > 0:"):
                for term in terms[slot.number]:
                    counter = self._cells.counter(term)
                    used = self._used(counter)
                    is_exact = "1 == 1" if counter.per_customer else "free == 0"
                    if term.each:
                        times = "" if term.each == 1 else f" * {term.each}"
                        with write.block(f"if {is_exact}:"):
                            write(f"{used} = {used} + {slot.amount}{times}")
                        continue
                    with write.block(f"if {is_exact} and k{counter.number} == 0:"):
                        write(f"k{counter.number} = 1", f"{used} = {used} + 1")

    # --- step 7 -------------------------------------------------------------------------------

    def _settle_groups(self, write: Writer, slots: Sequence[Slot]) -> None:
        groups: dict[str, list[list[Slot]]] = {}
        for plan, own in _by_rule(slots):
            if plan.rule.group is not None:
                groups.setdefault(plan.rule.group[1], []).append(own)
        for name, members in groups.items():
            if len(members) > 1:
                self._settle_group(write, name, members)

    def _settle_group(self, write: Writer, name: str, members: list[list[Slot]]) -> None:
        """The best stands, or the first; of what is equal the higher priority, then the name."""
        by_first = name in self._compiled.first_groups
        in_all = [
            slot.reward
            for slot in self.slots
            if slot.rule.rule.group is not None and slot.rule.rule.group[1] == name
        ]
        by_amount = compares_amounts(in_all)
        members = sorted(members, key=lambda own: (-own[0].rule.rule.priority, own[0].rule.name))
        write("w = -1", "y = -1")
        for place, own in enumerate(members):
            some = " or ".join(f"{one.amount} > 0" for one in own)
            with write.block(f"if ({some}){self._counts(own[0].rule)}:"):
                worths = [
                    one.amount if by_amount else f"{one.amount} * {one.reward.worth}" for one in own
                ]
                if by_first:
                    with write.block("if w == -1:"):
                        write(f"w = {place}")
                    continue
                write(f"x = {' + '.join(worths)}")
                with write.block("if x > y:"):
                    write("y = x", f"w = {place}")
        for place, own in enumerate(members):
            with write.block(f"if w != {place}{self._counts(own[0].rule)}:"):
                write(*(f"{one.amount} = 0" for one in own))


def _by_rule(slots: Iterable[Slot]) -> list[tuple[RulePlan, list[Slot]]]:
    return [
        (own[0].rule, own)
        for own in (list(some) for _, some in groupby(slots, key=lambda one: one.rule.order))
    ]


def _more(form: checked.Multiplier, unit: Unit, base: str) -> str:
    """The text of what a multiplier adds to a base."""
    more = form.factor.value - 10**form.factor.decimals
    return rounded(f"{base} * {more}", 10 ** (form.factor.decimals + unit.precision), unit)
