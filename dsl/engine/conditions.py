"""Conditions as restricted Python: when one is true, when it is false; else it is neither.

Source: docs/language.md, sections 3 and 5.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dsl.engine.cells import NA
from dsl.engine.values import HERE, Place, Value, both, cell, common, other_key, past_cell, value
from dsl.engine.writer import ALWAYS
from dsl.meaning import checked
from dsl.meaning.possible import MIRRORED
from dsl.meaning.types import FLAG, Kind, Type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.engine.emitter import Emitter

NEVER = "1 == 0"
OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
COMPLEMENTS = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
DATE = Type(Kind.DATE)
NUMBER = re.compile(r"-?\d+")


def every(texts: Iterable[str]) -> str:
    """All of the texts hold."""
    parts = list(dict.fromkeys(text for text in texts if text != ALWAYS))
    if NEVER in parts:
        return NEVER
    return " and ".join(f"({part})" if " or " in part else part for part in parts) or ALWAYS


def some(texts: Iterable[str]) -> str:
    """Any of the texts holds."""
    parts = list(dict.fromkeys(text for text in texts if text != NEVER))
    if ALWAYS in parts:
        return ALWAYS
    return " or ".join(f"({part})" if " and " in part else part for part in parts) or NEVER


def holds(  # noqa: C901, PLR0911 - one for each form
    e: Emitter, node: checked.Condition, at: Place = HERE, *, truth: bool = True
) -> str:
    """The text that holds where the condition is true, or (`truth` False) where it is false."""
    match node:
        case checked.Inversion(operand=operand):
            return holds(e, operand, at, truth=not truth)
        case checked.Conjunction(parts=parts):
            return (every if truth else some)(holds(e, part, at, truth=truth) for part in parts)
        case checked.Disjunction(parts=parts):
            return (some if truth else every)(holds(e, part, at, truth=truth) for part in parts)
        case checked.Comparison(op=op, left=left, right=right):
            return compared(
                op if truth else COMPLEMENTS[op], value(e, left, at), value(e, right, at)
            )
        case checked.Between(value=middle, low=low, high=high):
            asked, least, most = value(e, middle, at), value(e, low, at), value(e, high, at)
            if truth:
                # Where it is there is asked by the first.
                there = replace(asked, present=())
                return every([compared(">=", asked, least), compared("<=", there, most)])
            outside = some([compared("<", asked, least), compared(">", asked, most)])
            return every([*both(asked, least, most), outside])
        case checked.Membership():
            return _member(e, node, at, truth=truth)
        case checked.Known(value=inner, negated=negated):
            present = every(value(e, inner, at).present)
            return present if truth is not negated else _not(present)
        case checked.Truth(value=inner):
            flag = value(e, inner, at)
            return compared("=", flag, Value("1" if truth else "0", flag.divisor))
        case checked.ItemTest():
            return f"{e.items.test(node, at)} == {1 if truth else 0}"
        case checked.TextTest():
            return f"{_tested(e, node, at)} == {1 if truth else 0}"
        case checked.HasTag(tag=tag, value=inner):
            return f"{_tagged(e, inner, str(tag.value))} {'==' if truth else '!='} 1"
        case checked.InSegment(segment=name):
            place = e.layout.customer.place(("segment", name))
            return f"S[{place}] {'==' if truth else '!='} 1"
        case checked.Holds(kind=kind, name=name):
            place = e.layout.customer.place(("holds", kind, name))
            return f"S[{place}] {'==' if truth else '!='} 1"
        case checked.IsBirthday() | checked.BirthdayMonth():
            return _birthday(e, node, at, truth=truth)
        case checked.Nth():
            call = e.past.nth(node)
            return f"{call} == {1 if truth else 0}"


def _not(text: str) -> str:
    if text in (ALWAYS, NEVER):
        return NEVER if text == ALWAYS else ALWAYS
    return f"not ({text})"


def compared(op: str, left: Value, right: Value) -> str:
    """Both sides are there and compare so."""
    divisor = common(left, right)
    test = f"{left.over(divisor)} {OPERATORS[op]} {right.over(divisor)}"
    if _is_beyond_absent(op, left, right, divisor) or _is_beyond_absent(
        MIRRORED[op], right, left, divisor
    ):
        return test
    return every([*both(left, right), test])


def _is_beyond_absent(op: str, found: Value, other: Value, divisor: int) -> bool:
    """True where a value that compares so with a number cannot be what stands for absent.

    Nothing is below that; it is never multiplied, as 64 bits would not hold it.
    """
    return (
        op in ("=", ">", ">=")
        and found.divisor == divisor
        and found.present == (f"{found.text} != {NA}",)
        and NUMBER.fullmatch(other.text) is not None
        and int(other.text) * (divisor // other.divisor) > NA
    )


def _member(e: Emitter, node: checked.Membership, at: Place, *, truth: bool) -> str:
    """One of constants: equal to any, or (false) different from all."""
    found = value(e, node.value, at)
    equal = truth is not node.negated
    choices = [value(e, one, at) for one in node.choices]
    # Whether it is there is asked once, if at all.
    there = replace(found, present=())
    tests = [compared("=" if equal else "!=", there, one) for one in choices]
    if equal and all(_is_beyond_absent("=", found, one, common(found, one)) for one in choices):
        return some(tests)
    return every([*found.present, (some if equal else every)(tests)])


def _tested(e: Emitter, node: checked.TextTest, at: Place) -> str:
    """The cell that says whether a text starts with, ends with or contains another; NA: absent."""
    text = str(node.text.value)
    match node.value:
        case checked.EventField(name=name):
            # The id of the customer can be asked about, too.
            return f"E[{e.layout.event.place(('test', node.op, name, text), FLAG)}]"
        case checked.PastField(name=name):
            return past_cell(e, ("test", node.op, name, text), None, at)
        case checked.ItemField(name=name):
            return cell(at.lines, at.line, e.layout.line.place(("test", node.op, name, text)))
        case checked.CustomerField(name=name) as field:
            e.layout.customer.place(("attribute", name), field.type)
            return f"S[{e.layout.customer.place(('test', node.op, name, text))}]"
        case checked.OtherField() as other:
            key = other_key(e, other, (node.op, text))
            return f"E[{e.layout.event.place(key)}]"
        case checked.Const(value=constant):
            known = str(constant)
            found = {
                "starts with": known.startswith(text),
                "ends with": known.endswith(text),
                "contains": text in known,
            }[node.op]
            return str(int(found))
        case other_value:
            raise TypeError(other_value)


def _tagged(e: Emitter, holder: checked.Expr, tag: str) -> str:
    """The cell that says whether a customer's tags include one."""
    if isinstance(holder, checked.OtherField):
        return f"E[{e.layout.event.place(other_key(e, holder, ('tag', tag)))}]"
    return f"S[{e.layout.customer.place(('tag', tag))}]"


def _birthday(e: Emitter, node: checked.Condition, at: Place, *, truth: bool) -> str:
    """The local date or month is the birthday's; 29 February falls on the 28th of other years."""
    birthday = f"S[{e.layout.customer.place(('attribute', 'birthday'), DATE)}]"
    kind = "day" if isinstance(node, checked.IsBirthday) else "month"
    today = past_cell(e, ("local", "date"), None, at)
    found = f"birthday_{kind}({birthday}, {today})"
    return every([f"{birthday} != {NA}", f"{found} == {1 if truth else 0}"])
