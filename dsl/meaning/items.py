"""What is counted or added up over the lines of this event, or of a past one.

Source: docs/language.md, section 3, "items".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.meaning import catalogue, checked
from dsl.meaning.diagnostics import AmbiguousName, TypeMismatch
from dsl.meaning.lookup import report_unknown
from dsl.meaning.types import FLAG, LINES, TEXTUAL, Kind, lines_of
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.history import Ask
    from dsl.meaning.scope import Scope


def has_items(node: ast.Node, scope: Scope) -> bool:
    """True where the event at hand has lines, and no line is at hand already."""
    if scope.in_item:
        scope.problems.report(TypeMismatch(span=node.span, expected=None, found=Kind.LIST))
        return False
    events = scope.events if scope.past is None else (scope.past,)
    lists = [lines_of(event) for event in events]
    if any(found for found in lists):
        several = next((found for found in lists if len(found) > 1), None)
        if several is not None:
            scope.problems.report(AmbiguousName(span=node.span, name=several[0]))
        return several is None
    if scope.past is not None or not scope.is_open:
        report_unknown(LINES, node.span, "lines", [], scope.declared, scope.problems)
        return False
    return True


def of_items(
    node: ast.ItemCount | ast.ItemTotal | ast.ItemDistinct, scope: Scope, ask: Ask
) -> checked.Expr | None:
    """What is counted or added up over the lines; a line has no lines of its own."""
    if not has_items(node, scope):
        return None
    items = scope.declared.item
    where = ask(node.where, scope.within_item()) if node.where is not None else None
    attribute = _counted(node.attribute, scope) if isinstance(node, ast.ItemDistinct) else None
    if node.where is not None and where is None:
        return None
    if isinstance(node, ast.ItemCount):
        return checked.ItemCount(where, type=items["quantity"].type, span=node.span)
    if isinstance(node, ast.ItemTotal):
        return checked.ItemTotal(where, type=items["amount"].type, span=node.span)
    if attribute is None:
        return None
    return checked.ItemDistinct(attribute, where, type=catalogue.COUNT, span=node.span)


def _counted(node: ast.Name, scope: Scope) -> checked.ItemField | None:
    """The attribute of lines whose different values are counted: a text."""
    info = scope.declared.item.get(node.dotted)
    if info is None:
        known = list(scope.declared.item)
        report_unknown(node.dotted, node.span, "item", known, scope.declared, scope.problems)
        return None
    if info.type.kind not in TEXTUAL:
        scope.problems.report(
            TypeMismatch(span=node.span, expected=Kind.TEXT, found=info.type.kind)
        )
        return None
    return checked.ItemField(info.name, type=info.type, span=node.span)


def item_test(node: ast.ItemTest, scope: Scope, ask: Ask) -> checked.Condition | None:
    """`any item (COND)`, `every item (COND)`, `no item (COND)`."""
    if not has_items(node, scope):
        return None
    where = ask(node.where, scope.within_item())
    if where is None:
        return None
    return checked.ItemTest(node.quantifier, where, type=FLAG, span=node.span)
