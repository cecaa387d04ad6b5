"""Rules as restricted Python: who matches, what it comes to, what limits leave, what is paid.

Registers of a rule n: r{n} its reason (0: paying), q{n}_{m} what reward m comes to. The order is
that of docs/language.md, section 4: conditions on one state for all (3), amounts and the base (5),
the rules' own limits and budgets (6), the program's (8); only what is paid moves a counter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine.decision import REASONS
from dsl.engine.expressions import Scope
from dsl.engine.plan import LARGEST, NA, ROW
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.engine.expressions import Value
    from dsl.engine.lines import Registers
    from dsl.engine.plan import Counter, Plan
    from dsl.engine.writer import Writer
    from dsl.meaning.checked import Exact, Reward
    from dsl.meaning.types import Unit

ROW_AWARD, ROW_OUTCOME, ROW_WORKED, ROW_CUT = 1, 2, 3, 4
REASON_CODES = {reason: code for code, reason in enumerate(REASONS)}
NOT_IN_FORCE = REASON_CODES["not-in-force"]
CONDITION = REASON_CODES["condition"]
AUDIENCE = REASON_CODES["audience"]
OVERFLOW = REASON_CODES["overflow"]
NOTHING = REASON_CODES["nothing"]


def emit_rules(write: Writer, plan: Plan, rules: list[int], registers: Registers) -> None:
    """Write the decision of all rules on one event type."""
    scope = Scope(plan, registers)
    units = {reward.unit.name for n in rules for reward in plan.program.rules[n].rewards}
    bases = {name: f"base{n}" for n, name in enumerate(sorted(units))}
    write(*(f"{base} = 0" for base in bases.values()))
    for rule in rules:
        _match(write, scope, rule)
        _work_out(write, scope, rule, bases)
    for rule in rules:
        _multiply(write, plan, rule, bases)
        _report_worked(write, plan, rule, bases)
    for rule in rules:
        own = [counter for counter in plan.counters if counter.rule == rule]
        for counter in sorted(own, key=lambda c: c.allowance.scope == "budget"):
            _allow(write, plan, counter, [rule])
    for counter in plan.counters:
        if counter.rule is None:
            _allow(write, plan, counter, rules)
    for rule in rules:
        _pay(write, plan, rule)
    for counter in plan.counters:
        if counter.rule is None:
            _take(write, plan, counter, rules)


def _why(write: Writer, kind: int, rule: int, *cells: str | int) -> None:
    """Write a row of O that only an explanation needs."""
    with write.block("if w == 3:"):
        _row(write, kind, rule, *cells)


def _row(write: Writer, *cells: str | int) -> None:
    write(*(f"O[o + {n}] = {cell}" for n, cell in enumerate(cells)), f"o = o + {ROW}")


def _match(write: Writer, scope: Scope, index: int) -> None:
    """Steps 3: dates, then each part of the condition; the first that fails is the reason."""
    rule = scope.plan.program.rules[index]
    write(f"r{index} = 0")
    bounds = []
    if rule.starts is not None:
        bounds.append(f"at < {rule.starts}")
    if rule.ends is not None:
        bounds.append(f"at >= {rule.ends}")
    if bounds:
        with write.block("if " + " or ".join(bounds) + ":"):
            write(f"r{index} = {NOT_IN_FORCE}")
            _why(write, ROW_OUTCOME, index, NOT_IN_FORCE, -1, NA, NA)
    for place, part in enumerate(parts_of(rule.where)):
        with write.block(f"if r{index} == 0 and {scope.not_true(part)}:"):
            write(f"r{index} = {CONDITION}")
            with write.block("if w == 3:"):
                write(f"y = {NA}", f"z = {NA}")
                if isinstance(part, checked.Comparison):
                    _where_present(write, scope.value(part.left), "y")
                    _where_present(write, scope.value(part.right), "z")
                _row(write, ROW_OUTCOME, index, CONDITION, place, "y", "z")


def parts_of(where: checked.Condition | None) -> tuple[checked.Condition, ...]:
    """The parts of a condition that must all hold, in text order."""
    if where is None:
        return ()
    return where.parts if isinstance(where, checked.Conjunction) else (where,)


def _where_present(write: Writer, value: Value, register: str) -> None:
    with write.block("if " + (" and ".join(value.present) or "1 == 1") + ":"):
        write(f"{register} = {value.text}")


def _work_out(write: Writer, scope: Scope, index: int, bases: dict[str, str]) -> None:
    """Step 5, but for multipliers: what each reward comes to; rates make the base."""
    rule = scope.plan.program.rules[index]
    for place, _ in enumerate(rule.rewards):
        write(f"q{index}_{place} = 0")
    with write.block(f"if r{index} == 0:"):
        write(f"x{index} = {AUDIENCE}")
        for place, reward in enumerate(rule.rewards):
            with write.block(f"if {_meant(reward)}:"):
                write(f"if x{index} == {AUDIENCE}:", f" x{index} = {NOTHING}")
                if not isinstance(reward.form, checked.Multiplier):
                    _amount(write, scope, reward, f"q{index}_{place}")
                    _bounded(write, index, place, reward)
                    if reward.is_rate:
                        base = bases[reward.unit.name]
                        write(f"{base} = {base} + q{index}_{place}")


def _meant(reward: Reward) -> str:
    """Text that holds where the customer is among those the reward is for."""
    if reward.tiers is None:
        return "1 == 1"
    return " or ".join(f"tier == {rank}" for rank in sorted(reward.tiers)) or "1 == 0"


def _bounded(write: Writer, index: int, place: int, reward: Reward) -> None:
    """Cap one award by its `at most`; refuse a number too large, drop what is not above zero."""
    amount = f"q{index}_{place}"
    if reward.at_most is not None:
        with write.block(f"if {amount} > {reward.at_most}:"):
            write(f"{amount} = {reward.at_most}")
    with write.block(f"if {amount} > {LARGEST}:"):
        write(f"{amount} = 0", f"x{index} = {OVERFLOW}")
    with write.block(f"if {amount} < 0:"):
        write(f"{amount} = 0")


def _amount(write: Writer, scope: Scope, reward: Reward, target: str) -> None:
    match reward.form:
        case checked.Flat(amount):
            _round(write, target, str(amount.value), amount, reward.unit)
        case checked.PerItem(amount, count):
            value = scope.value(count)
            write(f"y = {value.text} // {10**value.decimals} * {amount.value}")
            _round(write, target, "y", amount, reward.unit)
        case checked.Rate():
            _rate(write, scope, reward.form, reward.unit, target)
        case _:
            raise TypeError(reward.form)


def _rate(write: Writer, scope: Scope, form: checked.Rate, unit: Unit, target: str) -> None:
    """Whole steps of `per` in the base, or the base in proportion; nothing of less than zero."""
    base = scope.value(form.base)
    present = (*base.present, f"{base.text} > 0")
    upper = 10**form.per.decimals
    lower = form.per.value * 10**base.decimals
    with write.block("if " + " and ".join(present) + ":"):
        if form.prorated:
            write(f"y = {base.text} * {upper * form.amount.value}")
            _round(write, target, "y", form.amount, unit, lower)
        else:
            write(f"y = {base.text} * {upper} // {lower} * {form.amount.value}")
            _round(write, target, "y", form.amount, unit)


def _round(
    write: Writer, target: str, amount: str, scale: Exact, unit: Unit, divisor: int = 1
) -> None:
    """An amount of a scale, over a divisor, to the unit's precision by its rounding (step 5).

    The amount is not below zero, so that floor division rounds down.
    """
    shift = unit.precision - scale.decimals
    upper = 10 ** max(shift, 0)
    lower = divisor * 10 ** max(-shift, 0)
    numerator = amount if upper == 1 else f"{amount} * {upper}"
    if lower == 1:
        write(f"{target} = {numerator}")
    elif unit.rounding == "down":
        write(f"{target} = {numerator} // {lower}")
    elif unit.rounding == "up":
        write(f"{target} = ({numerator} + {lower - 1}) // {lower}")
    elif unit.rounding == "half up":
        write(f"{target} = (2 * {numerator} + {lower}) // {2 * lower}")
    else:
        write(f"y = {numerator}", f"{target} = y // {lower}", f"y = y - {target} * {lower}")
        with write.block(f"if 2 * y > {lower} or (2 * y == {lower} and {target} % 2 == 1):"):
            write(f"{target} = {target} + 1")


def _multiply(write: Writer, plan: Plan, index: int, bases: dict[str, str]) -> None:
    """Step 5: a multiplier gives (factor - 1) times the base, which no multiplier is part of."""
    for place, reward in enumerate(plan.program.rules[index].rewards):
        if isinstance(reward.form, checked.Multiplier):
            factor = reward.form.factor
            more = factor.value - 10**factor.decimals
            base = bases[reward.unit.name]
            with write.block(f"if r{index} == 0 and ({_meant(reward)}):"):
                scale = checked.Exact(more, factor.decimals + reward.unit.precision)
                _round(write, f"q{index}_{place}", f"{base} * {more}", scale, reward.unit)
                _bounded(write, index, place, reward)


def _report_worked(write: Writer, plan: Plan, index: int, bases: dict[str, str]) -> None:
    rewards = plan.program.rules[index].rewards
    with write.block(f"if r{index} == 0:"):
        for place, reward in enumerate(rewards):
            multiplies = isinstance(reward.form, checked.Multiplier)
            base = bases[reward.unit.name] if multiplies else NA
            _why(write, ROW_WORKED, index, place, f"q{index}_{place}", base)
        nothing = " and ".join(f"q{index}_{place} == 0" for place in range(len(rewards)))
        with write.block(f"if {nothing}:"):
            write(f"r{index} = x{index}")
            _why(write, ROW_OUTCOME, index, f"x{index}", -1, NA, NA)


def _cells(counter: Counter) -> tuple[str, str]:
    """The texts of a counter's period and of what is used in it."""
    if counter.allowance.scope == "limit":
        return f"S[s + {counter.cell}]", f"S[s + {counter.cell + 1}]"
    return f"G[{counter.cell}]", f"G[{counter.cell + 1}]"


