"""Steps 3 to 9 as restricted Python: who is paid what on one type of event, and what it leaves.

What dsl/engine/paying, allowances, groups and posting do with objects, for programs that fit
(dsl/engine/native/fitting.py). Source: docs/language.md, section 4.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from dsl.engine.amounts import rounded
from dsl.engine.cells import E_AT, LARGEST, S_TIER
from dsl.engine.conditions import every
from dsl.engine.native.drawing import Drawing
from dsl.engine.native.earning import Earnings, datings
from dsl.engine.native.fitting import compares_amounts
from dsl.engine.native.slots import Slot
from dsl.engine.values import ARGUMENTS
from dsl.engine.writer import Writer
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dsl.engine.compiled import Compiled
    from dsl.engine.native.cells import Cells
    from dsl.engine.plans import RewardPlan, RulePlan
    from dsl.meaning.types import Unit


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
        drawing = Drawing(self._cells, slots)
        multiplied = {one.reward.called for one in slots if one.reward.is_multiplier}
        bases = {unit: f"base{place}" for place, unit in enumerate(sorted(multiplied))}
        entangled = _entangled(slots, drawing)
        together = [one for one in slots if one.number in entangled]
        # What others hang on is worked out before any is paid: the entangled, which are cut then
        # too, and what bases are made of, which is cut in its own place.
        early = [one for one in slots if one.number in entangled or _base(one, bases)]
        known = {one.number for one in early}
        write = Writer()
        with write.block(f"def {name}({ARGUMENTS}, C, A, G, P, O, o, free):"):
            write(*(f"{one.amount} = 0" for one in early))
            write(*(f"{base} = 0" for base in bases.values()))
            drawing.begin(write)
            self.earnings.begin(write)
            for plan, own in _by_rule(early):
                with write.where(every(self._tests(plan))):
                    for slot in own:
                        self._work_out(write, slot, bases)
            self._multiply(write, slots, bases)
            for _, own in _by_rule(together):
                drawing.fit(write, own, [one.reward.own for one in own])
            self._settle_groups(write, together)
            drawing.fit(write, together, [one.reward.shared for one in together])
            for slot in slots:
                if slot.number in known:
                    self._pay(write, slot, drawing, is_fit=slot.number in entangled)
                    continue
                with write.where(every(self._tests(slot.rule))):
                    write(f"{slot.amount} = 0")
                    self._work_out(write, slot, bases)
                    self._pay(write, slot, drawing, is_fit=False)
            # Step 9.
            self.earnings.post(write)
            write("return o")
        return write.text()

    def _pay(self, write: Writer, slot: Slot, drawing: Drawing, *, is_fit: bool) -> None:
        """Put what a slot pays into O, and move what it moves; first cut it, where it is not."""
        if not is_fit:
            drawing.fit(write, [slot], [slot.reward.own])
            drawing.fit(write, [slot], [slot.reward.shared])
        with write.block(f"if {slot.amount} > 0:"):
            write(f"O[o + 1] = {slot.amount}", "o = o + 2")
            if slot.rule.rule.holdout is None:
                self._move(write, slot, drawing)
                return
            withheld = self._cells.withheld(slot.rule)
            with write.block(f"if {withheld} == 1:"):
                write(f"O[o - 2] = {slot.number + len(self.slots)}")
            with write.block(f"if {withheld} == 0:"):
                self._move(write, slot, drawing)

    def _move(self, write: Writer, slot: Slot, drawing: Drawing) -> None:
        write(f"O[o - 2] = {slot.number}")
        drawing.take(write, slot)
        self.earnings.add(write, slot)

    # --- steps 3 to 5 -------------------------------------------------------------------------

    def _multiply(self, write: Writer, slots: Sequence[Slot], bases: Mapping[str, str]) -> None:
        for slot in slots:
            form, unit = slot.reward.reward.form, slot.reward.unit
            if isinstance(form, checked.Multiplier) and unit is not None:
                base = bases[slot.reward.called]
                with write.block(f"if {slot.amount} == 1 and {base} > 0:"):
                    write(f"x = {_more(form, unit, base)}", f"{slot.amount} = 0")
                    _come_to(write, slot)
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

    def _work_out(self, write: Writer, slot: Slot, bases: Mapping[str, str]) -> None:
        """What a slot comes to, where its rule matches."""
        reward, tests = slot.reward, [self._audience(slot.whole)]
        if slot.choice is not None:
            key = ("draw", "one-of", slot.rule.order, slot.whole.number)
            tests.append(f"E[{self._cells.column(key)}] == {slot.choice}")
        with write.where(every(tests)):
            if reward.is_multiplier or isinstance(reward.reward.form, checked.Thing):
                write(f"{slot.amount} = 1")
                return
            if reward.amount is None:
                write(f"x = {reward.fixed or 0}")
            else:
                write(f"x = q{reward.name}({ARGUMENTS})")
            _come_to(write, slot)
            base = _base(slot, bases)
            if base is not None:
                with write.block(f"if {slot.amount} > 0{self._cells.counts(slot.rule)}:"):
                    write(f"{base} = {base} + {slot.amount}")

    def _audience(self, reward: RewardPlan) -> str:
        audience = reward.reward.audience
        if not isinstance(audience, checked.Group):
            return "1 == 1"
        among = [f"S[{S_TIER}] == {rank}" for rank in sorted(audience.ranks)]
        among += [f"C[{self._cells.segment(name)}] == 1" for name in sorted(audience.segments)]
        inside = " or ".join(among) or "1 == 0"
        return f"not ({inside})" if audience.negated else f"({inside})"

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
            with write.block(f"if ({some}){self._cells.counts(own[0].rule)}:"):
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
            with write.block(f"if w != {place}{self._cells.counts(own[0].rule)}:"):
                write(*(f"{one.amount} = 0" for one in own))


def _by_rule(slots: Iterable[Slot]) -> list[tuple[RulePlan, list[Slot]]]:
    return [
        (own[0].rule, own)
        for own in (list(some) for _, some in groupby(slots, key=lambda one: one.rule.order))
    ]


def _entangled(slots: Sequence[Slot], drawing: Drawing) -> set[int]:
    """The slots of which what is paid hangs on others of the same event, or theirs on it."""
    rules = Counter(one.rule.order for one in slots)
    return {
        one.number
        for one in slots
        if one.rule.rule.group is not None
        or one.reward.is_multiplier
        or rules[one.rule.order] > 1
        or drawing.is_shared(one)
    }


def _base(slot: Slot, bases: Mapping[str, str]) -> str | None:
    """The variable of the base that a slot is part of."""
    return bases.get(slot.reward.called) if slot.reward.is_rate else None


def _come_to(write: Writer, slot: Slot) -> None:
    """The amount of a slot is x, where that is anything: at most its `at most`, never vast."""
    most = slot.reward.reward.at_most
    if most is not None:
        with write.block(f"if x > {most}:"):
            write(f"x = {most}")
    with write.block(f"if x > 0 and x <= {LARGEST}:"):
        write(f"{slot.amount} = x")


def _more(form: checked.Multiplier, unit: Unit, base: str) -> str:
    """The text of what a multiplier adds to a base."""
    more = form.factor.value - 10**form.factor.decimals
    return rounded(f"{base} * {more}", 10 ** (form.factor.decimals + unit.precision), unit)
