"""Restricted Python as LLVM's text: names are 64-bit whole numbers, upper-case ones arrays of them.

`//` and `%` go down, as Python's do. All functions are given V, which texts only read. Whatever
leaves 64 bits, and every division by zero, sets its first cell and returns at once: what was worked
out until then is void, and CPython says it without end. Subscripts are not checked: texts keep them
in their arrays, and their own arithmetic small. `A[i:]` in a call gives the rest of an array from a
place on. What functions call beside each other is in primitives.py.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from itertools import count

from dsl.engine.native.primitives import SHARED

COMPARED = {
    ast.Lt: "slt",
    ast.LtE: "sle",
    ast.Gt: "sgt",
    ast.GtE: "sge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}
CHECKED = {ast.Add: "sadd", ast.Sub: "ssub", ast.Mult: "smul"}
PLAIN = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul"}
# The array of numbers, see numbers.py.
NUMBERS = "V"
# Functions of some programs.
MOST_KEPT = 4096
SMALLEST, LARGEST = -(1 << 63), (1 << 63) - 1
HEAD = "".join(
    f"declare {{i64, i1}} @llvm.{name}.with.overflow.i64(i64, i64)\n" for name in CHECKED.values()
)


class UnfitError(ValueError):
    """The text has a number that 64 bits do not hold."""


# Functions of conditions and amounts are called from one place each.
INLINED = re.compile(r"[mq]\d")


@lru_cache(MOST_KEPT)
def function(text: str, *, is_open: bool) -> str:
    """LLVM's text of one function, kept, as an edit leaves most as they are.

    One that is open is seen from other texts. Raises UnfitError, and TypeError of what is no
    restricted Python.
    """
    (node,) = ast.parse(text).body
    if not isinstance(node, ast.FunctionDef):
        raise TypeError(text)
    return _Function(node, is_open=is_open).text()


def _is_of(node: ast.Subscript, array: str) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == array


def is_array(name: str) -> bool:
    """True of the name of an array."""
    return name[0].isupper()


class _Function:
    """Writes one function, its blocks one after the other."""

    def __init__(self, node: ast.FunctionDef, *, is_open: bool) -> None:
        self._node, self._is_open = node, is_open
        self._lines: list[str] = []
        self._numbers = count()

    def text(self) -> str:
        """The function."""
        node = self._node
        arguments = [one.arg for one in node.args.args]
        assigned = {
            one.id
            for one in ast.walk(node)
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        }
        given = ", ".join(
            ["ptr noalias %V"] + [f"ptr %{n}" if is_array(n) else f"i64 %a.{n}" for n in arguments]
        )
        linkage = "" if self._is_open else SHARED
        for name in sorted({*arguments, *assigned}):
            if not is_array(name):
                self._write(f"%v.{name} = alloca i64")
        for name in sorted({*arguments, *assigned}):
            if not is_array(name):
                first = f"%a.{name}" if name in arguments else "0"
                self._write(f"store i64 {first}, ptr %v.{name}")
        self._body(node.body)
        self._write("ret i64 0")
        self._label("trap")
        self._write("store i64 1, ptr %V", "ret i64 0")
        lines = "".join(f"{line}\n" for line in self._lines)
        inlined = " alwaysinline" if INLINED.match(node.name) else ""
        return f"define {linkage}i64 @{node.name}({given}){inlined} {{\n{lines}}}\n"

    # --- blocks -------------------------------------------------------------------------------

    def _write(self, *lines: str) -> None:
        self._lines += [f"  {line}" for line in lines]

    def _label(self, name: str) -> None:
        self._lines.append(f"{name}:")

    def _new(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"

    def _assigned(self, operation: str) -> str:
        name = self._new("%t")
        self._write(f"{name} = {operation}")
        return name

    # --- statements ---------------------------------------------------------------------------

    def _body(self, body: list[ast.stmt]) -> None:
        for node in body:
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=found):
                self._write(f"store i64 {self._value(found)}, ptr %v.{name}")
            case ast.Assign(targets=[ast.Subscript() as cell], value=found):
                given = self._value(found)
                self._write(f"store i64 {given}, ptr {self._cell(cell)}")
            case ast.If():
                self._if(node)
            case ast.While():
                self._while(node)
            case ast.Return(value=ast.expr() as found):
                self._write(f"ret i64 {self._value(found)}")
                self._label(self._new("after"))
            case ast.Expr(value=ast.Call() as call):
                self._value(call)
            case _:
                raise TypeError(ast.dump(node))

    def _if(self, node: ast.If) -> None:
        yes, no, end = (self._new(prefix) for prefix in ("then", "else", "end"))
        self._branch(node.test, yes, no if node.orelse else end)
        self._label(yes)
        self._body(node.body)
        self._write(f"br label %{end}")
        if node.orelse:
            self._label(no)
            self._body(node.orelse)
            self._write(f"br label %{end}")
        self._label(end)

    def _while(self, node: ast.While) -> None:
        head, body, end = (self._new(prefix) for prefix in ("head", "body", "end"))
        self._write(f"br label %{head}")
        self._label(head)
        self._branch(node.test, body, end)
        self._label(body)
        self._body(node.body)
        self._write(f"br label %{head}")
        self._label(end)

    def _branch(self, test: ast.expr, yes: str, no: str) -> None:
        match test:
            case ast.BoolOp(op=op, values=[*others, last]):
                for one in others:
                    following = self._new("test")
                    ways = (following, no) if isinstance(op, ast.And) else (yes, following)
                    self._branch(one, *ways)
                    self._label(following)
                self._branch(last, yes, no)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._branch(operand, no, yes)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                sides = f"{self._value(left)}, {self._value(right)}"
                found = self._assigned(f"icmp {COMPARED[type(op)]} i64 {sides}")
                self._write(f"br i1 {found}, label %{yes}, label %{no}")
            case _:
                raise TypeError(ast.dump(test))

    # --- values -------------------------------------------------------------------------------

    def _value(self, node: ast.expr) -> str:
        known = _constant(node)
        if known is not None:
            return str(known)
        match node:
            case ast.Name(id=name):
                return self._assigned(f"load i64, ptr %v.{name}")
            case ast.Subscript():
                # Nothing but the first cell of V is ever written.
                never = ", !invariant.load !1" if _is_of(node, NUMBERS) else ""
                return self._assigned(f"load i64, ptr {self._cell(node)}{never}")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._checked("ssub", "0", self._value(operand))
            case ast.BinOp(op=ast.FloorDiv() | ast.Mod() as op, left=left, right=right):
                return self._divided(self._value(left), self._value(right), op, right)
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                return self._assigned(f"or i64 {self._value(left)}, {self._value(right)}")
            case ast.BinOp(op=op, left=left, right=right):
                return self._checked(CHECKED[type(op)], self._value(left), self._value(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                given = ", ".join(["ptr %V", *map(self._argument, arguments)])
                return self._assigned(f"call i64 @{name}({given})")
            case _:
                raise TypeError(ast.dump(node))

    def _argument(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name) if is_array(name):
                return f"ptr %{name}"
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Slice(lower=ast.expr() as first)):
                return f"ptr {self._at(name, first)}"
            case _:
                return f"i64 {self._value(node)}"

    def _cell(self, node: ast.Subscript) -> str:
        if not isinstance(node.value, ast.Name):
            raise TypeError(ast.dump(node))
        return self._at(node.value.id, node.slice)

    def _at(self, array: str, place: ast.expr) -> str:
        return self._assigned(f"getelementptr i64, ptr %{array}, i64 {self._place(place)}")

    def _place(self, node: ast.expr) -> str:
        """A subscript, whose arithmetic stays small."""
        if isinstance(node, ast.BinOp) and type(node.op) in PLAIN and _constant(node) is None:
            left, right = self._place(node.left), self._place(node.right)
            return self._assigned(f"{PLAIN[type(node.op)]} i64 {left}, {right}")
        return self._value(node)

    def _checked(self, operation: str, left: str, right: str) -> str:
        pair = self._assigned(
            f"call {{i64, i1}} @llvm.{operation}.with.overflow.i64(i64 {left}, i64 {right})"
        )
        found = self._assigned(f"extractvalue {{i64, i1}} {pair}, 0")
        left_out = self._assigned(f"extractvalue {{i64, i1}} {pair}, 1")
        self._trap_if(left_out)
        return found

    def _trap_if(self, test: str) -> None:
        following = self._new("fits")
        self._write(f"br i1 {test}, label %trap, label %{following}, !prof !0")
        self._label(following)

    def _divided(self, left: str, right: str, op: ast.operator, divisor: ast.expr) -> str:
        known = _constant(divisor)
        if known is None or known in (0, -1):
            self._trap_if(self._assigned(f"icmp eq i64 {right}, 0"))
            least = self._assigned(f"icmp eq i64 {left}, {SMALLEST}")
            minus = self._assigned(f"icmp eq i64 {right}, -1")
            self._trap_if(self._assigned(f"and i1 {least}, {minus}"))
        rest = self._assigned(f"srem i64 {left}, {right}")
        # A rest whose sign is not the divisor's belongs to the whole number above.
        signs = self._assigned(f"xor i64 {rest}, {right}")
        differ = self._assigned(f"icmp slt i64 {signs}, 0")
        some = self._assigned(f"icmp ne i64 {rest}, 0")
        below = self._assigned(f"and i1 {differ}, {some}")
        if isinstance(op, ast.Mod):
            added = self._assigned(f"select i1 {below}, i64 {right}, i64 0")
            return self._assigned(f"add i64 {rest}, {added}")
        quotient = self._assigned(f"sdiv i64 {left}, {right}")
        less = self._assigned(f"sext i1 {below} to i64")
        return self._assigned(f"add i64 {quotient}, {less}")


def _constant(node: ast.expr) -> int | None:
    """What a text of numbers alone comes to."""
    match node:
        case ast.Constant(value=int(number)):
            found = number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _constant(operand)
            if inner is None:
                return None
            found = -inner
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() as op, left=left, right=right):
            one, other = _constant(left), _constant(right)
            if one is None or other is None:
                return None
            found = _folded(op, one, other)
        case _:
            return None
    if not SMALLEST <= found <= LARGEST:
        raise UnfitError(found)
    return found


def _folded(op: ast.operator, one: int, other: int) -> int:
    if isinstance(op, ast.Add):
        return one + other
    return one - other if isinstance(op, ast.Sub) else one * other
