"""Why a condition is not true: its first part that is not, and the two values it compares.

The functions are written and made runnable one by one, when one is first asked for: a condition's
parts ask for nothing that the condition itself has not asked for, so that no row grows.
Source: docs/language.md, sections 5 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsl.engine.cells import NA
from dsl.engine.conditions import every, holds
from dsl.engine.decision import FailedTest, Working
from dsl.engine.nodes import parts_of
from dsl.engine.values import ARGUMENTS, Value, value
from dsl.engine.writer import Writer
from dsl.meaning import checked
from dsl.meaning.catalogue import COUNT
from dsl.meaning.types import TEXTUAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsl.engine.emit import Emitted
    from dsl.engine.emitter import Emitter
    from dsl.engine.paying import Payment
    from dsl.engine.plans import RulePlan
    from dsl.engine.scene import Scene

Found = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Sides:
    """What a part compares: one value, with another or with two that it should be between."""

    left: Value | None = None
    right: Value | None = None
    upper: Value | None = None
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Tested:
    """The function that finds the first part of a condition that is not true.

    `forms` is of each part whether its value is a text, and what its two values stand over.
    """

    function: Callable[..., Found]
    forms: tuple[tuple[bool, int, int], ...]


class Why:
    """Finds what failed, for one program; `functions` are those of its text."""

    def __init__(self, emitted: Emitted, functions: dict[str, Any]) -> None:
        self._emitter = emitted.emitter
        self._functions = functions
        self._tested: dict[str, Tested] = {}
        self._of_rules: dict[int, Tested] = {}

    def failed(self, name: str, where: checked.Condition | None, scene: Scene) -> FailedTest | None:
        """The first part of a condition that is not true; `name` is the condition's function."""
        return found_by(self._tested.get(name) or self.tested(name, where), scene)

    def failed_of(self, plan: RulePlan, scene: Scene) -> FailedTest | None:
        """The same of a rule."""
        tested = self._of_rules.get(plan.order)
        if tested is None:
            tested = self.tested(f"m{plan.order}", plan.rule.where)
            self._of_rules[plan.order] = tested
        return found_by(tested, scene)

    def tested(self, name: str, where: checked.Condition | None) -> Tested:
        """What finds the part of a condition that failed."""
        found = self._tested.get(name)
        if found is not None:
            return found
        parts = parts_of(where)
        sides = tuple(sides_of(self._emitter, part) for part in parts)
        text = self._emitter.laid_out(_text(self._emitter, f"y{name}", parts, sides))
        # The text holds whole numbers and our own names only, nothing a user wrote.
        exec(compile(text, "<why>", "exec"), self._functions)  # noqa: S102
        forms = tuple((one.is_text, _divisor(one.left), _divisor(one.right)) for one in sides)
        found = self._tested[name] = Tested(self._functions[f"y{name}"], forms)
        return found


def failed_test(scene: Scene, plan: RulePlan) -> FailedTest | None:
    """The first part of a rule's condition that is not true of what is decided."""
    return scene.compiled.why.failed_of(plan, scene)


def found_by(tested: Tested, scene: Scene) -> FailedTest | None:
    """What a condition's function finds; None where all of it is true."""
    part, left, right = tested.function(*scene.rows)
    if part < 0:
        return None
    is_text, over_left, over_right = tested.forms[part]
    if is_text:
        text = None if left == NA else scene.compiled.codes.text(left)
        return FailedTest(part, None, None, text)
    return FailedTest(
        part,
        None if left == NA else (left, over_left),
        None if right == NA else (right, over_right),
    )


def working(payment: Payment) -> Working:
    """What a payment came to, and of which choice of `one of`, whose plan is named by its place."""
    plan = payment.plan
    choice = plan.name.split("_")[2:]
    return Working(
        plan.number,
        payment.base,
        payment.worked,
        payment.amount,
        int(choice[0]) if choice else None,
    )


def sides_of(e: Emitter, part: checked.Condition) -> Sides:
    """The values a part is about, where they say how far from true it is."""
    match part:
        case checked.Inversion(operand=operand):
            found = sides_of(e, operand)
            return (
                Sides(found.left, found.right, is_text=found.is_text)
                if found.upper is None
                else (Sides(found.left))
            )
        case checked.Comparison(left=left, right=right):
            if left.type.kind in TEXTUAL:
                known = right if isinstance(left, checked.Const) else left
                return Sides(value(e, known), is_text=True)
            return Sides(value(e, left), value(e, right))
        case checked.Between(value=middle, low=low, high=high):
            return Sides(value(e, middle), *_over_one(value(e, low), value(e, high)))
        case checked.Membership(value=member):
            return Sides(value(e, member), is_text=member.type.kind in TEXTUAL)
        case checked.Nth(number=number, every=every_such, past=past):
            count = value(e, checked.EventCount(past, type=COUNT))
            return Sides(count, None if every_such else Value(str(number)))
        case _:
            return Sides()


def _over_one(low: Value, high: Value) -> tuple[Value, Value]:
    """Two values over one divisor, so that either can be the one that was missed."""
    divisor = max(low.divisor, high.divisor)
    if divisor % low.divisor or divisor % high.divisor:
        divisor = low.divisor * high.divisor
    return (
        Value(low.over(divisor), divisor, low.present),
        Value(high.over(divisor), divisor, high.present),
    )


def _text(e: Emitter, name: str, parts: Sequence[checked.Condition], sides: Sequence[Sides]) -> str:
    write = Writer()
    with write.block(f"def {name}({ARGUMENTS}):"):
        for number, (part, found) in enumerate(zip(parts, sides, strict=True)):
            with write.block(f"if not ({holds(e, part)}):"):
                write(f"a = {NA}", f"b = {NA}")
                _assign(write, "a", found.left)
                _assign(write, "b", found.right)
                if found.left is not None and found.right is not None and found.upper is not None:
                    # Above the lower bound, it is the upper one that was missed.
                    divisor = found.left.divisor * found.right.divisor
                    above = f"{found.left.over(divisor)} >= {found.right.over(divisor)}"
                    tests = (*found.left.present, *found.right.present, above)
                    with write.block(f"if {every(tests)}:"):
                        _assign(write, "b", found.upper)
                write(f"return {number}, a, b")
        write(f"return -1, {NA}, {NA}")
    return write.text()


def _assign(write: Writer, name: str, found: Value | None) -> None:
    if found is None:
        return
    with write.block(f"if {every(found.present)}:"):
        write(f"{name} = {found.text}")


def _divisor(found: Value | None) -> int:
    return 1 if found is None else found.divisor