def _allow(write: Writer, plan: Plan, counter: Counter, rules: Iterable[int]) -> None:
    """Steps 6 and 8: an amount fills up to what is left; a limit of times drops."""
    allowance = counter.allowance
    rewards = list(_drawing(plan, counter, rules))
    if not rewards:
        return
    # Nothing wanted, nothing to look up: most events stop here.
    with write.block("if " + " + ".join(f"q{rule}_{place}" for rule, place in rewards) + " > 0:"):
        period, used = _cells(counter)
        if counter.period_field is not None:
            with write.block(f"if {period} != f{counter.period_field}:"):
                write(f"{period} = f{counter.period_field}", f"{used} = 0")
        # `left` is what the allowance still holds for this event.
        write(f"left = {allowance.amount} - {used}", "if left < 0:", " left = 0")
        for rule, place in rewards:
            _cut(write, plan, counter, rule, place)


def _cut(write: Writer, plan: Plan, counter: Counter, rule: int, place: int) -> None:
    amount, places = f"q{rule}_{place}", range(len(plan.program.rules[rule].rewards))
    counts_events = counter.allowance.unit is None
    reason = REASON_CODES[counter.allowance.scope]
    wanted, granted = ("1", "0") if counts_events else (amount, "left")
    with write.block(f"if {amount} > 0 and {wanted} > left:"):
        number = plan.counters.index(counter)
        _why(write, ROW_CUT, rule, number, place, _cells(counter)[1], wanted, granted)
        write(f"{amount} = {granted}")
        with write.block("if " + " and ".join(f"q{rule}_{p} == 0" for p in places) + ":"):
            write(f"r{rule} = {reason}")
            _why(write, ROW_OUTCOME, rule, reason, -1, NA, NA)
    if not counts_events:
        write(f"left = left - {amount}")


