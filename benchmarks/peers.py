"""The engines that matching is held against, each in the form in which it is fastest.

Measured on one core with 100, 1,000 and 10,000 rules, best of several forms:

- zen-engine: one decision table in its static loader, which it compiles and indexes when loaded,
  called event by event with a dict. Slower on one core: `evaluate_batch` (by half at 100 rules),
  decisions got by `get_decision` or `create_decision` (20 times and more), contexts as JSON, one
  row of the result for each rule instead of columns that collect (`rule[]`, `points[]`).
- common-expression-language: a compiled program for each rule and one context that is updated for
  each event. One large expression of all rules is no faster, a dict for each call 20 times slower.
- rule-engine: compiled rules without a type resolver; with one they are slower.

A table or a program for each category, chosen in Python before the engine is called, is the index
of the caller and not of the engine; it is not measured.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from benchmarks.shape import Answer, Event, ShapeRule

TABLE = "table"
# Of all orders of the columns the fastest.
COLUMNS: Mapping[str, Callable[[ShapeRule], str]] = {
    "channel": lambda rule: ", ".join(map(json.dumps, rule.channels)),
    "tier": lambda rule: json.dumps(rule.tier),
    "category": lambda rule: json.dumps(rule.category),
    "amount": lambda rule: f">= {rule.least}",
}


def with_floats(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Events with amounts as floats, made before the time runs: no peer is faster with decimals."""
    return [{**event, "amount": float(event["amount"])} for event in events]


class Zen:
    """zen-engine by its static loader."""

    name = "zen-engine"
    package = "zen"

    def __init__(self, rules: Sequence[ShapeRule]) -> None:
        content = {TABLE: decision_table(rules)}
        engine = import_module("zen").ZenEngine
        self._engine = engine({"loader": {"type": "static", "content": content}})

    def prepare(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        """The events as the engine takes them."""
        return with_floats(events)

    def run(self, events: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The result of each event: lists of the rules and their points."""
        evaluate = self._engine.evaluate
        return [evaluate(TABLE, event)["result"] for event in events]

    def answers(self, results: list[Any]) -> list[Answer]:
        """The results as everybody's are compared."""
        return [
            tuple(zip(one["rule"], one["points"], strict=True)) if one and one["rule"] else ()
            for one in results
        ]


def decision_table(rules: Sequence[ShapeRule]) -> dict[str, Any]:
    """A decision of one table in zen-engine's JSON, a row a rule."""
    rows = [
        {
            "_id": f"r{number}",
            **{column: cell(rule) for column, cell in COLUMNS.items()},
            "rule": str(number),
            "points": str(rule.points),
        }
        for number, rule in enumerate(rules)
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in COLUMNS],
        "outputs": [
            {"id": name, "name": name, "field": f"{name}[]"} for name in ("rule", "points")
        ],
        "rules": rows,
    }
    return {
        "nodes": [
            _node("in", "inputNode"),
            _node("table", "decisionTableNode", content=content),
            _node("out", "outputNode"),
        ],
        "edges": [
            {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
            for source, target in (("in", "table"), ("table", "out"))
        ],
    }


def _node(name: str, kind: str, **more: object) -> dict[str, Any]:
    return {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}, **more}


class Cel:
    """common-expression-language by compiled programs."""

    name = "common-expression-language"
    package = "cel"

    def __init__(self, rules: Sequence[ShapeRule]) -> None:
        cel = import_module("cel")
        self._context = cel.Context()
        self._programs = [
            (number, rule.points, cel.compile(_expression(rule, "&&")).execute)
            for number, rule in enumerate(rules)
        ]

    def prepare(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        """The events as the engine takes them."""
        return with_floats(events)

    def run(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """What each event gets."""
        context, programs = self._context, self._programs
        results = []
        for event in events:
            context.update(event)
            results.append(
                tuple((number, points) for number, points, holds in programs if holds(context))
            )
        return results

    def answers(self, results: list[Answer]) -> list[Answer]:
        """The results as everybody's are compared."""
        return results


class RuleEngine:
    """rule-engine by compiled rules."""

    name = "rule-engine"
    package = "rule_engine"

    def __init__(self, rules: Sequence[ShapeRule]) -> None:
        rule_type = import_module("rule_engine").Rule
        self._rules = [
            (number, rule.points, rule_type(_expression(rule, "and")).matches)
            for number, rule in enumerate(rules)
        ]

    def prepare(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        """The events as the engine takes them."""
        return with_floats(events)

    def run(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """What each event gets."""
        rules = self._rules
        return [
            tuple((number, points) for number, points, matches in rules if matches(event))
            for event in events
        ]

    def answers(self, results: list[Answer]) -> list[Answer]:
        """The results as everybody's are compared."""
        return results


def _expression(rule: ShapeRule, conjunction: str) -> str:
    """The condition, the test that fails most often first."""
    channels = ", ".join(map(json.dumps, rule.channels))
    tests = (
        f"category == {json.dumps(rule.category)}",
        f"tier == {json.dumps(rule.tier)}",
        f"channel in [{channels}]",
        f"amount >= {rule.least}.0",
    )
    return f" {conjunction} ".join(tests)


PEERS: tuple[type[Zen | Cel | RuleEngine], ...] = (Zen, Cel, RuleEngine)


def missing_peers() -> list[str]:
    """The names of the peers that are not installed."""
    return [peer.name for peer in PEERS if find_spec(peer.package) is None]
