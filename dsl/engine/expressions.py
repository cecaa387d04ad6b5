"""Typed expressions as restricted Python: integers, presence, and three-valued conditions.

An expression becomes a text and the presence tests it rests on. A condition becomes one of two
two-valued texts, "is true" and "is not true"; negation is pushed down to the comparisons, where
"not true" also holds for an absent side. Source: docs/language.md, sections 1 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.plan import NA
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dsl.engine.plan import Plan

DIVISION_DECIMALS = 6
_OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_COMPLEMENTS = {"=": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Value:
    """An expression's text, its scale, and the texts that are true where it is present."""

    text: str
    decimals: int = 0
    present: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Is a condition true, is it false, or (the contrary) is that not so: what a text answers."""

    truth: bool
    contrary: bool = False


Leaf = (
    checked.Const
    | checked.EventField
    | checked.CustomerField
    | checked.ItemField
    | checked.Calendar
    | checked.TierNow
)


def both(*values: Value) -> tuple[str, ...]:
    """The presence tests of several values, each once."""
    return tuple(dict.fromkeys(test for value in values for test in value.present))


def rescaled(value: Value, decimals: int) -> str:
    """The value's text at a scale at least its own."""
    factor = 10 ** (decimals - value.decimals)
    return value.text if factor == 1 else f"({value.text}) * {factor}"