def _drawing(plan: Plan, counter: Counter, rules: Iterable[int]) -> Iterable[tuple[int, int]]:
    """The rewards that draw on an allowance: all where it counts events, else those of its unit."""
    for rule in rules:
        for place, reward in enumerate(plan.program.rules[rule].rewards):
            if counter.allowance.unit in (None, reward.unit):
                yield rule, place


def _pay(write: Writer, plan: Plan, index: int) -> None:
    rewards = plan.program.rules[index].rewards
    with write.block(f"if r{index} == 0:"):
        for place, _ in enumerate(rewards):
            with write.block(f"if q{index}_{place} > 0:"):
                _row(write, ROW_AWARD, index, place, f"q{index}_{place}")
        _why(write, ROW_OUTCOME, index, 0, -1, NA, NA)
    for counter in plan.counters:
        if counter.rule == index:
            _take(write, plan, counter, [index])


def _take(write: Writer, plan: Plan, counter: Counter, rules: list[int]) -> None:
    """Only what is paid moves a counter: by the amount, or by one where it counts events."""
    _, used = _cells(counter)
    rewards = list(_drawing(plan, counter, rules))
    if not rewards:
        return
    paid = [f"q{rule}_{place}" for rule, place in rewards]
    if counter.allowance.unit is None:
        with write.block("if " + " + ".join(paid) + " > 0:"):
            write(f"{used} = {used} + 1")
    else:
        write(f"{used} = {used} + " + " + ".join(paid))
