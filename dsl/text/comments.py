"""Which part of a text each comment belongs to, so that it moves with it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dsl.text import ast
from dsl.text.ast import Comment, Node, Statement
from dsl.text.source import Span


@dataclass(slots=True)
class Comments:
    """Comments by the node they stand before or after; `last` are those after everything.

    Nodes are told apart by identity: equal ones may stand twice.
    """

    before: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    after: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    last: list[str] = field(default_factory=list)


def attach(comments: Sequence[Comment], anchors: Sequence[Node]) -> Comments:
    """Find the owner of each comment among `anchors`, nodes that can stand on lines of their own.

    A comment on a line of its own belongs to what begins next; one at the end of a line to what
    ended last before it inside the smallest node around it, else to that node, of a statement to
    its first line (its head). Where several nodes begin or end at the same place, the outermost
    owns it. `anchors` stand in the order of the text, outer ones first.
    """
    owned = Comments()
    starts = [node.span.start for node in anchors]
    for comment in comments:
        text = comment.text
        if comment.own_line:
            following = bisect_left(starts, comment.span.end)
            found = following < len(anchors)
            (owned.before[id(anchors[following])] if found else owned.last).append(text)
            continue
        begun = bisect_left(starts, comment.span.start)
        ended, inner = _ended_before(anchors, begun, comment)
        if ended:
            latest = max(node.span.end for node in ended)
            owner = next(node for node in reversed(ended) if node.span.end == latest)
            owned.after[id(owner)].append(text)
        elif isinstance(inner, Statement):
            owned.heads[id(inner)].append(text)
        elif inner is not None:
            around = (node for node in anchors[:begun] if _holds(node, comment.span))
            owner = next(node for node in around if node.span.end == inner.span.end)
            owned.after[id(owner)].append(text)
        else:
            owned.last.append(text)
    return owned


def _ended_before(
    anchors: Sequence[Node], begun: int, comment: Comment
) -> tuple[list[Node], Node | None]:
    """What ended before a comment inside the smallest node around it, last first, and that node.

    The first `begun` of the anchors begin before the comment.
    """
    ended: list[Node] = []
    for node in reversed(anchors[:begun]):
        if _holds(node, comment.span):
            return ended, node
        ended.append(node)
        if isinstance(node, Statement):
            # What stands before it ended earlier.
            break
    return ended, None


def _holds(node: Node, comment: Span) -> bool:
    return node.span.start < comment.start and comment.end <= node.span.end


def anchors(statements: Sequence[Statement]) -> Iterator[Node]:
    """The nodes that can have a line of their own, in the order of the text, outer ones first."""
    for statement in statements:
        yield statement
        yield from _parts(statement)


def _parts(statement: Statement) -> Iterator[Node]:
    match statement:
        case ast.Rule():
            yield statement.trigger
            if statement.where is not None:
                yield from _condition_anchors(statement.where)
            yield from (*statement.rewards, *statement.clauses)
        case ast.ChallengeDecl():
            yield from (*statement.goals, *statement.rewards, *statement.clauses)
        case ast.GuardDecl():
            yield from statement.events
            yield from _condition_anchors(statement.where)
        case ast.SegmentDecl():
            yield from _condition_anchors(statement.where)
        case ast.ProgramDecl():
            options = (statement.timezone, statement.currency, *statement.clauses)
            yield from sorted(filter(None, options), key=lambda node: node.span.start)
        case ast.TierDecl():
            for together in statement.items:
                yield from together
            yield from statement.options
        case _:
            yield from _options(statement)


def _options(
    statement: ast.AttributesDecl
    | ast.EventDecl
    | ast.UnitDecl
    | ast.ThingDecl
    | ast.ListDecl
    | ast.ParameterDecl
    | ast.CampaignDecl
    | ast.RewardDecl,
) -> Iterator[Node]:
    match statement:
        case ast.AttributesDecl() | ast.EventDecl():
            yield from statement.attributes
        case ast.UnitDecl() | ast.ThingDecl():
            yield from statement.options
        case ast.ListDecl():
            yield from statement.values
        case ast.ParameterDecl():
            yield statement.value
        case ast.CampaignDecl():
            yield from statement.clauses
        case ast.RewardDecl():
            yield from (*statement.prices, *statement.options)


def _condition_anchors(node: ast.Condition) -> Iterator[Node]:
    yield node
    if isinstance(node, ast.And | ast.Or):
        for part in node.parts:
            yield from _condition_anchors(part)
