"""A long function as many short ones: compilers take more than twice as long for twice the length.

What the function keeps in variables stands in the array P instead, which all parts are given.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

# Statements in a row that make a part; a function of no more than a few parts stays whole.
PART, WHOLE = 60, 400
CELLS = "P"
STATEMENTS = re.compile(r"^ \S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parts:
    """The text of a function, its parts before it, and how many cells of P they take."""

    text: str
    cells: int


def in_parts(text: str) -> Parts:
    """A function in parts where it is long, else as it is.

    Its last statement returns a value, all other returns one below zero, which ends it. It has an
    argument P, and uses it for nothing.
    """
    if len(STATEMENTS.findall(text)) <= WHOLE:
        return Parts(text, 0)
    (function,) = ast.parse(text).body
    if not isinstance(function, ast.FunctionDef):
        raise TypeError(text)
    arguments = [one.arg for one in function.args.args]
    given = ", ".join(arguments)
    moved = _Moved(function)
    moved.visit(function)
    *body, last = function.body
    written, calls = [], []
    for number, start in enumerate(range(0, len(body), PART)):
        name = f"{function.name}_{number}"
        lines = "\n".join(_indented(one) for one in body[start : start + PART])
        written.append(f"def {name}({given}):\n{lines}\n return 0\n")
        calls.append(f" if {name}({given}) < 0:\n  return -1\n")
    kept = [f" {CELLS}[{moved.places[one]}] = {one}\n" for one in arguments if one in moved.places]
    head = f"def {function.name}({given}):\n{''.join([*kept, *calls])}{_indented(last)}\n"
    return Parts("\n".join([*written, head]), len(moved.places))


def _indented(node: ast.stmt) -> str:
    return "\n".join(f" {line}" for line in ast.unparse(node).splitlines())


class _Moved(ast.NodeTransformer):
    """Puts a function's variables into cells of P, by the order in which they come."""

    def __init__(self, function: ast.FunctionDef) -> None:
        names = {
            node.id: None
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        self.places = {name: place for place, name in enumerate(names)}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A variable's cell."""
        place = self.places.get(node.id)
        if place is None:
            return node
        return ast.Subscript(ast.Name(CELLS, ast.Load()), ast.Constant(place), node.ctx)