@dataclass(frozen=True, slots=True)
class Scope:
    """How leaves are read where an expression stands: in a rule, or about one line item."""

    plan: Plan
    # The register of a division or of something about the items, prepared beforehand.
    registers: dict[checked.Typed, str]
    item: Callable[[str], str] | None = None

    def value(self, node: checked.Expr) -> Value:
        """The expression as text over registers; divisions and items have been prepared."""
        match node:
            case checked.Negation():
                inner = self.value(node.operand)
                return Value(f"(-{inner.text})", inner.decimals, inner.present)
            case checked.Arithmetic() if node.op == "/":
                return self._optional(self.registers[node], node, DIVISION_DECIMALS)
            case checked.Arithmetic():
                return self._arithmetic(node)
            case checked.ItemTotal():
                return self._optional(self.registers[node], node)
            case checked.ItemCount() | checked.ItemDistinct():
                return Value(self.registers[node], node.type.decimals)
            case _:
                return self._leaf(node)

    def _leaf(self, node: Leaf) -> Value:
        match node:
            case checked.Const():
                return Value(str(self._constant(node)), node.type.decimals)
            case checked.EventField():
                return self._optional(self._column("attribute", node.name), node)
            case checked.CustomerField():
                return self._optional(f"c_{self._attribute_slot(node)}", node)
            case checked.ItemField():
                return self._item_field(node)
            case checked.Calendar():
                return Value(self._column("local", node.part), node.type.decimals)
            case checked.TierNow():
                return Value("tier")

    def _arithmetic(self, node: checked.Arithmetic) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        if node.op == "*":
            text = f"({left.text} * {right.text})"
            return Value(text, left.decimals + right.decimals, both(left, right))
        decimals = max(left.decimals, right.decimals)
        text = f"({rescaled(left, decimals)} {node.op} {rescaled(right, decimals)})"
        return Value(text, decimals, both(left, right))

    def _constant(self, node: checked.Const) -> int:
        return self.plan.text_codes[node.value] if isinstance(node.value, str) else node.value

    def _column(self, source: str, name: str) -> str:
        for place, index in self.plan.field_index.items():
            if (place.source, place.name) == (source, name):
                return f"f{index}"
        raise KeyError(name)

    def _optional(self, text: str, node: checked.Expr, decimals: int | None = None) -> Value:
        scale = node.type.decimals if decimals is None else decimals
        return Value(text, scale, (f"{text} != {NA}",))

    def _attribute_slot(self, node: checked.CustomerField) -> int:
        for aggregate in self.plan.aggregates:
            if aggregate.kind == "attribute" and aggregate.name == node.name:
                return aggregate.slot
        raise KeyError(node.name)

    def _item_field(self, node: checked.ItemField) -> Value:
        if self.item is None:
            raise KeyError(node.name)
        return self._optional(self.item(node.name), node)

    def true(self, node: checked.Condition) -> str:
        """Text that holds exactly where the condition is true."""
        return self._test(node, Question(truth=True))

    def not_true(self, node: checked.Condition) -> str:
        """Text that holds where the condition is false or neither."""
        return self._test(node, Question(truth=True, contrary=True))

    def false(self, node: checked.Condition) -> str:
        """Text that holds exactly where the condition is false."""
        return self._test(node, Question(truth=False))

    def _test(self, node: checked.Condition, ask: Question) -> str:
        match node:
            case checked.Inversion():
                return self._test(node.operand, Question(not ask.truth, ask.contrary))
            case checked.Conjunction():
                return self._joined(node.parts, ask, all_needed=ask.truth)
            case checked.Disjunction():
                return self._joined(node.parts, ask, all_needed=not ask.truth)
            case checked.Comparison():
                return self._compared(ask, node.left, [(node.op, node.right)])
            case checked.Between():
                return self._compared(ask, node.value, [(">=", node.low), ("<=", node.high)])
            case checked.Membership():
                return self._membership(node, ask)
            case checked.Known():
                return self._known(node, ask)
            case checked.Truth():
                value = self.value(node.value)
                return _atom(value.present, [("!=", value.text, "0")], ask)
            case checked.ItemTest():
                return self._item_test(node, ask)

    def _joined(
        self, parts: Iterable[checked.Condition], ask: Question, *, all_needed: bool
    ) -> str:
        word = " and " if all_needed != ask.contrary else " or "
        return "(" + word.join(self._test(part, ask) for part in parts) + ")"

    def _compared(
        self, ask: Question, node: checked.Expr, tests: list[tuple[str, checked.Expr]]
    ) -> str:
        """One value against others, all at the largest scale among them."""
        value, others = self.value(node), [self.value(other) for _, other in tests]
        decimals = max(value.decimals, *(other.decimals for other in others))
        sides = [rescaled(other, decimals) for other in others]
        left = rescaled(value, decimals)
        atoms = [(op, left, side) for (op, _), side in zip(tests, sides, strict=True)]
        return _atom(both(value, *others), atoms, ask)

    def _membership(self, node: checked.Membership, ask: Question) -> str:
        value = self.value(node.value)
        choices = [self.value(choice) for choice in node.choices]
        decimals = max((value.decimals, *(choice.decimals for choice in choices)))
        inside = (ask.truth != node.negated) != ask.contrary
        op, word = ("==", " or ") if inside else ("!=", " and ")
        left = rescaled(value, decimals)
        test = word.join(f"{left} {op} {rescaled(choice, decimals)}" for choice in choices)
        return _guarded(value.present, f"({test})", ask)

    def _known(self, node: checked.Known, ask: Question) -> str:
        value = self.value(node.value)
        known = (ask.truth != node.negated) != ask.contrary
        if not value.present:
            return "1 == 1" if known else "1 == 0"
        if known:
            return "(" + " and ".join(value.present) + ")"
        return "(" + " or ".join(_turned(test) for test in value.present) + ")"

    def _item_test(self, node: checked.ItemTest, ask: Question) -> str:
        register = self.registers[node]
        trues, falses, lines = f"{register}t", f"{register}f", "(j - i)"
        tests = {
            ("any", True): (">", trues, "0"),
            ("any", False): ("=", falses, lines),
            ("every", True): ("=", trues, lines),
            ("every", False): (">", falses, "0"),
            ("no", True): ("=", falses, lines),
            ("no", False): (">", trues, "0"),
        }
        # What was counted already asks "is true" or "is false"; only the contrary is left.
        counted = Question(truth=True, contrary=ask.contrary)
        return _atom((), [tests[node.quantifier, ask.truth]], counted)


def _atom(present: tuple[str, ...], tests: list[tuple[str, str, str]], ask: Question) -> str:
    """All of the tests (asked for false: not all of them), with everything present."""
    turned = ask.truth == ask.contrary
    signs, word = (_COMPLEMENTS, " or ") if turned else (_OPERATORS, " and ")
    body = word.join(f"{left} {signs[op]} {right}" for op, left, right in tests)
    return _guarded(present, f"({body})" if len(tests) > 1 else body, ask)


def _guarded(present: tuple[str, ...], body: str, ask: Question) -> str:
    if not present:
        return body
    if ask.contrary:
        return "(" + " or ".join((*(_turned(test) for test in present), body)) + ")"
    return "(" + " and ".join((*present, body)) + ")"


def _turned(test: str) -> str:
    return test.replace(" != ", " == ")
