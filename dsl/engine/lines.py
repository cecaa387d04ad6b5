"""What rules ask about an event's lines and quotients, worked out once before the rules run.

Every item form gets a register filled by one pass over the lines (two nested ones for distinct
values), every division one of its own, absent (NA) where a part is absent or the divisor is 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine.expressions import DIVISION_DECIMALS, Scope, both
from dsl.engine.plan import NA, walk
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dsl.engine.plan import Plan
    from dsl.engine.writer import Writer

ITEM_FORMS = (checked.ItemCount, checked.ItemTotal, checked.ItemDistinct, checked.ItemTest)
ItemForm = checked.ItemCount | checked.ItemTotal | checked.ItemDistinct | checked.ItemTest
Registers = dict[checked.Typed, str]


def prepare(write: Writer, plan: Plan, rules: Iterable[int]) -> Registers:
    """Write the registers the rules read; the result says which node stands in which."""
    roots: list[object] = []
    for index in rules:
        rule = plan.program.rules[index]
        roots += [rule.where, *(reward.form for reward in rule.rewards)]
    nodes = list(dict.fromkeys(walk(tuple(root for root in roots if root is not None))))
    forms = [node for node in nodes if isinstance(node, ITEM_FORMS)]
    registers: Registers = {node: f"g{n}" for n, node in enumerate(forms)}
    # Parents come first in a walk: reversed, a quotient inside another is there before it.
    quotients = [n for n in reversed(nodes) if isinstance(n, checked.Arithmetic) and n.op == "/"]
    registers.update({node: f"d{n}" for n, node in enumerate(quotients)})
    event = Scope(plan, registers)
    for node in quotients:
        if not _reads(node, checked.ItemField, *ITEM_FORMS):
            _divide(write, event, node)
    if forms:
        of_a_line = [node for node in quotients if _reads(node, checked.ItemField)]
        _pass_over_lines(write, event, forms, of_a_line)
    for node in quotients:
        if _reads(node, *ITEM_FORMS):
            _divide(write, event, node)
    return registers


def _reads(node: checked.Typed, *kinds: type) -> bool:
    """True where one of the kinds stands below, item forms not opened."""
    if isinstance(node, kinds):
        return True
    if isinstance(node, checked.Arithmetic):
        return _reads(node.left, *kinds) or _reads(node.right, *kinds)
    return isinstance(node, checked.Negation) and _reads(node.operand, *kinds)


def _divide(write: Writer, scope: Scope, node: checked.Arithmetic) -> None:
    """A quotient with 6 decimals, half to even; floor division keeps the remainder positive."""
    register = scope.registers[node]
    left, right = scope.value(node.left), scope.value(node.right)
    shift = DIVISION_DECIMALS + right.decimals - left.decimals
    upper, lower = 10 ** max(shift, 0), 10 ** max(-shift, 0)
    present = (*both(left, right), f"{right.text} != 0")
    write(f"{register} = {NA}")
    with write.block("if " + " and ".join(present) + ":"):
        write(f"y = {left.text} * {upper}", f"z = {right.text} * {lower}")
        with write.block("if z < 0:"):
            write("y = -y", "z = -z")
        write(f"{register} = y // z", f"y = y - {register} * z")
        with write.block(f"if 2 * y > z or (2 * y == z and {register} % 2 == 1):"):
            write(f"{register} = {register} + 1")


def _pass_over_lines(
    write: Writer, event: Scope, forms: list[ItemForm], quotients: list[checked.Arithmetic]
) -> None:
    for form in forms:
        register = event.registers[form]
        if isinstance(form, checked.ItemTest):
            write(f"{register}t = 0", f"{register}f = 0")
        else:
            write(f"{register} = 0")
        if isinstance(form, checked.ItemTotal):
            write(f"{register}b = 0")
    line = Scope(event.plan, event.registers, _reader(event.plan, "v"))
    write("k = i")
    with write.block("while k < j:"):
        _read_line(write, line, "v", "k", quotients)
        for form in forms:
            _count_line(write, line, form, quotients)
        write("k = k + 1")
    for form in forms:
        if isinstance(form, checked.ItemTotal):
            register = event.registers[form]
            with write.block(f"if {register}b == 1:"):
                write(f"{register} = {NA}")


def _reader(plan: Plan, prefix: str) -> Callable[[str], str]:
    return lambda name: f"{prefix}{plan.item_index[name]}"


def _read_line(
    write: Writer, line: Scope, prefix: str, row: str, quotients: list[checked.Arithmetic]
) -> None:
    width = len(line.plan.item_fields)
    for index in range(width):
        write(f"{prefix}{index} = I[{row} * {width} + {index}]")
    for node in quotients:
        _divide(write, line, node)


def _count_line(
    write: Writer, line: Scope, form: ItemForm, quotients: list[checked.Arithmetic]
) -> None:
    register = line.registers[form]
    holds = line.true(form.where) if form.where is not None else "1 == 1"
    if isinstance(form, checked.ItemTest):
        with write.block(f"if {holds}:"):
            write(f"{register}t = {register}t + 1")
        with write.block(f"if {line.false(form.where)}:"):
            write(f"{register}f = {register}f + 1")
    elif isinstance(form, checked.ItemCount):
        with write.block(f"if {holds}:"):
            write(f"{register} = {register} + v{line.plan.item_index['quantity']}")
    elif isinstance(form, checked.ItemTotal):
        amount = f"v{line.plan.item_index['amount']}"
        with write.block(f"if {holds}:"):
            with write.block(f"if {amount} == {NA}:"):
                write(f"{register}b = 1")
            with write.block("else:"):
                write(f"{register} = {register} + {amount}")
    else:
        _count_distinct(write, line, form, holds, quotients)


def _count_distinct(
    write: Writer,
    line: Scope,
    form: checked.ItemDistinct,
    holds: str,
    quotients: list[checked.Arithmetic],
) -> None:
    """Count a line whose value no earlier line that counts has."""
    register = line.registers[form]
    value = f"v{line.plan.item_index[form.attribute.name]}"
    # An earlier line is read into registers of its own, so that the line at hand stays.
    inner = dict(line.registers)
    inner.update({node: f"{line.registers[node]}e" for node in quotients})
    earlier = Scope(line.plan, inner, _reader(line.plan, "u"))
    same = f"u{line.plan.item_index[form.attribute.name]} == {value}"
    before = earlier.true(form.where) if form.where is not None else "1 == 1"
    with write.block(f"if {value} != {NA} and {holds}:"):
        write("x = 1", "m = i")
        with write.block("while m < k:"):
            _read_line(write, earlier, "u", "m", quotients)
            with write.block(f"if {same} and {before}:"):
                write("x = 0", "m = k")
            write("m = m + 1")
        write(f"{register} = {register} + x")
